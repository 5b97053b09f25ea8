// What is selected in the text, and a link to just that: a curator's way to say which words a FAQ answers with.

import { html, useEffect, useState } from "../vendor/preact.js";
import { copy } from "../shared/clipboard.js";
import { lengthOf } from "../shared/text.js";
import { linkOf } from "./copying.js";
import { Icon } from "./icons.js";
import { useView } from "./view.js";

/** Characters that a place may have; the service tells of no longer one. */
const MOST = 10_000;
/** A selection that is still growing needs no telling. */
const SETTLED_MS = 200;

/** @typedef {import("./address.js").Span} Span */
/** @typedef {import("./paper.js").Paper} Paper */

/** @param {{paper: Paper | null, token: string}} props `token`: a widget's publish token, "" without one */
export function Selected({ paper, token }) {
  const { t, say } = useView();
  const selected = useSelected(paper);
  if (selected === null) return null;
  const copied = async () => {
    const span = (paper && spanOf(paper, getSelection())) ?? selected; // it may have changed just now
    say(t((await copy(linkOf({ spans: [span], token }))) ? "copied_link" : "not_copied"));
  };
  // Pressing the button leaves the selection as it is.
  const kept = (/** @type {Event} */ event) => event.preventDefault();
  return html`<div class="selected">
    <button class="small" onMouseDown=${kept} onClick=${copied}>
      <${Icon} name="link" /> ${t("copy_selected")}
    </button>
  </div>`;
}

/** @param {Paper | null} paper @returns {Span | null} */
function useSelected(paper) {
  const [span, setSpan] = useState(/** @type {Span | null} */ (null));
  useEffect(() => {
    if (paper === null) return undefined;
    let timer = 0;
    const changed = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => setSpan(spanOf(paper, getSelection())), SETTLED_MS);
    };
    document.addEventListener("selectionchange", changed);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("selectionchange", changed);
    };
  }, [paper]);
  return span;
}

/**
 * The part of a range inside an element: a whole paragraph is selected up to what stands after it, be that no text.
 * @param {Range} range
 * @param {HTMLElement} root
 * @returns {Range | null}
 */
function within(range, root) {
  if (!range.intersectsNode(root)) return null;
  const part = document.createRange();
  part.selectNodeContents(root);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0)
    part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0)
    part.setEnd(range.endContainer, range.endOffset);
  return part;
}

/**
 * The code points that are selected, without white space around them; null where they are none, or too many.
 * @param {Paper} paper
 * @param {Selection | null} selection
 * @returns {Span | null}
 */
function spanOf(paper, selection) {
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = within(selection.getRangeAt(0), paper.root);
  if (range === null) return null;
  const first = paper.point(range.startContainer, range.startOffset);
  const last = paper.point(range.endContainer, range.endOffset);
  if (first === null || last === null || last - first > MOST) return null;
  const text = paper.textBetween(first, last);
  const start = first + lengthOf(text) - lengthOf(text.trimStart());
  const end = start + lengthOf(text.trim());
  return start < end ? { start, end } : null;
}
