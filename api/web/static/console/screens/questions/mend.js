// From a question that was asked to what makes the next answer better: a FAQ, synonyms, an evaluation question.

import { html, useState } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { useTell } from "../../ui.js";
import { FaqForm } from "../knowledge/faq_form.js";
import { ExamForm } from "./exam_form.js";
import { PickSynonyms } from "./pick_synonyms.js";
import { WORDS } from "./words.js";

const WAYS = { faq: Faq, synonyms: PickSynonyms, exam: ExamForm };

/** @param {{id: string, changed: () => void}} props `changed`: after something was said of the answer */
export function Mend({ id, changed }) {
  const { api, language } = useApp();
  const t = wordsOf(WORDS, language);
  const tell = useTell();
  const [open, setOpen] = useState(/** @type {{way: keyof typeof WAYS, asked: any} | null} */ (null));
  /** @param {keyof typeof WAYS} way */
  const begin = (way) => async () => {
    try {
      setOpen({ way, asked: await api.get(`/v1/questions/${id}`) });
    } catch (error) {
      tell(error);
    }
  };
  const close = () => setOpen(null);
  const Way = open && WAYS[open.way];
  return html`<div class="row tight">
      <button class="small" onClick=${begin("faq")}>${t("to_faq")}</button>
      <button class="small" onClick=${begin("synonyms")}>${t("to_synonyms")}</button>
      <button class="small" onClick=${begin("exam")}>${t("to_exam")}</button>
    </div>
    ${Way && html`<${Way} asked=${open.asked} close=${close} saved=${changed} />`}`;
}

function Faq({ asked, close, saved }) {
  return html`<${FaqForm} pair=${pairOf(asked)} close=${close} saved=${saved} />`;
}

/** What a question would be as a FAQ. @param {any} asked @returns {import("../knowledge/faq_form.js").Pair} */
function pairOf({ understood, text, collections, answer, feedback }) {
  const [best] = answer.citations;
  const better = feedback?.better ?? "";
  return {
    questions: [understood],
    answer: better || text,
    collections,
    // Where somebody told a better answer, the place of the old one doesn't say it.
    place: best === undefined || better ? null : placed(best),
    enabled: true,
  };
}

/** @param {any} citation */
function placed({ document_id, start, end }) {
  return { document_id, start, end };
}
