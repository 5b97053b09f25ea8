// The page that the cited words stand on, as a picture, with boxes around them: beside the text where there is room,
// else in a dialog.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { useDrawer, useShown } from "./drawer.js";
import { Hitch } from "./states.js";
import { useMedia, useView } from "./view.js";

/** Pixels; enough to read small print on a screen of double density. */
const WIDTH = 1400;
/** A citation over more pages than these is read in the text. */
const MOST_PAGES = 3;

/** @typedef {import("./opening.js").Citation} Citation */
/** @typedef {import("./opening.js").Box} Box */
/**
 * @typedef {object} OriginalState
 * @property {Citation | null} citation that is being looked at
 * @property {number[]} pages it stands on; none where the upload has no pages to be seen
 * @property {boolean} open
 * @property {boolean} beside the text
 * @property {() => void} turn
 * @property {import("./drawer.js").Drawer} drawer
 */

/** @param {Citation | null} citation @returns {OriginalState} */
export function useOriginal(citation) {
  const roomy = useMedia("(min-width: 1024px)");
  const [beside, setBeside] = useState(true);
  const drawer = useDrawer();
  const boxes = citation?.boxes ?? [];
  const pages = [...new Set(boxes.map((box) => box.page))].slice(0, MOST_PAGES);
  const open = pages.length > 0 && (roomy ? beside : drawer.opening > 0);
  const turn = () => (roomy ? setBeside((now) => !now) : drawer.turn());
  return { citation, pages, open, beside: open && roomy, turn, drawer };
}

/** @param {{opened: import("./opening.js").Opened, original: OriginalState}} props */
export function Original({ opened, original }) {
  const { t } = useView();
  const { dialog, closed } = original.drawer;
  const apart = original.open && !original.beside;
  useShown(original.drawer, apart);
  if (!original.open) return null;
  const pages = html`<${Pages} opened=${opened} original=${original} />`;
  if (original.beside)
    return html`<aside class="original" tabindex="0" aria-label=${t("original")}>${pages}</aside>`;
  return html`<dialog class="original" ref=${dialog} aria-label=${t("original")} onClose=${closed}>
    <div class="row spread">
      <strong>${t("original")}</strong>
      <button class="quiet small" aria-label=${t("close")} onClick=${() => dialog.current?.close()}>✕</button>
    </div>
    ${pages}
  </dialog>`;
}

/** @param {{opened: import("./opening.js").Opened, original: OriginalState}} props */
function Pages({ opened, original }) {
  const { pages, citation } = original;
  return pages.map(
    (page, n) =>
      html`<${Page}
        key=${`${page}:${citation?.start}`}
        opened=${opened}
        page=${page}
        citation=${citation}
        shown=${n === 0}
      />`,
  );
}

/**
 * @param {object} props
 * @param {import("./opening.js").Opened} props.opened
 * @param {number} props.page
 * @param {Citation} props.citation
 * @param {boolean} props.shown its first box is to be seen
 */
function Page({ opened, page, citation, shown }) {
  const { t } = useView();
  const { picture, error, again } = usePicture(opened, page);
  const first = useRef(/** @type {HTMLElement | null} */ (null));
  const boxes = citation.boxes.filter((box) => box.page === page);
  if (error !== null)
    return html`<div class="note warn row" role="alert">
      <${Hitch} failed=${t("original_failed")} error=${error} again=${again} />
    </div>`;
  if (picture === null) return html`<p class="small soft" role="status">${t("original_coming")}</p>`;
  const see = () => shown && first.current !== null && toMiddle(first.current);
  return html`<figure class="original-page">
    <div class="original-sheet">
      <img src=${picture} alt=${t("original_page", { page, quote: citation.quote })} onLoad=${see} />
      ${boxes.map(
        (box, n) =>
          html`<span
            class="original-box"
            key=${n}
            ref=${n === 0 ? first : null}
            style=${placed(box)}
          ></span>`,
      )}
    </div>
    <figcaption class="small soft number">${t("page", { page })}</figcaption>
  </figure>`;
}

/** Moves the pane alone; scrollIntoView would move the text, too. @param {HTMLElement} box */
function toMiddle(box) {
  const pane = /** @type {HTMLElement} */ (box.closest(".original"));
  const above = box.getBoundingClientRect().top - pane.getBoundingClientRect().top;
  pane.scrollTop += above - pane.clientHeight / 2;
}

/** @param {Box} box */
function placed({ left, top, right, bottom }) {
  const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(3)}%`;
  return {
    left: percent(left),
    top: percent(top),
    width: percent(right - left),
    height: percent(bottom - top),
  };
}

/** The picture of a page, as an address. @param {import("./opening.js").Opened} opened @param {number} page */
function usePicture(opened, page) {
  const [state, setState] = useState(
    /** @type {{picture: string | null, error: Error | null}} */ ({ picture: null, error: null }),
  );
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    let made = "";
    const url = `/v1/documents/${opened.record.id}/pages/${page}?width=${WIDTH}`;
    setState({ picture: null, error: null });
    opened.picture(url, ending.signal).then(
      (blob) => {
        if (ending.signal.aborted) return;
        made = URL.createObjectURL(blob);
        setState({ picture: made, error: null });
      },
      (error) => ending.signal.aborted || setState({ picture: null, error }),
    );
    return () => {
      ending.abort();
      if (made !== "") URL.revokeObjectURL(made);
    };
  }, [opened, page, round]);
  return { ...state, again: () => setRound((n) => n + 1) };
}
