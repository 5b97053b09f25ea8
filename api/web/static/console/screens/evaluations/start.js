// A new evaluation: where its questions come from, and what to ask for.

import { html, useRef, useState } from "../../../vendor/preact.js";
import { Problem } from "../../../shared/http.js";
import { useApp } from "../../app.js";
import { Check, Choice, CollectionsField, Line } from "../../inputs.js";
import { Dialog, Form } from "../../ui.js";
import { FileField } from "./file_field.js";

const ACCEPTED = ".json,.jsonl,.ndjson,.csv,.tsv,.xlsx,.xlsm";
const BEGUN = {
  task: "ask",
  name: "",
  limit: "",
  threshold: "",
  top_k: "",
  retrieval: "",
  depth: "100",
  absent: false,
};

/** @param {{close: () => void, begun: (evaluation: any) => void, t: (key: string, values?: any) => string}} props */
export function Start({ close, begun, t }) {
  const { api, can } = useApp();
  const [source, setSource] = useState("file");
  const [given, setGiven] = useState(BEGUN);
  const [collections, setCollections] = useState(/** @type {string[] | null} */ (null));
  const [faults, setFaults] = useState(/** @type {string[]} */ ([]));
  const file = useRef(/** @type {File | undefined} */ (undefined));
  /** @param {string} name */
  const set = (name) => (/** @type {any} */ value) => setGiven((now) => ({ ...now, [name]: value }));
  const submit = async () => {
    setFaults([]);
    const query = queryOf(given, collections);
    try {
      begun(await (source === "file" ? uploaded(api, query, file.current) : collected(api, query)));
    } catch (error) {
      const told = faultsOf(error);
      setFaults(told);
      if (told.length === 0) throw error; // else they say it all
    }
  };
  return html`<${Dialog} wide title=${t("start")} close=${close}>
    <${Form} submit=${submit} action=${t("begin")} cancel=${close}>
      ${
        can("knowledge") &&
        html`<${Choice}
          label=${t("source")}
          value=${source}
          set=${setSource}
          options=${[
            ["file", t("source_file")],
            ["feedback", t("source_feedback")],
          ]}
        />`
      }
      ${
        source === "file" &&
        html`<${FileField}
          label=${t("file")}
          hint=${html`${t("template")} <a href="/v1/evaluation-template" download>${t("template_get")}</a>`}
          accept=${ACCEPTED}
          chosen=${(/** @type {File | undefined} */ one) => {
            file.current = one;
            setFaults([]);
          }}
          t=${t}
        />`
      }
      <${Faults} faults=${faults} t=${t} />
      <div class="pair">
        <${Choice}
          label=${t("task")}
          value=${given.task}
          set=${set("task")}
          options=${[
            ["ask", t("task_ask")],
            ["retrieve", t("task_retrieve")],
          ]}
        />
        <${Line}
          label=${t("name")}
          hint=${t("name_hint")}
          value=${given.name}
          set=${set("name")}
          maxlength="200"
        />
      </div>
      <${CollectionsField}
        label=${t("collections")}
        all=${t("all")}
        value=${collections}
        set=${setCollections}
      />
      <details>
        <summary>${t("more")}</summary>
        <${More} given=${given} set=${set} t=${t} />
      </details>
    <//>
  <//>`;
}

/** What is wrong with the file, line by line. */
function Faults({ faults, t }) {
  if (faults.length === 0) return null;
  return html`<div class="note bad" role="alert">
    <p>${t("wrong_file", { n: faults.length })}</p>
    <ul class="parts faults">
      ${faults.map((/** @type {string} */ fault, /** @type {number} */ at) => html`<li key=${at}>${fault}</li>`)}
    </ul>
  </div>`;
}

function More({ given, set, t }) {
  const asks = given.task === "ask";
  return html`<div class="pair">
    <${Line}
      label=${t("limit")}
      hint=${t("limit_hint")}
      type="number"
      min="1"
      max="10000"
      value=${given.limit}
      set=${set("limit")}
    />
    <${Choice}
      label=${t("retrieval")}
      value=${given.retrieval}
      set=${set("retrieval")}
      options=${["", "hybrid", "dense", "sparse"].map((mode) => [mode, t(mode ? `retrieval_${mode}` : "as_set")])}
    />
    ${
      asks
        ? html`<${Line}
              label=${t("top_k")}
              hint=${t("as_set")}
              type="number"
              min="1"
              max="100"
              value=${given.top_k}
              set=${set("top_k")}
            />
            <${Line}
              label=${t("threshold")}
              hint=${t("threshold_hint")}
              type="number"
              min="0"
              max="1"
              step="any"
              value=${given.threshold}
              set=${set("threshold")}
            />
            <${Check}
              label=${t("absent")}
              hint=${t("absent_hint")}
              value=${given.absent}
              set=${set("absent")}
            />`
        : html`<${Line}
            label=${t("depth")}
            type="number"
            min="1"
            max="1000"
            required
            value=${given.depth}
            set=${set("depth")}
          />`
    }
  </div>`;
}

/** @param {typeof BEGUN} given @param {string[] | null} collections */
function queryOf(given, collections) {
  const asks = given.task === "ask";
  const told = {
    ...{ task: given.task, name: given.name, limit: given.limit, retrieval: given.retrieval },
    ...(asks ? { top_k: given.top_k, threshold: given.threshold } : { depth: given.depth }),
    ...(asks && given.absent ? { absent: "true" } : {}),
  };
  const query = new URLSearchParams(Object.entries(told).filter(([, value]) => value !== ""));
  for (const name of collections ?? []) query.append("collections", name);
  return query.toString();
}

/** @param {any} api @param {string} query @param {File | undefined} file */
async function uploaded(api, query, file) {
  const body = new FormData();
  if (file) body.append("file", file);
  const response = await api.call("POST", `/v1/evaluations?${query}`, { body });
  return response.json();
}

/** @param {any} api @param {string} query */
function collected(api, query) {
  return api.post(`/v1/feedback/evaluations?${query}`);
}

/** @param {unknown} error @returns {string[]} */
function faultsOf(error) {
  const told = error instanceof Problem ? (error.body?.errors ?? []) : [];
  return told
    .filter((/** @type {any} */ one) => one.at === "file")
    .map((/** @type {any} */ one) => one.message);
}
