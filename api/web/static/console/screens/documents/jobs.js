// The record of jobs, and one of them with its files.

import { html, useEffect, useState } from "../../../vendor/preact.js";
import { dateTime, number } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { useCalled } from "../../collections.js";
import { Empty, Failed, Heading, Loaded, More, usePages } from "../../ui.js";
import { rowOf } from "./rows.js";
import { UploadCard, summaryOf } from "./upload_panel.js";
import { useUploads, useWords } from "./use.js";

/** @type {Record<string, string>} */
const LOOK = { done: "good", running: "accent", cancelled: "warn" };

/** Its look and its words. @param {any} t @param {any} job @returns {[string, string]} */
function statusOf(t, { status, result }) {
  if (status === "failed") return ["bad", t("job_failed_status")];
  return status === "done" && result?.failed > 0
    ? ["warn", t("job_done_partly")]
    : [LOOK[status] ?? "", t(`job_${status}`)];
}

export function JobsScreen() {
  const t = useWords();
  const pages = usePages("/v1/jobs", {});
  return html`<a class="back" href="#/documents">← ${t("back")}</a>
    <${Heading} title=${t("jobs_title")} lead=${t("jobs_lead")} />
    <${Loaded} from=${pages}>
      ${(/** @type {any[]} */ jobs) =>
        jobs.length === 0
          ? html`<${Empty} title=${t("jobs_none")} />`
          : html`<div class="card table stacked">
              <table>
                <thead>
                  <tr>
                    ${["job", "status", "result", "by", "when"].map(
                      (one) =>
                        html`<th key=${one} scope="col" class=${one === "by" ? "wide" : null}>
                          ${t(`column_${one}`)}
                        </th>`,
                    )}
                  </tr>
                </thead>
                <tbody>
                  ${jobs.map((job) => html`<${JobRow} key=${job.id} job=${job} />`)}
                </tbody>
              </table>
            </div>`}
    <//>
    <${More} of=${pages} />`;
}

/** @param {{job: any}} props */
function JobRow({ job }) {
  const { language, session } = useApp();
  const t = useWords();
  const called = useCalled();
  const within = job.collection && called(job.collection);
  const what = [t(`kind_${job.kind}`), within].filter(Boolean).join(" · ");
  const told = job.kind !== "evaluate";
  const [look, status] = statusOf(t, job);
  return html`<tr>
    <td>${told ? html`<a href=${`#/documents/jobs/${job.id}`}>${what}</a>` : what}</td>
    <td><span class=${`badge ${look}`}>${status}</span></td>
    <td>${resultOf(t, language, job)}</td>
    <td class="wide">${byOf(t, job.created_by, session?.user.id)}</td>
    <td class="number">${dateTime(language, job.created_at)}</td>
  </tr>`;
}

/** @param {any} t @param {"zh" | "en"} language @param {any} job */
function resultOf(t, language, job) {
  if (job.error) return job.error.detail;
  if (job.status === "running" || job.status === "waiting") {
    return job.total > 0 ? `${number(language, job.done)} / ${number(language, job.total)}` : "";
  }
  if (job.kind === "add" && job.result) {
    const rows = Object.entries(job.result).flatMap(([status, count]) =>
      Array.from({ length: Number(count) }, () => ({
        ...rowOf("", 0, null),
        status: /** @type {any} */ (status),
      })),
    );
    return summaryOf(t, language, rows);
  }
  if (job.kind === "delete_collection" && job.result)
    return t("deleted_documents", { n: number(language, job.result.documents ?? 0) });
  return "";
}

/** @param {any} t @param {string} by @param {number | undefined} me */
function byOf(t, by, me) {
  const [kind, n] = by.split(":");
  if (by === `user:${me}`) return t("me");
  return kind === "user" || kind === "key" ? t(kind, { n }) : kind === "local" ? t("local") : by;
}

/** @param {{id: string}} props */
export function JobScreen({ id }) {
  const { api } = useApp();
  const t = useWords();
  const uploads = useUploads();
  const [error, setError] = useState(/** @type {any} */ (null));
  const upload = uploads.list.find((one) => one.jobs.some((job) => job.id === id));
  useEffect(() => {
    const gone = new AbortController();
    const look = (/** @type {any} */ job) => gone.signal.aborted || uploads.look(job, gone.signal);
    if (upload === undefined) api.get(`/v1/jobs/${id}`).then(look, setError);
    return () => gone.abort();
  }, []);
  const limits = useEncodings();
  return html`<a class="back" href="#/documents/jobs">← ${t("back_jobs")}</a>
    <${Heading} title=${t("job_title")} lead=${id} />
    ${error && (error.status === 404 ? html`<${Empty} title=${t("job_gone")} />` : html`<${Failed} error=${error} />`)}
    ${upload && html`<${UploadCard} upload=${upload} uploads=${uploads} shelf=${null} encodings=${limits} />`}`;
}

/** @returns {string[]} */
function useEncodings() {
  const { api, can } = useApp();
  const [encodings, setEncodings] = useState(/** @type {string[]} */ ([]));
  useEffect(() => {
    if (can("documents:write"))
      api.get("/v1/uploads").then(
        (limits) => setEncodings(limits.encodings),
        () => {},
      );
  }, []);
  return encodings;
}
