// Two evaluations over the questions that both have: what differs, and whether chance explains it.

import { html } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Heading, Loaded, useLoaded } from "../../ui.js";
import { isShare, signed, wordsFor, written } from "./measures.js";

/** @param {{a: string, b: string, t: (key: string, values?: any) => string}} props the evaluations' ids */
export function Comparison({ a, b, t }) {
  const { api } = useApp();
  const found = useLoaded(() => api.get(`/v1/evaluations/${a}/comparison`, { with: b }), [a, b]);
  return html`<a class="back" href="#/evaluations">${t("back")}</a>
    <${Heading} title=${t("comparison")}>
      <a
        class="button primary"
        href=${`/v1/evaluations/${a}/comparison/report?with=${encodeURIComponent(b)}`}
        target="_blank"
        >${t("open_comparison")}</a
      >
    <//>
    <${Loaded} from=${found}>
      ${(/** @type {any} */ comparison) => html`<${Shown} comparison=${comparison} t=${t} />`}
    <//>`;
}

function Shown({ comparison, t }) {
  const { language } = useApp();
  const { a, b, common, differences, flipped_by, changes, warnings } = comparison;
  const decisive = differences.find((/** @type {any} */ one) => one.measure === flipped_by) ?? differences[0];
  return html`<p>${t("comparison_lead", { n: common, a: a.name, b: b.name })}</p>
    ${warnings.map((/** @type {string} */ one) => html`<p class="note warn" key=${one}>${one}</p>`)}
    ${decisive && html`<p class="note accent sentence">${sentence(decisive, t, language)}</p>`}
    <section class="stack tight">
      <h2>${t("figures")}</h2>
      <p class="small soft">${t("p_hint")}</p>
      <${Differences} differences=${differences} t=${t} />
    </section>
    <section class="stack tight">
      <h2>${t("changes")}</h2>
      ${
        changes.length === 0
          ? html`<p>${t("changes_none")}</p>`
          : html`<dl class="facts">
              ${changes.map(
                (/** @type {any} */ one) =>
                  html`<dt class="mono">${one.name}</dt>
                    <dd class="mono">${one.a ?? "—"} → ${one.b ?? "—"}</dd>`,
              )}
            </dl>`
      }
    </section>
    <${Flips} title=${t("gained", { n: comparison.gained_total })} flips=${comparison.gained} t=${t} />
    <${Flips} title=${t("lost", { n: comparison.lost_total })} flips=${comparison.lost} t=${t} />`;
}

function Differences({ differences, t }) {
  const { language } = useApp();
  return html`<div class="table" tabindex="0" role="group" aria-label=${t("figures")}>
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">${t("measure")}</th>
          <th scope="col">a</th>
          <th scope="col">b</th>
          <th scope="col">${t("difference")}</th>
          <th scope="col">${t("interval")}</th>
          <th scope="col">${t("p")}</th>
          <th scope="col">${t("verdict")}</th>
        </tr>
      </thead>
      <tbody>
        ${differences.map(
          (/** @type {any} */ one) =>
            html`<tr key=${one.measure}>
              <th scope="row">${wordsFor(language, one.measure).title}</th>
              <td class="number">${written(one.measure, one.a)}</td>
              <td class="number">${written(one.measure, one.b)}</td>
              <td class="number"><strong>${signed(one.measure, one.difference)}</strong></td>
              <td class="number soft">${range(one)}</td>
              <td class="number soft">${one.p === null ? "—" : one.p.toFixed(3)}</td>
              <td><${Verdict} one=${one} t=${t} /></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function Verdict({ one, t }) {
  if (!one.significant || one.better === null) return html`<span class="badge">${t("unclear")}</span>`;
  return one.better
    ? html`<span class="badge good">${t("better")}</span>`
    : html`<span class="badge bad">${t("worse")}</span>`;
}

function Flips({ title, flips, t }) {
  if (flips.length === 0) return null;
  return html`<section class="stack tight">
    <h2>${title}</h2>
    <ul class="plain entries">
      ${flips.map(
        (/** @type {any} */ one) =>
          html`<li class="card entry" key=${one.id}>
            <h3 lang="zh-CN">${one.question}</h3>
            <p class="small">
              ${t("flip", { a: one.prediction_a || t("none"), b: one.prediction_b || t("none") })}
            </p>
            <p class="small soft">${t("expected")}: ${one.answers.join(" / ") || t("must_decline")}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Which is better, in words. @param {any} one @param {(key: string, values?: any) => string} t @param {"zh" | "en"} language */
function sentence(one, t, language) {
  const { title } = wordsFor(language, one.measure);
  if (!one.difference || one.p === null) return t("no_difference_bare", { title });
  const kind = !one.significant ? "no_difference" : one.better ? "b_better" : "b_worse";
  return t(kind, {
    title,
    change: signed(one.measure, one.difference),
    unit: isShare(one.measure) ? t("points") : "",
    between: range(one),
    p: one.p.toFixed(3),
  });
}

/** The interval of a difference. @param {any} one */
function range({ measure, low, high }) {
  return low === null || high === null ? "—" : `${signed(measure, low)} … ${signed(measure, high)}`;
}
