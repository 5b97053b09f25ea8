// Who reads: whoever is signed in here (the cookie goes by itself), else a visitor of the widget whose publish token is
// in the link. A visit lasts half an hour and is taken up again under the same name.

import { Problem, send } from "../shared/http.js";

const KEPT = "yuanwen.viewer.visit";
/** A person in these cases may still be let in as everybody who has the link is. */
const REFUSED = new Set([401, 403, 404]);

/** @typedef {{published: string, token: string}} Visit */
/** @typedef {{get: (url: string, signal?: AbortSignal) => Promise<any>, visiting: () => boolean}} Reader */

/** @param {string} published a publish token, "" without one @returns {Reader} */
export function makeReader(published) {
  /** @type {Promise<Visit> | null} */
  let visit = null;

  /** @param {string} url @param {AbortSignal} [signal] */
  async function asPerson(url, signal) {
    try {
      return await send(url, { signal });
    } catch (error) {
      if (published === "" || !(error instanceof Problem) || !REFUSED.has(error.status)) throw error;
      visit = Promise.resolve(keptVisit(published) ?? begin(published));
      visit.catch(() => (visit = null));
      await visit.catch((refused) => {
        throw refused instanceof Problem && refused.status === 401 ? error : refused;
      });
      return asVisitor(url, signal);
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
      if (visit === mine) visit = begin(published, token); // others that wait for the same visit share it
      const fresh = await /** @type {Promise<Visit>} */ (visit);
      return send(url, { signal, headers: { Authorization: `Bearer ${fresh.token}` } });
    }
  }

  return {
    get: async (url, signal) => (await (visit === null ? asPerson : asVisitor)(url, signal)).json(),
    visiting: () => visit !== null,
  };
}

/**
 * @param {string} published
 * @param {string} [again] the token of a visit that has ended
 * @returns {Promise<Visit>}
 */
async function begin(published, again) {
  const json = again === undefined ? {} : { again };
  const headers = { Authorization: `Bearer ${published}` };
  const response = await send("/v1/widget/session", { method: "POST", headers, json });
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
