// Colours that can be read: contrast after WCAG 2.2 (relative luminance). Colours are "#rrggbb".

/** @param {string} color @returns {number[]} red, green, blue in [0, 255] */
function partsOf(color) {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}

/** @param {string} color */
function luminance(color) {
  const [r, g, b] = partsOf(color).map((part) => {
    const share = part / 255;
    return share > 0.04045 ? ((share + 0.055) / 1.055) ** 2.4 : share / 12.92;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** From 1 to 21. @param {string} one @param {string} other */
export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** @param {string} one @param {string} other @param {number} share of the other, in [0, 1] */
export function mix(one, other, share) {
  const others = partsOf(other);
  const mixed = partsOf(one).map((part, at) => Math.round(part + (others[at] - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever is read better: 4.58 at least. @param {string} color */
export function inkOn(color) {
  return contrast(color, "#000000") > contrast(color, "#ffffff") ? "#000000" : "#ffffff";
}

/**
 * The colour, as much lighter or darker as it takes.
 * @param {string} color
 * @param {string[]} grounds all lighter than the colour becomes, or all darker
 * @param {number} least contrast with each of them
 */
export function readableOn(color, grounds, least) {
  const ink = inkOn(grounds[0]);
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, ink, share);
    if (grounds.every((ground) => contrast(mixed, ground) >= least)) return mixed;
  }
  return ink;
}
