// A dialog that a button opens. Closing tells of itself only a while after the dialog is gone, and a key may come
// before that: each opening has a number, so that the news of one's closing never shuts the next, be that asked for,
// drawn or shown by then.

import { useEffect, useRef, useState } from "../vendor/preact.js";

/**
 * @typedef {object} Drawer
 * @property {import("preact").RefObject<HTMLDialogElement | null>} dialog
 * @property {number} opening its number; 0 while it is shut
 * @property {{current: number}} shown the last one that was shown
 * @property {() => void} turn
 * @property {() => void} shut takes it off the page
 * @property {() => void} closed the dialog says that it has closed
 */

/** @returns {Drawer} */
export function useDrawer() {
  const [opening, setOpening] = useState(0);
  const last = useRef(0);
  const shown = useRef(0);
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const open = () => setOpening((last.current += 1));
  return {
    dialog,
    opening,
    shown,
    turn: () => (dialog.current?.open ? dialog.current.close() : open()),
    shut: () => setOpening(0),
    closed: () => {
      if (!dialog.current?.open) setOpening((now) => (now === shown.current ? 0 : now));
    },
  };
}

/** Shows the dialog where it is drawn. @param {Drawer} drawer @param {boolean} drawn */
export function useShown({ dialog, opening, shown }, drawn) {
  useEffect(() => {
    if (!drawn || dialog.current === null || dialog.current.open) return;
    dialog.current.showModal();
    shown.current = opening;
  }, [drawn, opening]);
}
