// Where the question is written. Enter sends, Shift+Enter breaks the line, and an input method's own Enter does neither.

import { lengthOf } from "../shared/text.js";
import { icon, make } from "./dom.js";

/** From this share of the limit on what is left is told. */
const NEAR = 0.8;

export class Composer {
  #busy = false;
  /** Characters that a question may have; not known before the visit. */
  #longest = Infinity;

  /**
   * @param {import("./panel.js").Ui} ui
   * @param {{ask: (question: string) => void, stop: () => void}} does
   */
  constructor(ui, does) {
    this.ui = ui;
    this.does = does;
    this.count = make("p", { class: "count", id: "yw-count", role: "status" });
    this.area = make("textarea", {
      rows: "1",
      "aria-label": ui.t("question"),
      "aria-describedby": "yw-count",
      enterkeyhint: "send",
      autocomplete: "off",
    });
    this.button = make("button", { class: "send" });
    this.element = make("form", { class: "composer" }, this.area, this.button, this.count);
    this.area.addEventListener("input", () => this.#changed());
    this.area.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("submit", (event) => this.#submit(event));
    this.#changed();
  }

  /** @param {string} words */
  set placeholder(words) {
    this.area.placeholder = words;
  }

  /** @param {number} longest */
  set longest(longest) {
    this.#longest = longest;
    this.#changed();
  }

  focus() {
    this.area.focus();
  }

  /** While an answer is on its way the button stops it. @param {boolean} busy */
  set busy(busy) {
    this.#busy = busy;
    this.#changed();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const composing = event.isComposing || event.keyCode === 229; // Safari ends composing before it tells of Enter
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    if (!this.#busy) this.element.requestSubmit();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    if (this.#busy) return this.does.stop();
    const question = this.area.value.trim();
    if (question === "" || this.#over() > 0) return;
    this.area.value = "";
    this.#changed();
    this.does.ask(question);
  }

  #over() {
    return lengthOf(this.area.value.trim()) - this.#longest;
  }

  #changed() {
    const { t } = this.ui;
    const over = this.#over();
    const near = -over <= (1 - NEAR) * this.#longest && this.#longest !== Infinity;
    this.count.textContent = over > 0 ? t("over", { count: over }) : near ? t("left", { count: -over }) : "";
    this.count.classList.toggle("bad", over > 0);
    this.area.setAttribute("aria-invalid", String(over > 0));
    // Not disabled in earnest: the focus would be lost with it.
    this.button.ariaDisabled = String(!this.#busy && (over > 0 || this.area.value.trim() === ""));
    const does = this.#busy ? "stop" : "send";
    if (this.button.ariaLabel !== t(does)) {
      this.button.ariaLabel = t(does);
      this.button.title = t(does);
      this.button.className = `send ${does}`;
      this.button.replaceChildren(icon(does));
    }
    this.area.style.height = "auto";
    this.area.style.height = `${this.area.scrollHeight + 2}px`; // with its border
  }
}
