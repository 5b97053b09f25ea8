// Uploads and other jobs of one's own: how far they are, and how they ended.

import { html } from "../../../vendor/preact.js";
import { counted, number, size } from "../../../shared/i18n.js";
import { useApp } from "../../app.js";
import { Failed, useTell } from "../../ui.js";
import { FileRows } from "./file_rows.js";
import { countsOf, isDecided, isHere, isUnderWay, stateOf } from "./rows.js";
import { useWords } from "./use.js";

const ENDS = ["added", "replaced", "unchanged", "failed", "cancelled"];

/** @typedef {import("./uploads.js").Upload} Upload */

/** @param {{uploads: import("./uploads.js").Uploads, shelves: any[], limits: any}} props */
export function UploadPanel({ uploads, shelves, limits }) {
  const t = useWords();
  const mine = uploads.list.filter(({ looked }) => !looked);
  if (mine.length === 0) return null;
  return html`<section class="stack uploads" aria-label=${t("uploads")}>
    ${mine.map(
      (upload) =>
        html`<${UploadCard}
          key=${upload.id}
          upload=${upload}
          uploads=${uploads}
          shelf=${shelves.find((one) => one.name === upload.collection)}
          encodings=${limits?.encodings ?? []}
          dismiss=${() => uploads.dismiss(upload)}
        />`,
    )}
  </section>`;
}

/**
 * @param {{upload: Upload, uploads: import("./uploads.js").Uploads, shelf: any, encodings: string[],
 *   dismiss?: (() => void) | null}} props
 */
export function UploadCard({ upload, uploads, shelf, encodings, dismiss = null }) {
  const t = useWords();
  const tell = useTell();
  const state = stateOf(upload);
  const going = state === "sending" || state === "working";
  const stop = () => uploads.cancel(upload).catch(tell);
  return html`<article class="card upload" aria-label=${titleOf(t, upload, shelf)}>
    <div class="row spread">
      <h2>${titleOf(t, upload, shelf)}</h2>
      ${
        going
          ? html`<button class="small" onClick=${stop}>${t("stop")}</button>`
          : dismiss && html`<button class="small quiet" onClick=${dismiss}>${t("dismiss")}</button>`
      }
    </div>
    ${going && html`<${Progress} upload=${upload} state=${state} />`}
    <div role="status">${!going && html`<${Summary} upload=${upload} />`}</div>
    ${upload.lost && going && html`<p class="note warn" role="status">${t("lost")}</p>`}
    ${state === "broken" && html`<${Broken} upload=${upload} resume=${() => uploads.resume(upload)} />`}
    <${FileRows}
      upload=${upload}
      retry=${(/** @type {any} */ rows, /** @type {string} */ encoding) => uploads.send(upload, rows, encoding)}
      encodings=${encodings}
    />
  </article>`;
}

/** @param {any} t @param {Upload} upload @param {any} shelf */
function titleOf(t, { kind, collection, replaces, rows }, shelf) {
  if (kind === "reindex") return t("reindexing");
  if (replaces !== null) return t("replacing", { name: rows[0].name });
  return t(kind === "add" ? "adding" : "deleting", { collection: shelf?.title ?? collection });
}

/** @param {{upload: Upload, state: string}} props */
function Progress({ upload, state }) {
  const { language } = useApp();
  const t = useWords();
  const { now, most, words } = progressOf(t, language, upload, state);
  return html`<progress max="1" value=${now === 0 ? null : now / most} aria-label=${words}></progress>
    <p class="small soft">${words}</p>`;
}

/** @param {any} t @param {"zh" | "en"} language @param {Upload} upload @param {string} state */
function progressOf(t, language, upload, state) {
  if (state === "sending") {
    const most = upload.rows.reduce((sum, row) => sum + row.size, 0);
    const there = upload.rows.filter((row) => !isHere(row)).reduce((sum, row) => sum + row.size, 0);
    const now = Math.min(there + upload.sent, most);
    return { now, most, words: t("sending", { sent: size(language, now), total: size(language, most) }) };
  }
  const job = upload.jobs.find(isUnderWay);
  const files = upload.rows.length > 0;
  const now = files ? upload.rows.filter(isDecided).length : (job?.done ?? 0);
  const most = files ? upload.rows.length : (job?.total ?? 0);
  if (now === 0 && job?.status !== "running") return { now, most: 0, words: t("waiting_turn") };
  const values = { done: number(language, now), total: number(language, most), note: job?.note ?? "" };
  return { now, most, words: t(values.note ? "working_on" : "working", values) };
}

/** How it ended, in a sentence. @param {{upload: Upload}} props */
function Summary({ upload }) {
  const { language } = useApp();
  const t = useWords();
  const state = stateOf(upload);
  const job = upload.jobs.at(-1);
  const stopped = state === "cancelled" && html`<p>${t("stopped")}</p>`;
  if (upload.rows.length > 0)
    return html`${stopped}
      <p class="row">
        <strong>${summaryOf(t, language, upload.rows)}</strong>
        ${upload.rows.some(isNew) && html`<a href="#/ask">${t("to_ask")}</a>`}
      </p>`;
  if (state === "failed") return html`<p>${t("job_failed")} ${job?.error?.detail} ${job?.error?.remedy}</p>`;
  if (state !== "done") return stopped;
  const n = number(language, job?.result?.documents ?? 0);
  return html`<p>${t(upload.kind === "reindex" ? "reindexed" : "deleted_documents", { n })}</p>`;
}

/** Whether it can be asked about from now on. @param {import("./rows.js").Row} row */
const isNew = ({ status }) => status === "added" || status === "replaced";

/** @param {any} t @param {"zh" | "en"} language @param {import("./rows.js").Row[]} rows */
export function summaryOf(t, language, rows) {
  const counts = countsOf(rows);
  const told = ENDS.filter((end) => counts[end]).map((end) =>
    counted(t, language, `counted_${end}`, counts[end]),
  );
  return told.length === 0
    ? counted(t, language, "files", rows.length)
    : counted(t, language, "summary", rows.length, { counts: told.join(t("comma")) });
}

/** @param {{upload: Upload, resume: () => void}} props */
function Broken({ upload, resume }) {
  const t = useWords();
  const more = upload.portions.length > 0;
  return html`<p>${t(more ? "broken" : "broken_follow")}</p>
    <${Failed} error=${upload.error} />
    ${more && html`<p><button class="small" onClick=${resume}>${t("go_on")}</button></p>`}`;
}
