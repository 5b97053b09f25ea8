// Words that stand for each other, new or to be changed.

import { html, useState } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Check, Lines, linesOf } from "../../inputs.js";
import { Dialog, Form } from "../../ui.js";
import { WORDS } from "./words.js";

/** @param {{group: {id?: number, words: string[], both_ways: boolean}, close: () => void, saved: () => void, about?: any}} props
 *   `about`: shows what words can be picked from, given those chosen so far and a function that adds one */
export function SynonymsForm({ group, close, saved, about = null }) {
  const { t: shared, api, toast, language } = useApp();
  const t = wordsOf(WORDS, language);
  const [words, setWords] = useState(group.words.join("\n"));
  const [bothWays, setBothWays] = useState(group.both_ways);
  /** @param {string} word */
  const add = (word) => setWords([...linesOf(words), word].join("\n"));
  const submit = async () => {
    const body = { words: linesOf(words), both_ways: bothWays };
    if (group.id === undefined) await api.post("/v1/synonyms", body);
    else await api.put(`/v1/synonyms/${group.id}`, body);
    toast(t("saved"));
    saved();
    close();
  };
  return html`<${Dialog} title=${t(group.id === undefined ? "add_synonyms" : "edit_synonyms")} close=${close}>
    ${about?.(linesOf(words), add)}
    <${Form} submit=${submit} action=${shared("save")} cancel=${close}>
      <${Lines}
        label=${t("group")}
        hint=${t("group_hint")}
        value=${words}
        set=${setWords}
        rows="4"
        required
        lang="zh-CN"
      />
      <${Check} label=${t("both_ways")} hint=${t("both_ways_hint")} value=${bothWays} set=${setBothWays} />
    <//>
  <//>`;
}
