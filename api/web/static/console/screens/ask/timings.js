// How long each stage took, side by side.

import { html } from "../../../vendor/preact.js";

const STAGES = ["embed", "faq", "retrieve", "rerank", "read", "cite"];

/** @param {{timings: Record<string, number>, t: (key: string, values?: any) => string}} props milliseconds by stage */
export function Timings({ timings, t }) {
  const total = timings.total ?? 0;
  const stages = STAGES.filter((name) => timings[name] !== undefined).map((name) => ({
    name,
    ms: /** @type {number} */ (timings[name]),
  }));
  const rest = total - stages.reduce((sum, { ms }) => sum + ms, 0);
  const shown = rest > 0 ? [...stages, { name: "rest", ms: rest }] : stages;
  return html`<div class="stages-bar" aria-hidden="true">
      ${shown.map(
        ({ name, ms }) =>
          html`<span
            key=${name}
            class=${`stage-${name}`}
            style=${{ width: `${(ms / total) * 100}%` }}
          ></span>`,
      )}
    </div>
    <ul class="stages">
      ${shown.map(
        ({ name, ms }) =>
          html`<li key=${name}>
            <span class=${`dot stage-${name}`} aria-hidden="true"></span>${t(`stage_${name}`)}${" "}
            <span class="number">${t("ms", { ms: written(ms) })}</span>
          </li>`,
      )}
    </ul>
    <p class="number"><strong>${t("total", { ms: written(total) })}</strong></p>`;
}

/** @param {number} ms */
function written(ms) {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}
