// Who reads: whoever is signed in here (the cookie goes by itself), else a visitor of the widget whose publish token is
// in the link. A visit lasts half an hour and is taken up again under the same name.

import { Problem, send } from "../shared/http.js";

const KEPT = "yuanwen.viewer.visit";
/** A person in these cases may still be let in as everybody who has the link is. */
const REFUSED = new Set([401, 403, 404]);

/** @typedef {{published: string, token: string}} Visit */
/**
 * @typedef {object} Reader
 * @property {(url: string, signal?: AbortSignal) => Promise<any>} get what is JSON
 * @property {(url: string, signal?: AbortSignal) => Promise<Blob>} picture
 * @property {() => boolean} visiting
 */

/** The publish token in the link holds no longer: its widget was given another, or switched off. */
export class Lapsed extends Problem {}

/** @param {string} published a publish token, "" without one @returns {Reader} */
export function makeReader(published) {
  /** @type {Promise<Visit> | null} */
  let visit = null;

  /** What several requests wait for at once; one that fails is forgotten, and the next tries everything anew. */
  const share = (/** @type {Promise<Visit>} */ coming) => {
    visit = coming;
    coming.catch(() => (visit = visit === coming ? null : visit));
    return coming;
  };

  /** @param {string} url @param {AbortSignal} [signal] */
  async function asPerson(url, signal) {
    try {
      return await send(url, { signal });
    } catch (error) {
      if (published === "" || !(error instanceof Problem) || !REFUSED.has(error.status)) throw error;
      if (visit === null) share(Promise.resolve(keptVisit(published) ?? begin(published)));
      return asVisitor(url, signal).catch((refused) => {
        // Who is signed in is told of their own rights.
        throw refused instanceof Lapsed && error.status !== 401 ? error : refused;
      });
    }
  }

  /** @param {string} url @param {AbortSignal} [signal] @returns {Promise<Response>} */
  async function asVisitor(url, signal) {
    const mine = /** @type {Promise<Visit>} */ (visit);
    const { token } = await mine;
    try {
      return await send(url, { signal, headers: { Authorization: `Bearer ${token}` } });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      // Others that waited for the same visit share the one that follows it.
      const coming = visit === null || visit === mine ? share(begin(published, token)) : visit;
      const fresh = await coming;
      return send(url, { signal, headers: { Authorization: `Bearer ${fresh.token}` } });
    }
  }

  /** @param {string} url @param {AbortSignal} [signal] */
  const fetched = (url, signal) => (visit === null ? asPerson : asVisitor)(url, signal);
  return {
    get: async (url, signal) => (await fetched(url, signal)).json(),
    picture: async (url, signal) => (await fetched(url, signal)).blob(),
    visiting: () => visit !== null,
  };
}

/**
 * @param {string} published
 * @param {string} [again] the token of a visit that has ended
 * @returns {Promise<Visit>}
 * @throws {Lapsed | Problem}
 */
async function begin(published, again) {
  const json = again === undefined ? {} : { again };
  const headers = { Authorization: `Bearer ${published}` };
  const response = await send("/v1/widget/session", { method: "POST", headers, json }).catch((error) => {
    throw error instanceof Problem && error.status === 401 ? new Lapsed(401, error.body ?? {}) : error;
  });
  const visit = { published, token: (await response.json()).token };
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(visit));
  } catch {
    // a browser that keeps nothing
  }
  return visit;
}

/** @param {string} published @returns {Visit | null} */
function keptVisit(published) {
  try {
    const visit = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return visit?.published === published && typeof visit.token === "string" ? visit : null;
  } catch {
    return null; // a browser that keeps nothing
  }
}
