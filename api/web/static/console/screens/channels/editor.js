// A widget, new or to be changed: its form, beside it what it will look like, and its code once that is known.

import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Check, CollectionsField, Line, Lines, linesOf } from "../../inputs.js";
import { Form, Heading } from "../../ui.js";
import { faultsOf } from "./faults.js";
import { Keep } from "./keep.js";
import { LooksFields } from "./looks.js";
import { Preview } from "./preview.js";
import { Published } from "./published.js";

/** What the service takes where nothing is said; see docs of POST /v1/channels. */
const BLANK = {
  name: "",
  origins: [],
  collections: [],
  appearance: {
    title: "文档问答",
    greeting: "您好,请问有什么可以帮您?",
    placeholder: "请输入问题",
    suggestions: [],
    color: "#1a56db",
    side: "right",
  },
  minute_limit: 10,
  day_limit: 2000,
  enabled: true,
};

/** @param {{channel: any, t: (key: string, values?: any) => string}} props `channel` null: a new one */
export function Editor({ channel, t }) {
  const { api, toast } = useApp();
  const [published, setPublished] = useState(/** @type {any} */ (null));
  const [given, setGiven] = useState(() => draftOf(channel ?? BLANK));
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  const form = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {string} name */
  const set = (name) => (/** @type {any} */ value) => setGiven((now) => ({ ...now, [name]: value }));
  useEffect(() => {
    /** @type {HTMLElement | null | undefined} */ (
      form.current?.querySelector('[aria-invalid="true"]')
    )?.focus();
  }, [faults]);
  const submit = async () => {
    setFaults({});
    const body = bodyOf(given);
    try {
      if (channel === null) setPublished(await api.post("/v1/channels", body));
      else {
        await api.patch(`/v1/channels/${channel.id}`, { ...body, enabled: given.enabled });
        toast(t("saved"));
      }
    } catch (error) {
      const told = faultsOf(error, body, t);
      setFaults(told);
      if (Object.keys(told).length === 0) throw error; // else it is told at its field
    }
  };
  if (published) return html`<${Published} published=${published} t=${t} />`;
  return html`<${Heading} title=${channel?.name ?? t("new_title")} />
    <div class="editor">
      <div class="card" ref=${form}>
        <${Fields} channel=${channel} given=${given} set=${set} faults=${faults} submit=${submit} t=${t} />
      </div>
      <${Preview} looks=${looksOf(given)} t=${t} />
    </div>
    ${channel && html`<${Keep} channel=${channel} rotated=${setPublished} t=${t} />`}`;
}

function Fields({ channel, given, set, faults, submit, t }) {
  const { t: shared } = useApp();
  return html`<${Form} submit=${submit} action=${channel === null ? t("create") : shared("save")}>
    <${Line}
      label=${t("name")}
      hint=${t("name_hint")}
      error=${faults.name}
      value=${given.name}
      set=${set("name")}
      maxlength="100"
      required
    />
    <${Lines}
      label=${t("origins")}
      hint=${t("origins_hint")}
      error=${faults.origins}
      value=${given.origins}
      set=${set("origins")}
      spellcheck="false"
      required
    />
    <${CollectionsField}
      label=${t("collections")}
      hint=${t("collections_hint")}
      value=${given.collections}
      set=${set("collections")}
    />
    ${faults.collections && html`<p class="small wrong" role="alert">${faults.collections}</p>`}
    <${LooksFields} given=${given} set=${set} faults=${faults} t=${t} />
    <fieldset class="choices">
      <legend class="legend">${t("limits")}</legend>
      <div class="pair">
        <${Line}
          label=${t("minute_limit")}
          type="number"
          min="1"
          max="10000"
          required
          value=${given.minute_limit}
          set=${set("minute_limit")}
        />
        <${Line}
          label=${t("day_limit")}
          type="number"
          min="1"
          max="10000000"
          required
          value=${given.day_limit}
          set=${set("day_limit")}
        />
      </div>
    </fieldset>
    ${
      channel &&
      html`<${Check}
        label=${t("enabled")}
        hint=${t("enabled_hint")}
        value=${given.enabled}
        set=${set("enabled")}
      />`
    }
  <//>`;
}

/** As its fields hold it: lists as lines, numbers as they are typed. @param {any} channel */
function draftOf({ name, origins, collections, appearance, minute_limit, day_limit, enabled }) {
  return {
    ...{ name, origins: origins.join("\n"), collections, enabled },
    ...{ ...appearance, suggestions: appearance.suggestions.join("\n") },
    ...{ minute_limit: String(minute_limit), day_limit: String(day_limit) },
  };
}

/** The looks alone. @param {any} given */
function looksOf({ title, greeting, placeholder, suggestions, color, side }) {
  return { title, greeting, placeholder, suggestions: linesOf(suggestions), color, side };
}

/** As it is sent. @param {any} given */
function bodyOf(given) {
  return {
    name: given.name,
    origins: linesOf(given.origins),
    collections: given.collections,
    appearance: looksOf(given),
    minute_limit: Number(given.minute_limit),
    day_limit: Number(given.day_limit),
  };
}
