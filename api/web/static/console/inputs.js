// Fields that forms are put together from. Each has a label, may have a hint, and tells at itself what is wrong.

import { html, useEffect, useId, useLayoutEffect, useRef } from "../vendor/preact.js";
import { useApp } from "./app.js";
import { calledSo, titleIn, useCalled } from "./collections.js";
import { Loaded, useLoaded } from "./ui.js";

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

/**
 * Says in the page's words, and not in the browser's, that something must be written here.
 * @param {string} value
 */
function useMissing(value) {
  const { t } = useApp();
  const field = useRef(/** @type {any} */ (null));
  useLayoutEffect(() => field.current?.setCustomValidity(""), [value]);
  const onInvalid = () =>
    field.current?.validity.valueMissing && field.current.setCustomValidity(t("missing"));
  return { ref: field, onInvalid };
}

/** One line of text, or a number, as a string. @param {Record<string, any>} props */
export function Line({ label, hint = "", error = "", value, set, ...more }) {
  const missing = useMissing(value);
  return html`<${Labelled} label=${label} hint=${hint} error=${error}>
    ${(/** @type {any} */ tied) =>
      html`<input
        ...${tied}
        ...${missing}
        ...${more}
        value=${value}
        onInput=${(/** @type {any} */ e) => set(e.target.value)}
      />`}
  <//>`;
}

/** Several lines. @param {Record<string, any>} props */
export function Lines({ label, hint = "", error = "", value, set, rows = 3, ...more }) {
  const missing = useMissing(value);
  return html`<${Labelled} label=${label} hint=${hint} error=${error}>
    ${(/** @type {any} */ tied) =>
      html`<textarea
        ...${tied}
        ...${missing}
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
  const called = useCalled();
  const found = useLoaded(() => allOf(api, "/v1/collections"), []);
  return { ...found, value: found.value && calledSo(found.value, called) };
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
 * Some collections, one at least; or all of them, where `all` has words for that.
 * @param {{label: string, hint?: string, error?: string, all?: string, value: string[] | null,
 *   set: (v: string[] | null) => void}} props `value` null is all
 */
export function CollectionsField({ label, hint = "", error = "", all = "", value, set }) {
  const id = useId();
  const found = useCollections();
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<fieldset class="choices" aria-describedby=${told || null}>
    <legend class="label">${label}</legend>
    ${all && html`<${AllOrSome} all=${all} value=${value} set=${set} />`}
    ${
      (!all || value !== null) &&
      html`<div class=${all ? "choices of-these" : "choices"}>
        <${Loaded} from=${found}>
          ${(/** @type {any[]} */ shelves) =>
            html`<${Some} shelves=${shelves} alone=${!all} chosen=${value ?? []} set=${set} />`}
        <//>
      </div>`
    }
    ${error && html`<p class="small wrong" role="alert" id=${`${id}-error`}>${error}</p>`}
    ${hint && html`<p class="small soft" id=${`${id}-hint`}>${hint}</p>`}
  </fieldset>`;
}

/**
 * Nothing is sent before at least one is chosen: the last radio button, or else the first box, tells so.
 * @param {boolean} met
 */
function useRequired(met) {
  const { t } = useApp();
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const [first, second] = frame.current?.querySelectorAll("input") ?? [];
    (first?.type === "radio" ? second : first)?.setCustomValidity(met ? "" : t("one_at_least"));
  });
  return frame;
}

/** @param {{all: string, value: string[] | null, set: (v: string[] | null) => void}} props */
function AllOrSome({ all, value, set }) {
  const { t } = useApp();
  const id = useId();
  const frame = useRequired(value?.length !== 0);
  const ways = [
    [all, null],
    [t("only_these"), /** @type {string[]} */ ([])],
  ];
  return html`<div class="choices" ref=${frame}>
    ${ways.map(
      ([words, chosen], at) =>
        html`<div class="check" key=${at}>
          <input
            type="radio"
            name=${id}
            id=${id + at}
            checked=${(value === null) === (chosen === null)}
            onChange=${() => set(/** @type {string[] | null} */ (chosen))}
          />
          <label for=${id + at}>${words}</label>
        </div>`,
    )}
  </div>`;
}

/**
 * @param {{shelves: any[], alone: boolean, chosen: string[], set: (v: string[]) => void}} props `alone`: nothing else
 *   can be chosen
 */
function Some({ shelves, alone, chosen, set }) {
  const { t } = useApp();
  const frame = useRequired(!alone || chosen.length > 0);
  // Where there is but one, there is nothing to choose.
  const only = alone && shelves.length === 1 && chosen.length === 0 ? shelves[0].name : null;
  useEffect(() => void (only && set([only])), [only]);
  // Those that somebody may not read any more stay chosen until they are taken out here.
  const names = [...new Set([...shelves.map((one) => one.name), ...chosen])];
  const others = (/** @type {string} */ name) => chosen.filter((one) => one !== name);
  return html`<div class="choices" ref=${frame}>
    ${names.map(
      (name) =>
        html`<${Check}
          key=${name}
          label=${titleIn(shelves, name)}
          value=${chosen.includes(name)}
          set=${(/** @type {boolean} */ on) => set(on ? [...chosen, name] : others(name))}
        />`,
    )}
    ${names.length === 0 && html`<p class="small soft">${t("no_collections")}</p>`}
  </div>`;
}

/** Lines of a text that say something, without white space around them. @param {string} text @returns {string[]} */
export function linesOf(text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
