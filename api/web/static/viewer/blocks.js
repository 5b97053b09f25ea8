// A piece of the text as blocks: what stands between line breaks, with its place in code points and in UTF-16 units.

/** Code points that one request brings; the service sends no more at once. */
export const PIECE = 1_000_000;

/** Units of the longest block. A line of a million characters would keep the browser busy for seconds. */
const LONGEST = 4_000;

/** @type {ReadonlySet<string>} */
const SENTENCE_ENDS = new Set("。！？；.!?;");

/**
 * @typedef {object} Block
 * @property {number} start code points, in the document
 * @property {number} end
 * @property {number} from units, in the piece
 * @property {number} to
 * @property {number} width about as many Han characters
 * @property {boolean} continued its line begins in the block before
 */

/** @param {string} text of a piece @param {number} start where it begins, in code points @returns {Block[]} */
export function blocksOf(text, start) {
  /** @type {Block[]} */
  const blocks = [];
  let point = start;
  let from = 0;
  while (from < text.length) {
    const found = text.indexOf("\n", from);
    const end = found < 0 ? text.length : found;
    for (let begin = from; begin < end;) {
      const to = cut(text, begin, end);
      const { points, width } = measured(text, begin, to);
      blocks.push({ start: point, end: point + points, from: begin, to, width, continued: begin > from });
      point += points;
      begin = to;
    }
    from = end + 1;
    point += 1;
  }
  return blocks;
}

/** Where the block that begins at `from` ends: with its line, or with a sentence. */
function cut(/** @type {string} */ text, /** @type {number} */ from, /** @type {number} */ end) {
  if (end - from <= LONGEST) return end;
  let to = from + LONGEST;
  while (to > from + LONGEST / 2 && !SENTENCE_ENDS.has(text[to - 1])) to -= 1;
  if (!SENTENCE_ENDS.has(text[to - 1])) to = from + LONGEST;
  return isLow(text.charCodeAt(to)) ? to - 1 : to;
}

/** How many code points, and about how wide. */
function measured(/** @type {string} */ text, /** @type {number} */ from, /** @type {number} */ to) {
  let points = to - from;
  let width = 0;
  for (let unit = from; unit < to; unit += 1) {
    const code = text.charCodeAt(unit);
    if (isLow(code)) points -= 1;
    else width += code < 0x2e80 ? 0.55 : 1;
  }
  return { points, width };
}

/** @param {number} code */
function isLow(code) {
  return code >= 0xdc00 && code <= 0xdfff;
}

/**
 * The last of `items`, which ascend by `key`, that doesn't come after `value`; -1 if all do.
 * @template T
 * @param {readonly T[]} items
 * @param {number} value
 * @param {(item: T) => number} key
 */
export function lastUpTo(items, value, key) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(items[middle]) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
