// What somebody types, once they pause.

import { useEffect, useState } from "../vendor/preact.js";

const PAUSE_MS = 250;

/** A value once it has stayed the same for a moment. @param {string} value @returns {string} */
export function useSettled(value) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
