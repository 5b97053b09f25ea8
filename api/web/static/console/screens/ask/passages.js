// The passages that were found, with their scores.

import { html, useState } from "../../../vendor/preact.js";
import { percent, viewOf } from "../../quote.js";
import { Share } from "./share.js";

const SHOWN = 10;

/** @param {{told: any, t: (key: string, values?: any) => string}} props `told`: the explanation */
export function Passages({ told, t }) {
  const [all, setAll] = useState(false);
  const { found, spans } = told;
  if (found.length === 0) return html`<p>${t("found_none")}</p>`;
  const read = found.filter((/** @type {any} */ one) => one.read).length;
  const reordered = found.some((/** @type {any} */ one) => one.rank !== one.retrieved_rank);
  const shown = all ? found : found.slice(0, Math.max(SHOWN, read));
  return html`<p>${t("counts", { found: found.length, read })}</p>
    <div class="table" tabindex="0" role="group" aria-label=${t("found")}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t("rank")}</th>
            <th scope="col">${t("passage")}</th>
            <th scope="col">${t("dense")}</th>
            <th scope="col">${t("sparse")}</th>
            <th scope="col">${t("fused")}</th>
            <th scope="col">${t("best_span")}</th>
            <th scope="col">${t("read")}</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (/** @type {any} */ one) =>
              html`<${Passage} key=${one.rank} one=${one} spans=${spans} reordered=${reordered} t=${t} />`,
          )}
        </tbody>
      </table>
    </div>
    ${
      shown.length < found.length &&
      html`<div>
        <button class="small" onClick=${() => setAll(true)}>
          ${t("more", { n: found.length - shown.length })}
        </button>
      </div>`
    }`;
}

function Passage({ one, spans, reordered, t }) {
  const mine = spans.filter((/** @type {any} */ span) => span.passage_id === one.passage_id);
  const best = Math.max(...mine.map((/** @type {any} */ span) => span.probability));
  return html`<tr class=${one.read ? "" : "unread"}>
    <td class="number">
      ${one.rank}${reordered && html`<br /><span class="soft">${t("before", { rank: one.retrieved_rank })}</span>`}
    </td>
    <td class="passage">
      <p class="soft small" lang="zh-CN">${[one.title, ...one.heading_path].join(" › ")}</p>
      <details>
        <summary lang="zh-CN"><span class="clip">${one.text.replaceAll("\n", " ")}</span></summary>
        <p class="whole" lang="zh-CN">${one.text}</p>
        <a href=${viewOf(one)} target="_blank">${t("open")}</a>
      </details>
    </td>
    <td><${Share} share=${one.dense} words=${one.dense.toFixed(3)} /></td>
    <td><${Share} share=${one.sparse} /></td>
    <td class="number">${one.fused.toFixed(3)}</td>
    <td class="number">${mine.length === 0 ? "—" : percent(best)}</td>
    <td>
      ${
        one.read
          ? html`<span class="badge good">${t("was_read")}</span>`
          : html`<span class="badge">${t("not_read")}</span>`
      }
    </td>
  </tr>`;
}
