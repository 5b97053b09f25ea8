// Words of the organisation's own.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Lines, allOf, linesOf } from "../../inputs.js";
import { Search, useSearch } from "../../search.js";
import { Dialog, Empty, Form, Loaded, useLoaded, useTell } from "../../ui.js";

const SHOWN = 300;

export function OwnWords({ t }) {
  const { api } = useApp();
  const search = useSearch();
  const list = useLoaded(() => allOf(api, "/v1/words"), []);
  const [adding, setAdding] = useState(false);
  return html`<p class="soft">${t("words_lead")}</p>
    <div class="row spread">
      <${Search} of=${search} label=${t("search")} />
      <button class="primary" onClick=${() => setAdding(true)}>${t("add_words")}</button>
    </div>
    <${Loaded} from=${list}>
      ${(/** @type {any[]} */ words) =>
        words.length === 0
          ? html`<${Empty} title=${t("words_empty")}><p>${t("words_empty_hint")}</p><//>`
          : html`<${Chips} words=${words} wanted=${search.wanted} removed=${list.reload} t=${t} />`}
    <//>
    ${adding && html`<${Add} close=${() => setAdding(false)} saved=${list.reload} t=${t} />`}`;
}

function Chips({ words, wanted, removed, t }) {
  const { api, toast } = useApp();
  const tell = useTell();
  const found = words.filter((/** @type {any} */ one) => one.word.includes(wanted));
  /** @param {string} word */
  const remove = async (word) => {
    try {
      await api.remove(`/v1/words/${encodeURIComponent(word)}`);
      toast(t("removed_word", { word }));
      removed();
    } catch (error) {
      tell(error);
    }
  };
  if (found.length === 0) return html`<${Empty} title=${t("nothing")} />`;
  const shown = found.slice(0, SHOWN);
  const count =
    shown.length < found.length
      ? t("shown", { n: found.length, shown: shown.length })
      : t("count", { n: found.length });
  return html`<ul class="plain chips">
      ${shown.map(
        (/** @type {any} */ { word }) =>
          html`<li class="chip" key=${word}>
            <span lang="zh-CN">${word}</span>
            <button
              class="quiet small"
              aria-label=${t("remove_word", { word })}
              onClick=${() => remove(word)}
            >
              ✕
            </button>
          </li>`,
      )}
    </ul>
    <p class="small soft">${count}</p>`;
}

function Add({ close, saved, t }) {
  const { t: shared, api, toast } = useApp();
  const [words, setWords] = useState("");
  const submit = async () => {
    await api.post("/v1/words", { words: linesOf(words) });
    toast(t("saved"));
    saved();
    close();
  };
  return html`<${Dialog} title=${t("add_words")} close=${close}>
    <${Form} submit=${submit} action=${shared("save")} cancel=${close}>
      <${Lines}
        label=${t("own_words")}
        hint=${t("own_words_hint")}
        value=${words}
        set=${setWords}
        rows="5"
        required
        lang="zh-CN"
      />
    <//>
  <//>`;
}
