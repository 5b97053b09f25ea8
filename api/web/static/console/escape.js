// Keeping dialogs open. A browser that was kept from closing one by Escape doesn't ask the second time.

import { useEffect } from "../vendor/preact.js";

/** Escape does nothing for as long as `held`. @param {boolean} held */
export function useNoEscape(held) {
  useEffect(() => {
    if (!held) return undefined;
    const stay = (/** @type {KeyboardEvent} */ event) =>
      void (event.key === "Escape" && event.preventDefault());
    addEventListener("keydown", stay, true);
    return () => removeEventListener("keydown", stay, true);
  }, [held]);
}
