// What is shown of each file of an upload, and of an upload as a whole.

/**
 * @typedef {"queued" | "sending" | "waiting" | "working" | "added" | "replaced" | "unchanged" | "failed" | "cancelled"}
 *   RowStatus as the service has it, but for `queued` and `sending`: not there yet, and `cancelled`
 * @typedef {{type: string, detail: string, remedy: string}} Trouble
 * @typedef {{name: string, size: number, status: RowStatus, document: number | null, file: File | null,
 *   error: Trouble | null, warnings: string[]}} Row `file`: null where this page didn't send it; `warnings`: what
 *   couldn't be read in one that was taken in
 */

const UNDECIDED = new Set(["queued", "sending", "waiting", "working"]);
const UNDER_WAY = new Set(["waiting", "running"]);

/** @param {{status: string}} job */
export const isUnderWay = (job) => UNDER_WAY.has(job.status);

/** Whether it is still on this machine. @param {Row} row */
export const isHere = (row) => row.status === "queued" || row.status === "sending";

/** @param {Row} row */
export const isDecided = (row) => !UNDECIDED.has(row.status);

/** @param {string} name @param {number} size @param {File | null} file @returns {Row} */
export function rowOf(name, size, file) {
  return { name, size, status: "queued", document: null, file, error: null, warnings: [] };
}

/** Puts into rows what a job says of its files. @param {Row[]} rows @param {any} job */
export function take(rows, job) {
  job.files.forEach((/** @type {any} */ file, /** @type {number} */ at) => {
    const known = rows[at];
    if (known !== undefined && isHere(known)) return; // it is on its way once more
    const row = (rows[at] ??= rowOf(file.source, file.size, null));
    const { status, document_id: document, error, warnings } = file;
    Object.assign(row, { status, document, error, warnings });
    if (!isUnderWay(job) && !isDecided(row)) {
      row.status = job.status === "failed" ? "failed" : "cancelled";
      row.error = job.error;
    }
  });
}

/**
 * Where an upload is.
 * @param {import("./uploads.js").Upload} upload
 * @returns {"sending" | "working" | "broken" | "cancelled" | "failed" | "done"}
 */
export function stateOf({ busy, rows, error, jobs, cancelled }) {
  if (error !== null) return "broken";
  if (busy) return rows.some(isHere) ? "sending" : "working";
  const last = jobs.at(-1);
  if (cancelled || last?.status === "cancelled") return "cancelled";
  return last?.status === "failed" ? "failed" : "done";
}

/** How many rows have come to which end. @param {Row[]} rows @returns {Record<string, number>} */
export function countsOf(rows) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/**
 * Marks those as failed whose files can't be read any more.
 * @param {Row[]} rows
 * @returns {Promise<Row[]>} the others
 */
export async function readable(rows) {
  const good = [];
  for (const row of rows) {
    try {
      await row.file?.slice(0, 1).arrayBuffer();
      good.push(row);
    } catch {
      Object.assign(row, { status: "failed", error: { type: "ChangedFile", detail: "", remedy: "" } });
    }
  }
  return good;
}
