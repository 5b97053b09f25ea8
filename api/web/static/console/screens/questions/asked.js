// One question with the answer as it was given then, and what was said of it.

import { html } from "../../../vendor/preact.js";
import { dateTime, wordsOf } from "../../../shared/i18n.js";
import { withQuery } from "../../api.js";
import { useApp } from "../../app.js";
import { useCalled } from "../../collections.js";
import { Heading, Loaded, useLoaded } from "../../ui.js";
import { Answer } from "../ask/answer.js";
import { ByNow, Verdict, askerOf } from "./list.js";
import { Mend } from "./mend.js";
import { WORDS } from "./words.js";

/** @param {{id: string}} props */
export function Asked({ id }) {
  const { api, language, route } = useApp();
  const t = wordsOf(WORDS, language);
  const found = useLoaded(() => api.get(`/v1/questions/${id}`), [id]);
  const back = withQuery("#/questions", Object.fromEntries(route.query));
  return html`<a class="back" href=${back}>${t("back")}</a>
    <${Loaded} from=${found}>
      ${(/** @type {any} */ asked) =>
        html`<${Heading} title=${asked.question} />
          <${Mend} id=${id} changed=${found.reload} />
          <${About} asked=${asked} t=${t} />
          <section class="card stack">
            <h2>${t("then")}</h2>
            <${Answer} answer=${asked.answer} />
          </section>
          ${asked.feedback && html`<${Said} feedback=${asked.feedback} t=${t} />`}
          <p>
            <a href=${withQuery("#/ask", { q: asked.understood, explain: 1 })}>${t("again")}</a>
          </p>`}
    <//>`;
}

function About({ asked, t }) {
  const { language } = useApp();
  const called = useCalled();
  const within =
    asked.collections === null
      ? t("within_all")
      : asked.collections.map((/** @type {string} */ name) => called(name)).join(", ");
  return html`<dl class="facts">
    <dt>${t("asked_at")}</dt>
    <dd>${dateTime(language, asked.asked_at)}</dd>
    <dt>${t("asked_by")}</dt>
    <dd>${askerOf(asked.asked_by, t)}</dd>
    ${
      asked.faq !== null &&
      html`<dt>${t("done")}</dt>
        <dd><${ByNow} one=${asked} t=${t} /></dd>`
    }
    ${
      asked.understood !== asked.question &&
      html`<dt>${t("looked_for")}</dt>
        <dd lang="zh-CN">${asked.understood}</dd>`
    }
    <dt>${t("within")}</dt>
    <dd>${within}</dd>
    <dt>${t("took")}</dt>
    <dd class="number">${t("ms", { ms: Math.round(asked.milliseconds) })}</dd>
    <dt>${t("request")}</dt>
    <dd class="mono">${asked.request_id}</dd>
  </dl>`;
}

function Said({ feedback, t }) {
  const { language } = useApp();
  return html`<section class="card stack tight">
    <h2>${t("feedback")}</h2>
    <p class="row tight">
      <${Verdict} verdict=${feedback.verdict} t=${t} />
      <span class="small soft">${dateTime(language, feedback.created_at)}</span>
    </p>
    <dl class="facts">
      ${
        feedback.better &&
        html`<dt>${t("better")}</dt>
          <dd lang="zh-CN">${feedback.better}</dd>`
      }
      ${
        feedback.comment &&
        html`<dt>${t("comment")}</dt>
          <dd>${feedback.comment}</dd>`
      }
    </dl>
  </section>`;
}
