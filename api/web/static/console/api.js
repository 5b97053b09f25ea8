// The service as the signed-in person: cookies go by themselves, what changes something also carries the CSRF token.

import { Problem, send } from "../shared/http.js";

/**
 * @param {string} csrf
 * @param {() => void} onSignedOut called when the session has ended
 */
export function makeApi(csrf, onSignedOut) {
  /**
   * @param {string} method
   * @param {string} url
   * @param {import("../shared/http.js").Options} [options]
   */
  async function call(method, url, options = {}) {
    const headers = method === "GET" ? options.headers : { "X-CSRF-Token": csrf, ...options.headers };
    try {
      return await send(url, { ...options, method, headers });
    } catch (error) {
      if (error instanceof Problem && error.status === 401 && url !== "/v1/session") onSignedOut();
      throw error;
    }
  }
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
    csrf,
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
