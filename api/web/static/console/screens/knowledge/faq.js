// Questions that are answered by hand.

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { useCalled } from "../../collections.js";
import { Search, useSearch } from "../../search.js";
import { Confirm, Empty, Loaded, More, usePages, useTell } from "../../ui.js";
import { viewOf } from "../../quote.js";
import { BLANK, FaqForm, bodyOf } from "./faq_form.js";

/** @param {{t: (key: string, values?: any) => string, only: string | undefined}} props `only`: the number of one to open */
export function Faq({ t, only }) {
  const { api } = useApp();
  const tell = useTell();
  const search = useSearch();
  const list = usePages("/v1/faq", { q: search.wanted });
  const [form, setForm] = useState(/** @type {any} */ (null));
  const [removing, setRemoving] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (only !== undefined) api.get(`/v1/faq/${only}`).then(setForm, tell);
  }, [only]);
  return html`<p class="soft">${t("faq_lead")}</p>
    <div class="row spread">
      <${Search} of=${search} label=${t("search")} />
      <button class="primary" onClick=${() => setForm(BLANK)}>${t("add_faq")}</button>
    </div>
    <${Loaded} from=${list}>
      ${(/** @type {any[]} */ items) =>
        items.length === 0
          ? search.wanted
            ? html`<${Empty} title=${t("nothing")} />`
            : html`<${Empty} title=${t("faq_empty")}><p>${t("faq_empty_hint")}</p><//>`
          : html`<ul class="plain entries">
              ${items.map(
                (pair) =>
                  html`<${Entry}
                    key=${pair.id}
                    pair=${pair}
                    t=${t}
                    edit=${() => setForm(pair)}
                    remove=${() => setRemoving(pair)}
                    changed=${list.reload}
                  />`,
              )}
            </ul>`}
    <//>
    <${More} of=${list} />
    ${form && html`<${FaqForm} pair=${form} close=${() => setForm(null)} saved=${list.reload} />`}
    ${removing && html`<${Remove} pair=${removing} close=${() => setRemoving(null)} removed=${list.reload} t=${t} />`}`;
}

function Entry({ pair, t, edit, remove, changed }) {
  const { t: shared, api, toast } = useApp();
  const tell = useTell();
  const called = useCalled();
  const rest = pair.questions.length - 1;
  const turn = async () => {
    try {
      await api.put(`/v1/faq/${pair.id}`, bodyOf({ ...pair, enabled: !pair.enabled }));
      toast(t("saved"));
      changed();
    } catch (error) {
      tell(error);
    }
  };
  return html`<li class="card entry">
    <div class="stack tight">
      <h2 lang="zh-CN">
        ${pair.questions[0]} ${!pair.enabled && html`<span class="badge warn">${t("disabled")}</span>`}
      </h2>
      ${
        rest > 0 &&
        html`<details>
          <summary class="small">${t("more_questions", { n: rest })}</summary>
          <ul class="parts small" lang="zh-CN">
            ${pair.questions.slice(1).map((/** @type {string} */ one) => html`<li key=${one}>${one}</li>`)}
          </ul>
        </details>`
      }
      <p class="whole" lang="zh-CN">${pair.answer}</p>
      <p class="row tight small soft">
        <span
          >${pair.collections === null ? t("anywhere") : t("in", { names: pair.collections.map((/** @type {string} */ name) => called(name)).join(", ") })}</span
        >
        ${pair.place && html`<a href=${viewOf(pair.place)} target="_blank">${t("place_checked")}</a>`}
      </p>
    </div>
    <div class="row tight">
      <button class="small" onClick=${edit}>${shared("edit")}</button>
      <button class="small" onClick=${turn}>${t(pair.enabled ? "disable" : "enable")}</button>
      <button class="small danger" onClick=${remove}>${shared("remove")}</button>
    </div>
  </li>`;
}

function Remove({ pair, close, removed, t }) {
  const { t: shared, api, toast } = useApp();
  const act = async () => {
    await api.remove(`/v1/faq/${pair.id}`);
    toast(t("removed"));
    removed();
  };
  return html`<${Confirm}
    title=${t("remove_faq")}
    text=${t("remove_faq_text", { question: pair.questions[0] })}
    action=${shared("remove")}
    act=${act}
    close=${close}
  />`;
}
