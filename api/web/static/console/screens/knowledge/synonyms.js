// Groups of words that stand for each other.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { allOf } from "../../inputs.js";
import { Search, useSearch } from "../../search.js";
import { Confirm, Empty, Loaded, useLoaded } from "../../ui.js";
import { SynonymsForm } from "./synonyms_form.js";

const BLANK = { words: [], both_ways: true };

export function Synonyms({ t }) {
  const { api, t: shared, toast } = useApp();
  const search = useSearch();
  const list = useLoaded(() => allOf(api, "/v1/synonyms"), []);
  const [form, setForm] = useState(/** @type {any} */ (null));
  const [removing, setRemoving] = useState(/** @type {any} */ (null));
  const remove = async () => {
    await api.remove(`/v1/synonyms/${removing.id}`);
    toast(t("removed"));
    list.reload();
  };
  return html`<p class="soft">${t("synonyms_lead")}</p>
    <div class="row spread">
      <${Search} of=${search} label=${t("search")} />
      <button class="primary" onClick=${() => setForm(BLANK)}>${t("add_synonyms")}</button>
    </div>
    <${Loaded} from=${list}>
      ${(/** @type {any[]} */ groups) =>
        html`<${Groups}
          groups=${groups}
          wanted=${search.wanted}
          edit=${setForm}
          remove=${setRemoving}
          t=${t}
        />`}
    <//>
    ${form && html`<${SynonymsForm} group=${form} close=${() => setForm(null)} saved=${list.reload} />`}
    ${
      removing &&
      html`<${Confirm}
        title=${t("remove_synonyms")}
        text=${t("remove_synonyms_text", { words: removing.words.join("、") })}
        action=${shared("remove")}
        act=${remove}
        close=${() => setRemoving(null)}
      />`
    }`;
}

function Groups({ groups, wanted, edit, remove, t }) {
  const { t: shared } = useApp();
  if (groups.length === 0)
    return html`<${Empty} title=${t("synonyms_empty")}><p>${t("synonyms_empty_hint")}</p><//>`;
  const shown = groups.filter((/** @type {any} */ group) =>
    group.words.some((/** @type {string} */ word) => word.includes(wanted)),
  );
  if (shown.length === 0) return html`<${Empty} title=${t("nothing")} />`;
  return html`<ul class="plain entries">
    ${shown.map(
      (/** @type {any} */ group) =>
        html`<li class="card entry line" key=${group.id}>
          <span class="said-words" lang="zh-CN">${written(group, t)}</span>
          <div class="row tight">
            <button class="small" onClick=${() => edit(group)}>${shared("edit")}</button>
            <button class="small danger" onClick=${() => remove(group)}>${shared("remove")}</button>
          </div>
        </li>`,
    )}
  </ul>`;
}

/** @param {{words: string[], both_ways: boolean}} group @param {(key: string, values?: any) => string} t */
function written({ words, both_ways }, t) {
  if (both_ways) return words.join(" = ");
  return t("one_way", { first: words[0] ?? "", rest: words.slice(1).join("、") });
}
