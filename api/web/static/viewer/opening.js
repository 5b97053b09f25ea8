// Opening a document: what is known about it, its first piece, then the others, and the places that the link names.

import { useCallback, useEffect, useMemo, useState } from "../vendor/preact.js";
import { Problem } from "../shared/http.js";
import { PIECE } from "./blocks.js";
import { makeReader } from "./reader.js";
import { staying } from "./scrolling.js";

/** Characters that the service says the place of; an answer is far shorter. */
const LONGEST_PLACE = 10_000;

/** @typedef {import("./address.js").Span} Span */
/** @typedef {import("./paper.js").Paper} Paper */
/** @typedef {{id: number, collection: string, source: string, title: string, media_type: string, encoding: string,
 *   sha256: string, size: number, characters: number, passages: number, added_at: string}} DocumentRecord */
/** @typedef {{level: number, title: string, start: number, end: number}} Heading */
/** @typedef {{start: number, end: number, quote: string, heading_path: string[], page: number | null,
 *   first_line: number, last_line: number, evidence_start: number, evidence_end: number, verified: boolean,
 *   boxes: Box[], parts: import("../shared/where.js").Part[]}} Citation */
/** @typedef {{page: number, left: number, top: number, right: number, bottom: number}} Box shares of the page */
/**
 * @typedef {object} Opened
 * @property {DocumentRecord} record
 * @property {string} shelf the collection's title
 * @property {Heading[]} outline
 * @property {boolean} visiting as a widget's visitor
 * @property {(number: number) => Promise<string>} piece
 * @property {number} first the piece that came first
 * @property {string} text of that piece
 * @property {(url: string, signal?: AbortSignal) => Promise<any>} get
 * @property {(url: string, signal?: AbortSignal) => Promise<Blob>} picture
 */

/**
 * @param {number | null} id
 * @param {string} token
 * @param {number} point that is to be seen first
 * @returns {{opened: Opened | null, error: Error | null, again: () => void}}
 */
export function useOpened(id, token, point) {
  const [state, setState] = useState(
    /** @type {{opened: Opened | null, error: Error | null}} */ ({ opened: null, error: null }),
  );
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (id === null) return setState({ opened: null, error: new Problem(404) });
    const ending = new AbortController();
    setState({ opened: null, error: null });
    open(id, token, point, ending.signal).then(
      (opened) => ending.signal.aborted || setState({ opened, error: null }),
      (error) => ending.signal.aborted || setState({ opened: null, error }),
    );
    return () => ending.abort();
  }, [id, token, round]);
  return { ...state, again: useCallback(() => setRound((n) => n + 1), []) };
}

/**
 * @param {number} id
 * @param {string} token
 * @param {number} point
 * @param {AbortSignal} signal
 * @returns {Promise<Opened>}
 */
async function open(id, token, point, signal) {
  const reader = makeReader(token);
  /** @type {DocumentRecord} */
  const record = await reader.get(`/v1/documents/${id}`, signal);
  const first = point < record.characters ? Math.floor(point / PIECE) : 0;
  const [body, shelf] = await Promise.all([
    reader.get(textUrl(record, first), signal),
    shelfOf(reader, record.collection, signal),
  ]);
  /** @type {Map<number, Promise<string>>} */
  const pieces = new Map([[first, Promise.resolve(body.text)]]);
  const piece = (/** @type {number} */ number) => {
    const coming =
      pieces.get(number) ??
      reader.get(textUrl(record, number)).then((found) => /** @type {string} */ (found.text));
    pieces.set(number, coming);
    coming.catch(() => pieces.delete(number)); // to be asked for again
    return coming;
  };
  const { outline, text } = body;
  const { get, picture } = reader;
  return { record, shelf, outline, text, first, piece, get, picture, visiting: reader.visiting() };
}

/** @param {DocumentRecord} record @param {number} number */
function textUrl({ id, characters }, number) {
  return `/v1/documents/${id}/text?start=${number * PIECE}&end=${Math.min((number + 1) * PIECE, characters)}`;
}

/** @param {import("./reader.js").Reader} reader @param {string} name @param {AbortSignal} signal */
async function shelfOf(reader, name, signal) {
  try {
    return (await reader.get(`/v1/collections/${encodeURIComponent(name)}`, signal)).title;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return name; // just emptied
    throw error;
  }
}

/**
 * Fills the paper with the pieces that are missing, the nearest first.
 * @param {Opened} opened
 * @param {Paper | null} paper
 */
export function useRest(opened, paper) {
  const [state, setState] = useState(
    /** @type {{whole: boolean, error: Error | null}} */ ({ whole: false, error: null }),
  );
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (paper === null) return undefined;
    let ended = false;
    const fill = async () => {
      for (const number of nearestFirst(paper.pieces.length, opened.first)) {
        const text = await opened.piece(number);
        if (ended) return;
        staying(paper.atHeight(innerHeight / 3)?.element, () => paper.fill(number, text));
        await new Promise((resolve) => setTimeout(resolve));
      }
      setState({ whole: true, error: null });
    };
    setState({ whole: paper.whole, error: null });
    fill().catch((error) => ended || setState({ whole: false, error }));
    return () => void (ended = true);
  }, [opened, paper, round]);
  return { ...state, again: () => setRound((n) => n + 1) };
}

/** @param {number} count @param {number} first */
function nearestFirst(count, first) {
  const numbers = Array.from({ length: count }, (_, n) => n);
  return numbers.sort((a, b) => Math.abs(a - first) - Math.abs(b - first));
}

/**
 * @typedef {object} PlaceState
 * @property {Span} span
 * @property {"asking" | "known" | "outside" | "long" | "failed"} state
 * @property {Citation | null} citation
 * @property {Error | null} error why it failed
 */

/**
 * What the service says of each place: its sentence, where it stands, whether the upload says the same.
 * @param {Opened} opened
 * @param {Span[]} spans
 * @returns {{places: PlaceState[], again: () => void}}
 */
export function usePlaces(opened, spans) {
  const key = spans.map(({ start, end }) => `${start}-${end}`).join();
  const [known, setKnown] = useState(/** @type {Record<string, Citation | Error>} */ ({}));
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    const ask = async (/** @type {Span} */ span) => {
      const url = `/v1/documents/${opened.record.id}/place?start=${span.start}&end=${span.end}`;
      const told = await opened.get(url, ending.signal).catch((error) => error);
      if (!ending.signal.aborted) setKnown((now) => ({ ...now, [nameOf(span)]: told }));
    };
    setKnown({});
    for (const span of spans) if (fits(span, opened.record)) void ask(span);
    return () => ending.abort();
  }, [opened, key, round]);
  const places = useMemo(
    () => spans.map((span) => stateOf(span, opened.record, known[nameOf(span)])),
    [opened, key, known],
  );
  return { places, again: () => setRound((n) => n + 1) };
}

/** @param {Span} span */
function nameOf({ start, end }) {
  return `${start}-${end}`;
}

/** @param {Span} span @param {DocumentRecord} record */
function fits({ start, end }, { characters }) {
  return end <= characters && end - start <= LONGEST_PLACE;
}

/** @param {Span} span @param {DocumentRecord} record @param {Citation | Error | undefined} told @returns {PlaceState} */
function stateOf(span, record, told) {
  const place = { span, citation: null, error: null };
  if (span.end > record.characters) return { ...place, state: "outside" };
  if (!fits(span, record)) return { ...place, state: "long" };
  if (told === undefined) return { ...place, state: "asking" };
  if (told instanceof Error) return { ...place, state: "failed", error: told };
  return { ...place, state: "known", citation: told };
}
