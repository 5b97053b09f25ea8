// A question that was asked, made one for evaluations by saying what would be right.

import { html, useId, useState } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Lines } from "../../inputs.js";
import { Dialog, Form } from "../../ui.js";
import { WORDS } from "./words.js";

export function ExamForm({ asked, close, saved }) {
  const { t: shared, api, toast, language } = useApp();
  const t = wordsOf(WORDS, language);
  const told = asked.feedback?.better ?? "";
  const [same, setSame] = useState(told === "" && asked.feedback?.verdict !== "wrong");
  const [better, setBetter] = useState(told);
  const submit = async () => {
    const said = same ? { verdict: "helpful" } : { verdict: "better", better };
    const comment = asked.feedback?.comment ?? "";
    await api.put(`/v1/questions/${asked.id}/feedback`, { ...said, comment });
    toast(t("exam_saved"));
    saved();
    close();
  };
  const given = asked.abstained ? t("exam_declines") : t("exam_right", { text: asked.text });
  return html`<${Dialog} title=${t("to_exam")} close=${close}>
    <p lang="zh-CN"><strong>${asked.understood}</strong></p>
    <${Form} submit=${submit} action=${shared("save")} cancel=${close}>
      <fieldset class="choices">
        <legend class="small soft">${t("exam_lead")}</legend>
        <${Radio} label=${given} chosen=${same} choose=${() => setSame(true)} />
        <${Radio} label=${t("exam_other")} chosen=${!same} choose=${() => setSame(false)} />
      </fieldset>
      ${
        !same &&
        html`<${Lines}
          label=${t("exam_answer")}
          hint=${t("exam_answer_hint")}
          value=${better}
          set=${setBetter}
          maxlength="10000"
          required
          lang="zh-CN"
        />`
      }
      ${asked.feedback && html`<p class="small soft">${t("exam_replaces")}</p>`}
    <//>
  <//>`;
}

function Radio({ label, chosen, choose }) {
  const id = useId();
  return html`<div class="check">
    <input type="radio" name="right" id=${id} checked=${chosen} onChange=${choose} />
    <label for=${id}>${label}</label>
  </div>`;
}
