// Showing what goes on by itself.

import { useEffect, useState } from "../vendor/preact.js";

/**
 * Shows its caller anew whenever `of` changes. What changed after it was shown and before this could listen counts, too:
 * effects run a moment after the page is drawn.
 * @param {{listen: (listener: () => void) => () => void}} of
 */
export function useChanges(of) {
  const [, setRound] = useState(0);
  useEffect(() => {
    const again = () => setRound((n) => n + 1);
    const end = of.listen(again);
    again();
    return end;
  }, [of]);
}
