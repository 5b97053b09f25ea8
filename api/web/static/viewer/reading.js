// A document that is open: the text, the way through it, and what stands around it.

import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { fragmentOf } from "./address.js";
import { PIECE } from "./blocks.js";
import { whereOf, linkOf } from "./copying.js";
import { FindBar } from "./find_bar.js";
import { Header } from "./header.js";
import { usePlaces, useRest } from "./opening.js";
import { Outline, useSection } from "./outline.js";
import { Paper } from "./paper.js";
import { PlaceBar } from "./place_bar.js";
import { reveal, staying } from "./scrolling.js";
import { RestFailed } from "./states.js";
import { useScale } from "./scale.js";
import { useMedia, useView } from "./view.js";

/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {import("./address.js").Fragment} Fragment */

/** @param {{opened: Opened, fragment: Fragment, set: (fragment: Fragment) => void}} props */
export function Reading({ opened, fragment, set }) {
  const { t } = useView();
  const { record, outline } = opened;
  const article = useRef(/** @type {HTMLElement | null} */ (null));
  const paper = usePaper(opened, article);
  const rest = useRest(opened, paper);
  const { places, again } = usePlaces(opened, fragment.spans);
  const visit = useVisit(opened, paper);
  const painted = useMarks(paper, places, fragment.at);
  const size = useScale(paper);
  const contents = useContents();
  const [finding, find] = useState(0);
  const section = useSection(paper, outline, painted);
  const outside = places.length > 0 && places.every((place) => place.state === "outside");
  const shown = places.length > 0 && !outside;
  /** @param {number} at */
  const step = (at) => {
    const next = { ...fragment, at, section: null };
    history.replaceState(null, "", fragmentOf(next));
    set(next);
  };
  useEffect(() => {
    if (fragment.section !== null) visit.section(fragment.section);
    else if (fragment.spans.length > 0) visit.place(fragment.spans[fragment.at].start);
  }, [paper, fragment]);
  useKeys({
    places: shown ? places.length : 0,
    at: fragment.at,
    step,
    whole: rest.whole,
    find: () => find((n) => n + 1),
  });
  /** @param {number} start */
  const chosen = (start) => {
    contents.chosen();
    visit.section(start);
  };
  const tree = html`<${Outline} outline=${outline} current=${section} fragment=${fragment} go=${chosen} />`;
  return html`<a class="skip" href="#text" onClick=${skipTo(article)}>${t("skip")}</a>
    <header class="bar" ref=${useCovered()}>
      <${Header}
        opened=${opened}
        fragment=${fragment}
        outline=${outline.length > 0 ? contents : null}
        find=${() => find((n) => n + 1)}
        size=${size}
        whole=${rest.whole}
      />
      ${
        shown &&
        html`<${PlaceBar}
          places=${places}
          at=${fragment.at}
          title=${record.title}
          fragment=${fragment}
          go=${step}
          again=${again}
        />`
      }
      ${
        finding > 0 &&
        paper &&
        html`<${FindBar}
          paper=${paper}
          whole=${rest.whole}
          painted=${painted}
          asked=${finding}
          close=${() => find(0)}
        />`
      }
    </header>
    <div class=${outline.length > 0 && contents.beside ? "desk" : "desk bare"}>
      ${outline.length > 0 && html`<${Contents} contents=${contents}>${tree}<//>`}
      <main class="page" id="main">
        ${outside && html`<p class="note warn" role="status">${t("outside")}</p>`}
        ${fragment.broken && html`<p class="note warn" role="status">${t("broken")}</p>`}
        <${Printed} opened=${opened} place=${places[fragment.at]} fragment=${fragment} />
        ${record.characters === 0 && html`<p class="empty">${t("empty")}</p>`}
        <article id="text" class="text" ref=${article} tabindex="-1" lang="zh-CN"></article>
        ${rest.error && html`<${RestFailed} error=${rest.error} again=${rest.again} />`}
        ${!rest.whole && !rest.error && html`<p class="small soft" role="status">${t("rest_coming")}</p>`}
      </main>
    </div>`;
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
    place: (/** @type {number} */ start) =>
      visit(start, (paper) => {
        paper.at(start)?.element.setAttribute("tabindex", "-1");
        paper.at(start)?.element.focus({ preventScroll: true });
        // The mark is made anew when its sentence becomes known.
        const now = () =>
          /** @type {HTMLElement} */ (paper.currentMark ?? paper.root).getBoundingClientRect();
        void reveal({ getBoundingClientRect: now }, "center");
      }),
    section: (/** @type {number} */ start) =>
      visit(start, (paper) => {
        const element = paper.at(start)?.element;
        element?.focus({ preventScroll: true });
        if (element) void reveal(element, "start");
      }),
  };
}

/** The outline beside the text where there is room, else in a drawer. */
function useContents() {
  const roomy = useMedia("(min-width: 1024px)");
  const [beside, setBeside] = useState(true);
  const [drawn, setDrawn] = useState(false);
  return {
    roomy,
    beside: roomy && beside,
    open: roomy ? beside : drawn,
    turn: () => (roomy ? setBeside(!beside) : setDrawn(!drawn)),
    chosen: () => setDrawn(false),
  };
}

/** @param {{contents: ReturnType<typeof useContents>, children?: any}} props */
function Contents({ contents, children }) {
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

/** On paper: which document this is, and where the marked words stand. */
function Printed({ opened, place, fragment }) {
  const { t } = useView();
  const { record, shelf } = opened;
  const citation = place?.citation;
  const checked = citation && t(citation.verified ? "verified" : "unverified");
  const told = citation ? [citation.heading_path.join(" › "), ...whereOf(t, citation), checked] : [];
  return html`<div class="printed">
    <p class="printed-title"><bdi>${record.title}</bdi></p>
    <p><bdi>${t("printed", { collection: shelf, source: record.source })}</bdi></p>
    ${told.length > 0 && html`<p>${told.filter(Boolean).join(" · ")}</p>`}
    <p>${linkOf(fragment)}</p>
  </div>`;
}

/** Tells the style sheet how much of the window the header covers. */
function useCovered() {
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
 * `n` and `p` go to the next place and the one before; the browser's own search is replaced as long as it couldn't see
 * all of the text.
 * @param {{places: number, at: number, step: (at: number) => void, whole: boolean, find: () => void}} given
 */
function useKeys({ places, at, step, whole, find }) {
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const pressed = (event) => {
      const key = event.key.toLowerCase();
      if ((event.ctrlKey || event.metaKey) && !event.altKey && key === "f") {
        if (whole) return;
        event.preventDefault();
        find();
      } else if (places > 1 && !isTyping(event) && (key === "n" || key === "p")) {
        step((at + (key === "n" ? 1 : places - 1)) % places);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [places, at, whole, step]);
}

/** @param {KeyboardEvent} event */
function isTyping(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const modified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return modified || target.matches?.("input, textarea, select, [contenteditable]");
}

/** @param {{current: HTMLElement | null}} article */
function skipTo(article) {
  return (/** @type {Event} */ event) => {
    event.preventDefault(); // the fragment tells the places
    article.current?.focus();
  };
}
