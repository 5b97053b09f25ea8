// A document that is open: the text, the way through it, and what stands around it.

import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Contents, useContents } from "./contents.js";
import { FindBar } from "./find_bar.js";
import { useGoing, useKeys } from "./going.js";
import { Header } from "./header.js";
import { usePlaces, useRest } from "./opening.js";
import { Original, useOriginal } from "./original.js";
import { Outline, useSection } from "./outline.js";
import { Paper } from "./paper.js";
import { PlaceBar } from "./place_bar.js";
import { useScale } from "./scale.js";
import { useCovered } from "./scrolling.js";
import { Selected } from "./selection.js";
import { Sheet } from "./sheet.js";
import { useView } from "./view.js";

/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {import("./address.js").Fragment} Fragment */

/** @param {{opened: Opened, fragment: Fragment, set: (fragment: Fragment) => void}} props */
export function Reading({ opened, fragment, set }) {
  const article = useRef(/** @type {HTMLElement | null} */ (null));
  const paper = usePaper(opened, article);
  const rest = useRest(opened, paper);
  const { places, again } = usePlaces(opened, fragment.spans);
  const painted = useMarks(paper, places, fragment.at);
  const { step, section } = useGoing(opened, paper, fragment, set);
  const original = useOriginal(places[fragment.at]?.citation ?? null);
  const contents = useContents(original.beside);
  const [finding, find] = useState(0);
  const search = () => find((n) => n + 1);
  const { whole } = rest;
  const { at } = fragment;
  const outside = places.length > 0 && places.every((place) => place.state === "outside");
  const shown = outside ? [] : places;
  useKeys({ places: shown.length, at, step, whole, find: search });
  const around = { opened, fragment, whole };
  const head = { ...around, size: useScale(paper), find: search, contents };
  const bar = { places: shown, at, title: opened.record.title, fragment, go: step, again, original };
  const finder = { paper, whole, painted, asked: finding, close: () => find(0) };
  return html`<${Skip} article=${article} />
    <header class="bar" ref=${useCovered()}>
      <${Header} ...${head} />
      ${shown.length > 0 && html`<${PlaceBar} ...${bar} />`}
      ${finding > 0 && paper && html`<${FindBar} ...${finder} />`}
    </header>
    <${Desk}
      ...${around}
      paper=${paper}
      painted=${painted}
      contents=${contents}
      go=${section}
      original=${original}
    >
      <${Sheet} ...${around} place=${places[at]} outside=${outside} rest=${rest} article=${article} />
      <${Original} opened=${opened} original=${original} />
    <//>
    <${Selected} paper=${paper} token=${fragment.token} />`;
}

/** The outline, if there is one, and the text. */
function Desk({ opened, fragment, paper, painted, contents, go, original, children }) {
  const { outline } = opened;
  const current = useSection(paper, outline, painted);
  const listed = outline.length > 0 && contents.beside;
  const name = ["desk", listed ? "" : "bare", original.beside ? "with-original" : ""].join(" ").trim();
  if (outline.length === 0) return html`<div class=${name}>${children}</div>`;
  /** @param {number} start */
  const chosen = (start) => {
    contents.chosen();
    go(start);
  };
  return html`<div class=${name}>
    <${Contents} contents=${contents}>
      <${Outline} outline=${outline} current=${current} fragment=${fragment} go=${chosen} />
    <//>
    ${children}
  </div>`;
}

/** Past the header and the outline. @param {{article: {current: HTMLElement | null}}} props */
function Skip({ article }) {
  const { t } = useView();
  const skip = (/** @type {Event} */ event) => {
    event.preventDefault(); // the fragment tells the places
    article.current?.focus();
  };
  return html`<a class="skip" href="#text" onClick=${skip}>${t("skip")}</a>`;
}

/** The text on the page, with its first piece. @param {Opened} opened @param {{current: HTMLElement | null}} article */
function usePaper(opened, article) {
  const [paper, setPaper] = useState(/** @type {Paper | null} */ (null));
  useLayoutEffect(() => {
    const made = new Paper(
      /** @type {HTMLElement} */ (article.current),
      opened.record.characters,
      opened.outline,
    );
    if (opened.text !== "") made.fill(opened.first, opened.text);
    setPaper(made);
  }, [opened]);
  return paper;
}

/** Marks the places: the words at once, their sentences as the service tells them. */
function useMarks(
  /** @type {Paper | null} */ paper,
  /** @type {import("./opening.js").PlaceState[]} */ places,
  /** @type {number} */ at,
) {
  const [painted, setPainted] = useState(0);
  useLayoutEffect(() => {
    paper?.mark(
      places.flatMap(({ span, state, citation }, n) => {
        const evidence = citation && { start: citation.evidence_start, end: citation.evidence_end };
        return state === "outside" ? [] : [{ answer: span, evidence, current: n === at }];
      }),
    );
    setPainted((n) => n + 1);
  }, [paper, places, at]);
  return painted;
}
