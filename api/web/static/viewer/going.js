// Going to places: where the link points to, from one place to the next, to a heading.

import { useEffect, useRef } from "../vendor/preact.js";
import { fragmentOf } from "./address.js";
import { PIECE } from "./blocks.js";
import { reveal, staying } from "./scrolling.js";

/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {import("./paper.js").Paper} Paper */
/** @typedef {import("./address.js").Fragment} Fragment */

/**
 * Goes where the fragment says, when the document is opened and whenever it changes.
 * @param {Opened} opened
 * @param {Paper | null} paper
 * @param {Fragment} fragment
 * @param {(fragment: Fragment) => void} set
 * @returns {{step: (at: number) => void, section: (start: number) => void}} to a place, to a heading
 */
export function useGoing(opened, paper, fragment, set) {
  const visit = useVisit(opened, paper);
  const stepped = useRef(/** @type {Fragment | null} */ (null));
  useEffect(() => {
    if (paper === null) return;
    if (fragment.section !== null) return void visit.section(fragment.section);
    if (fragment.spans.length === 0) return;
    // Who goes on by a button presses it again; who reads reads on there.
    const along = fragment !== stepped.current || paper.root.contains(document.activeElement);
    visit.place(fragment.spans[fragment.at].start, along);
  }, [paper, fragment]);
  /** @param {number} at */
  const step = (at) => {
    const next = { ...fragment, at, section: null };
    stepped.current = next;
    history.replaceState(null, "", fragmentOf(next));
    set(next);
  };
  return { step, section: visit.section };
}

/** Going to a code point, once its piece is there. @param {Opened} opened @param {Paper | null} paper */
function useVisit(opened, paper) {
  const visits = useRef(0);
  /** @param {number} point @param {(paper: Paper) => void} arrive */
  const visit = async (point, arrive) => {
    const mine = (visits.current += 1);
    if (paper === null || point >= opened.record.characters) return;
    const number = Math.floor(point / PIECE);
    const text = await opened.piece(number).catch(() => null); // then the rest fails, too, and says so
    if (text === null || mine !== visits.current) return;
    staying(paper.atHeight(0)?.element, () => paper.fill(number, text));
    arrive(paper);
  };
  return {
    /** @param {number} start @param {boolean} along whether the focus goes there, too */
    place: (start, along) =>
      visit(start, (paper) => {
        const element = paper.at(start)?.element;
        element?.setAttribute("tabindex", "-1");
        if (along) element?.focus({ preventScroll: true });
        // The mark is made anew when its sentence becomes known.
        const now = () =>
          /** @type {HTMLElement} */ (paper.currentMark ?? paper.root).getBoundingClientRect();
        void reveal({ getBoundingClientRect: now }, "center");
      }),
    /** @param {number} start */
    section: (start) =>
      visit(start, (paper) => {
        const element = paper.at(start)?.element;
        element?.focus({ preventScroll: true });
        if (element) void reveal(element, "start");
      }),
  };
}

/**
 * `n` and `p` go to the next place and the one before, from the text and the bar of places; the browser's own search is
 * replaced as long as it couldn't see all of the text.
 * @param {{places: number, at: number, step: (at: number) => void, whole: boolean, find: () => void}} given
 */
export function useKeys({ places, at, step, whole, find }) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && !event.altKey && key === "f") {
        if (whole) return;
        event.preventDefault();
        find();
      } else if (places > 1 && isForPlaces(event) && (key === "n" || key === "p")) {
        step((at + (key === "n" ? 1 : places - 1)) % places);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [places, at, whole, step, find]);
}

/**
 * A key without others, where places are the matter: anywhere else somebody who dictates would set it off
 * (https://www.w3.org/TR/WCAG22/#character-key-shortcuts).
 * @param {KeyboardEvent} event
 */
function isForPlaces(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return !modified && target.closest?.(".text, .place") !== null;
}
