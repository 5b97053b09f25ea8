// A conversation as it goes: questions asked one after the other, each answered as its events come in. It belongs to who
// is signed in: it goes on behind other screens, and ends with them.

import { Problem, eventsOf } from "../../../shared/http.js";
import { useApp } from "../../app.js";
import { useChanges } from "../../changes.js";
import { onLeaving } from "../../leaving.js";

/**
 * @typedef {object} Turn
 * @property {number} key
 * @property {string} question as it was asked
 * @property {{question: string, rewritten: boolean, because: string} | null} understood
 * @property {any[] | null} passages
 * @property {any | null} answer
 * @property {Error | null} error
 * @property {boolean} busy
 * @property {boolean} stopped
 */

/** How questions are asked. `top_k` as it is typed. */
const OPTIONS = { explain: false, collections: /** @type {string[] | null} */ (null), top_k: "" };

/** What the service calls one that has yet to begin. */
const NEW = "new";

class Conversation {
  /** @type {Turn[]} */
  turns = [];
  options = OPTIONS;
  id = NEW;
  keys = 0;
  /** @type {AbortController | null} */
  ending = null;
  /** @type {Set<() => void>} */
  listeners = new Set();

  get busy() {
    return this.turns.some((turn) => turn.busy);
  }

  /** @param {() => void} listener @returns {() => void} ends it */
  listen(listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** @param {Partial<Pick<Conversation, "turns" | "options">>} changed */
  become(changed) {
    Object.assign(this, changed);
    for (const listener of this.listeners) listener();
  }

  /** @param {Partial<typeof OPTIONS>} chosen */
  choose(chosen) {
    this.become({ options: { ...this.options, ...chosen } });
  }

  /** @param {import("../../app.js").AppValue["api"]} api @param {string} question @param {boolean} explain */
  async ask(api, question, explain) {
    const key = (this.keys += 1);
    const mine = (this.ending = new AbortController());
    /** @param {Partial<Turn>} told */
    const tell = (told) =>
      this.become({ turns: this.turns.map((turn) => (turn.key === key ? { ...turn, ...told } : turn)) });
    this.become({ turns: [...this.turns, begun(key, question)] });
    const { collections, top_k } = this.options;
    const json = {
      ...{ question, conversation: this.id, collections, explain },
      top_k: top_k === "" ? null : Number(top_k),
    };
    try {
      const response = await api.call("POST", "/v1/ask/stream", { json, signal: mine.signal });
      const answer = await followed(response, tell);
      if (!mine.signal.aborted) this.id = answer.conversation;
      tell({ answer, busy: false });
    } catch (error) {
      if (mine.signal.aborted) tell({ busy: false, stopped: true });
      else tell({ busy: false, error: /** @type {Error} */ (error) });
    }
  }

  stop() {
    this.ending?.abort();
  }

  /** What is asked next doesn't go on from what was asked before. */
  anew() {
    this.id = NEW;
  }

  restart() {
    this.stop();
    this.anew();
    this.become({ turns: [] });
  }
}

let present = new Conversation();

onLeaving(() => {
  present.stop();
  present = new Conversation();
});

/** The present conversation, shown anew whenever it goes on. */
export function useConversation() {
  const conversation = present;
  useChanges(conversation);
  const { api } = useApp();
  return {
    conversation,
    /** @param {string} question @param {boolean} explain */
    ask: (question, explain) => conversation.ask(api, question, explain),
  };
}

/** @param {number} key @param {string} question @returns {Turn} */
function begun(key, question) {
  return {
    key,
    question,
    understood: null,
    passages: null,
    answer: null,
    error: null,
    busy: true,
    stopped: false,
  };
}

/**
 * Tells what comes in until the answer does.
 * @param {Response} response
 * @param {(told: Partial<Turn>) => void} tell
 */
async function followed(response, tell) {
  for await (const { event, data } of eventsOf(response)) {
    if (event === "understood") tell({ understood: data });
    else if (event === "passages") tell({ passages: data.passages });
    else if (event === "answer") return data;
    else if (event === "error") throw new Problem(data.status, { ...data, body: data });
  }
  throw new Problem(0, { title: "Offline" }); // the stream broke off
}
