// What a link says: the document in the path; in the fragment its places, which of them comes first, a section of the
// outline, and a widget's publish token. Positions are Unicode code points, half-open.

/** @typedef {{start: number, end: number}} Span */
/**
 * @typedef {object} Fragment
 * @property {Span[]} spans the places, in the link's order
 * @property {number} at which of them is shown first
 * @property {number | null} section where a heading of the outline begins: goes before the places
 * @property {string} token a widget's publish token, "" without one
 * @property {boolean} broken something that was meant as a place is none
 */

/** Places that one link may name; each is checked against the upload. */
const MOST = 50;

/** @param {string} path @returns {number | null} the document's number */
export function documentOf(path) {
  const found = /^\/view\/([1-9]\d{0,15})\/?$/.exec(path);
  return found === null ? null : Number(found[1]);
}

/** @param {string} hash @returns {Fragment} */
export function readFragment(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const starts = given.getAll("start").map(whole);
  const ends = given.getAll("end").map(whole);
  const spans = starts.map((start, n) => ({ start: start ?? 0, end: ends[n] ?? 0 }));
  const good = spans.filter(({ start, end }, n) => starts[n] !== null && start < end).slice(0, MOST);
  const at = (whole(given.get("at")) ?? 1) - 1;
  const token = given.get("token") ?? "";
  return {
    spans: good,
    at: Math.min(Math.max(at, 0), Math.max(good.length - 1, 0)),
    section: whole(given.get("section")),
    token: /^ywc_[\w-]+$/.test(token) ? token : "",
    broken: good.length < Math.min(Math.max(starts.length, ends.length), MOST),
  };
}

/** The fragment that says so. @param {Partial<Fragment>} said */
export function fragmentOf({ spans = [], at = 0, section = null, token = "" }) {
  const said = new URLSearchParams();
  for (const { start, end } of spans) {
    said.append("start", String(start));
    said.append("end", String(end));
  }
  if (at > 0) said.set("at", String(at + 1));
  if (section !== null) said.set("section", String(section));
  if (token !== "") said.set("token", token);
  return said.size === 0 ? "" : `#${said}`;
}

/** @param {string | null} text */
function whole(text) {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
