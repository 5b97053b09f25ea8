// Synonyms out of a question: its words and those of the nearest place, to be picked.

import { html } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { SynonymsForm } from "../knowledge/synonyms_form.js";
import { WORDS } from "./words.js";

const MOST = 40;
const NONE = { words: [], both_ways: true };

export function PickSynonyms({ asked, close, saved }) {
  const { language } = useApp();
  const t = wordsOf(WORDS, language);
  const place = (asked.answer.citations[0] ?? asked.answer.candidates[0]?.citation)?.evidence ?? "";
  const about = (/** @type {string[]} */ picked, /** @type {(word: string) => void} */ pick) =>
    html`<${Words} title=${t("in_question")} text=${asked.understood} picked=${picked} pick=${pick} />
      <${Words} title=${t("in_place")} text=${place} picked=${picked} pick=${pick} />`;
  return html`<${SynonymsForm} group=${NONE} about=${about} close=${close} saved=${saved} />`;
}

function Words({ title, text, picked, pick }) {
  const words = wordsIn(text);
  if (words.length === 0) return null;
  return html`<div class="stack tight">
    <p class="label">${title}</p>
    <div class="chips">
      ${words.map(
        (word) =>
          html`<button
            key=${word}
            type="button"
            class="small"
            lang="zh-CN"
            disabled=${picked.includes(word)}
            onClick=${() => pick(word)}
          >
            + ${word}
          </button>`,
      )}
    </div>
  </div>`;
}

/** Words of two characters or more, each once. @param {string} text */
function wordsIn(text) {
  const segments = [...new Intl.Segmenter("zh", { granularity: "word" }).segment(text)];
  const words = segments
    .filter(({ isWordLike, segment }) => isWordLike && segment.length > 1 && !/^\d+$/.test(segment))
    .map(({ segment }) => segment);
  return [...new Set(words)].slice(0, MOST);
}
