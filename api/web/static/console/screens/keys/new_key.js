// Making a key: what it may do, where, for how long; then the key itself, once, and how it is used.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Check, Choice, CollectionsField, Line } from "../../inputs.js";
import { Secret } from "../../secret.js";
import { Copy, Dialog, Form } from "../../ui.js";
import { useWords } from "./words.js";

export const SCOPES = [
  "ask",
  "documents:read",
  "documents:write",
  "feedback",
  "knowledge",
  "evaluate",
  "metrics",
  "admin",
];
const DAYS = ["30", "90", "365", "1095", ""];

/** @param {{close: () => void, changed: () => void}} props */
export function NewKey({ close, changed }) {
  const { api } = useApp();
  const t = useWords();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["ask"]);
  const [collections, setCollections] = useState(/** @type {string[] | null} */ (null));
  const [days, setDays] = useState("365");
  const [made, setMade] = useState(/** @type {any} */ (null));
  const submit = async () => {
    if (scopes.length === 0) throw new Error(t("no_scope"));
    const body = { name: name.trim(), scopes, collections, days: days === "" ? null : Number(days) };
    setMade(await api.post("/v1/keys", body));
    changed();
  };
  if (made) return html`<${Told} made=${made} close=${close} />`;
  return html`<${Dialog} title=${t("add")} close=${close}>
    <${Form} submit=${submit} action=${t("add")} cancel=${close}>
      <${Line}
        label=${t("name")}
        hint=${t("name_hint")}
        value=${name}
        set=${setName}
        maxlength="100"
        pattern=".*\\S.*"
        required
      />
      <${ScopesField} value=${scopes} set=${setScopes} />
      <${CollectionsField}
        label=${t("collections")}
        all=${t("all")}
        value=${collections}
        set=${setCollections}
      />
      <${Choice}
        label=${t("days")}
        hint=${t("days_hint")}
        value=${days}
        set=${setDays}
        options=${DAYS.map((one) => [one, t(`days_${one || "never"}`)])}
      />
    <//>
  <//>`;
}

/** @param {{value: string[], set: (scopes: string[]) => void}} props */
function ScopesField({ value, set }) {
  const t = useWords();
  /** @param {string} scope @param {boolean} on */
  const toggle = (scope, on) => set(SCOPES.filter((one) => (one === scope ? on : value.includes(one))));
  return html`<fieldset class="choices">
    <legend class="label">${t("scopes")}</legend>
    ${SCOPES.map(
      (scope) =>
        html`<${Check}
          key=${scope}
          label=${t(`scope_${scope}`)}
          hint=${t(`scope_${scope}_hint`)}
          value=${value.includes(scope)}
          set=${(/** @type {boolean} */ on) => toggle(scope, on)}
        />`,
    )}
  </fieldset>`;
}

/** @param {{made: any, close: () => void}} props */
function Told({ made, close }) {
  const t = useWords();
  const example = exampleOf(made.key.scopes, made.token, t("question"));
  return html`<${Dialog} title=${t("made", { name: made.key.name })} close=${close}>
    <${Secret} label=${t("key")} value=${made.token} />
    <p>${t("once")}</p>
    <div class="stack tight">
      <p class="row spread">
        <strong class="small">${t("example")}</strong><${Copy} text=${example} of=${t("example")} />
      </p>
      <pre class="mono example" tabindex="0" role="region" aria-label=${t("example")}>${example}</pre>
    </div>
    <div class="row"><button class="primary" onClick=${close}>${t("done")}</button></div>
  <//>`;
}

/**
 * How the key is used, for the first thing that it may do.
 * @param {string[]} scopes @param {string} token @param {string} question
 */
function exampleOf(scopes, token, question) {
  const header = `curl -H "Authorization: Bearer ${token}"`;
  const { origin } = location;
  if (scopes.includes("ask")) {
    const body = JSON.stringify({ question });
    return `${header} \\\n  -H "Content-Type: application/json" \\\n  -d '${body}' \\\n  ${origin}/v1/ask`;
  }
  const [scope] = scopes.filter((one) => one in PATHS);
  if (scope === "documents:write") return `${header} \\\n  -F files=@制度.txt \\\n  ${origin}/v1/documents`;
  return `${header} \\\n  ${origin}${PATHS[scope] ?? "/v1/jobs"}`;
}

/** What each may be tried with. @type {Record<string, string>} */
const PATHS = {
  "documents:read": "/v1/documents",
  "documents:write": "/v1/documents",
  knowledge: "/v1/faq",
  evaluate: "/v1/evaluations",
  metrics: "/metrics",
  admin: "/v1/users",
};
