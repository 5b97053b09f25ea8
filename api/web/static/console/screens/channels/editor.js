// A widget, new or to be changed: its form, beside it what it will look like, and its code once that is known.

import { html, useState } from "../../../vendor/preact.js";
import { UNCHOSEN, WORDS as WIDGET_WORDS } from "../../../widget/words.js";
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
    greeting: "您好，请问有什么可以帮您？",
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
  const { api, toast, language } = useApp();
  const [published, setPublished] = useState(/** @type {any} */ (null));
  const [given, setGiven] = useState(() => draftOf(channel ?? BLANK, language));
  const [faults, setFaults] = useState(/** @type {Record<string, string>} */ ({}));
  /** @param {string} name */
  const set = (name) => (/** @type {any} */ value) => setGiven((now) => ({ ...now, [name]: value }));
  const submit = async () => {
    setFaults({});
    const body = bodyOf(given);
    try {
      if (channel === null) {
        const made = await api.post("/v1/channels", body);
        setPublished(made);
        // Loaded anew, the page is about this one, and not about another new one.
        history.replaceState(null, "", `#/channels/${made.channel.id}`);
      } else {
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
      <div class="card">
        <${Fields} channel=${channel} given=${given} set=${set} faults=${faults} submit=${submit} t=${t} />
      </div>
      <${Preview} looks=${looksOf(given)} t=${t} />
    </div>
    ${channel && html`<${Keep} channel=${channel} rotated=${setPublished} t=${t} />`}`;
}

/** A line with a page elsewhere that comes without TLS. */
const OPEN = /^\s*http:\/\/(?!(localhost|127\.0\.0\.1|\[::1\])(:|\/|\s|$))/im;

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
    ${OPEN.test(given.origins) && html`<p class="note warn" role="status">${t("origins_open")}</p>`}
    <${CollectionsField}
      label=${t("collections")}
      hint=${t("collections_hint")}
      error=${faults.collections}
      value=${given.collections}
      set=${set("collections")}
    />
    <${LooksFields} given=${given} set=${set} faults=${faults} t=${t} />
    <${LimitFields} given=${given} set=${set} t=${t} />
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

function LimitFields({ given, set, t }) {
  const limits = { minute_limit: 10_000, day_limit: 10_000_000 };
  return html`<fieldset class="choices">
    <legend class="legend">${t("limits")}</legend>
    <div class="pair">
      ${Object.entries(limits).map(
        ([name, most]) =>
          html`<${Line}
            key=${name}
            label=${t(name)}
            type="number"
            min="1"
            max=${most}
            required
            value=${given[name]}
            set=${set(name)}
          />`,
      )}
    </div>
  </fieldset>`;
}

/** What the widget says in each visitor's language unless somebody writes something else. */
const SAID = /** @type {const} */ (["title", "greeting", "placeholder"]);

/**
 * As its fields hold it: lists as lines, numbers as they are typed, what the widget says by itself as it does here.
 * @param {any} channel @param {"zh" | "en"} language
 */
function draftOf({ name, origins, collections, appearance, minute_limit, day_limit, enabled }, language) {
  const own = SAID.filter((one) => UNCHOSEN.has(appearance[one]));
  return {
    ...{ name, origins: origins.join("\n"), collections, enabled },
    ...{ ...appearance, suggestions: appearance.suggestions.join("\n") },
    ...Object.fromEntries(own.map((one) => [one, WIDGET_WORDS[language][one]])),
    ...{ minute_limit: String(minute_limit), day_limit: String(day_limit) },
  };
}

/** The looks alone. @param {any} given */
function looksOf({ suggestions, color, side, ...given }) {
  /** @param {typeof SAID[number]} one */
  const isOwn = (one) => Object.values(WIDGET_WORDS).some((words) => words[one] === given[one]);
  const said = SAID.map((one) => [one, isOwn(one) ? BLANK.appearance[one] : given[one]]);
  return { ...Object.fromEntries(said), suggestions: linesOf(suggestions), color, side };
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
