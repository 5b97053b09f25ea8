// One conversation with the service: asking, what was asked before, judging answers. Knows nothing of how it looks.

import { Problem, eventsOf } from "../shared/http.js";
import { keep, kept } from "./kept.js";
import { insisting } from "./visit.js";

/** Turns of an earlier conversation that are fetched at once. */
const TURNS = 20;

/** @typedef {(event: "understood" | "passages" | "waiting", data?: any) => void} Hearing */

export class Talk {
  /** @param {import("./visit.js").Visit} visit @param {string} key to keep the conversation's number under */
  constructor(visit, key) {
    this.visit = visit;
    this.key = key;
  }

  /** Whether something was asked before. */
  get begun() {
    return kept(this.key) !== null;
  }

  forget() {
    keep(this.key, null);
  }

  /**
   * @param {string} question
   * @param {AbortSignal} signal
   * @param {Hearing} hear
   * @returns {Promise<any>} the answer @throws {Problem}
   */
  async ask(question, signal, hear) {
    const options = { signal, waiting: () => hear("waiting") };
    const number = kept(this.key);
    try {
      return await insisting(() => this.#ask(question, signal, hear), options);
    } catch (error) {
      if (!this.#gone(error, number)) throw error;
      return insisting(() => this.#ask(question, signal, hear), options);
    }
  }

  /** @param {string} question @param {AbortSignal} signal @param {Hearing} hear */
  async #ask(question, signal, hear) {
    const json = { question, conversation: kept(this.key) ?? "new" };
    const response = await this.visit.send("v1/ask/stream", { method: "POST", json, signal });
    for await (const { event, data } of eventsOf(response)) {
      if (event === "error")
        throw new Problem(data.status, { ...data, retryAfter: data.retry_after, body: data });
      if (event === "answer") {
        keep(this.key, data.conversation);
        return data;
      }
      hear(/** @type {"understood" | "passages"} */ (event), data);
    }
    throw new Problem(0, { title: "Offline", detail: "the stream ended early" });
  }

  /** Whether that conversation is another visitor's by now, or deleted; then it is forgotten. @param {unknown} error @param {any} number */
  #gone(error, number) {
    const gone = error instanceof Problem && error.status === 404 && number !== null;
    if (gone && kept(this.key) === number) this.forget();
    return gone;
  }

  /**
   * Earlier turns, oldest first.
   * @param {string | null} before what `next` was the time before, null at first
   * @param {() => void} waiting is told of each wait for the service
   * @returns {Promise<{turns: any[], next: string | null}>}
   */
  async earlier(before, waiting) {
    const number = kept(this.key);
    const more = before === null ? "" : `&after=${encodeURIComponent(before)}`;
    const path = `v1/conversations/${encodeURIComponent(number)}?limit=${TURNS}${more}`;
    try {
      const { turns } = await (await insisting(() => this.visit.send(path), { waiting })).json();
      return { turns: turns.items.reverse(), next: turns.next };
    } catch (error) {
      if (!this.#gone(error, number)) throw error;
      return { turns: [], next: null };
    }
  }

  /** @param {string} turn @param {"helpful" | "wrong"} verdict @param {string} comment */
  async judge(turn, verdict, comment) {
    await this.visit.send("v1/feedback", { method: "POST", json: { turn, verdict, comment } });
  }
}
