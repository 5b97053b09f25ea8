// Going to a place, staying at it while what is above takes on its real height, and knowing when the page has moved.

import { useCallback, useEffect, useRef } from "../vendor/preact.js";

/** Frames that a place must stay where it is, and frames until it must have come to rest. */
const RESTING = 8;
const MOST_FRAMES = 60;
const BY_HAND = ["wheel", "touchstart", "keydown", "pointerdown"];

/** How much of the window the header covers. */
export function covered() {
  return Number.parseFloat(document.documentElement.style.getPropertyValue("--covered")) || 0;
}

/** Tells the style sheet so; a ref for the header. */
export function useCovered() {
  const observer = useRef(/** @type {ResizeObserver | null} */ (null));
  return useCallback((/** @type {HTMLElement | null} */ header) => {
    observer.current?.disconnect();
    if (header === null) return;
    const tell = () =>
      document.documentElement.style.setProperty("--covered", `${header.getBoundingClientRect().height}px`);
    tell();
    observer.current = new ResizeObserver(tell);
    observer.current.observe(header);
  }, []);
}

/**
 * Scrolls to an element or range, and again until it stays: what comes into view is laid out only then.
 * @param {{getBoundingClientRect: () => DOMRect}} target
 * @param {"center" | "start"} where in the window
 */
export async function reveal(target, where) {
  let stopped = false;
  const stop = () => (stopped = true);
  let resting = 0;
  for (let n = 0; n < MOST_FRAMES && resting < RESTING && !stopped; n += 1) {
    const { top, height } = target.getBoundingClientRect();
    const room = innerHeight - covered();
    const margin = where === "start" || height > room / 2 ? 12 : (room - height) / 2;
    const before = scrollY;
    scrollBy({ top: top - covered() - margin, behavior: "instant" });
    resting = Math.abs(scrollY - before) < 1 ? resting + 1 : 0;
    await frame();
    // Not sooner: the key that brought us here is still on its way up.
    if (n === 0) for (const name of BY_HAND) addEventListener(name, stop, { passive: true });
  }
  for (const name of BY_HAND) removeEventListener(name, stop);
}

/**
 * Changes the page without moving what is being read, whether or not the browser sees to that itself.
 * @param {HTMLElement | undefined} kept what is at the top of the window
 * @param {() => void} change
 */
export function staying(kept, change) {
  const before = kept?.getBoundingClientRect().top ?? 0;
  change();
  const moved = (kept?.getBoundingClientRect().top ?? 0) - before;
  if (kept?.isConnected && Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

/**
 * Calls back once a frame while the page is scrolled or takes another size, and at first.
 * @param {() => void} moved
 * @param {any[]} keys
 */
export function useMoved(moved, keys) {
  useEffect(() => {
    let asked = 0;
    const ask = () => {
      cancelAnimationFrame(asked);
      asked = requestAnimationFrame(moved);
    };
    ask();
    addEventListener("scroll", ask, { passive: true });
    addEventListener("resize", ask);
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener("scroll", ask);
      removeEventListener("resize", ask);
    };
  }, keys);
}

/** The next frame; where none is drawn, as in a tab that nobody looks at, a little later. */
function frame() {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
