// An answer: its words set apart from the sentence they stand in, where that is, and how sure it is.

import { unitsOf } from "../shared/text.js";
import { whereOf } from "../shared/where.js";
import { copyText } from "./copy.js";
import { icon, make } from "./dom.js";
import { rating } from "./rating.js";

/** Characters up to which an answer is set large. */
const SHORT = 40;
/** Less probable candidates are noise. */
const PROBABLE = 0.05;
const MOST_CANDIDATES = 4;
const NEAREST = 3;

/** @typedef {import("./panel.js").Ui} Ui */

/**
 * @param {any} answer as the service sent it
 * @param {any[]} passages those that were read, where they are known
 * @param {string | null} verdict given before
 * @param {Ui} ui
 */
export function answerCard(answer, passages, verdict, ui) {
  const card = make("div", { class: `card ${answer.abstained ? "none" : answer.origin}` });
  card.append(...(answer.abstained ? nothing(answer, passages, ui) : something(answer, ui)));
  card.append(rating(answer.id, verdict, ui));
  return card;
}

/** @param {any} answer @param {Ui} ui @returns {HTMLElement[]} */
function something(answer, ui) {
  const [first, ...others] = answer.citations;
  const parts = [words(answer), certainty(answer, ui)];
  if (first !== undefined) parts.push(place(first, ui, { but: answer.text, marks: answer.items }));
  parts.push(actions(answer, ui));
  if (others.length > 0) parts.push(folded(ui.t("places", { count: others.length }), others, ui));
  const candidates = elsewhere(answer);
  if (candidates.length > 0) {
    parts.push(folded(ui.t("candidates", { count: candidates.length }), candidates, ui));
  }
  return parts;
}

/** @param {any} answer */
function words(answer) {
  if (answer.items.length > 0) {
    return make(
      "ul",
      { class: "said", lang: "zh" },
      ...answer.items.map((item) => make("li", {}, item.text)),
    );
  }
  const size = answer.text.length <= SHORT ? "said short" : "said";
  return make("p", { class: size, lang: "zh" }, answer.text);
}

/** @param {any} answer @param {Ui} ui */
function certainty(answer, ui) {
  if (answer.origin === "faq") return make("p", { class: "sure faq" }, ui.t("faq"));
  return make("p", { class: `sure ${answer.confidence}` }, ui.t(answer.confidence));
}

/** Candidates that stand elsewhere than the answer. @param {any} answer @returns {any[]} citations */
function elsewhere(answer) {
  const apart = (one) =>
    answer.citations.every(
      (told) => told.document_id !== one.document_id || one.end <= told.start || told.end <= one.start,
    );
  return answer.candidates
    .filter((candidate) => candidate.probability >= PROBABLE && apart(candidate.citation))
    .slice(0, MOST_CANDIDATES)
    .map((candidate) => candidate.citation);
}

/** @param {any} answer @param {any[]} passages @param {Ui} ui @returns {HTMLElement[]} */
function nothing(answer, passages, ui) {
  const parts = [make("p", { class: "nothing" }, ui.t("abstained"))];
  const near = nearest(answer, passages);
  if (near.length === 0) return [...parts, make("p", { class: "soft" }, ui.t("rephrase"))];
  parts.push(make("p", { class: "soft" }, ui.t("nearest")));
  parts.push(
    make("ul", { class: "places" }, ...near.map((one) => make("li", {}, place(one, ui), openLink(one, ui)))),
  );
  return parts;
}

/** Sentences, or passages where no sentence was considered. @param {any} answer @param {any[]} passages */
function nearest(answer, passages) {
  const sentences = new Map();
  for (const { citation } of answer.candidates) {
    const key = `${citation.document_id}:${citation.evidence_start}`;
    if (!sentences.has(key))
      sentences.set(key, { ...citation, start: citation.evidence_start, end: citation.evidence_end });
  }
  const found = sentences.size > 0 ? [...sentences.values()] : passages.map(whole);
  return found.slice(0, NEAREST);
}

/** A passage in the shape of a citation, all of it evidence. @param {any} passage */
function whole(passage) {
  return { ...passage, evidence: passage.text, evidence_start: passage.start, verified: true, page: null };
}

/** The passages nearest to the question, for the time in which an answer is looked for in them. @param {any[]} passages @param {Ui} ui */
export function beingRead(passages, ui) {
  const near = passages.slice(0, NEAREST).map((one) => make("li", {}, place(whole(one), ui)));
  return make("ul", { class: "places being-read", "aria-live": "off" }, ...near);
}

