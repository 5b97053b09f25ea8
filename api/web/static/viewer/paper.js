// The text on the page. All of it is in the page's tree, in order, so that the browser finds, selects, prints and reads
// out what it always does; but only what is near the window is laid out (content-visibility), which is what keeps a
// document of millions of characters quick. Pieces that haven't come yet are empty boxes of about the right height.

import { lengthOf, sliceOf } from "../shared/text.js";
import { lastUpTo, blocksOf, PIECE } from "./blocks.js";
import { paint } from "./marks.js";

/** Paragraphs that are laid out together. */
const TOGETHER = 24;
/** Sizes as viewer.css has them, in the size of what they belong to: lines, and the room around blocks. */
const LINE = 1.9;
const GAP = 0.5;
const HEADING = { LINE: 1.5, GAP: 1.4 };
/** Size of headings in the text's own. */
const SIZES = /** @type {Record<string, number>} */ ({ H2: 1.4, H3: 1.18, H4: 1.04 });
/** Han characters that the first line is shorter by; and that stand beside the text. */
const INDENT = 2;
const BESIDE = 2.5;

/** @typedef {import("./blocks.js").Block} Block */
/** @typedef {import("./address.js").Span} Span */
/**
 * @typedef {object} Piece
 * @property {HTMLElement} element
 * @property {string | null} text null until it comes
 * @property {Block[]} blocks
 * @property {HTMLElement[]} elements one for each block
 * @property {{element: HTMLElement, first: number, end: number}[]} sections
 */
/** @typedef {{answer: Span, evidence: Span | null, current: boolean}} Marked */
/** @typedef {{piece: Piece, index: number, block: Block, element: HTMLElement}} Found */

export class Paper {
  /**
   * @param {HTMLElement} root
   * @param {number} characters of the whole document
   * @param {{level: number, start: number}[]} outline
   */
  constructor(root, characters, outline) {
    this.root = root;
    this.characters = characters;
    this.headings = headingsOf(outline);
    /** @type {Piece[]} */
    this.pieces = Array.from({ length: Math.ceil(characters / PIECE) }, () => emptyPiece());
    /** @type {Found[]} */
    this.painted = [];
    /** @type {Marked[]} */
    this.marked = [];
    root.replaceChildren(...this.pieces.map((piece) => piece.element));
    this.reckon();
  }

  /** Whether all of the text is here. */
  get whole() {
    return this.pieces.every((piece) => piece.text !== null);
  }

  /** A piece that has come. @param {number} number @param {string} text */
  fill(number, text) {
    const piece = this.pieces[number];
    if (piece.text !== null) return;
    piece.text = text;
    piece.blocks = blocksOf(text, number * PIECE);
    piece.elements = piece.blocks.map((block) => this.elementOf(block, text));
    piece.element.style.minBlockSize = "";
    piece.sections = together(piece);
    piece.element.append(...piece.sections.map((section) => section.element));
    this.join(number);
    this.join(number + 1);
    this.reckon();
    this.mark(this.marked);
  }

  /** @param {Block} block @param {string} text */
  elementOf(block, text) {
    const heading = block.continued ? undefined : this.headings.get(block.start);
    const element = document.createElement(heading ?? "p");
    element.textContent = text.slice(block.from, block.to);
    if (block.continued) element.className = "continued";
    if (heading !== undefined) element.tabIndex = -1;
    return element;
  }

  /** A line that goes on from the piece before looks like one. @param {number} number of the later piece */
  join(number) {
    const before = this.pieces[number - 1]?.text ?? "\n";
    const piece = this.pieces[number];
    if (!piece?.text || before.endsWith("\n") || piece.text.startsWith("\n")) return;
    piece.elements[0].classList.add("continued");
  }

  /** How high everything will be that isn't laid out yet, as far as can be told from the characters. */
  reckon() {
    const style = getComputedStyle(this.root);
    const size = Number.parseFloat(style.fontSize) || 16;
    const line = Math.max(8, Math.floor(this.root.clientWidth / size - BESIDE));
    this.pieces.forEach(({ text, element, sections, elements, blocks }, n) => {
      const characters = Math.min(PIECE, this.characters - n * PIECE);
      if (text === null) element.style.minBlockSize = `${(characters / line) * LINE * size}px`;
      for (const section of sections) {
        let height = 0;
        for (let k = section.first; k < section.end; k += 1) height += heightOf(elements[k], blocks[k], line);
        section.element.style.containIntrinsicBlockSize = `auto ${height * size}px`;
      }
    });
  }

  /** Marks these places, and no others. @param {Marked[]} places */
  mark(places) {
    this.marked = places;
    for (const { element, piece, block } of this.painted) {
      element.textContent = /** @type {string} */ (piece.text).slice(block.from, block.to);
      element.classList.remove("here");
    }
    const areas = places.flatMap(areasOf);
    this.painted = this.touched(areas);
    for (const { element, piece, block } of this.painted) {
      const mine = areas.filter((area) => area.start < block.end && block.start < area.end);
      paint(element, /** @type {string} */ (piece.text).slice(block.from, block.to), block.start, mine);
      element.classList.toggle(
        "here",
        mine.some((area) => area.current),
      );
    }
  }

  /** The answer that is being looked at, as far as its piece is here. @returns {HTMLElement | null} */
  get currentMark() {
    return this.root.querySelector("mark.current");
  }

  /** Blocks that spans touch, each once. @param {Span[]} spans @returns {Found[]} */
  touched(spans) {
    /** @type {Map<HTMLElement, Found>} */
    const found = new Map();
    for (const span of spans) {
      for (let one = this.at(span.start); one !== null && one.block.start < span.end; one = this.after(one)) {
        if (span.start < one.block.end) found.set(one.element, one);
      }
    }
    return [...found.values()];
  }

