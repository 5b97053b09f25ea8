// What every part of the viewer can reach.

import { createContext, useContext, useEffect, useRef, useState } from "../vendor/preact.js";

/**
 * @typedef {object} ViewValue
 * @property {(key: string, values?: Record<string, string | number>) => string} t
 * @property {import("../shared/i18n.js").Language} language
 * @property {(language: string) => void} speak
 * @property {(text: string) => void} say in passing
 */

export const View = createContext(/** @type {ViewValue} */ (/** @type {unknown} */ (null)));

/** @returns {ViewValue} */
export function useView() {
  return useContext(View);
}

/** Whether a media query holds, now and later. @param {string} query */
export function useMedia(query) {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = () => setHolds(media.matches);
    changed();
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, [query]);
  return holds;
}

/**
 * Calls back when what was in the way may be gone: the network is back, or somebody comes back to this tab, who may have
 * signed in in another.
 * @param {boolean} waiting
 * @param {() => void} back
 */
export function useReturn(waiting, back) {
  const latest = useRef(back);
  latest.current = back;
  useEffect(() => {
    if (!waiting) return undefined;
    const online = () => latest.current();
    const seen = () => document.visibilityState === "visible" && latest.current();
    document.addEventListener("visibilitychange", seen);
    addEventListener("online", online);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("online", online);
    };
  }, [waiting]);
}
