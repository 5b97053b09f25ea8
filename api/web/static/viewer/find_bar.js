// The field that finds words in the document, and what it highlights.

import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { number } from "../shared/i18n.js";
import { lastUpTo } from "./blocks.js";
import { Searched } from "./find.js";
import { Icon } from "./icons.js";
import { covered, reveal, useMoved } from "./scrolling.js";
import { useView } from "./view.js";

/** Highlights near the window, at most; a text may have a million. */
const MOST_SHOWN = 3_000;

/**
 * @param {object} props
 * @param {import("./paper.js").Paper} props.paper
 * @param {boolean} props.whole all of the text is here
 * @param {any} props.painted changes when marks are painted anew, which moves the text's nodes
 * @param {number} props.asked how often it was asked for: the field is gone to anew
 * @param {() => void} props.close
 */
export function FindBar({ paper, whole, painted, asked, close }) {
  const { t } = useView();
  const [words, setWords] = useState("");
  const { found, index, go } = useFound(paper, whole, painted, words);
  useLayoutEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    return () => before?.focus({ preventScroll: true });
  }, []);
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.isComposing) return; // the key belongs to the input method
    // On a button, Enter presses that.
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target instanceof HTMLInputElement) go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };
  const none = found.length === 0;
  return html`<div class="find row" role="search" onKeyDown=${pressed}>
    <${Field} words=${words} setWords=${setWords} asked=${asked} />
    <${Count} searched=${words !== ""} whole=${whole} index=${index} of=${found.length} />
    <${Press} label=${t("find_previous")} icon="up" disabled=${none} press=${() => go(-1)} />
    <${Press} label=${t("find_next")} icon="down" disabled=${none} press=${() => go(1)} />
    <${Press} label=${t("find_close")} icon="close" press=${close} />
  </div>`;
}

/** @param {{words: string, setWords: (words: string) => void, asked: number}} props */
function Field({ words, setWords, asked }) {
  const { t } = useView();
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => field.current?.select(), [asked]);
  return html`<label class="visually-hidden" for="find">${t("find_label")}</label>
    <input
      id="find"
      ref=${field}
      type="search"
      enterkeyhint="search"
      autocomplete="off"
      placeholder=${t("find_label")}
      value=${words}
      onInput=${(/** @type {any} */ event) => setWords(event.target.value)}
    />`;
}

/** @param {{searched: boolean, whole: boolean, index: number, of: number}} props */
function Count({ searched, whole, index, of }) {
  const { t, language } = useView();
  const counted = { n: number(language, index + 1), m: number(language, of) };
  const told = whole ? t(of > 0 ? "find_count" : "find_none", counted) : t("find_waiting");
  return html`${of > 0 && html`<span class="found small soft number" aria-hidden="true">${t("which", counted)}</span>`}
    <span class=${of > 0 ? "visually-hidden" : "found small soft"} role="status"
      >${searched ? told : ""}</span
    >`;
}

/** @param {{label: string, icon: "up" | "down" | "close", disabled?: boolean, press: () => void}} props */
function Press({ label, icon, disabled = false, press }) {
  return html`<button class="quiet small" aria-label=${label} disabled=${disabled} onClick=${press}>
    <${Icon} name=${icon} />
  </button>`;
}

/**
 * Where the words are, and which of these is looked at: the first from where the page stood, then to and fro.
 * @param {import("./paper.js").Paper} paper
 * @param {boolean} whole
 * @param {any} painted
 * @param {string} words
 */
function useFound(paper, whole, painted, words) {
  const text = useMemo(() => (whole ? new Searched(paper) : null), [paper, whole]);
  const found = useMemo(() => text?.occurrences(words) ?? [], [text, words]);
  const [chosen, choose] = useState({ of: found, index: 0 });
  const index = chosen.of === found ? chosen.index : 0;
  const origin = useRef(0);
  // Before anything is drawn: in between, the first would be told as the one that is looked at.
  useLayoutEffect(() => void (origin.current = text?.blockAt(covered() + 24)?.start ?? 0), [text]);
  /** @param {number} to */
  const show = (to) => {
    choose({ of: found, index: to });
    origin.current = found[to];
    void reveal(/** @type {Searched} */ (text).rangeOf(found[to], found[to] + words.length), "center");
  };
  useLayoutEffect(() => {
    if (found.length > 0) show((lastUpTo(found, origin.current - 1, (at) => at) + 1) % found.length);
  }, [found]);
  useMoved(() => highlight(text, found, index, words.length), [text, found, index, painted]);
  useEffect(() => clear, []);
  const go = (/** @type {number} */ by) =>
    found.length > 0 && show((index + by + found.length) % found.length);
  return { found, index, go };
}

/**
 * Highlights what is found near the window, and the one that is looked at.
 * @param {Searched | null} text
 * @param {number[]} found
 * @param {number} index
 * @param {number} length
 */
function highlight(text, found, index, length) {
  clear();
  if (text === null || found.length === 0) return;
  const one = text.rangeOf(found[index], found[index] + length);
  if (!("highlights" in CSS)) {
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(one);
    return;
  }
  const first = lastUpTo(found, (text.blockAt(-innerHeight / 2)?.start ?? 0) - 1, (at) => at) + 1;
  const last = lastUpTo(found, text.blockAt(innerHeight * 1.5)?.end ?? Infinity, (at) => at) + 1;
  const near = found.slice(first, Math.min(last, first + MOST_SHOWN));
  CSS.highlights.set("found", new Highlight(...near.map((at) => text.rangeOf(at, at + length))));
  CSS.highlights.set("found-current", new Highlight(one));
}

function clear() {
  if (!("highlights" in CSS)) return;
  CSS.highlights.delete("found");
  CSS.highlights.delete("found-current");
}
