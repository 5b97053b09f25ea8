// What somebody says of an answer: one click, and more where they like.

import { html, useState } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Lines } from "../../inputs.js";
import { Form, useTell } from "../../ui.js";
import { WORDS } from "./words.js";

/** @param {{turn: string}} props the answer's id */
export function Feedback({ turn }) {
  const { api, toast, language } = useApp();
  const t = wordsOf(WORDS, language);
  const tell = useTell();
  const [verdict, setVerdict] = useState("");
  const [open, setOpen] = useState(false);
  const [better, setBetter] = useState("");
  const [comment, setComment] = useState("");
  /** @param {Record<string, string>} said */
  const give = (said) => api.post("/v1/feedback", { turn, ...said });
  /** @param {string} chosen */
  const choose = (chosen) => async () => {
    try {
      await give({ verdict: chosen });
      setVerdict(chosen);
      setOpen(true);
      toast(t("thanks"));
    } catch (error) {
      tell(error);
    }
  };
  const add = async () => {
    const told = verdict === "wrong" && better.trim() !== "";
    await give({ verdict: told ? "better" : verdict, ...(told ? { better } : {}), comment });
    setOpen(false);
    toast(t("thanks"));
  };
  return html`<div class="row tight">
      <button class="small" aria-pressed=${verdict === "helpful"} onClick=${choose("helpful")}>
        <span aria-hidden="true">👍</span> ${t("helpful")}
      </button>
      <button class="small" aria-pressed=${verdict === "wrong"} onClick=${choose("wrong")}>
        <span aria-hidden="true">👎</span> ${t("wrong")}
      </button>
    </div>
    ${
      open &&
      html`<div class="said">
        <${Form} submit=${add} action=${t("add")} cancel=${() => setOpen(false)}>
          ${
            verdict === "wrong" &&
            html`<${Lines}
              label=${t("better")}
              hint=${t("better_hint")}
              value=${better}
              set=${setBetter}
              rows="2"
            />`
          }
          <${Lines} label=${t("comment")} value=${comment} set=${setComment} rows="2" maxlength="2000" />
        <//>
      </div>`
    }`;
}
