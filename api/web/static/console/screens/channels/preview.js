// What a widget will look like, drawn from the form: the real one needs the publish token, which is known only once.

import { html } from "../../../vendor/preact.js";
import { inkOn } from "../../../widget/colour.js";
import { UNCHOSEN, WORDS } from "../../../widget/words.js";
import { useApp } from "../../app.js";

/** @param {{looks: any, t: (key: string, values?: any) => string}} props */
export function Preview({ looks, t }) {
  const { language } = useApp();
  /** As visitors see it: what nobody has chosen, in their language. @param {"title" | "greeting" | "placeholder"} name */
  const shown = (name) => (UNCHOSEN.has(looks[name]) ? WORDS[language][name] : looks[name]);
  const accent = { background: looks.color, color: inkOn(looks.color) };
  return html`<section class="preview stack tight" aria-label=${t("preview")}>
    <h2>${t("preview")}</h2>
    <p class="small soft">${t("preview_hint")}</p>
    <div class="pretend">
      <div class="pretend-panel">
        <div class="pretend-head">
          <strong>${shown("title")}</strong>
          <span class="soft">${WORDS[language].promise}</span>
        </div>
        <div class="pretend-talk">
          <p>${shown("greeting")}</p>
          <ul class="plain chips">
            ${looks.suggestions.map(
              (/** @type {string} */ one, /** @type {number} */ at) =>
                html`<li key=${at} class="pretend-chip" style=${{ borderColor: looks.color }}>${one}</li>`,
            )}
          </ul>
        </div>
        <div class="pretend-foot">
          <span class="pretend-field soft">${shown("placeholder")}</span>
          <span class="pretend-send" style=${accent} aria-hidden="true">↑</span>
        </div>
      </div>
      <div class=${`pretend-launch ${looks.side}`} style=${accent} aria-hidden="true">
        <svg viewBox="0 0 26 26" width="26" height="26">
          <path
            fill="currentColor"
            d="M4 3h18a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H11l-6 5v-5H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3 5v2h12V8zm0 4v2h8v-2z"
          />
        </svg>
      </div>
    </div>
  </section>`;
}
