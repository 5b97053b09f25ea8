// What a citation says and where it stands, as people see it.

import { html } from "../vendor/preact.js";
import { unitsOf } from "../shared/text.js";

/**
 * Where the viewer opens at a place.
 * @param {{document_id: number, start: number, end: number}} place code points, half-open
 */
export function viewOf({ document_id, start, end }) {
  return `/view/${document_id}#start=${start}&end=${end}`;
}

/**
 * A place out of the address of a viewer's page; null where it isn't one.
 * @param {string} address whole, or its path
 * @returns {{document_id: number, start: number, end: number} | null}
 */
export function placeOf(address) {
  let url;
  try {
    url = new URL(address.trim(), location.href);
  } catch {
    return null;
  }
  const number = /\/view\/(\d+)$/.exec(url.pathname)?.[1];
  const told = new URLSearchParams(url.hash.slice(1));
  const [start, end] = [Number(told.get("start") ?? NaN), Number(told.get("end") ?? NaN)];
  if (number === undefined || !Number.isInteger(start) || !Number.isInteger(end) || start >= end) return null;
  return { document_id: Number(number), start, end };
}

/**
 * A sentence with the answer marked inside. Positions are code points.
 * @param {{text: string, offset: number, start: number, end: number}} props `offset`: of `text` in what start and end
 *   count in
 */
export function Marked({ text, offset, start, end }) {
  const [from, to] = unitsOf(text, [Math.max(0, start - offset), Math.max(0, end - offset)]);
  return html`<mark class="evidence"
    >${text.slice(0, from)}<mark class="answer">${text.slice(from, to)}</mark>${text.slice(to)}</mark
  >`;
}

/** Where it is in the document, outermost first. @param {{title: string, heading_path: string[]}} props */
export function Trail({ title, heading_path }) {
  return html`<span class="trail">${[title, ...heading_path].join(" › ")}</span>`;
}

/** `85%`, with a decimal where it is nearly 0 or 1. @param {number} share in [0, 1] */
export function percent(share) {
  if (share > 0 && share < 0.001) return "<0.1%";
  if (share < 1 && share > 0.999) return ">99.9%";
  const digits = share < 0.1 || share > 0.99 ? 1 : 0;
  return `${(share * 100).toFixed(digits).replace(/\.0$/, "")}%`;
}
