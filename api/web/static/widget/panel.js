// The widget's panel: what widget.js fetches once somebody wants to ask.

import { languageOf, wordsOf } from "../shared/i18n.js";
import { Conversation } from "./conversation.js";
import { make } from "./dom.js";
import { frameOf } from "./frame.js";
import { Looks } from "./looks.js";
import { detailOf, toldOf } from "./problems.js";
import { Talk } from "./talk.js";
import { progress } from "./turn.js";
import { Visit, insisting } from "./visit.js";
import { covering } from "./whole.js";
import { WORDS } from "./words.js";

/**
 * What all parts of a panel go by.
 * @typedef {object} Ui
 * @property {(key: string, values?: Record<string, string | number>) => string} t
 * @property {import("../shared/i18n.js").Language} language
 * @property {string} base address of the service
 * @property {string} token the publish token
 * @property {Visit} visit
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

/** @param {any} host the element of widget.js @returns {Ui} */
function uiOf(host) {
  const token = host.option("token") ?? "";
  const key = `yuanwen:${token.slice(0, 14)}:${host.option("name") || host.ordinal}`;
  const visit = new Visit(host.base, token, key);
  const talk = new Talk(visit, `${key}:conversation`);
  const language = languageOf(host.language);
  const tell = host.tell.bind(host);
  return { t: wordsOf(WORDS, language), language, base: host.base, token, visit, talk, tell };
}

class Panel {
  /** Whether the visit has begun, or is about to. */
  #prepared = false;

  /** @param {any} host */
  constructor(host) {
    this.host = host;
    this.inline = host.option("mode") === "inline";
    this.ui = uiOf(host);
    this.frame = frameOf(this.ui, this.inline, {
      ask: (question) => this.conversation.ask(question),
      stop: () => this.conversation.stop(),
      afresh: () => this.#afresh(),
      close: () => this.close(),
    });
    this.conversation = new Conversation(this.ui, this.frame, {
      answered: () => this.#prepare(), // where it failed before
      focus: () => this.#focus(),
      waiting: () => this.#waiting(),
      note: (error, again) => this.#note(error, again),
      clear: () => this.#clear(),
    });
    this.looks = new Looks(host, this.ui, this.frame, (question) => this.#chosen(question));
    this.looks.dress(host.appearance);
    this.#settle();
  }

  /** Takes its place in the page. */
  #settle() {
    const { host, inline } = this;
    const { element } = this.frame;
    if (!inline) {
      host.launch.setAttribute("aria-controls", element.id);
      host.ui.prepend(element);
      return;
    }
    host.ui.replaceChildren(); // what was said of a try that failed
    // It is as high as its place; one that leaves that open gets the usual height.
    host.ui.className = host.clientHeight === 0 ? "whole free" : "whole";
    host.ui.append(element);
    this.#prepare();
  }

  get isOpen() {
    return !this.frame.element.hidden;
  }

  /** @param {boolean} person whether somebody did it, who is to go on there; else a script of the page */
  open(person) {
    const { element, composer } = this.frame;
    const opening = !this.isOpen;
    element.hidden = false;
    this.host.launch.ariaExpanded = "true";
    if (person || (opening && covering.matches)) composer.focus();
    if (!opening) return;
    this.#prepare();
    this.ui.tell("open");
  }

  close() {
    if (this.inline || !this.isOpen) return;
    const held = this.frame.element.matches(":focus-within");
    this.frame.element.hidden = true;
    this.host.launch.ariaExpanded = "false";
    if (held) this.host.launch.focus();
    this.ui.tell("close");
  }

  /** @param {boolean} person see {@link open} */
  toggle(person) {
    if (this.isOpen) this.close();
    else this.open(person);
  }

  /**
   * Asks where everybody sees it.
   * @param {boolean} person see {@link open}
   * @param {string} question
   * @returns {Promise<object | null>} the answer; null where none came
   */
  ask(person, question) {
    if (!this.isOpen) this.open(person);
    return this.conversation.ask(String(question));
  }

  /** A suggested question. @param {string} question */
  #chosen(question) {
    this.conversation.ask(question);
    this.#focus();
  }

  /** Where the next thing is done: on a touch screen the keyboard would cover what comes. */
  #focus() {
    const { log, composer } = this.frame;
    if (matchMedia("(pointer: coarse)").matches) log.focus();
    else composer.focus();
  }

  /** Begins the visit, and takes up what was asked on this tab before. */
  async #prepare() {
    if (this.#prepared) return;
    this.#prepared = true;
    this.#clear();
    const { composer, welcome } = this.frame;
    try {
      const waiting = () => this.#waiting();
      const { appearance, longest } = await insisting(() => this.ui.visit.ready(), { waiting });
      composer.longest = longest;
      this.looks.dress({ ...appearance, ...this.host.appearance });
      if (this.ui.talk.begun) await this.conversation.takeUp();
      this.#clear();
      welcome.hidden = !this.conversation.empty;
    } catch (error) {
      this.#prepared = false;
      this.#note(error, () => this.#prepare());
    }
  }

  /** Tells that the service is waited for, where no question tells it. */
  #waiting() {
    this.#clear();
    if (!this.conversation.busy) this.frame.notice.append(progress(this.ui.t("waiting")));
  }

  /** Tells of what failed apart from questions. @param {unknown} error @param {() => void} again */
  #note(error, again) {
    const { words, retry } = toldOf(error, this.ui);
    const button = make("button", { type: "button", class: "small", onclick: again }, this.ui.t("retry"));
    this.#clear();
    this.frame.notice.append(make("div", { class: "ended failed" }, make("p", {}, words), retry && button));
    this.ui.tell("error", detailOf(error));
  }

  #clear() {
    const { notice } = this.frame;
    if (notice.matches(":focus-within")) this.#focus();
    notice.replaceChildren();
  }

  #afresh() {
    this.conversation.afresh();
    this.frame.composer.focus();
  }
}
