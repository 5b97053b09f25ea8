// How an answer came about, stage by stage, for people who needn't know how retrieval works.

import { html } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Passages } from "./passages.js";
import { Spans } from "./spans.js";
import { Timings } from "./timings.js";
import { WORDS } from "./explanation_words.js";

/** @param {{answer: any}} props an answer's body with its explanation, see rag/explanation.py */
export function Explanation({ answer }) {
  const { language } = useApp();
  const t = wordsOf(WORDS, language);
  const told = answer.explanation;
  const byHand = answer.origin === "faq";
  return html`<section class="explanation stack" aria-label=${t("title")}>
    <${Stage} title=${t("question")} lead=${t("question_lead")}><${Question} answer=${answer} t=${t} /><//>
    <${Stage} title=${t("faq")} lead=${t("faq_lead")}><${Faq} faq=${told.faq} t=${t} /><//>
    ${
      byHand
        ? html`<p class="note">${t("skipped")}</p>`
        : html`<${Stage} title=${t("searched")} lead=${t("searched_lead")}
              ><${Searched} told=${told} t=${t}
            /><//>
            <${Stage} title=${t("found")} lead=${t("found_lead")}><${Passages} told=${told} t=${t} /><//>
            <${Stage} title=${t("spans")} lead=${t("spans_lead")}><${Spans} answer=${answer} t=${t} /><//>`
    }
    <${Stage} title=${t("times")} lead=${t("times_lead")}
      ><${Timings} timings=${answer.timings_ms} t=${t}
    /><//>
  </section>`;
}

function Stage({ title, lead, children }) {
  return html`<section class="stage stack tight">
    <h3>${title}</h3>
    <p class="small soft">${lead}</p>
    ${children}
  </section>`;
}

function Question({ answer, t }) {
  const { understood, explanation } = answer;
  return html`<dl class="facts">
    <dt>${t("asked")}</dt>
    <dd lang="zh-CN">${answer.question}</dd>
    <dt>${t("looked_for")}</dt>
    <dd>
      ${
        understood.rewritten
          ? html`<span lang="zh-CN">${understood.question}</span>`
          : html`<span class="soft">${t("unchanged")}</span>`
      }
    </dd>
    ${
      understood.because &&
      html`<dt>${t("because")}</dt>
        <dd lang="zh-CN">${understood.because}</dd>`
    }
    <dt>${t("kind")}</dt>
    <dd>${t(`kind_${explanation.kind}`)}</dd>
    ${
      explanation.names.length > 0 &&
      html`<dt>${t("names")}</dt>
        <dd class="row tight">
          ${explanation.names.map((/** @type {string} */ one) => html`<span class="badge" key=${one}>${one}</span>`)}
        </dd>`
    }
  </dl>`;
}

function Faq({ faq, t }) {
  const { can } = useApp();
  if (faq === null) return html`<p>${t("faq_none")}</p>`;
  const became = faq.answered ? "faq_answered" : faq.same ? "faq_same" : "faq_other";
  return html`<dl class="facts">
      <dt>${t("faq_nearest")}</dt>
      <dd lang="zh-CN">${faq.question}</dd>
      <dt>${t("faq_score")}</dt>
      <dd class="number">${faq.score.toFixed(3)}</dd>
    </dl>
    <p>
      ${t(became)}${can("knowledge") && html` <a href=${`#/knowledge/faq/${faq.faq_id}`}>${t("faq_open")}</a>`}
    </p>`;
}

function Searched({ told, t }) {
  const most = Math.max(...told.terms.map((/** @type {any} */ term) => term.weight));
  return html`<h4>${t("wordings")}</h4>
    <ul class="plain">
      ${told.wordings.map(
        (/** @type {string} */ wording, /** @type {number} */ number) =>
          html`<li key=${wording} class="row tight">
            <span lang="zh-CN">${wording}</span>
            <span class="badge">${t(number === 0 ? "wording_own" : "wording_other")}</span>
          </li>`,
      )}
    </ul>
    <h4>${t("terms")}</h4>
    <ul class="terms">
      ${told.terms.map(
        (/** @type {any} */ term, /** @type {number} */ number) =>
          html`<li key=${number} class=${term.synonym ? "synonym" : ""}>
            <span lang="zh-CN">${term.text}</span>
            <span class="bar" aria-hidden="true"
              ><span style=${{ width: `${(term.weight / most) * 100}%` }}></span
            ></span>
            <span class="number soft"
              >${term.weight.toFixed(2)}${term.synonym ? ` · ${t("synonym")}` : ""}</span
            >
          </li>`,
      )}
    </ul>`;
}
