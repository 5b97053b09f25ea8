// Every setting in force: its value, where that comes from, what it means.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Check } from "../../inputs.js";
import { Search, useSearch } from "../../search.js";
import { Empty } from "../../ui.js";
import { MEANINGS } from "./meanings.js";
import { useWords } from "./words.js";

/** @param {{settings: any[]}} props */
export function Settings({ settings }) {
  const { language } = useApp();
  const t = useWords();
  const search = useSearch();
  const [changed, setChanged] = useState(false);
  // The service explains itself in Chinese.
  const meaningOf = (/** @type {any} */ one) => (language === "en" && MEANINGS[one.name]) || one.description;
  const wanted = search.wanted.toLowerCase();
  const shown = settings.filter(
    (one) =>
      (!changed || one.origin !== "default") &&
      `${one.name} ${one.variable} ${one.description} ${meaningOf(one)}`.toLowerCase().includes(wanted),
  );
  return html`<section class="stack">
    <h2>${t("settings")}</h2>
    <p class="small soft">${t("settings_lead")}</p>
    <div class="row">
      <${Search} of=${search} label=${t("search")} />
      <${Check} label=${t("only_changed")} value=${changed} set=${setChanged} />
    </div>
    ${
      shown.length === 0
        ? html`<${Empty} title=${t("none_found")} />`
        : html`<div class="card table stacked settings">
            <table>
              <thead>
                <tr>
                  <th scope="col">${t("setting")}</th>
                  <th scope="col">${t("value")}</th>
                  <th scope="col" class="wide">${t("origin")}</th>
                </tr>
              </thead>
              <tbody>
                ${shown.map((one) => html`<${Row} key=${one.name} of=${one} meaning=${meaningOf(one)} />`)}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}

/** @param {{of: any, meaning: string}} props */
function Row({ of: one, meaning }) {
  const t = useWords();
  const set = one.origin !== "default";
  const origin = html`<span class=${`badge ${set ? "accent" : ""}`}>${t(`origin_${one.origin}`)}</span>`;
  const shown = wordsOf(one.value, t);
  const usual = wordsOf(one.default, t);
  return html`<tr>
    <td>
      ${meaning}
      <span class="mono small soft below">${one.variable}</span>
    </td>
    <td>
      <span class=${set ? "mono changed" : "mono"}>${shown}</span>
      ${set && shown !== usual && html`<span class="small soft below">${t("usually", { value: usual })}</span>`}
      ${set && html`<span class="narrow-only below">${origin}</span>`}
    </td>
    <td class="wide">${origin}</td>
  </tr>`;
}

/** @param {any} value @param {(key: string) => string} t @returns {string} */
function wordsOf(value, t) {
  if (value === null || value === "" || (Array.isArray(value) && value.length === 0)) return t("unset");
  return Array.isArray(value) ? value.join(", ") : String(value);
}
