// A conversation as it goes: questions asked one after the other, each answered as its events come in.

import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { Problem, eventsOf } from "../../../shared/http.js";
import { useApp } from "../../app.js";

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

/**
 * The turns so far, and ways to ask another, to stop, to begin anew.
 */
export function useConversation() {
  const { api } = useApp();
  const [turns, setTurns] = useState(/** @type {Turn[]} */ ([]));
  const conversation = useRef("new");
  const ending = useRef(/** @type {AbortController | null} */ (null));
  const keys = useRef(0);

  /** @param {string} question @param {{collections: string[] | null, top_k: number | null, explain: boolean}} options */
  const ask = async (question, options) => {
    const key = (keys.current += 1);
    const mine = new AbortController();
    ending.current = mine;
    /** @param {Partial<Turn>} told */
    const tell = (told) =>
      setTurns((now) => now.map((turn) => (turn.key === key ? { ...turn, ...told } : turn)));
    setTurns((now) => [...now, begun(key, question)]);
    const json = { question, conversation: conversation.current, ...options };
    try {
      const response = await api.call("POST", "/v1/ask/stream", { json, signal: mine.signal });
      const answer = await followed(response, tell);
      conversation.current = answer.conversation;
      tell({ answer, busy: false });
    } catch (error) {
      if (mine.signal.aborted) tell({ busy: false, stopped: true });
      else tell({ busy: false, error: /** @type {Error} */ (error) });
    }
  };
  const stop = () => ending.current?.abort();
  useEffect(() => stop, []); // nobody waits for it any more
  const restart = () => {
    stop();
    conversation.current = "new";
    setTurns([]);
  };
  return { turns, ask, stop, restart, busy: turns.some((turn) => turn.busy) };
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
