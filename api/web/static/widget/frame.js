// What a panel is made of: head, conversation, and where the next question is written.

import { Composer } from "./composer.js";
import { icon, make } from "./dom.js";
import { keepInside } from "./whole.js";

/** @typedef {ReturnType<typeof frameOf>} Frame */

/**
 * @param {import("./panel.js").Ui} ui
 * @param {boolean} inline
 * @param {{ask: (question: string) => void, stop: () => void, afresh: () => void, close: () => void}} does
 */
export function frameOf(ui, inline, does) {
  const { t } = ui;
  const title = make("p", { class: "title", id: "yw-title" });
  const names = make("div", { class: "names" }, title, make("p", { class: "promise" }, t("promise")));
  const fresh = tool("fresh", ui, does.afresh);
  const head = make("header", {}, names, fresh, !inline && tool("close", ui, does.close));
  const more = make("button", { type: "button", class: "small more", hidden: true }, t("earlier"));
  const welcome = make("div", { class: "welcome", hidden: true });
  const earlier = make("div", { class: "turns", "aria-live": "off" }); // nothing new that is to be read out
  const turns = make("div", { class: "turns" });
  const notice = make("div", { role: "alert" });
  const live = { class: "log", role: "log", "aria-label": t("conversation"), tabindex: "0" };
  const log = make("div", live, more, welcome, earlier, turns, notice);
  const composer = new Composer(ui, does);
  const given = {
    id: "yw-panel",
    role: inline ? "region" : "dialog",
    "aria-labelledby": "yw-title",
    hidden: !inline,
  };
  const style = `panel ${inline ? "inline" : "floating"}`;
  const element = make("section", { class: style, ...given }, head, log, composer.element);
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && !event.isComposing) does.close();
  });
  // The page's own keys aren't meant while somebody writes here: to it they'd seem pressed on no field at all.
  for (const kind of ["keydown", "keyup", "keypress"]) {
    element.addEventListener(kind, (/** @type {Event} */ event) => event.stopPropagation());
  }
  if (!inline) keepInside(element, fresh, composer.button);
  return { element, title, more, welcome, earlier, turns, notice, log, composer };
}

/** @param {"fresh" | "close"} name @param {import("./panel.js").Ui} ui @param {() => void} onclick */
function tool(name, ui, onclick) {
  const label = ui.t(name);
  return make(
    "button",
    { type: "button", class: "tool", "aria-label": label, title: label, onclick },
    icon(name),
  );
}
