// The audit log: who did what to whom, when and from where.

import { html, useMemo, useState } from "../../vendor/preact.js";
import { dateTime } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { useCalled } from "../collections.js";
import { Choice, Line, allOf } from "../inputs.js";
import { useSettled } from "../settled.js";
import { Empty, Failed, Heading, Loaded, More, useLoaded, usePages } from "../ui.js";
import { ACTIONS, KINDS, useWords } from "./audit/words.js";
import { detailsOf, namesOf, targetOf, whoOf } from "./audit/reading.js";

const NOTHING = { action: "", actor: "", target: "", since: "", until: "" };

export function Audit() {
  const { api, t: shared } = useApp();
  const t = useWords();
  const [wanted, setWanted] = useState(NOTHING);
  const people = useLoaded(() => allOf(api, "/v1/users"), []);
  const keys = useLoaded(() => allOf(api, "/v1/keys"), []);
  const names = useMemo(() => namesOf(people.value, keys.value), [people.value, keys.value]);
  const lost = [people, keys].filter(({ error }) => error !== null);
  const query = {
    ...wanted,
    target: useSettled(wanted.target.trim()),
    since: dayOf(wanted.since, 0),
    until: dayOf(wanted.until, 1),
  };
  const pages = usePages("/v1/audit", query);
  const any = Object.values(wanted).some((value) => value !== "");
  return html`<${Heading} title=${shared("audit")} lead=${t("lead")} />
    ${
      lost[0]?.error &&
      html`<${Failed}
        what=${t("no_names")}
        error=${lost[0].error}
        retry=${() => lost.forEach(({ reload }) => reload())}
      />`
    }
    <${Filters} wanted=${wanted} set=${setWanted} names=${names} any=${any} />
    <${Loaded} from=${pages}>
      ${(/** @type {any[]} */ entries) =>
        entries.length === 0
          ? html`<${Empty} title=${t(any ? "none_found" : "none")} />`
          : html`<${Entries} entries=${entries} names=${names} />`}
    <//>
    <${More} of=${pages} />`;
}

/**
 * The beginning of a day where the browser is, so many days later; "" where none was chosen.
 * @param {string} day @param {number} later
 */
function dayOf(day, later) {
  const moment = new Date(`${day}T00:00`);
  if (Number.isNaN(moment.valueOf())) return "";
  moment.setDate(moment.getDate() + later);
  return moment.toISOString();
}

/** @returns {string} as a field for dates has it */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
}

/**
 * @param {{wanted: typeof NOTHING, set: (wanted: typeof NOTHING) => void, names: import("./audit/reading.js").Names,
 *   any: boolean}} props
 */
function Filters({ wanted, set, names, any }) {
  const t = useWords();
  const given = (/** @type {string} */ name) => ({
    value: wanted[/** @type {keyof typeof NOTHING} */ (name)],
    set: (/** @type {string} */ value) => set({ ...wanted, [name]: value }),
  });
  const known = Object.entries(names.of);
  const who = [["", t("anybody")], ["local", t("local")], ["nobody", t("nobody")], ...known];
  return html`<div class="audit-filters" role="search">
    <${Actions} ...${given("action")} />
    <${Choice} label=${t("actor")} ...${given("actor")} options=${who} />
    <${Line} label=${t("target")} placeholder=${t("target_like")} maxlength="500" ...${given("target")} />
    <${Line} label=${t("since")} type="date" max=${wanted.until || today()} ...${given("since")} />
    <${Line}
      label=${t("until")}
      type="date"
      min=${wanted.since || null}
      max=${today()}
      ...${given("until")}
    />
    ${any && html`<button class="quiet" onClick=${() => set(NOTHING)}>${t("clear")}</button>`}
  </div>`;
}

/** @param {{value: string, set: (value: string) => void}} props */
function Actions({ value, set }) {
  const t = useWords();
  return html`<div class="field">
    <label for="audit-action">${t("action")}</label>
    <select
      id="audit-action"
      value=${value}
      onChange=${(/** @type {any} */ event) => set(event.target.value)}
    >
      <option value="">${t("anything")}</option>
      ${KINDS.map(
        (kind) =>
          html`<optgroup key=${kind} label=${t(`kind_${kind}`)}>
            <option value=${kind}>${t("all_of", { kind: t(`kind_${kind}`) })}</option>
            ${ACTIONS.filter((one) => one.startsWith(`${kind}.`)).map(
              (one) => html`<option key=${one} value=${one}>${t(one)}</option>`,
            )}
          </optgroup>`,
      )}
    </select>
  </div>`;
}

/** @param {{entries: any[], names: import("./audit/reading.js").Names}} props */
function Entries({ entries, names }) {
  const t = useWords();
  return html`<div class="card table stacked audit">
    <table>
      <thead>
        <tr>
          <th scope="col">${t("at")}</th>
          <th scope="col">${t("actor")}</th>
          <th scope="col">${t("action")}</th>
          <th scope="col" class="wide">${t("details")}</th>
          <th scope="col" class="wide">${t("address")}</th>
        </tr>
      </thead>
      <tbody>
        ${entries.map((entry) => html`<${Row} key=${entry.id} entry=${entry} names=${names} />`)}
      </tbody>
    </table>
  </div>`;
}

/** @param {{entry: any, names: import("./audit/reading.js").Names}} props */
function Row({ entry, names }) {
  const called = useCalled();
  const { language } = useApp();
  const t = useWords();
  const target = targetOf(t, entry, names);
  const details = detailsOf(t, language, called, entry);
  return html`<tr>
    <td class="number when">${dateTime(language, entry.at)}</td>
    <td class="name">${whoOf(t, entry.actor, names)}</td>
    <td>
      <span class=${entry.action === "session.fail" ? "wrong" : null}>
        ${ACTIONS.includes(entry.action) ? t(entry.action) : entry.action}
      </span>
      ${target && html`<span class="below soft name">${target}</span>`}
      <div class="narrow-only small">
        <${Details} details=${details} />
        <span class="mono soft">${entry.address}</span>
      </div>
    </td>
    <td class="wide"><${Details} details=${details} /></td>
    <td class="wide">
      <span class="mono">${entry.address}</span>
      ${entry.request_id && html`<span class="below small soft mono">${entry.request_id}</span>`}
    </td>
  </tr>`;
}

/** @param {{details: [string, string][]}} props */
function Details({ details }) {
  if (details.length === 0) return null;
  return html`<dl class="entry-details">
    ${details.map(
      ([name, value]) =>
        html`<div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
