// Positions that the service gives count Unicode code points; JavaScript's strings count UTF-16 units.

/**
 * The UTF-16 positions of code point positions.
 * @param {string} text
 * @param {readonly number[]} positions ascending, each in [0, number of code points]
 * @returns {number[]} where `text.slice` cuts for each
 */
export function unitsOf(text, positions) {
  const units = [];
  let point = 0;
  let unit = 0;
  for (const position of positions) {
    while (point < position && unit < text.length) {
      unit += /** @type {number} */ (text.codePointAt(unit)) > 0xffff ? 2 : 1;
      point += 1;
    }
    units.push(unit);
  }
  return units;
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end code points, half-open
 */
export function sliceOf(text, start, end) {
  const [from, to] = unitsOf(text, [start, end]);
  return text.slice(from, to);
}

/** How many code points a string has. @param {string} text */
export function lengthOf(text) {
  let points = 0;
  for (let unit = 0; unit < text.length; points += 1) {
    unit += /** @type {number} */ (text.codePointAt(unit)) > 0xffff ? 2 : 1;
  }
  return points;
}
