// Sizes, jobs, what became of questions, and how long their stages take.

import { html } from "../../../vendor/preact.js";
import { number, size } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { byLabel, stagesOf, valueOf } from "./exposition.js";
import { useWords } from "./words.js";

const OUTCOMES = ["answered", "faq", "abstained", "invalid", "refused", "error"];
const STAGES = ["embed", "faq", "retrieve", "rerank", "read", "cite", "total"];
const PARTS = ["database", "dense", "sparse", "uploads"];
const JOBS = ["running", "waiting", "done", "failed", "cancelled"];

/** @typedef {Map<string, import("./exposition.js").Sample[]>} Samples */

/** @param {{samples: Samples}} props */
export function Figures({ samples }) {
  const { language } = useApp();
  const t = useWords();
  const bytes = new Map(byLabel(samples, "yuanwen_index_bytes", "part"));
  const jobs = new Map(byLabel(samples, "yuanwen_jobs", "status"));
  const whole = [...bytes.values()].reduce((sum, one) => sum + one, 0);
  const version = samples.get("yuanwen_build_info")?.[0]?.labels.version ?? "";
  const known = (/** @type {number | null} */ value) => (value === null ? "–" : number(language, value));
  const parts = PARTS.filter((one) => bytes.has(one)).map(
    (one) => /** @type {[string, string]} */ ([t(`part_${one}`), size(language, bytes.get(one) ?? 0)]),
  );
  const told = JOBS.filter((one) => jobs.get(one)).map(
    (one) => /** @type {[string, string]} */ ([t(`jobs_${one}`), number(language, jobs.get(one) ?? 0)]),
  );
  return html`<div class="tiles">
    <${Tile} label=${t("version")} value=${version} />
    <${Tile} label=${t("documents")} value=${known(valueOf(samples, "yuanwen_documents"))} />
    <${Tile} label=${t("passages")} value=${known(valueOf(samples, "yuanwen_passages"))} />
    <${Tile} label=${t("under_way")} value=${known(valueOf(samples, "yuanwen_questions_under_way"))} />
    <${Tile} label=${t("bytes")} value=${size(language, whole)} parts=${parts} />
    <${Tile}
      label=${t("jobs")}
      value=${number(language, (jobs.get("running") ?? 0) + (jobs.get("waiting") ?? 0))}
      parts=${told}
      href="#/documents/jobs"
    />
  </div>`;
}

/** @param {{label: string, value: string, parts?: [string, string][], href?: string}} props */
function Tile({ label, value, parts = [], href = "" }) {
  return html`<section class=${parts.length > 0 ? "card tile broad" : "card tile"}>
    <h2 class="small soft">${href ? html`<a href=${href}>${label}</a>` : label}</h2>
    <p class="figure number">${value}</p>
    ${
      parts.length > 0 &&
      html`<dl class="tile-parts small">
        ${parts.map(
          ([name, said]) =>
            html`<div key=${name}>
              <dt class="soft">${name}</dt>
              <dd class="number">${said}</dd>
            </div>`,
        )}
      </dl>`
    }
  </section>`;
}

/** @param {{samples: Samples}} props */
export function Questions({ samples }) {
  const { language } = useApp();
  const t = useWords();
  const counts = new Map(byLabel(samples, "yuanwen_questions_total", "outcome"));
  const most = Math.max(1, ...counts.values());
  const asked = [...counts.values()].some((count) => count > 0);
  return html`<section class="card stack">
    <h2>${t("questions")}</h2>
    <p class="small soft">${t("since_start")}</p>
    ${
      asked
        ? html`<ul class="bars">
            ${OUTCOMES.filter((one) => counts.has(one)).map(
              (one) =>
                html`<li key=${one}>
                  <span>${t(`outcome_${one}`)}</span>
                  <span class="number">${number(language, counts.get(one) ?? 0)}</span>
                  <span
                    class=${`bar ${one === "error" ? "bad" : ""}`}
                    style=${{ inlineSize: `${(100 * (counts.get(one) ?? 0)) / most}%` }}
                  ></span>
                </li>`,
            )}
          </ul>`
        : html`<p>${t("no_questions")}</p>`
    }
  </section>`;
}

/** @param {{samples: Samples}} props */
export function Stages({ samples }) {
  const { language } = useApp();
  const t = useWords();
  const found = new Map(stagesOf(samples, "yuanwen_stage_seconds").map((stage) => [stage.stage, stage]));
  const names = [
    ...STAGES.filter((one) => found.has(one)),
    ...[...found.keys()].filter((one) => !STAGES.includes(one)),
  ];
  const milliseconds = (/** @type {number} */ seconds) =>
    t("ms", { n: number(language, Number((seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0))) });
  return html`<section class="card stack">
    <h2>${t("stages")}</h2>
    <p class="small soft">${t("stages_lead")}</p>
    ${
      names.length === 0
        ? html`<p>${t("no_questions")}</p>`
        : html`<div class="table stages">
            <table>
              <thead>
                <tr>
                  <th scope="col">${t("stage")}</th>
                  <th scope="col" class="to-end">${t("mean")}</th>
                  <th scope="col" class="to-end">${t("most")}</th>
                </tr>
              </thead>
              <tbody>
                ${names.map((name) => {
                  const stage = /** @type {import("./exposition.js").Stage} */ (found.get(name));
                  const known = STAGES.includes(name);
                  return html`<tr key=${name}>
                    <th scope="row">${known ? t(`stage_${name}`) : name}</th>
                    <td class="to-end number">${milliseconds(stage.mean)}</td>
                    <td class="to-end number">
                      ${stage.most === Infinity ? "–" : t("within", { time: milliseconds(stage.most) })}
                    </td>
                  </tr>`;
                })}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}
