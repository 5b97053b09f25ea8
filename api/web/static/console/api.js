// The service as the signed-in person: cookies go by themselves, what changes something also carries the CSRF token.
// Where the session has ended, a request waits until the person has signed in again, and is then sent once more; so it
// is where they have signed in anew in another tab. It is never sent as anybody but who was signed in at first.

import { Problem, send } from "../shared/http.js";
import { uploaded } from "./uploaded.js";

/**
 * @typedef {object} Door
 * @property {() => import("./session.js").Session | null} now who is signed in, as far as is known
 * @property {() => Promise<boolean>} signedInAgain called when the session has ended; false where it stays ended
 * @property {() => Promise<void>} renewed called when there is another session by now, to find out whose
 */

/** @param {Door} door */
export function makeApi({ now, signedInAgain, renewed }) {
  const person = () => now()?.user.id;
  /** @param {string} url @param {any} error @returns {Promise<boolean>} whether another try makes sense */
  async function mended(url, error) {
    if (!(error instanceof Problem)) return false;
    if (error.status === 401 && url !== "/v1/session") return signedInAgain();
    if (error.title !== "WrongCsrf") return false;
    await renewed();
    return true;
  }
  /**
   * @template T
   * @param {string} url
   * @param {() => Promise<T>} request
   * @returns {Promise<T>}
   */
  async function held(url, request) {
    const mine = person();
    try {
      return await request();
    } catch (error) {
      if (!(await mended(url, error)) || person() !== mine) throw error;
      return request();
    }
  }
  /** @param {string} method @param {Record<string, string>} [headers] @returns {Record<string, string>} */
  const headersOf = (method, headers = {}) =>
    method === "GET" ? headers : { "X-CSRF-Token": now()?.csrf ?? "", ...headers };
  /**
   * @param {string} method
   * @param {string} url
   * @param {import("../shared/http.js").Options} [options]
   */
  const call = (method, url, options = {}) =>
    held(url, () => send(url, { ...options, method, headers: headersOf(method, options.headers) }));
  /** @param {Response} response */
  const bodyOf = async (response) => (response.status === 204 ? null : response.json());
  return {
    call,
    /** @param {string} url @param {Record<string, any>} [query] what is null, undefined or "" is left out */
    get: async (url, query = {}) => bodyOf(await call("GET", withQuery(url, query))),
    /** @param {string} url @param {any} [json] */
    post: async (url, json) => bodyOf(await call("POST", url, { json })),
    /** @param {string} url @param {any} json */
    put: async (url, json) => bodyOf(await call("PUT", url, { json })),
    /** @param {string} url @param {any} json */
    patch: async (url, json) => bodyOf(await call("PATCH", url, { json })),
    /** @param {string} url */
    remove: async (url) => bodyOf(await call("DELETE", url)),
    /**
     * A form with files, as it goes.
     * @param {string} method
     * @param {string} url
     * @param {FormData} body
     * @param {{signal?: AbortSignal, progress: (sent: number) => void}} options `progress` gets the bytes so far
     * @returns {Promise<any>} what was answered
     */
    upload: (method, url, body, options) =>
      held(url, () => uploaded(url, { ...options, method, body, headers: headersOf(method) })),
  };
}

/** @param {string} url @param {Record<string, any>} query */
export function withQuery(url, query) {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  const encoded = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return encoded === "" ? url : `${url}?${encoded}`;
}