/**
 * The sentence of a citation with what it is cited for marked, and where it stands.
 * @param {any} citation
 * @param {Ui} ui
 * @param {{but?: string, marks?: any[]}} [options] `but`: words that need no repeating; `marks`: in place of the whole
 */
function place(citation, ui, { but = "", marks = [] } = {}) {
  const box = make("div", { class: "place" });
  if (bare(citation.evidence) !== bare(but)) {
    const sentence = make("p", {}, ...marked(citation, marks));
    const given = { class: "evidence", lang: "zh", "aria-label": ui.t("evidence") };
    box.append(make("blockquote", given, sentence));
  }
  box.append(make("p", { class: "source", lang: "zh" }, sourceOf(citation, ui)));
  if (!citation.verified) box.append(make("p", { class: "unverified" }, ui.t("unverified")));
  return box;
}

/** Without the stop at its end. @param {string} text */
function bare(text) {
  return text.trim().replace(/[。．.！!？?；;]$/, "");
}

/** @param {any} citation @param {any[]} marks @returns {(string | HTMLElement)[]} */
function marked(citation, marks) {
  const from = citation.evidence_start;
  const length = [...citation.evidence].length;
  const inside = (marks.length > 0 ? marks : [citation])
    .map(({ start, end }) => ({ start: Math.max(0, start - from), end: Math.min(length, end - from) }))
    .filter(({ start, end }) => start < end && end - start < length)
    .sort((one, other) => one.start - other.start);
  const cuts = unitsOf(
    citation.evidence,
    inside.flatMap(({ start, end }) => [start, end]),
  );
  const parts = [];
  let at = 0;
  for (let cut = 0; cut < cuts.length; cut += 2) {
    parts.push(citation.evidence.slice(at, cuts[cut]));
    parts.push(make("mark", { class: "answer" }, citation.evidence.slice(cuts[cut], cuts[cut + 1])));
    at = cuts[cut + 1];
  }
  return [...parts, citation.evidence.slice(at)];
}

/** Document › headings · page or line. @param {any} citation @param {Ui} ui */
function sourceOf(citation, ui) {
  const where = [citation.document, ...citation.heading_path].join(" › ");
  return [where, ...whereOf(ui.t, citation)].join(" · ");
}

/** @param {any} citation @param {Ui} ui */
function openLink(citation, ui) {
  const { document_id: id, start, end } = citation;
  const href = `${ui.base}view/${id}#start=${start}&end=${end}&token=${encodeURIComponent(ui.token)}`;
  const label = ui.t("openAt", { place: sourceOf(citation, ui) });
  return make(
    "a",
    { class: "action", href, target: "_blank", rel: "noopener", "aria-label": label },
    icon("open"),
    ui.t("open"),
  );
}

/** @param {any} answer @param {Ui} ui */
function actions(answer, ui) {
  const [first] = answer.citations;
  const row = make("div", { class: "actions" });
  if (first !== undefined) row.append(openLink(first, ui));
  row.append(copyButton(answer, ui));
  return row;
}

/** @param {any} answer @param {Ui} ui */
function copyButton(answer, ui) {
  const label = make("span", {}, ui.t("copy"));
  const said = make("span", { class: "visually-hidden", role: "status" });
  const button = make("button", { type: "button", class: "action" }, icon("copy"), label);
  const say = (/** @type {string} */ words) => {
    label.textContent = words || ui.t("copy");
    said.textContent = words;
  };
  button.addEventListener("click", async () => {
    say(ui.t((await copyText(copied(answer, ui), button)) ? "copied" : "uncopied"));
    setTimeout(() => say(""), 3000);
  });
  return make("span", { class: "copy" }, button, said);
}

/** The answer, the sentence, and where it stands. @param {any} answer @param {Ui} ui */
function copied(answer, ui) {
  const [first] = answer.citations;
  if (first === undefined) return answer.text;
  const quote = bare(first.evidence) === bare(answer.text) ? "" : `“${first.evidence.trim()}”\n`;
  return `${answer.text}\n\n${quote}——${sourceOf(first, ui)}`;
}

/** @param {string} summary @param {any[]} citations @param {Ui} ui */
function folded(summary, citations, ui) {
  const list = citations.map((one) => make("li", {}, place(one, ui), openLink(one, ui)));
  return make("details", {}, make("summary", {}, summary), make("ul", { class: "places" }, ...list));
}
