// All evaluations that may be seen, the newest first.

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { dateTime } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Empty, Heading, Loaded, More, usePages } from "../../ui.js";
import { FIRST, between, wordsFor, written } from "./measures.js";
import { Start } from "./start.js";

const AGAIN_MS = 2000;
const SHOWN = 3;

/** Not ended yet. @param {{status: string}} one */
export const isUnderWay = ({ status }) => status === "waiting" || status === "running";

export function List({ t }) {
  const { t: shared, go } = useApp();
  const list = usePages("/v1/evaluations", { limit: 20 });
  const [starting, setStarting] = useState(false);
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const busy = (list.value ?? []).some(isUnderWay);
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setInterval(list.reload, AGAIN_MS);
    return () => clearInterval(timer);
  }, [busy]);
  /** @param {string} id @param {boolean} on the one chosen first goes when there are three */
  const choose = (id, on) =>
    setChosen((now) => (on ? [...now, id].slice(-2) : now.filter((one) => one !== id)));
  // a is the older one, as the list has the newest first.
  const inOrder = (list.value ?? []).map((one) => one.id).filter((id) => chosen.includes(id));
  return html`<${Heading} title=${shared("evaluations")} lead=${t("lead")}>
      <button class="primary" onClick=${() => setStarting(true)}>${t("start")}</button>
    <//>
    <${Loaded} from=${list}>
      ${(/** @type {any[]} */ items) =>
        items.length === 0
          ? html`<${Empty} title=${t("empty")}><p>${t("empty_hint")}</p><//>`
          : html`<div class="row spread">
                <p class="small soft">${items.length > 1 && t("compare_hint")}</p>
                <button
                  disabled=${inOrder.length !== 2}
                  onClick=${() => go(`evaluations/${inOrder[1]}/${inOrder[0]}`)}
                >
                  ${t("compare_chosen")}
                </button>
              </div>
              <ul class="plain entries">
                ${items.map(
                  (one) =>
                    html`<${Entry}
                      key=${one.id}
                      one=${one}
                      chosen=${chosen.includes(one.id)}
                      choose=${choose}
                      t=${t}
                    />`,
                )}
              </ul>`}
    <//>
    <${More} of=${list} />
    ${
      starting &&
      html`<${Start}
        close=${() => setStarting(false)}
        begun=${(/** @type {any} */ one) => go(`evaluations/${one.id}`)}
        t=${t}
      />`
    }`;
}

function Entry({ one, chosen, choose, t }) {
  const { language } = useApp();
  return html`<li class="card entry">
    <div class="row spread">
      <div class="row tight">
        ${
          one.headline &&
          html`<input
            type="checkbox"
            class="chooser"
            aria-label=${t("choose", { name: one.name })}
            checked=${chosen}
            onChange=${(/** @type {any} */ event) => choose(one.id, event.target.checked)}
          />`
        }
        <h2><a href=${`#/evaluations/${one.id}`}>${one.name}</a></h2>
        <${Status} status=${one.status} t=${t} />
        <span class="badge">${t(`task_${one.task}_short`)}</span>
      </div>
      <span class="small soft"
        >${dateTime(language, one.created_at)} · ${t("questions", { n: one.total })}</span
      >
    </div>
    ${isUnderWay(one) && html`<${Bar} done=${one.done} total=${one.total} t=${t} />`}
    ${one.headline && html`<${Headline} figures=${one.headline.figures} t=${t} />`}
    ${one.error && html`<p class="wrong small">${one.error.detail}</p>`}
  </li>`;
}

const KINDS = { waiting: "", running: "accent", done: "good", failed: "bad", cancelled: "warn" };

export function Status({ status, t }) {
  const kind = /** @type {Record<string, string>} */ (KINDS)[status];
  return html`<span class=${`badge ${kind}`}>${t(`status_${status}`)}</span>`;
}

export function Bar({ done, total, t }) {
  return html`<div class="stack tight">
    <progress value=${done} max=${total} aria-label=${t("progress", { done, total })}></progress>
    <p class="small soft number">${t("progress", { done, total })}</p>
  </div>`;
}

function Headline({ figures, t }) {
  const { language } = useApp();
  const known = figures.filter((/** @type {any} */ one) => one.value !== null);
  const first = FIRST.flatMap((name) => known.filter((/** @type {any} */ one) => one.measure === name));
  return html`<dl class="headline">
    ${(first.length > 0 ? first : known).slice(0, SHOWN).map(
      (/** @type {any} */ one) =>
        html`<div key=${one.measure}>
          <dt class="small soft">${wordsFor(language, one.measure).title}</dt>
          <dd class="number">
            <strong>${written(one.measure, one.value)}</strong>
            ${between(one) && html`<span class="small soft" title=${t("interval")}> ${between(one)}</span>`}
          </dd>
        </div>`,
    )}
  </dl>`;
}
