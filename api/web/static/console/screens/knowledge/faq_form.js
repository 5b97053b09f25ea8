// A pair of question and answer, new or to be changed.

import { html, useState } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Check, CollectionsField, Lines, linesOf } from "../../inputs.js";
import { Dialog, Form } from "../../ui.js";
import { PlaceField } from "./place.js";
import { WORDS } from "./words.js";

/**
 * @typedef {object} Pair
 * @property {number} [id] of one that is there already
 * @property {string[]} questions
 * @property {string} answer
 * @property {string[] | null} collections
 * @property {{document_id: number, start: number, end: number} | null} place
 * @property {boolean} enabled
 */

/** @type {Pair} */
export const BLANK = { questions: [], answer: "", collections: null, place: null, enabled: true };

/** @param {{pair: Pair, close: () => void, saved: () => void}} props */
export function FaqForm({ pair, close, saved }) {
  const { t: shared, api, toast, language } = useApp();
  const t = wordsOf(WORDS, language);
  const [questions, setQuestions] = useState(pair.questions.join("\n"));
  const [answer, setAnswer] = useState(pair.answer);
  const [collections, setCollections] = useState(pair.place === null ? pair.collections : null);
  const [place, setPlace] = useState(pair.place);
  const [enabled, setEnabled] = useState(pair.enabled);
  const submit = async () => {
    const body = bodyOf({ questions: linesOf(questions), answer, collections, place, enabled });
    if (pair.id === undefined) await api.post("/v1/faq", body);
    else await api.put(`/v1/faq/${pair.id}`, body);
    toast(t("saved"));
    saved();
    close();
  };
  return html`<${Dialog} wide title=${t(pair.id === undefined ? "add_faq" : "edit_faq")} close=${close}>
    <${Form} submit=${submit} action=${shared("save")} cancel=${close}>
      <${Lines}
        label=${t("questions")}
        hint=${t("questions_hint")}
        value=${questions}
        set=${setQuestions}
        required
        lang="zh-CN"
      />
      <${Lines}
        label=${t("answer")}
        hint=${t("answer_hint")}
        value=${answer}
        set=${setAnswer}
        maxlength="10000"
        required
        lang="zh-CN"
      />
      <${PlaceField} value=${place} set=${setPlace} t=${t} />
      ${
        place === null
          ? html`<${CollectionsField}
              label=${t("where")}
              hint=${t("where_hint")}
              all=${t("everywhere")}
              value=${collections}
              set=${setCollections}
            />`
          : html`<p class="small soft">${t("where_place")}</p>`
      }
      <${Check} label=${t("enabled")} hint=${t("enabled_hint")} value=${enabled} set=${setEnabled} />
    <//>
  <//>`;
}

/** As it is sent: with a place, its document's collection is the only one, which the service knows. @param {Pair} pair */
export function bodyOf({ questions, answer, collections, place, enabled }) {
  return { questions, answer, collections: place === null ? collections : null, place, enabled };
}
