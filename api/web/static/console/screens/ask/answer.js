// An answer as it was given: its words, how sure it is, and where it stands.

import { html } from "../../../vendor/preact.js";
import { sliceOf } from "../../../shared/text.js";
import { whereOf } from "../../../shared/where.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Marked, Trail, percent, viewOf } from "../../quote.js";
import { WORDS } from "./words.js";

const NEAREST = 3;
const SURENESS = { high: "good", medium: "accent", low: "warn" };

/** @param {{answer: any}} props an answer's body, see /v1/ask */
export function Answer({ answer }) {
  return answer.abstained ? html`<${NotFound} answer=${answer} />` : html`<${Given} answer=${answer} />`;
}

function Given({ answer }) {
  const { language } = useApp();
  const t = wordsOf(WORDS, language);
  const others = answer.candidates.filter((/** @type {any} */ one) => !isGiven(one, answer));
  return html`<div class="answer-given stack">
    <p class="answer-text" lang="zh-CN">${answer.text}</p>
    <${Badges} answer=${answer} t=${t} />
    ${answer.items.length > 0 && html`<${Parts} answer=${answer} t=${t} />`}
    ${
      answer.citations.length > 0 &&
      html`<section class="stack tight">
        <h3>${answer.citations.length > 1 ? t("sources", { n: answer.citations.length }) : t("source")}</h3>
        ${answer.citations.map(
          (/** @type {any} */ citation, /** @type {number} */ number) =>
            html`<${Cited} key=${number} citation=${citation} t=${t} />`,
        )}
      </section>`
    }
    ${
      others.length > 0 &&
      html`<details>
        <summary>${t("candidates", { count: others.length })}</summary>
        <ol class="plain stack tight">
          ${others.map(
            (/** @type {any} */ one, /** @type {number} */ number) =>
              html`<li key=${number}><${Candidate} candidate=${one} t=${t} /></li>`,
          )}
        </ol>
      </details>`
    }
  </div>`;
}

function NotFound({ answer }) {
  const { language } = useApp();
  const t = wordsOf(WORDS, language);
  const nearest = sentencesOf(answer.candidates).slice(0, NEAREST);
  return html`<div class="stack">
    <div class="note warn">
      <p><strong>${t("abstained")}</strong></p>
      <p>${nearest.length > 0 ? t("not_found_lead") : t("not_found_bare")}</p>
    </div>
    ${
      nearest.length > 0 &&
      html`<section class="stack tight">
        <h3>${t("nearest")}</h3>
        <ol class="plain stack tight">
          ${nearest.map(
            (/** @type {any} */ one, /** @type {number} */ number) =>
              html`<li key=${number}><${Cited} citation=${one} answers=${false} t=${t} /></li>`,
          )}
        </ol>
      </section>`
    }
  </div>`;
}

/** Whole sentences, each once: nothing in them answers the question. @param {any[]} candidates @returns {any[]} */
function sentencesOf(candidates) {
  const cited = candidates.map(({ citation }) => citation);
  const placed = cited.map((one) => ({ ...one, start: one.evidence_start, end: one.evidence_end }));
  return [...new Map(placed.map((one) => [`${one.document_id}:${one.start}`, one])).values()];
}

/** How sure it is, in words first. */
function Badges({ answer, t }) {
  const cited = answer.citations.length > 0;
  const verified = answer.citations.every((/** @type {any} */ one) => one.verified);
  const sure = /** @type {Record<string, string>} */ (SURENESS)[answer.confidence];
  const why = answer.confidence === "low" ? [] : [t(`${answer.confidence}_why`)];
  return html`<div class="row tight">
    ${
      answer.origin === "faq"
        ? html`<span class="badge good">${t("faq")}</span>`
        : html`<span class=${`badge ${sure}`}>${t(answer.confidence)}</span>
            <span class="small soft number">
              ${[t("probability", { p: percent(answer.probability) }), ...why].join(" · ")}
            </span>`
    }
    ${
      cited &&
      (verified
        ? html`<span class="badge good" title=${t("verified_why")}>✓ ${t("verified")}</span>`
        : html`<span class="badge warn">${t("unverified")}</span>`)
    }
  </div>`;
}

/** The parts of an enumeration, each where it stands. */
function Parts({ answer, t }) {
  const document_id = answer.citations[0]?.document_id;
  return html`<section class="stack tight">
    <h3>${t("parts")}</h3>
    <ol class="parts" lang="zh-CN">
      ${answer.items.map(
        (/** @type {any} */ item) =>
          html`<li key=${item.start}>
            <a href=${viewOf({ ...item, document_id })} target="_blank">${item.text}</a>
          </li>`,
      )}
    </ol>
  </section>`;
}

/**
 * One citation: its sentence, and where that is.
 * @param {{citation: any, answers?: boolean, t: (key: string, values?: any) => string}} props `answers`: whether the
 *   words cited are an answer, and marked as such
 */
export function Cited({ citation, answers = true, t }) {
  const marked = html`<${Marked}
    text=${citation.evidence}
    offset=${citation.evidence_start}
    start=${citation.start}
    end=${citation.end}
  />`;
  return html`<figure class="cited">
    <blockquote lang="zh-CN">${answers ? marked : citation.evidence}</blockquote>
    <figcaption class="row spread small">
      <span class="soft"><${Trail} ...${citation} />${whereOf(t, citation).map((part) => ` · ${part}`)}</span>
      <a href=${viewOf(citation)} target="_blank">${t("open")}</a>
    </figcaption>
  </figure>`;
}

function Candidate({ candidate, t }) {
  return html`<div class="stack tight">
    <p class="row tight">
      <strong lang="zh-CN">${candidate.text}</strong>
      <span class="small soft number">${t("probability", { p: percent(candidate.probability) })}</span>
    </p>
    <${Cited} citation=${candidate.citation} t=${t} />
  </div>`;
}

/** @param {any} candidate @param {any} answer */
function isGiven(candidate, answer) {
  const { document_id, start, end } = candidate.citation;
  return answer.citations.some(
    (/** @type {any} */ one) => one.document_id === document_id && one.start === start && one.end === end,
  );
}

/** An answer with its source, to be pasted elsewhere. @param {any} answer @param {(key: string, values?: any) => string} t */
export function quotable(answer, t) {
  const [best] = answer.citations;
  if (best === undefined) return answer.text;
  const said = sliceOf(best.evidence, 0, best.evidence_end - best.evidence_start).trim();
  const where = [best.title, ...best.heading_path, whereOf(t, best).join(" · ")].filter(Boolean).join(" › ");
  const link = new URL(viewOf(best), location.href).href;
  return `${answer.text}\n“${said}”\n${t("source")}: ${where}\n${link}`;
}
