// The turns of a conversation on the page: questions, asked one after the other, and what was asked before.

import { detailOf } from "./problems.js";
import { Turn } from "./turn.js";

/** Pixels between the top of what is shown and the question that was asked last. */
const ABOVE = 12;

/**
 * What the panel does for a conversation.
 * @typedef {object} Does
 * @property {() => void} answered something was
 * @property {() => void} focus where the next thing is done
 * @property {() => void} waiting for the service, apart from questions
 * @property {(error: unknown, again: () => void) => void} note tells of what failed, apart from questions
 * @property {() => void} clear what was noted
 */

/** Fails once that is aborted, whatever else is being waited for. @param {AbortSignal} signal @returns {Promise<never>} */
function endOf(signal) {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

export class Conversation {
  /** Counts new beginnings: what belongs to a round before comes to nothing. */
  #round = 0;
  /** @type {AbortController | null} The answer on its way. */
  #running = null;
  /** @type {Promise<any>} Questions are asked one after the other. */
  #last = Promise.resolve(null);
  /** Questions that have no answer yet. */
  #pending = 0;
  /** @type {Map<string, Turn>} By the id of the answer. */
  #answered = new Map();
  /** How far we scrolled last: who has gone up from there is reading something else. */
  #left = 0;

  /** @param {import("./panel.js").Ui} ui @param {import("./frame.js").Frame} frame @param {Does} does */
  constructor(ui, frame, does) {
    this.ui = ui;
    this.frame = frame;
    this.does = does;
  }

  get empty() {
    return this.frame.earlier.childElementCount + this.frame.turns.childElementCount === 0;
  }

  /** Whether an answer is on its way. */
  get busy() {
    return this.#pending > 0;
  }

  /** @param {string} asked @returns {Promise<object | null>} the answer; null where none came */
  ask(asked) {
    const question = asked.trim();
    if (question === "") return Promise.resolve(null);
    const turn = this.#append(question);
    const round = this.#round;
    this.#count(1);
    this.#last = this.#last
      .then(() => (round === this.#round ? this.#ask(question, turn) : null))
      .finally(() => this.#count(-1));
    return this.#last;
  }

  stop() {
    this.#running?.abort();
  }

  /** Ends this conversation; the next question begins another. */
  afresh() {
    const { earlier, turns, more, welcome } = this.frame;
    this.#round += 1;
    this.stop();
    this.ui.talk.forget();
    this.#answered.clear();
    this.#left = 0;
    earlier.replaceChildren();
    turns.replaceChildren();
    more.hidden = true;
    welcome.hidden = false;
  }

  /** Shows earlier turns above the others. @param {string | null} [before] null for the latest of them */
  async takeUp(before = null) {
    const round = this.#round;
    const { turns, next } = await this.ui.talk.earlier(before, this.does.waiting);
    if (round !== this.#round) return;
    const { earlier, more, log } = this.frame;
    if (next === null && more.matches(":focus")) log.focus();
    more.hidden = next === null;
    more.onclick = () => this.#more(next);
    this.#keepingPlace(() => {
      const others = turns.filter(({ answer }) => !this.#answered.has(answer.id)); // asked here meanwhile
      earlier.prepend(...others.map(({ answer, verdict }) => this.#shown(answer, verdict).element));
    });
    if (before === null && this.frame.turns.childElementCount === 0) this.#scrollTo(log.scrollHeight);
  }

  /** @param {string | null} before */
  async #more(before) {
    const { more } = this.frame;
    const round = this.#round;
    if (more.ariaBusy === "true") return;
    more.ariaBusy = "true";
    try {
      await this.takeUp(before);
      this.does.clear();
    } catch (error) {
      if (round === this.#round) this.does.note(error, () => this.#more(before));
    } finally {
      more.ariaBusy = null;
    }
  }

  /** @param {string} question @param {Turn} turn */
  async #ask(question, turn) {
    const running = (this.#running = new AbortController());
    this.#change(turn, () => turn.wait());
    this.ui.tell("ask", { question });
    try {
      const hear = (/** @type {any} */ event, /** @type {any} */ data) =>
        this.#change(turn, () => turn.hear(event, data));
      const asking = this.ui.talk.ask(question, running.signal, hear);
      const answer = await Promise.race([asking, endOf(running.signal)]);
      this.#answer(turn, answer);
      return answer;
    } catch (error) {
      this.#change(turn, () => (running.signal.aborted ? turn.stop() : turn.fail(error)));
      if (!running.signal.aborted) this.ui.tell("error", detailOf(error));
      return null;
    } finally {
      this.#running = null;
    }
  }

  /** @param {Turn} turn @param {any} answer */
  #answer(turn, answer) {
    this.#change(turn, () => {
      this.#answered.get(answer.id)?.element.remove(); // taken up before we heard of it
      turn.show(answer);
    });
    this.#answered.set(answer.id, turn);
    this.does.answered();
    this.ui.tell("answer", { answer });
  }

  /** @param {string} question */
  #append(question) {
    const turn = this.#turn(question);
    this.frame.welcome.hidden = true;
    this.frame.turns.append(turn.element);
    turn.wait(this.ui.t(this.busy ? "queued" : "searching"));
    this.#reveal(turn);
    return turn;
  }

  /** @param {string} question */
  #turn(question) {
    const turn = new Turn(question, this.ui, () => {
      turn.element.remove(); // the same question takes its place at the end
      this.ask(question);
      this.does.focus();
    });
    return turn;
  }

  /** @param {any} answer @param {string | null} verdict */
  #shown(answer, verdict) {
    const turn = this.#turn(answer.question);
    turn.show(answer, verdict);
    this.#answered.set(answer.id, turn);
    return turn;
  }

  /** @param {1 | -1} by */
  #count(by) {
    this.#pending += by;
    this.frame.composer.busy = this.busy;
  }

  /** Changes what comes of a question; who is reading elsewhere is left there. @param {Turn} turn @param {() => void} work */
  #change(turn, work) {
    const following = this.#following;
    work();
    if (following && turn.element.isConnected) this.#reveal(turn);
  }

  /** The question at the top, what comes of it below. @param {Turn} turn */
  #reveal(turn) {
    this.#scrollTo(turn.element.offsetTop - ABOVE);
  }

  get #following() {
    return this.frame.log.scrollTop >= this.#left - 1;
  }

  /** @param {number} top */
  #scrollTo(top) {
    const { log } = this.frame;
    log.scrollTop = top;
    this.#left = log.scrollTop;
  }

  /** What is read stays where it is, whatever comes above it. @param {() => void} work */
  #keepingPlace(work) {
    const { log } = this.frame;
    const [before, top] = [log.scrollHeight, log.scrollTop];
    work();
    const grown = log.scrollHeight - before;
    log.scrollTop = top + grown;
    this.#left += grown;
  }
}
