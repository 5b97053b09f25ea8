// Asking, as everybody may; for curators also how an answer came about.

import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { wordsOf } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { CollectionsField, Check, Line } from "../inputs.js";
import { Empty, Heading } from "../ui.js";
import { useConversation } from "./ask/asking.js";
import { Turn } from "./ask/turn.js";
import { WORDS } from "./ask/words.js";

export function Ask() {
  const { t: shared, language, route, can } = useApp();
  const t = wordsOf(WORDS, language);
  const conversation = useConversation();
  const explained = can("knowledge");
  const [explain, setExplain] = useState(explained && route.query.has("explain"));
  const [collections, setCollections] = useState(/** @type {string[] | null} */ (null));
  const [topK, setTopK] = useState("");
  const ask = (/** @type {string} */ question) =>
    conversation.ask(question, {
      collections,
      top_k: topK === "" ? null : Number(topK),
      explain: explained && explain,
    });
  return html`<${Heading} title=${shared("ask")} lead=${t("lead")}>
      ${conversation.turns.length > 0 && html`<button onClick=${conversation.restart}>${t("again")}</button>`}
    <//>
    <div class="asking">
      ${conversation.turns.length === 0 && html`<${Empty} title=${t("first")}><p>${t("first_lead")}</p><//>`}
      ${conversation.turns.map(
        (turn) =>
          html`<${Turn}
            key=${turn.key}
            turn=${turn}
            again=${conversation.busy ? undefined : () => ask(turn.question)}
            t=${t}
          />`,
      )}
      <${Composer} t=${t} ask=${ask} conversation=${conversation} given=${route.query.get("q") ?? ""}>
        ${explained && html`<${Check} label=${t("explain")} value=${explain} set=${setExplain} />`}
        <details>
          <summary>${t("options")}</summary>
          <div class="options stack">
            <${CollectionsField}
              label=${t("collections")}
              all=${t("all")}
              value=${collections}
              set=${setCollections}
            />
            <${Line}
              label=${t("top_k")}
              hint=${t("top_k_hint")}
              type="number"
              min="1"
              max="100"
              value=${topK}
              set=${setTopK}
            />
          </div>
        </details>
      <//>
    </div>`;
}

function Composer({ t, ask, conversation, given, children }) {
  const [question, setQuestion] = useState(given);
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const begun = conversation.turns.length > 0;
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  /** @param {Event} event */
  const send = (event) => {
    event.preventDefault();
    if (question.trim() === "" || conversation.busy) return;
    ask(question.trim());
    setQuestion("");
    field.current?.focus({ preventScroll: true });
  };
  /** @param {KeyboardEvent} event */
  const typed = (event) => {
    // While an input method composes, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) send(event);
  };
  return html`<form class="composer card stack" onSubmit=${send}>
    <label class="visually-hidden" for="question">${t("question")}</label>
    <textarea
      id="question"
      ref=${field}
      rows="2"
      maxlength="10000"
      placeholder=${begun ? t("follow") : t("placeholder")}
      aria-describedby="question-keys"
      value=${question}
      onInput=${(/** @type {any} */ event) => setQuestion(event.target.value)}
      onKeyDown=${typed}
    ></textarea>
    <div class="row spread composer-foot">
      <div class="row composer-more">${children}</div>
      <div class="row composer-send">
        <span class="small soft" id="question-keys">${t("keys")}</span>
        ${conversation.busy && html`<button type="button" onClick=${conversation.stop}>${t("stop")}</button>`}
        <button class="primary" disabled=${question.trim() === "" || conversation.busy}>${t("send")}</button>
      </div>
    </div>
  </form>`;
}
