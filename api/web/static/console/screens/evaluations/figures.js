// What an evaluation came to: in a sentence, by where it went wrong, and measure by measure.

import { html } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { FIRST, between, wordsFor, written } from "./measures.js";

export const BINS = [
  "right",
  "should_have_declined",
  "not_in_index",
  "split_apart",
  "not_retrieved",
  "wrongly_declined",
  "span_too_long",
  "span_too_short",
  "not_read",
];
const KINDS = ["document_number", "when", "how_many", "list", "who", "where", "other"];

/** A kind of question in words; the file's own where it isn't one of ours. @param {string} kind @param {(key: string) => string} t */
export function kindOf(kind, t) {
  return KINDS.includes(kind) ? t(`kind_${kind}`) : kind;
}

/** @param {{one: any, bin: string, choose: (bin: string) => void, t: (key: string, values?: any) => string}} props */
export function Figures({ one, bin, choose, t }) {
  const { summary } = one;
  const first = summary.figures.filter((/** @type {any} */ figure) => FIRST.includes(figure.measure));
  return html`${one.task === "ask" && html`<${Sentence} summary=${summary} t=${t} />`}
    ${Object.keys(summary.bins).length > 0 && html`<${Bins} summary=${summary} bin=${bin} choose=${choose} t=${t} />`}
    <section class="stack tight">
      <h2>${t("figures")}</h2>
      <p class="small soft">${t("figures_hint")}</p>
      <${Table} figures=${first} t=${t} />
      <details>
        <summary>${t("all_figures", { n: summary.figures.length })}</summary>
        <${Table} figures=${summary.figures} t=${t} />
      </details>
    </section>
    <${ByKind} summary=${summary} t=${t} />
    <details>
      <summary>${t("settings")}</summary>
      <dl class="facts">
        ${Object.entries({ ...summary.settings, ...summary.models }).map(
          ([name, value]) =>
            html`<dt class="mono">${name}</dt>
              <dd class="mono">${value}</dd>`,
        )}
      </dl>
    </details>`;
}

function Sentence({ summary, t }) {
  const exact = summary.figures.find((/** @type {any} */ one) => one.measure === "EM");
  const right = summary.bins.right ?? 0; // bins without questions aren't there
  const range = exact && between(exact);
  return html`<p class="note accent sentence">
    ${t("sentence", {
      n: summary.questions,
      right,
      share: `${((right / summary.questions) * 100).toFixed(1)}%`,
      interval: range ? t("sentence_interval", { between: range }) : "",
    })}
  </p>`;
}

function Bins({ summary, bin, choose, t }) {
  const held = BINS.filter((name) => summary.bins[name] > 0);
  return html`<section class="stack tight">
    <h2>${t("bins")}</h2>
    <p class="small soft">${t("bins_hint")}</p>
    <div class="stages-bar" aria-hidden="true">
      ${held.map(
        (name) =>
          html`<span
            key=${name}
            class=${`bin-${name}`}
            style=${{ width: `${(summary.bins[name] / summary.questions) * 100}%` }}
          ></span>`,
      )}
    </div>
    <ul class="plain bins">
      ${held.map(
        (name) =>
          html`<li key=${name}>
            <button
              class="quiet bin"
              aria-pressed=${bin === name}
              onClick=${() => choose(bin === name ? "" : name)}
            >
              <span class=${`dot bin-${name}`} aria-hidden="true"></span>
              <span><strong>${t(name)}</strong> <span class="number">${summary.bins[name]}</span></span>
              <span class="small soft">${t(`${name}_why`)}</span>
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}

function Table({ figures, t }) {
  const { language } = useApp();
  return html`<div class="table" tabindex="0" role="group" aria-label=${t("figures")}>
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">${t("measure")}</th>
          <th scope="col">${t("value")}</th>
          <th scope="col">${t("interval")}</th>
          <th scope="col">${t("n")}</th>
        </tr>
      </thead>
      <tbody>
        ${figures.map((/** @type {any} */ one) => {
          const { title, meaning } = wordsFor(language, one.measure);
          return html`<tr key=${one.measure}>
            <th scope="row">
              ${title} <span class="mono soft small">${one.measure}</span>
              <p class="small soft">${meaning}</p>
            </th>
            <td class="number"><strong>${written(one.measure, one.value)}</strong></td>
            <td class="number soft">${between(one) || "—"}</td>
            <td class="number soft">${one.n}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function ByKind({ summary, t }) {
  const kinds = Object.entries(summary.by_kind);
  const measure = summary.task === "ask" ? "EM" : "Recall@5";
  const rows = kinds.flatMap(([kind, figures]) =>
    /** @type {any[]} */ (figures)
      .filter((one) => one.measure === measure && one.n > 0)
      .map((one) => ({ kind, one })),
  );
  const { language } = useApp();
  if (rows.length < 2) return null;
  return html`<section class="stack tight">
    <h2>${t("by_kind")}</h2>
    <p class="small soft">${wordsFor(language, measure).title}</p>
    <ul class="plain kinds">
      ${rows.map(
        ({ kind, one }) =>
          html`<li key=${kind}>
            <span>${kindOf(kind, t)}</span>
            <span class="bar wide" aria-hidden="true"
              ><span style=${{ width: `${(one.value ?? 0) * 100}%` }}></span
            ></span>
            <span class="number">${written(measure, one.value)}</span>
            <span class="number small soft">${t("questions", { n: one.n })}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}
