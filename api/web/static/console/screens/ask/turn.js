// One question of a conversation, with what is known of its answer so far.

import { html, useEffect, useRef, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Copy, Failed } from "../../ui.js";
import { Answer, quotable } from "./answer.js";
import { Explanation } from "./explanation.js";
import { Feedback } from "./feedback.js";

/**
 * @param {{turn: import("./asking.js").Turn, again: (() => void) | undefined, t: (key: string, values?: any) => string}} props
 *   `again`: asks it once more, where that may help
 */
export function Turn({ turn, again, t }) {
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // Coming back to a conversation, one finds its last question at once.
    ref.current?.scrollIntoView({ block: "start", behavior: turn.busy ? "smooth" : "instant" });
  }, []);
  const { understood, answer } = turn;
  return html`<article class="turn stack" ref=${ref} aria-busy=${turn.busy}>
    <div class="asked">
      <h2 lang="zh-CN">${turn.question}</h2>
      ${
        understood?.rewritten &&
        html`<p class="small soft">
          ${t("understood", { question: understood.question })}${
            understood.because && t("because", { because: understood.because })
          }
        </p>`
      }
    </div>
    <p class="visually-hidden" role="status">${said(turn, t)}</p>
    ${turn.busy && html`<${Progress} turn=${turn} t=${t} />`}
    ${turn.stopped && html`<p class="soft">${t("stopped")}</p>`}
    ${turn.error && html`<${Failed} error=${turn.error} retry=${again} />`}
    ${answer && html`<${Answered} answer=${answer} t=${t} />`}
  </article>`;
}

function Progress({ turn, t }) {
  const { passages } = turn;
  return html`<div class="stack tight">
    <p class="row tight soft">
      <span class="spinner" aria-hidden="true"></span>
      ${passages === null ? t("searching") : t("reading", { n: passages.length })}
    </p>
    ${passages
      ?.slice(0, 3)
      .map(
        (/** @type {any} */ one) =>
          html`<p key=${one.passage_id} class="small soft coming" lang="zh-CN">
            ${[one.title, ...one.heading_path].join(" › ")}：${one.text.replaceAll("\n", " ")}
          </p>`,
      )}
  </div>`;
}

function Answered({ answer, t }) {
  const { can } = useApp();
  const [how, setHow] = useState(true);
  return html`<div class="card stack">
    <${Answer} answer=${answer} />
    <div class="stack tight">
      <div class="row spread">
        <div class="row tight">
          ${!answer.abstained && html`<${Copy} text=${quotable(answer, t)} label=${t("copy")} />`}
          ${
            answer.explanation &&
            html`<button class="small" aria-expanded=${how} onClick=${() => setHow(!how)}>
              ${how ? t("how_hide") : t("how")}
            </button>`
          }
        </div>
        ${can("feedback") && html`<${Feedback} turn=${answer.id} />`}
      </div>
    </div>
    ${answer.explanation && how && html`<${Explanation} answer=${answer} />`}
  </div>`;
}

/** What screen readers are told. @param {import("./asking.js").Turn} turn @param {(key: string, values?: any) => string} t */
function said(turn, t) {
  if (turn.answer) return turn.answer.abstained ? t("abstained") : t("here", { text: turn.answer.text });
  if (!turn.busy) return "";
  return turn.passages === null ? t("searching") : t("reading", { n: turn.passages.length });
}
