// One evaluation: how far it is, and what it came to.

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { dateTime } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { allOf } from "../../inputs.js";
import { Confirm, Failed, Heading, Loaded, useLoaded } from "../../ui.js";
import { Figures } from "./figures.js";
import { Bar, Status, isUnderWay } from "./list.js";
import { Rows } from "./rows.js";

/** @param {{id: string, t: (key: string, values?: any) => string}} props */
export function One({ id, t }) {
  const { api } = useApp();
  const found = useLoaded(() => api.get(`/v1/evaluations/${id}`), [id]);
  return html`<a class="back" href="#/evaluations">${t("back")}</a>
    <${Loaded} from=${found}>
      ${(/** @type {any} */ one) => html`<${Shown} one=${one} reload=${found.reload} t=${t} />`}
    <//>`;
}

function Shown({ one, reload, t }) {
  const { t: shared, language } = useApp();
  const [bin, setBin] = useState("");
  const [removing, setRemoving] = useState(false);
  const source =
    one.options.source === "file" ? t("source_is_file", { file: one.options.file }) : t("source_is_feedback");
  return html`<${Heading} title=${one.name}>
      ${
        one.summary &&
        html`<a class="button primary" href=${`/v1/evaluations/${one.id}/report`} target="_blank"
          >${t("report")}</a
        >`
      }
      ${!isUnderWay(one) && html`<button class="danger" onClick=${() => setRemoving(true)}>${shared("remove")}</button>`}
    <//>
    <p class="row tight">
      <${Status} status=${one.status} t=${t} />
      <span class="badge">${t(`task_${one.task}_short`)}</span>
      <span class="small soft">${t("started", { when: dateTime(language, one.created_at), source })}</span>
    </p>
    ${isUnderWay(one) && html`<${UnderWay} one=${one} ended=${reload} t=${t} />`}
    ${
      one.error &&
      html`<div class="note bad" role="alert">
        <p>${one.error.detail}</p>
        <p>${one.error.remedy}</p>
      </div>`
    }
    ${
      one.summary &&
      html`<${CompareWith} one=${one} t=${t} />
        <${Figures} one=${one} bin=${bin} choose=${setBin} t=${t} />
        <${Rows} one=${one} bin=${bin} setBin=${setBin} t=${t} />`
    }
    ${removing && html`<${Remove} one=${one} close=${() => setRemoving(false)} t=${t} />`}`;
}

/** The job's events as they come, and a way to stop it. */
function UnderWay({ one, ended, t }) {
  const { api } = useApp();
  const [job, setJob] = useState({ done: one.done, total: one.total, cancel_requested: false });
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  useEffect(() => {
    const events = new EventSource(`/v1/jobs/${one.job_id}/events`);
    events.addEventListener("progress", (event) => setJob(JSON.parse(event.data)));
    events.addEventListener("end", () => {
      events.close(); // else the browser begins anew
      ended();
    });
    return () => events.close();
  }, [one.job_id]);
  const cancel = () =>
    api.post(`/v1/jobs/${one.job_id}/cancel`).then(
      (now) => setJob(now),
      (wrong) => setError(wrong),
    );
  return html`<section class="card stack">
    <${Bar} done=${job.done} total=${one.total} t=${t} />
    ${error && html`<${Failed} error=${error} />`}
    <div class="row">
      <button disabled=${job.cancel_requested} onClick=${cancel}>${t("cancel")}</button>
      ${job.cancel_requested && html`<span class="small soft" role="status">${t("cancelling")}</span>`}
    </div>
  </section>`;
}

function CompareWith({ one, t }) {
  const { api, go } = useApp();
  const others = useLoaded(() => allOf(api, "/v1/evaluations"), [one.id]);
  const fit = (others.value ?? []).filter(
    (/** @type {any} */ other) => other.id !== one.id && other.headline && other.task === one.task,
  );
  if (fit.length === 0) return null;
  return html`<div class="row tight">
    <label for="compare-with">${t("compare_with")}</label>
    <select
      id="compare-with"
      class="short"
      value=""
      onChange=${(/** @type {any} */ event) => go(`evaluations/${event.target.value}/${one.id}`)}
    >
      <option value="">${t("compare_none")}</option>
      ${fit.map((/** @type {any} */ other) => html`<option key=${other.id} value=${other.id}>${other.name}</option>`)}
    </select>
  </div>`;
}

function Remove({ one, close, t }) {
  const { t: shared, api, go, toast } = useApp();
  const act = async () => {
    await api.remove(`/v1/evaluations/${one.id}`);
    toast(t("removed"));
    go("evaluations");
  };
  return html`<${Confirm}
    title=${t("delete_title")}
    text=${t("delete_text", { name: one.name })}
    action=${shared("remove")}
    act=${act}
    close=${close}
  />`;
}
