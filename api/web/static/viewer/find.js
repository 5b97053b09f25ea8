// Finding words in a text however they are written: width and case don't matter, and nothing shifts, since each UTF-16
// unit becomes one unit.

import { lastUpTo } from "./blocks.js";

/** @typedef {import("./paper.js").Paper} Paper */

/** @type {Uint16Array | null} */
let table = null;

/** What each unit is looked for as: its compatibility form (NFKC) in lower case, where that is one unit, too. */
function foldedUnits() {
  if (table !== null) return table;
  table = new Uint16Array(65_536);
  for (let code = 0; code < 65_536; code += 1) {
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    const folded = surrogate ? "" : String.fromCharCode(code).normalize("NFKC").toLowerCase();
    table[code] = folded.length === 1 ? folded.charCodeAt(0) : code;
  }
  return table;
}

/** @param {string} text @returns {string} of the same length */
export function fold(text) {
  const folded = foldedUnits();
  const units = new Uint16Array(text.length);
  for (let n = 0; n < text.length; n += 1) units[n] = folded[text.charCodeAt(n)];
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
}

/** The whole text of a paper that is complete, as it is searched. Positions are units of that text. */
export class Searched {
  /** @param {Paper} paper */
  constructor(paper) {
    this.paper = paper;
    const texts = paper.pieces.map((piece) => piece.text ?? "");
    let base = 0;
    this.bases = texts.map((text) => (base += text.length) - text.length);
    this.folded = fold(texts.join(""));
  }

  /** Where words stand. @param {string} words @returns {number[]} */
  occurrences(words) {
    const wanted = fold(words);
    /** @type {number[]} */
    const found = [];
    if (wanted === "") return found;
    const step = wanted.length;
    for (let at = this.folded.indexOf(wanted); at >= 0; at = this.folded.indexOf(wanted, at + step))
      found.push(at);
    return found;
  }

  /** The block that is seen at a height of the window, as `[start, end)`. @param {number} height */
  blockAt(height) {
    const found = this.paper.atHeight(height);
    if (found === null) return null;
    const base = this.bases[this.paper.pieces.indexOf(found.piece)];
    return { start: base + found.block.from, end: base + found.block.to };
  }

  /** A stretch of the text on the page. @param {number} start @param {number} end */
  rangeOf(start, end) {
    const range = document.createRange();
    const [first, from] = this.locate(start);
    const [last, to] = this.locate(end - 1);
    range.setStart(first, from);
    range.setEnd(last, to + 1);
    return range;
  }

  /** The text node, and the place in it, where a unit stands. @param {number} unit @returns {[Text, number]} */
  locate(unit) {
    const number = lastUpTo(this.bases, unit, (base) => base);
    const { blocks, elements } = this.paper.pieces[number];
    const local = unit - this.bases[number];
    const index = lastUpTo(blocks, local, (block) => block.from);
    let left = local - blocks[index].from;
    const walker = document.createTreeWalker(elements[index], NodeFilter.SHOW_TEXT);
    let node = /** @type {Text} */ (walker.nextNode());
    while (left >= node.length) {
      left -= node.length;
      node = /** @type {Text} */ (walker.nextNode());
    }
    return [node, left];
  }
}
