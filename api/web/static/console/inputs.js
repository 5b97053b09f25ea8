// Fields that forms are put together from. Each has a label, may have a hint, and tells at itself what is wrong.

import { html, useEffect, useId } from "../vendor/preact.js";
import { useApp } from "./app.js";
import { useLoaded } from "./ui.js";

/**
 * What every field has, around its control, which gets the attributes that tie it to label, hint and error.
 * @param {{label: string, hint?: any, error?: string, children: (tied: Record<string, any>) => any}} props
 */
export function Labelled({ label, hint = "", error = "", children }) {
  const id = useId();
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${children({ id, "aria-describedby": told || null, "aria-invalid": error ? "true" : null })}
    ${error && html`<p class="small wrong" id=${`${id}-error`}>${error}</p>`}
    ${hint && html`<p class="small soft" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** One line of text, or a number, as a string. @param {Record<string, any>} props */
export function Line({ label, hint = "", error = "", value, set, ...more }) {
  return html`<${Labelled} label=${label} hint=${hint} error=${error}>
    ${(/** @type {any} */ tied) =>
      html`<input
        ...${tied}
        ...${more}
        value=${value}
        onInput=${(/** @type {any} */ e) => set(e.target.value)}
      />`}
  <//>`;
}

/** Several lines. @param {Record<string, any>} props */
export function Lines({ label, hint = "", error = "", value, set, rows = 3, ...more }) {
  return html`<${Labelled} label=${label} hint=${hint} error=${error}>
    ${(/** @type {any} */ tied) =>
      html`<textarea
        ...${tied}
        ...${more}
        rows=${rows}
        value=${value}
        onInput=${(/** @type {any} */ e) => set(e.target.value)}
      ></textarea>`}
  <//>`;
}

/** One of several. @param {{label: string, hint?: string, value: string, set: (v: string) => void, options: [string, string][]}} props */
export function Choice({ label, hint = "", value, set, options }) {
  return html`<${Labelled} label=${label} hint=${hint}>
    ${(/** @type {any} */ tied) =>
      html`<select ...${tied} value=${value} onChange=${(/** @type {any} */ e) => set(e.target.value)}>
        ${options.map(([key, words]) => html`<option key=${key} value=${key}>${words}</option>`)}
      </select>`}
  <//>`;
}

/** Yes or no. @param {{label: any, hint?: string, value: boolean, set: (v: boolean) => void, disabled?: boolean}} props */
export function Check({ label, hint = "", value, set, disabled = false }) {
  const id = useId();
  return html`<div class="check">
    <input
      type="checkbox"
      id=${id}
      checked=${value}
      disabled=${disabled}
      aria-describedby=${hint ? `${id}-hint` : null}
      onChange=${(/** @type {any} */ e) => set(e.target.checked)}
    />
    <div>
      <label for=${id}>${label}</label>
      ${hint && html`<p class="small soft" id=${`${id}-hint`}>${hint}</p>`}
    </div>
  </div>`;
}

/** The collections that may be read, all of them. */
export function useCollections() {
  const { api } = useApp();
  return useLoaded(() => allOf(api, "/v1/collections"), []);
}

/**
 * Every item of a list, page by page.
 * @param {{get: (url: string, query: Record<string, any>) => Promise<any>}} api
 * @param {string} url
 * @returns {Promise<any[]>}
 */
export async function allOf(api, url) {
  const items = [];
  let after = null;
  do {
    const page = await api.get(url, { limit: 200, after });
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}

/**
 * Some collections, or all of them where `all` has words for that.
 * @param {{label: string, hint?: string, all?: string, value: string[] | null, set: (v: string[] | null) => void}} props
 *   `value` null is all
 */
export function CollectionsField({ label, hint = "", all = "", value, set }) {
  const id = useId();
  const found = useCollections();
  const shelves = found.value ?? [];
  // Where there is but one, there is nothing to choose.
  const only = !all && shelves.length === 1 && value?.length === 0 ? shelves[0].name : null;
  useEffect(() => void (only && set([only])), [only]);
  const chosen = value ?? [];
  // Those that somebody may not read any more stay chosen until they are taken out here.
  const names = [...new Set([...shelves.map((/** @type {any} */ one) => one.name), ...chosen])];
  /** @param {string} name */
  const titleOf = (name) => shelves.find((/** @type {any} */ one) => one.name === name)?.title ?? name;
  /** @param {string} name @param {boolean} on */
  const toggle = (name, on) => {
    const next = on ? [...chosen, name] : chosen.filter((one) => one !== name);
    set(all && next.length === 0 ? null : next);
  };
  return html`<fieldset class="choices" aria-describedby=${hint ? id : null}>
    <legend class="label">${label}</legend>
    ${all && html`<${Check} label=${all} value=${value === null} set=${() => set(null)} />`}
    ${names.map(
      (name) =>
        html`<${Check}
          key=${name}
          label=${titleOf(name)}
          value=${chosen.includes(name)}
          set=${(/** @type {boolean} */ on) => toggle(name, on)}
        />`,
    )}
    ${hint && html`<p class="small soft" id=${id}>${hint}</p>`}
  </fieldset>`;
}

/** Lines of a text that say something, without white space around them. @param {string} text @returns {string[]} */
export function linesOf(text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
