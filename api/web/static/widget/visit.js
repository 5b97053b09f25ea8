// A visitor's session: the publish token, which is public, is exchanged for a token of half an hour. It is kept for the
// tab, and renewed when it has expired, under the same visitor.

import { Problem, send } from "../shared/http.js";
import { keep, kept } from "./kept.js";

/** @typedef {{token: string, expires: number, appearance: Record<string, any>, longest: number}} Begun */

/** Milliseconds before each next try where the service couldn't be reached: it takes some 20 seconds to restart. */
const WAITS = [1000, 2000, 3000, 5000, 5000, 8000];
/** The same where it seems to refuse this page: a connection may have broken at just that request. */
const DOUBTS = [500, 1500];

/** The channel can't be used (here). */
export class Shut extends Problem {}

/** @param {number} milliseconds @param {AbortSignal} [signal] ends the wait early */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}

/**
 * Tries again where the service couldn't be reached.
 * @template T
 * @param {() => Promise<T>} work
 * @param {{signal?: AbortSignal, waiting?: () => void}} [options] `waiting` is told of each wait
 */
export async function insisting(work, { signal, waiting } = {}) {
  for (const wait of WAITS) {
    try {
      return await work();
    } catch (error) {
      const lost = error instanceof Problem && error.status === 0 && navigator.onLine;
      if (!lost || signal?.aborted) throw error;
      waiting?.();
      await pause(wait, signal);
    }
  }
  return work();
}

export class Visit {
  /** @type {Promise<Begun> | null} */
  #begun = null;

  /** @param {string} base address of the service @param {string} published @param {string} key to keep it under */
  constructor(base, published, key) {
    this.base = base;
    this.published = encodeURIComponent(published); // of a real one nothing changes, and others fit into a header, too
    this.key = key;
  }

  /** The visit, begun where there is none. @returns {Promise<Begun>} */
  ready() {
    const known = /** @type {Begun | null} */ (kept(this.key));
    this.#begun ??=
      known !== null && known.expires > Date.now() ? Promise.resolve(known) : this.#begin(known?.token);
    this.#begun.catch(() => (this.#begun = null));
    return this.#begun;
  }

  /**
   * As the visitor. @param {string} path @param {import("../shared/http.js").Options} [options]
   * @returns {Promise<Response>} @throws {Problem}
   */
  async send(path, options = {}) {
    const visit = this.ready();
    const { token } = await visit;
    try {
      return await this.#as(token, path, options);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      keep(this.key, { ...kept(this.key), token, expires: 0 });
      if (this.#begun === visit) this.#begun = null; // others that were refused with it share the next one
      return this.#as((await this.ready()).token, path, options);
    }
  }

  /** @param {string} token @param {string} path @param {import("../shared/http.js").Options} options */
  #as(token, path, options) {
    return send(this.base + path, { ...options, headers: { Authorization: `Bearer ${token}` } });
  }

  /** @param {string} [again] token of the visit before @returns {Promise<Begun>} */
  async #begin(again) {
    const response = await this.#exchange(again === undefined ? {} : { again });
    const { token, expires_at, appearance, question_chars } = await response.json();
    const begun = { token, expires: Date.parse(expires_at), appearance, longest: question_chars };
    keep(this.key, begun);
    return begun;
  }

  /** @param {object} json @returns {Promise<Response>} */
  async #exchange(json) {
    const headers = { Authorization: `Bearer ${this.published}` };
    for (let tries = 0; ; tries += 1) {
      try {
        return await send(`${this.base}v1/widget/session`, { method: "POST", json, headers });
      } catch (error) {
        const problem = /** @type {Problem} */ (error);
        if (problem.status === 401 || problem.status === 403) throw new Shut(problem.status, problem.body);
        if (!(await this.#unreadable(problem))) throw problem;
        if (tries === DOUBTS.length) throw new Shut(403, { title: "NotAllowed" });
      }
      await pause(DOUBTS[tries]);
    }
  }

  /**
   * A page whose origin no open channel allows may not even read the refusal: to it the service seems away, though what
   * everybody may read is there.
   * @param {Problem} problem
   */
  async #unreadable(problem) {
    if (problem.status !== 0 || !navigator.onLine) return false;
    const there = await fetch(new URL(import.meta.url), { cache: "no-store" }).catch(() => null);
    return there?.ok === true;
  }
}
