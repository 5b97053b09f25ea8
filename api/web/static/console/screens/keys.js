// Keys of programs: what there is, what each may do, making and revoking them.

import { html, useState } from "../../vendor/preact.js";
import { dateTime, day } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { titleIn } from "../collections.js";
import { Check, useCollections } from "../inputs.js";
import { Confirm, Empty, Heading, Loaded, More, usePages } from "../ui.js";
import { NewKey } from "./keys/new_key.js";
import { useWords } from "./keys/words.js";

const SOON_MS = 14 * 24 * 3600 * 1000;

export function Keys() {
  const { t: shared } = useApp();
  const t = useWords();
  const pages = usePages("/v1/keys", {});
  const collections = useCollections();
  const [adding, setAdding] = useState(false);
  const [ended, setEnded] = useState(false);
  const shelves = collections.value ?? [];
  return html`<${Heading} title=${shared("keys")} lead=${t("lead")}>
      <button class="primary" onClick=${() => setAdding(true)}>${t("add")}</button>
    <//>
    <${Loaded} from=${pages}>
      ${(/** @type {any[]} */ keys) => {
        const shown = ended ? keys : keys.filter((key) => !["revoked", "expired"].includes(stateOf(key)));
        return html`${
          keys.length > 0 && html`<${Check} label=${t("with_ended")} value=${ended} set=${setEnded} />`
        }
        ${
          shown.length === 0
            ? html`<${Empty} title=${t(keys.length === 0 ? "none" : "none_left")}>
                <p>${t("none_lead")}</p>
              <//>`
            : html`<${List} keys=${shown} shelves=${shelves} changed=${pages.reload} />`
        }`;
      }}
    <//>
    <${More} of=${pages} />
    ${adding && html`<${NewKey} close=${() => setAdding(false)} changed=${pages.reload} />`}`;
}

/** @param {any} key @returns {"revoked" | "expired" | "soon" | "valid"} */
function stateOf(key) {
  if (key.revoked_at !== null) return "revoked";
  if (key.expires_at === null) return "valid";
  const left = Date.parse(key.expires_at) - Date.now();
  return left <= 0 ? "expired" : left < SOON_MS ? "soon" : "valid";
}

/** @param {{keys: any[], shelves: any[], changed: () => void}} props */
function List({ keys, shelves, changed }) {
  const t = useWords();
  const [revoking, setRevoking] = useState(/** @type {any} */ (null));
  return html`<div class="card table stacked">
      <table>
        <thead>
          <tr>
            <th scope="col">${t("name")}</th>
            <th scope="col" class="wide">${t("scopes")}</th>
            <th scope="col" class="wide">${t("collections")}</th>
            <th scope="col">${t("expires")}</th>
            <th scope="col" class="wide">${t("used")}</th>
            <th scope="col"><span class="visually-hidden">${t("actions")}</span></th>
          </tr>
        </thead>
        <tbody>
          ${keys.map(
            (key) =>
              html`<${Row} key=${key.id} of=${key} shelves=${shelves} revoke=${() => setRevoking(key)} />`,
          )}
        </tbody>
      </table>
    </div>
    ${revoking && html`<${Revoke} of=${revoking} close=${() => setRevoking(null)} changed=${changed} />`}`;
}

/** @param {{of: any, shelves: any[], revoke: () => void}} props */
function Row({ of: key, shelves, revoke }) {
  const { language } = useApp();
  const t = useWords();
  const state = stateOf(key);
  /** @type {string[]} */
  const scopes = key.scopes.map((/** @type {string} */ one) => t(`scope_${one}`));
  const where =
    key.collections === null
      ? t("all")
      : key.collections.map((/** @type {string} */ name) => titleIn(shelves, name)).join(t("list_comma"));
  const ends = key.expires_at === null ? t("never") : day(language, key.expires_at);
  return html`<tr class=${state === "revoked" || state === "expired" ? "off" : null}>
    <td>
      <strong class="name">${key.name}</strong>
      <span class="mono small soft below prefix">${key.prefix}…</span>
      <span class="narrow-only small soft">${scopes.join(t("list_comma"))} · ${where}</span>
    </td>
    <td class="wide">
      <span class="row tight">
        ${scopes.map((one) => html`<span class="badge" key=${one}>${one}</span>`)}
      </span>
    </td>
    <td class="wide">${where}</td>
    <td>
      ${state === "revoked" ? html`<span class="badge bad">${t("revoked")}</span>` : ends}
      ${state === "expired" && html` <span class="badge bad">${t("expired")}</span>`}
      ${state === "soon" && html` <span class="badge warn">${t("soon")}</span>`}
    </td>
    <td class="wide number">${key.used_at === null ? t("unused") : dateTime(language, key.used_at)}</td>
    <td class="actions">
      ${
        state !== "revoked" &&
        html`<button class="quiet small" aria-label=${t("revoke_of", { name: key.name })} onClick=${revoke}>
          ${t("revoke")}
        </button>`
      }
    </td>
  </tr>`;
}

/** @param {{of: any, close: () => void, changed: () => void}} props */
function Revoke({ of: key, close, changed }) {
  const { api, toast } = useApp();
  const t = useWords();
  const { name } = key;
  const act = async () => {
    await api.remove(`/v1/keys/${key.id}`);
    toast(t("revoked_done", { name }));
    changed();
  };
  return html`<${Confirm}
    title=${t("revoke_of", { name })}
    text=${t("revoke_text", { name })}
    action=${t("revoke")}
    act=${act}
    close=${close}
  />`;
}
