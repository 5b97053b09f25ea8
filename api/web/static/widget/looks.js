// How a panel looks: what the page's attributes say, else the channel's administrators.

import { inkOn, mix, readableOn } from "./colour.js";
import { make } from "./dom.js";
import { UNCHOSEN } from "./words.js";

const DEFAULT_COLOR = "#1a56db";
const dark = matchMedia("(prefers-color-scheme: dark)");

export class Looks {
  /** @type {Record<string, any>} What the channel says. */
  #appearance = {};

  /**
   * @param {any} host the element of widget.js
   * @param {import("./panel.js").Ui} ui
   * @param {import("./frame.js").Frame} frame
   * @param {(question: string) => void} ask
   */
  constructor(host, ui, frame, ask) {
    this.host = host;
    this.ui = ui;
    this.frame = frame;
    this.ask = ask;
    host.ui.lang = ui.language === "zh" ? "zh-CN" : "en";
    dark.addEventListener("change", () => this.dress());
  }

  /** @param {Record<string, any>} [appearance] */
  dress(appearance = this.#appearance) {
    this.#appearance = appearance;
    const theme = this.host.option("theme");
    this.host.ui.dataset.theme =
      theme === "light" || theme === "dark" ? theme : dark.matches ? "dark" : "light";
    this.#colour();
    this.host.dress(appearance);
    this.frame.title.textContent = this.#wished("title");
    this.frame.composer.placeholder = this.#wished("placeholder");
    this.#greet();
  }

  /** @param {"title" | "greeting" | "placeholder"} name @returns {string} */
  #wished(name) {
    const wished = this.host.option(name) ?? this.#appearance[name];
    return wished === undefined || UNCHOSEN.has(wished) ? this.ui.t(name) : wished;
  }

  /** The accent as it is with an ink that can be read on it, and as letters that can be read on our grounds. */
  #colour() {
    const style = getComputedStyle(this.host.ui);
    const [surface, sunken] = ["--surface", "--sunken"].map((name) => style.getPropertyValue(name).trim());
    if (surface === "") return; // not in the page at the moment
    const wished = this.host.option("color") ?? this.#appearance.color;
    const color = /^#[0-9a-f]{6}$/i.test(wished) ? wished : DEFAULT_COLOR;
    const soft = mix(surface, color, 0.12);
    const values = {
      accent: color,
      "accent-ink": inkOn(color),
      "accent-soft": soft,
      "accent-text": readableOn(color, [surface, sunken, soft], 4.5),
    };
    for (const [name, value] of Object.entries(values)) this.host.ui.style.setProperty(`--${name}`, value);
  }

  #greet() {
    const given = this.host.option("suggestions");
    const suggestions = given === null ? (this.#appearance.suggestions ?? []) : given.split("|");
    const chips = suggestions
      .map((one) => one.trim())
      .filter((one) => one !== "")
      .map((one) =>
        make("li", {}, make("button", { type: "button", class: "chip", onclick: () => this.ask(one) }, one)),
      );
    this.frame.welcome.replaceChildren(make("p", { class: "greeting" }, this.#wished("greeting")));
    if (chips.length > 0) {
      this.frame.welcome.append(make("ul", { "aria-label": this.ui.t("suggestions") }, ...chips));
    }
  }
}
