// Whoever works by keyboard or with a screen reader never has to begin at the top of the page.

import { useEffect } from "../vendor/preact.js";

/** To the heading of what is shown. @param {HTMLElement | null} main */
export function focusHeading(main) {
  (main?.querySelector("h1") ?? main)?.focus({ preventScroll: true });
}

/**
 * Goes on from the heading when what had the focus has gone: the button of a row that was deleted, say.
 * @param {{current: HTMLElement | null}} main
 */
export function useKeptFocus(main) {
  useEffect(() => {
    let last = document.activeElement;
    /** @param {FocusEvent} event */
    const went = (event) => (last = /** @type {Element} */ (event.target));
    const watching = new MutationObserver(() => {
      if (last?.isConnected === false && document.activeElement === document.body) focusHeading(main.current);
    });
    addEventListener("focusin", went);
    watching.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener("focusin", went);
      watching.disconnect();
    };
  }, []);
}

/**
 * Shows a dialog as long as it is there. Afterwards one goes on from what opened it.
 * @param {{current: HTMLDialogElement | null}} dialog
 * @param {string} first selects what has the focus at first
 */
export function useModal(dialog, first) {
  useEffect(() => {
    const opener = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    /** @type {HTMLElement | null | undefined} */ (shown?.querySelector(first))?.focus();
    return () => {
      shown?.close();
      // Browsers do that themselves only for a dialog that is still on the page.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
}
