// What a visitor says of an answer: helpful or not, and if not, in a few words why.

import { icon, make } from "./dom.js";

/** Of a comment, as the service takes it. */
const LONGEST = 2000;

/**
 * @param {string} turn
 * @param {string | null} verdict given before
 * @param {import("./panel.js").Ui} ui
 */
export function rating(turn, verdict, ui) {
  const said = make("p", { class: "soft", role: "status" });
  const box = make("div", { class: "rating" });
  const row = make("div", { class: "row", role: "group", "aria-label": ui.t("rate") });
  const note = noteForm(ui, (comment) => (comment === "" ? fold() : give("wrong", comment)));
  const buttons = { helpful: choice("helpful", "up"), wrong: choice("wrong", "down") };

  /** @param {"helpful" | "wrong"} kind @param {"up" | "down"} drawing */
  function choice(kind, drawing) {
    const given = { type: "button", class: "thumb", "aria-label": ui.t(kind), title: ui.t(kind) };
    return make("button", { ...given, onclick: () => give(kind, "") }, icon(drawing));
  }

  function show() {
    for (const [kind, button] of Object.entries(buttons))
      button.setAttribute("aria-pressed", String(kind === verdict));
  }

  /** @param {"helpful" | "wrong"} kind @param {string} comment */
  async function give(kind, comment) {
    try {
      await ui.talk.judge(turn, kind, comment);
    } catch {
      said.textContent = ui.t("unsent");
      return;
    }
    verdict = kind;
    show();
    if (kind === "helpful" || comment !== "") fold();
    else note.hidden = false;
    said.textContent = note.hidden ? ui.t("thanks") : "";
    if (!note.hidden) note.querySelector("textarea").focus();
    ui.tell("feedback", { turn, verdict: kind, comment });
  }

  function fold() {
    if (note.matches(":focus-within")) buttons.wrong.focus();
    note.hidden = true;
  }

  show();
  row.append(make("span", { class: "soft" }, ui.t("rate")), buttons.helpful, buttons.wrong);
  box.append(row, note, said);
  return box;
}

/** @param {import("./panel.js").Ui} ui @param {(comment: string) => void} done with a comment, or with none */
function noteForm(ui, done) {
  const area = make("textarea", { rows: "2", maxlength: String(LONGEST) });
  const form = make("form", { class: "note", hidden: true });
  form.append(make("label", {}, ui.t("note"), area), make("button", { class: "small" }, ui.t("sendNote")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done(area.value.trim());
  });
  return form;
}
