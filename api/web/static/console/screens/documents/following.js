// A job as it goes on, over lost connections and restarts of the service.

import { eventsOf, Problem } from "../../../shared/http.js";

/** From so many files on, each look at all of them is worth saving. */
const MANY = 50;
const SELDOM_MS = 1500;
const LONGEST_PAUSE_MS = 15_000;

/** What trying again doesn't change. */
const FINAL = new Set([401, 403, 404]);

/**
 * @param {import("../../app.js").AppValue["api"]} api
 * @param {string} id
 * @param {{changed: (job: any) => void, lost: (is: boolean) => void, signal: AbortSignal}} options `changed` gets the
 *   job with its files; `lost`: whether the service can't be heard at present
 * @returns {Promise<void>} when it has ended
 * @throws {Problem} it isn't there, or not for us; `AbortError` where the signal ended it
 */
export async function follow(api, id, { changed, lost, signal }) {
  for (let failures = 0; ; failures += 1) {
    try {
      const response = await api.call("GET", `/v1/jobs/${id}/events`, { signal });
      lost(false);
      if (await heardToTheEnd(api, id, response, changed)) return;
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Problem && FINAL.has(error.status)) throw error;
      lost(true);
    }
    await pause(Math.min(1000 * 2 ** failures, LONGEST_PAUSE_MS));
  }
}

/**
 * @param {import("../../app.js").AppValue["api"]} api
 * @param {string} id
 * @param {Response} response
 * @param {(job: any) => void} changed
 * @returns {Promise<boolean>} whether the job has ended, rather than the process that told of it
 */
async function heardToTheEnd(api, id, response, changed) {
  let looked = -Infinity;
  for await (const { event, data } of eventsOf(response)) {
    if (event === "error") return false;
    const soon = data.total > MANY && performance.now() - looked < SELDOM_MS;
    if (event === "end" || !soon) {
      changed(await api.get(`/v1/jobs/${id}`));
      looked = performance.now();
    }
    if (event === "end") return true;
  }
  return false;
}

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Lets so many work at the same time; the others wait for their turn. Browsers open six connections to a service of
 * HTTP/1.1, and one is taken for as long as a job is followed.
 * @param {number} most
 */
export function turns(most) {
  let free = most;
  /** @type {(() => void)[]} */
  const waiting = [];
  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise((resolve) => waiting.push(() => resolve(null)));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
