// Where the outline is: beside the text where there is room, else in a drawer.

import { html, useState } from "../vendor/preact.js";
import { useDrawer, useShown } from "./drawer.js";
import { useMedia, useView } from "./view.js";

/** Whether it is there, and is to be seen. @param {boolean} shared the page of the original is beside the text, too */
export function useContents(shared) {
  const roomy = useMedia(shared ? "(min-width: 1440px)" : "(min-width: 1024px)");
  const [beside, setBeside] = useState(true);
  const drawer = useDrawer();
  return {
    roomy,
    drawer,
    beside: roomy && beside,
    open: roomy ? beside : drawer.opening > 0,
    turn: () => (roomy ? setBeside((now) => !now) : drawer.turn()),
    chosen: drawer.shut,
  };
}

/** @param {{contents: ReturnType<typeof useContents>, children?: any}} props */
export function Contents({ contents, children }) {
  const { t } = useView();
  const { dialog, closed } = contents.drawer;
  const drawn = !contents.roomy && contents.open;
  useShown(contents.drawer, drawn);
  if (contents.roomy) return html`<aside id="outline" hidden=${!contents.open}>${children}</aside>`;
  if (!drawn) return null;
  const shut = () => dialog.current?.close(); // which gives the focus back to where it was
  return html`<dialog
    id="outline"
    class="drawer"
    ref=${dialog}
    aria-label=${t("outline")}
    onClose=${closed}
    onClick=${(/** @type {Event} */ event) => event.target === dialog.current && shut()}
  >
    <div class="row spread">
      <strong>${t("outline")}</strong>
      <button class="quiet small" aria-label=${t("close")} onClick=${shut}>✕</button>
    </div>
    ${children}
  </dialog>`;
}
