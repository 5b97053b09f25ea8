// The widget's panel: what widget.js fetches once somebody wants to ask.

import { languageOf, wordsOf } from "../shared/i18n.js";
import { make } from "./dom.js";
import { frameOf } from "./frame.js";
import { Looks } from "./looks.js";
import { detailOf, toldOf } from "./problems.js";
import { Talk } from "./talk.js";
import { Turn } from "./turn.js";
import { Visit } from "./visit.js";
import { WORDS } from "./words.js";

/**
 * What all parts of a panel go by.
 * @typedef {object} Ui
 * @property {(key: string, values?: Record<string, string | number>) => string} t
 * @property {import("../shared/i18n.js").Language} language
 * @property {string} base address of the service
 * @property {string} token the publish token
 * @property {Talk} talk
 * @property {(event: string, detail?: object) => void} tell the page
 */

const SHEETS = ["../shared/tokens.css", "./panel.css"];
/** @type {Promise<CSSStyleSheet[]> | null} */
let sheets = null;

/** Fetched, as a host page may forbid style elements. */
function styles() {
  sheets ??= Promise.all(
    SHEETS.map(async (path) => {
      const response = await fetch(new URL(path, import.meta.url));
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      return new CSSStyleSheet().replace(await response.text());
    }),
  );
  sheets.catch(() => (sheets = null));
  return sheets;
}

/** @param {any} host the element of widget.js @returns {Promise<Panel>} */
export async function start(host) {
  const adopted = await styles();
  const root = /** @type {ShadowRoot} */ (host.shadowRoot);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...adopted];
  return new Panel(host);
}

class Panel {
  /** @type {AbortController | null} The answer on its way. */
  #running = null;
  /** @type {Promise<any>} Questions are asked one after the other. */
  #last = Promise.resolve(null);
  #prepared = false;

  /** @param {any} host */
  constructor(host) {
    const token = host.option("token") ?? "";
    const key = `yuanwen:${token.slice(0, 14)}:${host.ordinal}`;
    const language = languageOf(host.language);
    const ask = (/** @type {string} */ question) => this.ask(question);
    this.host = host;
    this.inline = host.option("mode") === "inline";
    this.visit = new Visit(host.base, token, key);
    this.talk = new Talk(this.visit, `${key}:conversation`);
    this.t = wordsOf(WORDS, language);
    this.ui = { t: this.t, language, base: host.base, token, talk: this.talk, tell: host.tell.bind(host) };
    this.frame = frameOf(this.ui, this.inline, {
      ask,
      stop: () => this.#running?.abort(),
      afresh: () => this.#afresh(),
      close: () => this.close(),
    });
    this.looks = new Looks(host, this.ui, this.frame, ask);
    this.looks.dress(host.appearance);
    // Inline it is as high as its place; one that leaves that open gets the usual height.
    if (this.inline) host.ui.className = host.clientHeight === 0 ? "whole free" : "whole";
    else host.launch.setAttribute("aria-controls", this.frame.element.id);
    host.ui.prepend(this.frame.element);
    if (this.inline) this.#prepare();
  }

  get isOpen() {
    return !this.frame.element.hidden;
  }

  open() {
    const { element, composer } = this.frame;
    if (this.isOpen) return composer.focus();
    element.hidden = false;
    this.host.launch.ariaExpanded = "true";
    composer.focus();
    this.#prepare();
    this.ui.tell("open");
  }

  close() {
    if (this.inline || !this.isOpen) return;
    this.frame.element.hidden = true;
    this.host.launch.ariaExpanded = "false";
    this.host.launch.focus();
    this.ui.tell("close");
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  /**
   * Asks where everybody sees it.
   * @param {string} question
   * @returns {Promise<object | null>} the answer; null where none came
   */
  ask(question) {
    if (!this.isOpen) this.open();
    this.#last = this.#last.then(() => this.#ask(String(question).trim()));
    return this.#last;
  }

  /** @param {string} question */
  async #ask(question) {
    if (question === "") return null;
    const turn = this.#append(question);
    const running = (this.#running = new AbortController());
    this.frame.composer.busy = true;
    this.ui.tell("ask", { question });
    try {
      const answer = await this.talk.ask(question, running.signal, (event, data) => turn.hear(event, data));
      turn.show(answer);
      this.ui.tell("answer", { answer });
      return answer;
    } catch (error) {
      if (running.signal.aborted) turn.stop();
      else this.#fail(turn, error);
      return null;
    } finally {
      this.#running = null;
      this.frame.composer.busy = false;
      this.#reveal(turn);
    }
  }

  /** @param {string} question */
  #append(question) {
    const turn = this.#turn(question);
    this.frame.welcome.hidden = true;
    this.frame.turns.append(turn.element);
    turn.wait();
    this.#reveal(turn);
    return turn;
  }

  /** @param {string} question */
  #turn(question) {
    const turn = new Turn(question, this.ui, () => {
      turn.element.remove(); // the same question takes its place at the end
      this.ask(question);
      this.frame.composer.focus();
    });
    return turn;
  }

  /** @param {Turn} turn @param {unknown} error */
  #fail(turn, error) {
    turn.fail(error);
    this.ui.tell("error", detailOf(error));
  }

  /** The question at the top, what comes of it below. @param {Turn} turn */
  #reveal(turn) {
    this.frame.log.scrollTop = turn.element.offsetTop - 12;
  }

  /** Begins the visit, and takes up what was asked on this tab before. */
  async #prepare() {
    if (this.#prepared) return;
    this.#prepared = true;
    this.frame.notice.replaceChildren();
    try {
      const { appearance, longest } = await this.visit.ready();
      this.frame.composer.longest = longest;
      this.looks.dress({ ...appearance, ...this.host.appearance });
      if (this.talk.begun) await this.#takeUp(null);
      this.frame.welcome.hidden = this.frame.turns.childElementCount > 0;
    } catch (error) {
      this.#prepared = false;
      this.#note(error, () => this.#prepare());
    }
  }

  /** Tells of what failed apart from questions. @param {unknown} error @param {() => void} again */
  #note(error, again) {
    const { words, retry } = toldOf(error, this.ui);
    const button = make("button", { type: "button", class: "small", onclick: again }, this.t("retry"));
    const note = make("div", { class: "ended failed" }, make("p", {}, words), retry && button);
    this.frame.notice.replaceChildren(note);
    this.ui.tell("error", detailOf(error));
  }

  /** Shows earlier turns above the others. @param {string | null} before */
  async #takeUp(before) {
    const { turns: list, more, log } = this.frame;
    const { turns, next } = await this.talk.earlier(before);
    const shown = turns.map(({ answer, verdict }) => {
      const turn = this.#turn(answer.question);
      turn.show(answer, verdict);
      return turn.element;
    });
    const below = log.scrollHeight - log.scrollTop;
    list.prepend(...shown);
    more.hidden = next === null;
    more.onclick = () => {
      const again = () => more.click();
      this.#takeUp(next).then(
        () => this.frame.notice.replaceChildren(),
        (error) => this.#note(error, again),
      );
    };
    log.scrollTop = before === null ? log.scrollHeight : log.scrollHeight - below;
  }

  /** Ends this conversation; the next question begins another. */
  async #afresh() {
    const { turns, more, welcome, composer } = this.frame;
    this.#running?.abort();
    await this.#last;
    this.talk.forget();
    turns.replaceChildren();
    more.hidden = true;
    welcome.hidden = false;
    composer.focus();
  }
}
