// Asking, as everybody may; for curators also how an answer came about.

import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { wordsOf } from "../../shared/i18n.js";
import { useApp } from "../app.js";
import { CollectionsField, Check, Line } from "../inputs.js";
import { Heading } from "../ui.js";
import { useConversation } from "./ask/asking.js";
import { First } from "./ask/first.js";
import { Turn } from "./ask/turn.js";
import { WORDS } from "./ask/words.js";

export function Ask() {
  const { t: shared, language, route, can } = useApp();
  const t = wordsOf(WORDS, language);
  const { conversation, ask: send } = useConversation();
  const { turns, busy, options } = conversation;
  const explained = can("knowledge");
  const given = route.query.get("q") ?? "";
  useEffect(() => {
    if (route.query.has("explain")) conversation.choose({ explain: true });
    if (given !== "") conversation.anew(); // it stands for itself
  }, [given]);
  const ask = (/** @type {string} */ question) => send(question, explained && options.explain);
  const restart = () => conversation.restart();
  return html`<${Heading} title=${shared("ask")} lead=${t("lead")}>
      ${turns.length > 0 && html`<button onClick=${restart}>${t("fresh")}</button>`}
    <//>
    <div class="asking">
      ${turns.length === 0 && html`<${First} t=${t} />`}
      ${turns.map(
        (turn) =>
          html`<${Turn}
            key=${turn.key}
            turn=${turn}
            again=${busy ? undefined : () => ask(turn.question)}
            t=${t}
          />`,
      )}
      <${Composer} key=${given} t=${t} ask=${ask} conversation=${conversation} given=${given}>
        ${
          explained &&
          html`<${Check}
            label=${t("explain")}
            value=${options.explain}
            set=${(/** @type {boolean} */ explain) => conversation.choose({ explain })}
          />`
        }
        <${Options} t=${t} conversation=${conversation} />
      <//>
    </div>`;
}

/** @param {{t: any, conversation: ReturnType<typeof useConversation>["conversation"]}} props */
function Options({ t, conversation }) {
  const { collections, top_k } = conversation.options;
  /** @param {any} event */
  const refused = ({ currentTarget }) => (currentTarget.open = true); // so that it can be told at its field
  return html`<details onInvalidCapture=${refused}>
    <summary>${t("options")}</summary>
    <div class="options stack">
      <${CollectionsField}
        label=${t("collections")}
        all=${t("all")}
        value=${collections}
        set=${(/** @type {string[] | null} */ chosen) => conversation.choose({ collections: chosen })}
      />
      <${Line}
        label=${t("top_k")}
        hint=${t("top_k_hint")}
        type="number"
        min="1"
        max="100"
        value=${top_k}
        set=${(/** @type {string} */ typed) => conversation.choose({ top_k: typed })}
      />
    </div>
  </details>`;
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
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    field.current?.form?.requestSubmit();
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
        ${conversation.busy && html`<button type="button" onClick=${() => conversation.stop()}>${t("stop")}</button>`}
        <button class="primary" disabled=${question.trim() === "" || conversation.busy}>${t("send")}</button>
      </div>
    </div>
  </form>`;
}
