// One question and what comes of it, as it comes.

import { answerCard, beingRead } from "./answer.js";
import { make } from "./dom.js";
import { toldOf } from "./problems.js";

/** Names of documents that are told while they are read. */
const NAMED = 3;

/** @typedef {import("./panel.js").Ui} Ui */

/** Something is on its way. @param {string} words @returns {HTMLElement} */
export function progress(words) {
  const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  return make("p", { class: "progress soft" }, dots, make("span", {}, words));
}

export class Turn {
  /** @type {any[]} */
  #passages = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;

  /** @param {string} question @param {Ui} ui @param {() => void} again asks it once more */
  constructor(question, ui, again) {
    this.ui = ui;
    this.again = again;
    this.understood = make("p", { class: "understood soft", hidden: true });
    this.reply = make("div", { class: "reply" });
    const asked = make(
      "p",
      { class: "question" },
      make("span", { class: "visually-hidden" }, ui.t("you")),
      question,
    );
    this.element = make("div", { class: "turn" }, asked, this.understood, this.reply);
  }

  /** Something is on its way. */
  wait(words = this.ui.t("searching")) {
    clearInterval(this.#countdown);
    this.reply.replaceChildren(progress(words));
  }

  /** @param {"understood" | "passages" | "waiting"} event @param {any} [data] */
  hear(event, data) {
    if (event === "understood") this.understand(data);
    else if (event === "waiting") this.wait(this.ui.t("waiting"));
    else this.#read(data.passages);
  }

  /** @param {{question: string, rewritten: boolean, because: string}} understood */
  understand({ question, rewritten, because }) {
    this.understood.hidden = !rewritten;
    this.understood.textContent = rewritten ? this.ui.t("understood", { question }) : "";
    this.understood.title = because;
  }

  /** @param {any[]} passages */
  #read(passages) {
    const { t } = this.ui;
    this.#passages = passages;
    const names = [...new Set(passages.map((one) => one.title || one.document))];
    const shown = names
      .slice(0, NAMED)
      .map((name) => t("name", { name }))
      .join(t("names"));
    const more = names.length > NAMED ? t("others") : "";
    if (passages.length === 0) return;
    this.wait(t("reading", { count: passages.length, names: shown + more }));
    this.reply.append(beingRead(passages, this.ui));
  }

  /** @param {any} answer @param {string | null} [verdict] given before */
  show(answer, verdict = null) {
    this.understand(answer.understood);
    this.reply.replaceChildren(answerCard(answer, this.#passages, verdict, this.ui));
  }

  stop() {
    this.#end(this.ui.t("stopped"), this.ui.t("again"));
  }

  /** @param {unknown} error */
  fail(error) {
    const { words, retry, seconds } = toldOf(error, this.ui);
    const button = this.#end(words, retry ? this.ui.t("retry") : null);
    this.reply.firstChild.classList.add("failed");
    if (button !== null && seconds > 0) this.#count(button, seconds);
  }

  /** @param {string} words @param {string | null} label */
  #end(words, label) {
    const box = make("div", { class: "ended" }, make("p", {}, words));
    this.reply.replaceChildren(box);
    if (label === null) return null;
    const button = make("button", { type: "button", class: "small", onclick: this.again }, label);
    box.append(button);
    return button;
  }

  /** Seconds until trying again makes sense; read out once only. @param {HTMLButtonElement} button @param {number} seconds */
  #count(button, seconds) {
    const clock = make("span", { class: "soft", "aria-live": "off" });
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      clock.textContent = left > 0 ? this.ui.t("after", { seconds: left }) : "";
      if (left <= 0) clearInterval(this.#countdown);
    };
    button.after(clock);
    this.#countdown = setInterval(tick, 500);
    tick();
  }
}
