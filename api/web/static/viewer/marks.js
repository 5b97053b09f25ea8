// Highlighting in one block: a sentence as evidence, the answer in it.

import { lengthOf, unitsOf } from "../shared/text.js";

/**
 * @typedef {object} Area
 * @property {number} start code points, in the document
 * @property {number} end
 * @property {"evidence" | "answer"} kind
 * @property {boolean} current it belongs to the place that is being looked at
 */

/**
 * Shows a block's text with these areas marked, and nothing else marked.
 * @param {HTMLElement} element
 * @param {string} text
 * @param {number} start where the block begins
 * @param {Area[]} areas those that touch the block, which may go beyond it and overlap
 */
export function paint(element, text, start, areas) {
  const last = lengthOf(text);
  const inside = (/** @type {number} */ point) => Math.min(Math.max(point - start, 0), last);
  const local = areas.map((area) => ({ ...area, start: inside(area.start), end: inside(area.end) }));
  const points = [...new Set([0, last, ...local.flatMap((area) => [area.start, area.end])])];
  points.sort((a, b) => a - b);
  const units = unitsOf(text, points);
  const runs = points.slice(1).map((end, n) => ({
    text: text.slice(units[n], units[n + 1]),
    over: local.filter((area) => area.start <= points[n] && end <= area.end),
  }));
  element.replaceChildren(...nodesOf(runs));
}

/** @param {{text: string, over: Area[]}[]} runs */
function nodesOf(runs) {
  /** @type {Node[]} */
  const nodes = [];
  /** @type {HTMLElement | null} */
  let evidence = null;
  for (const { text, over } of runs) {
    const answers = over.filter((area) => area.kind === "answer");
    const node = answers.length > 0 ? answerMark(text, answers) : document.createTextNode(text);
    if (over.length === answers.length) {
      evidence = null;
      nodes.push(node);
      continue;
    }
    if (evidence === null) {
      evidence = mark("evidence");
      nodes.push(evidence);
    }
    evidence.append(node);
  }
  return nodes;
}

/** @param {string} text @param {Area[]} answers */
function answerMark(text, answers) {
  const element = mark("answer");
  element.textContent = text;
  element.classList.toggle(
    "current",
    answers.some((area) => area.current),
  );
  return element;
}

/** @param {string} kind */
function mark(kind) {
  const element = document.createElement("mark");
  element.className = kind;
  return element;
}