  /** The block that a code point stands in or, for a line break, before. @param {number} point @returns {Found | null} */
  at(point) {
    const piece = this.pieces[Math.floor(point / PIECE)];
    if (!piece?.text) return null;
    const index = lastUpTo(piece.blocks, point, (block) => block.start);
    return found(piece, Math.max(index, 0));
  }

  /**
   * The code point at a place of the page's tree; null outside the text that is here.
   * @param {Node} node
   * @param {number} offset as ranges have it
   */
  point(node, offset) {
    const inside = /** @type {Element | null} */ (node instanceof Element ? node : node.parentElement);
    const element = /** @type {HTMLElement | null | undefined} */ (inside?.closest(".piece > section > *"));
    if (!element) return this.pointBetween(node, offset);
    const piece = this.pieces.find((one) => one.element.contains(element));
    const block = piece?.blocks[piece.elements.indexOf(element)];
    if (!piece?.text || block === undefined) return null;
    const before = document.createRange();
    before.setStart(element, 0);
    before.setEnd(node, offset);
    const units = before.toString().length;
    return block.start + lengthOf(piece.text.slice(block.from, block.from + units));
  }

  /** The same between blocks: where the next one begins, or else the text ends. @param {Node} node @param {number} offset */
  pointBetween(node, offset) {
    const place = document.createRange();
    place.setStart(node, offset);
    for (const { blocks, elements } of this.pieces) {
      const next = elements.findIndex((element) => place.comparePoint(element, 0) >= 0);
      if (next >= 0) return blocks[next].start;
    }
    return this.whole ? this.characters : null;
  }

  /** The text between code points, as far as it is here. @param {number} start @param {number} end */
  textBetween(start, end) {
    return this.pieces
      .map(({ text }, n) => sliceOf(text ?? "", Math.max(0, start - n * PIECE), Math.max(0, end - n * PIECE)))
      .join("");
  }

  /** The block after another, as far as it is here. @param {Found} one @returns {Found | null} */
  after(one) {
    if (one.index + 1 < one.piece.blocks.length) return found(one.piece, one.index + 1);
    const next = this.pieces[this.pieces.indexOf(one.piece) + 1];
    return next?.text ? found(next, 0) : null;
  }

  /** The first block that reaches below a height of the window. @param {number} height @returns {Found | null} */
  atHeight(height) {
    const above = (/** @type {Element} */ element) => element.getBoundingClientRect().bottom <= height;
    const piece = this.pieces[firstNot(this.pieces, (one) => above(one.element))];
    if (!piece?.text) return null;
    const section = piece.sections[firstNot(piece.sections, (one) => above(one.element))];
    if (section === undefined) return null;
    const within = firstNot(piece.elements.slice(section.first, section.end), above);
    return found(piece, Math.min(section.first + within, section.end - 1));
  }
}

/** @param {Piece} piece @param {number} index @returns {Found | null} */
function found(piece, index) {
  const block = piece.blocks[index];
  return block === undefined ? null : { piece, index, block, element: piece.elements[index] };
}

/** @template T @param {readonly T[]} items @param {(item: T) => boolean} passed holds for the first ones only */
function firstNot(items, passed) {
  return lastUpTo(items, 0, (item) => (passed(item) ? 0 : 1)) + 1;
}

/** Real headings below the page's own; a document's levels are counted as it uses them. */
function headingsOf(/** @type {{level: number, start: number}[]} */ outline) {
  const levels = [...new Set(outline.map((heading) => heading.level))].sort((a, b) => a - b);
  const names = /** @type {const} */ (["h2", "h3", "h4"]);
  return new Map(
    outline.map(({ level, start }) => [start, names[Math.min(levels.indexOf(level), names.length - 1)]]),
  );
}

/** @returns {Piece} */
function emptyPiece() {
  const element = document.createElement("div");
  element.className = "piece";
  return { element, text: null, blocks: [], elements: [], sections: [] };
}

/** A piece's blocks in sections, which begin with headings where they can. @param {Piece} piece */
function together({ blocks, elements }) {
  /** @type {Piece["sections"]} */
  const sections = [];
  let first = 0;
  let width = 0;
  elements.forEach((_, n) => {
    width += blocks[n].width;
    const many = n + 1 - first;
    const next = elements[n + 1];
    const full = many >= TOGETHER * 2 || width > 8_000 || (many >= TOGETHER && next?.tagName !== "P");
    if (!full && next !== undefined) return;
    const element = document.createElement("section");
    element.append(...elements.slice(first, n + 1));
    sections.push({ element, first, end: n + 1 });
    first = n + 1;
    width = 0;
  });
  return sections;
}

/** How high a block will be, in sizes of the text. @param {HTMLElement} element @param {Block} block @param {number} line */
function heightOf({ tagName }, { width, continued }, line) {
  const size = SIZES[tagName];
  if (size !== undefined) return (Math.ceil((width * size) / line) * HEADING.LINE + HEADING.GAP) * size;
  return Math.ceil((width + (continued ? 0 : INDENT)) / line) * LINE + GAP;
}

/** @param {Marked} place @returns {import("./marks.js").Area[]} */
function areasOf({ answer, evidence, current }) {
  const areas = [{ ...answer, kind: /** @type {const} */ ("answer"), current }];
  return evidence === null
    ? areas
    : [...areas, { ...evidence, kind: /** @type {const} */ ("evidence"), current }];
}
