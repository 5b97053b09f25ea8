// Where the outline is: beside the text where there is room, else in a drawer.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { useMedia, useView } from "./view.js";

/** Whether it is there, and is to be seen. @param {boolean} shared the page of the original is beside the text, too */
export function useContents(shared) {
  const roomy = useMedia(shared ? "(min-width: 1440px)" : "(min-width: 1024px)");
  const [beside, setBeside] = useState(true);
  const [drawn, setDrawn] = useState(false);
  return {
    roomy,
    beside: roomy && beside,
    open: roomy ? beside : drawn,
    // From what is by then: a key may come between the drawer's closing and the next drawing of the page.
    turn: () => (roomy ? setBeside((now) => !now) : setDrawn((now) => !now)),
    chosen: () => setDrawn(false),
  };
}

/** @param {{contents: ReturnType<typeof useContents>, children?: any}} props */
export function Contents({ contents, children }) {
  const { t } = useView();
  const drawer = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const drawn = !contents.roomy && contents.open;
  useEffect(() => {
    if (drawn) drawer.current?.showModal();
  }, [drawn]);
  if (contents.roomy) return html`<aside id="outline" hidden=${!contents.open}>${children}</aside>`;
  if (!drawn) return null;
  const shut = () => drawer.current?.close(); // which gives the focus back to where it was
  return html`<dialog
    id="outline"
    class="drawer"
    ref=${drawer}
    aria-label=${t("outline")}
    onClose=${contents.chosen}
    onClick=${(/** @type {Event} */ event) => event.target === drawer.current && shut()}
  >
    <div class="row spread">
      <strong>${t("outline")}</strong>
      <button class="quiet small" aria-label=${t("close")} onClick=${shut}>✕</button>
    </div>
    ${children}
  </dialog>`;
}
