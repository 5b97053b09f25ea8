// Question by question: what was expected, what was given, what was considered.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Choice } from "../../inputs.js";
import { Marked, percent } from "../../quote.js";
import { Empty, Loaded, More, usePages } from "../../ui.js";
import { BINS, kindOf } from "./figures.js";

const OUTCOMES = ["", "right", "wrong", "declined", "answered"];

/** @param {{one: any, bin: string, setBin: (bin: string) => void, t: (key: string, values?: any) => string}} props */
export function Rows({ one, bin, setBin, t }) {
  const [outcome, setOutcome] = useState("");
  const [kind, setKind] = useState("");
  const rows = usePages(`/v1/evaluations/${one.id}/rows`, { outcome, bin, kind, limit: 20 });
  const asks = one.task === "ask";
  const kinds = ["", ...Object.keys(one.summary.by_kind)];
  const held = BINS.filter((name) => one.summary.bins[name] > 0);
  return html`<section class="stack">
    <h2>${t("rows")}</h2>
    <div class="filters">
      <${Choice}
        label=${t("outcome")}
        value=${outcome}
        set=${setOutcome}
        options=${OUTCOMES.map((name) => [name, t(`outcome_${name || "all"}`)])}
      />
      ${
        asks &&
        html`<${Choice}
          label=${t("bin")}
          value=${bin}
          set=${setBin}
          options=${[["", t("bin_all")], ...held.map((name) => [name, t(name)])]}
        />`
      }
      ${
        kinds.length > 2 &&
        html`<${Choice}
          label=${t("kind")}
          value=${kind}
          set=${setKind}
          options=${kinds.map((name) => [name, name ? kindOf(name, t) : t("kind_all")])}
        />`
      }
    </div>
    <${Loaded} from=${rows}>
      ${(/** @type {any[]} */ items) =>
        items.length === 0
          ? html`<${Empty} title=${t("nothing")} />`
          : html`<ul class="plain entries">
              ${items.map((row) => html`<${Row} key=${row.id} row=${row} asks=${asks} t=${t} />`)}
            </ul>`}
    <//>
    <${More} of=${rows} />
  </section>`;
}

function Row({ row, asks, t }) {
  return html`<li class="card entry">
    <h3 class="row tight" lang="zh-CN">
      ${row.question}
      ${row.bin && html`<span class=${row.bin === "right" ? "badge good" : "badge bad"}>${t(row.bin)}</span>`}
    </h3>
    <dl class="facts">
      <dt>${t("expected")}</dt>
      <dd lang="zh-CN">${row.answers.length === 0 ? t("must_decline") : row.answers.join(" / ")}</dd>
      ${
        asks &&
        html`<dt>${t("given")}</dt>
          <dd lang="zh-CN">
            ${row.declined ? t("declined") : row.prediction}
            ${row.probability !== null && html` <span class="small soft number">${percent(row.probability)}</span>`}
          </dd>`
      }
      ${
        row.answers.length > 0 &&
        html`<dt>${t("ranks")}</dt>
          <dd class="number">
            ${row.ranks.length === 0 ? t("ranks_none", { depth: row.depth }) : row.ranks.join("、")}
          </dd>`
      }
    </dl>
    ${row.candidates.length > 0 && html`<${Considered} candidates=${row.candidates} t=${t} />`}
  </li>`;
}

function Considered({ candidates, t }) {
  const { language } = useApp();
  return html`<details>
    <summary class="small">${t("considered")}</summary>
    <ol class="plain stack">
      ${candidates.map(
        (/** @type {any} */ one, /** @type {number} */ number) =>
          html`<li key=${number}>
            <figure class="cited">
              <blockquote lang="zh-CN"><${InContext} one=${one} /></blockquote>
              <figcaption class="small soft">
                ${percent(one.probability)} · ${[one.document, ...one.heading_path].join(" › ")}
                ${one.verified && ` · ${t("verified")}`}
                ${one.holds_answer && html` <span class="badge good" lang=${language}>✓ ${t("expected")}</span>`}
              </figcaption>
            </figure>
          </li>`,
      )}
    </ol>
  </details>`;
}

/** The sentence with the span marked, and what stands around it. */
function InContext({ one }) {
  const points = [...one.context];
  const before = points.slice(0, one.evidence_start).join("");
  const evidence = points.slice(one.evidence_start, one.evidence_end).join("");
  const after = points.slice(one.evidence_end).join("");
  return html`${before}<${Marked}
      text=${evidence}
      offset=${one.evidence_start}
      start=${one.start}
      end=${one.end}
    />${after}`;
}
