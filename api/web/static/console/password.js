// A field for a password, and the form that changes one's own.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { wordsOf } from "../shared/i18n.js";
import { lengthOf } from "../shared/text.js";
import { useApp } from "./app.js";
import { Labelled } from "./inputs.js";
import { WORDS } from "./sign_in_words.js";
import { Form } from "./ui.js";

const SHORTEST = 10;
const LONGEST = 200;

/**
 * @param {{label: string, value: string, set: (value: string) => void, autocomplete: string, hint?: string,
 *   error?: string}} props
 */
export function Password({ label, value, set, autocomplete, hint = "", error = "" }) {
  const { language } = useApp();
  const t = wordsOf(WORDS, language);
  const [shown, setShown] = useState(false);
  const [capitals, setCapitals] = useState(false);
  /** @param {KeyboardEvent} event */
  const heard = (event) => setCapitals(event.getModifierState?.("CapsLock") ?? false);
  const told = html`${hint}${capitals && html`<strong class="caps">${hint ? " " : ""}${t("caps")}</strong>`}`;
  return html`<${Labelled} label=${label} hint=${hint || capitals ? told : ""} error=${error}>
    ${(/** @type {any} */ tied) =>
      html`<div class="password">
        <input
          ...${tied}
          type=${shown ? "text" : "password"}
          value=${value}
          placeholder=" "
          autocomplete=${autocomplete}
          autocapitalize="none"
          spellcheck=${false}
          required
          onInput=${(/** @type {any} */ event) => set(event.target.value)}
          onKeyDown=${heard}
          onKeyUp=${heard}
          onBlur=${() => setCapitals(false)}
        />
        <button
          type="button"
          class="quiet small"
          aria-pressed=${shown}
          aria-label=${t("show_password")}
          onClick=${() => setShown(!shown)}
        >
          ${t(shown ? "hide" : "show")}
        </button>
      </div>`}
  <//>`;
}

/**
 * @param {{known?: string, changed: () => any, cancel?: (() => void) | null}} props `known`: the present password,
 *   where it has just been typed
 */
export function NewPassword({ known = "", changed, cancel = null }) {
  const { api, language, toast } = useApp();
  const t = wordsOf(WORDS, language);
  const [old, setOld] = useState(known);
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const [tried, setTried] = useState(false);
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => frame.current?.querySelector("input")?.focus(), []);
  const length = lengthOf(fresh);
  const short = length < SHORTEST || length > LONGEST;
  const problem = short
    ? t("short", { length, least: SHORTEST, most: LONGEST })
    : fresh === old
      ? t("same")
      : "";
  const submit = async () => {
    setTried(true);
    if (problem || fresh !== again) return;
    await api.put("/v1/session/password", { old, new: fresh });
    toast(t("changed"));
    await changed();
  };
  return html`<div ref=${frame}>
    <${Form} submit=${submit} action=${t("save_password")} cancel=${cancel}>
      ${
        !known &&
        html`<${Password} label=${t("old")} value=${old} set=${setOld} autocomplete="current-password" />`
      }
      <${Password}
        label=${t("fresh")}
        value=${fresh}
        set=${setFresh}
        autocomplete="new-password"
        hint=${t("rule", { least: SHORTEST })}
        error=${tried ? problem : ""}
      />
      <${Password}
        label=${t("again")}
        value=${again}
        set=${setAgain}
        autocomplete="new-password"
        error=${tried && fresh !== again ? t("differ") : ""}
      />
    <//>
  </div>`;
}
