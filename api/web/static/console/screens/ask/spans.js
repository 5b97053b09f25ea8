// What the reader marked, and what became of it.

import { html } from "../../../vendor/preact.js";
import { percent, viewOf } from "../../quote.js";
import { Share } from "./share.js";

/** @param {{answer: any, t: (key: string, values?: any) => string}} props */
export function Spans({ answer, t }) {
  const { spans, found, threshold, promise } = answer.explanation;
  const kept = spans.filter((/** @type {any} */ span) => !span.excluded);
  return html`<p class="note">
      ${verdict(answer, kept, threshold, t)}
      <span class="soft small">(${promise === null ? t("promise_number") : t(`promise_${promise}`)})</span>
    </p>
    ${
      spans.length === 0
        ? html`<p>${t("spans_none")}</p>`
        : html`<div class="table" tabindex="0" role="group" aria-label=${t("spans")}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${t("span")}</th>
                  <th scope="col">${t("probability")}</th>
                  <th scope="col">${t("score")}</th>
                </tr>
              </thead>
              <tbody>
                ${spans.map(
                  (/** @type {any} */ span, /** @type {number} */ number) =>
                    html`<${Span} key=${number} span=${span} found=${found} answer=${answer} t=${t} />`,
                )}
              </tbody>
            </table>
          </div>`
    }`;
}

function Span({ span, found, answer, t }) {
  const rank = found.find((/** @type {any} */ one) => one.passage_id === span.passage_id)?.rank;
  const chosen = answer.citations.some(
    (/** @type {any} */ one) =>
      one.document_id === span.document_id && one.start === span.start && one.end === span.end,
  );
  const { threshold } = answer.explanation;
  return html`<tr class=${span.probability < threshold ? "unread" : ""}>
    <td class="passage">
      <a href=${viewOf(span)} target="_blank" lang="zh-CN">${span.text}</a>
      ${chosen && html` <span class="badge good">${t("chosen")}</span>`}
      ${span.excluded && html` <span class="badge warn">${t("excluded")}</span>`}
      ${rank !== undefined && html` <span class="small soft">${t("from", { rank })}</span>`}
    </td>
    <td class="with-threshold">
      <span class="threshold-at" aria-hidden="true"
        ><span
          style=${{ left: `${threshold * 100}%` }}
          title=${t("threshold", { p: percent(threshold) })}
        ></span
      ></span>
      <${Share} share=${span.probability} />
    </td>
    <td class="number">${span.score.toFixed(2)}</td>
  </tr>`;
}

/** Why there is an answer, or none. */
function verdict(answer, kept, threshold, t) {
  if (kept.length === 0) return t("declined_empty");
  const best = Math.max(...kept.map((/** @type {any} */ span) => span.probability));
  const values = { p: percent(answer.abstained ? best : answer.probability), bar: percent(threshold) };
  return t(answer.abstained ? "declined_why" : "answered_why", values);
}
