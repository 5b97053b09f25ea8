// Uploads of the signed-in person, and what becomes of their files. They go on while other screens are shown.

import { withQuery } from "../../api.js";
import { onLeaving } from "../../leaving.js";
import { portionsOf } from "./choosing.js";
import { follow, turns } from "./following.js";
import { isHere, isUnderWay, readable, rowOf, take } from "./rows.js";

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {{rows: Row[], method: string, url: string, field: string}} Portion
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} kind of its jobs
 * @property {string} collection
 * @property {Row[]} rows one for each file
 * @property {Portion[]} portions that aren't sent yet
 * @property {any[]} jobs as they were told last
 * @property {number} sent bytes of the portion that is on its way
 * @property {Error | null} error why it doesn't go on
 * @property {boolean} lost the service can't be heard at present
 * @property {boolean} busy
 * @property {boolean} cancelled
 * @property {import("./choosing.js").Limits | null} limits
 * @property {number | null} replaces a document
 * @property {boolean} looked it is only looked at, and no upload of one's own
 * @property {AbortController} ending of what is sent
 * @property {AbortController} over of following what becomes of it
 */

/** Kinds of jobs that are told of here. */
const KINDS = new Set(["add", "delete_collection", "reindex"]);

/** Milliseconds between two times that listeners are told. */
const TOLD_EVERY = 100;

let numbers = 0;

/** @param {Partial<Upload>} given @returns {Upload} */
const uploadOf = (given) => ({
  id: (numbers += 1),
  kind: "add",
  collection: "",
  rows: [],
  portions: [],
  jobs: [],
  sent: 0,
  error: null,
  lost: false,
  busy: false,
  cancelled: false,
  limits: null,
  replaces: null,
  looked: false,
  ending: new AbortController(),
  over: new AbortController(),
  ...given,
});

export class Uploads {
  /** @param {import("../../app.js").AppValue["api"]} api @param {number} user */
  constructor(api, user) {
    this.api = api;
    this.user = user;
    /** @type {Upload[]} the newest first */
    this.list = [];
    /** How many jobs have ended: with each, documents may be others. */
    this.ended = 0;
    this.listeners = new Set();
    this.timer = 0;
    this.turn = turns(2);
  }

  /** @param {() => void} listener @returns {() => void} stops it */
  listen(listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /**
   * @param {string} collection
   * @param {string} encoding "" to find out
   * @param {import("./choosing.js").Chosen[]} chosen
   * @param {import("./choosing.js").Limits} limits
   */
  add(collection, encoding, chosen, limits) {
    const rows = chosen.map(({ name, file }) => rowOf(name, file.size, file));
    this.send(this.begun({ collection, limits, rows }), rows, encoding);
  }

  /** @param {{id: number, source: string, collection: string}} document @param {File} file */
  replace(document, file) {
    const rows = [rowOf(document.source, file.size, file)];
    this.send(this.begun({ collection: document.collection, replaces: document.id, rows }), rows, "");
  }

  /**
   * A job that was begun elsewhere, or before this page was loaded.
   * @param {any} job @param {boolean} [looked]
   * @returns {Upload | null} null where it is known already
   */
  join(job, looked = false) {
    if (this.list.some((upload) => upload.jobs.some((known) => known.id === job.id))) return null;
    const upload = this.begun({ kind: job.kind, collection: job.collection, jobs: [job], looked });
    void this.working(upload, () => this.followed(upload, upload.rows, job));
    return upload;
  }

  /** Follows any job for as long as somebody looks at it. @param {any} job @param {AbortSignal} gone */
  look(job, gone) {
    const upload = this.join(job, true);
    gone.addEventListener("abort", () => {
      if (!upload?.looked) return; // files were sent anew from it
      upload.over.abort();
      this.dismiss(upload);
    });
  }

  /** Joins one's own jobs that are under way. */
  async rejoin() {
    for (const status of ["running", "waiting"]) {
      const page = await this.api.get("/v1/jobs", { status, limit: 50 });
      const mine = (/** @type {any} */ job) => job.created_by === `user:${this.user}` && KINDS.has(job.kind);
      page.items.filter(mine).forEach((/** @type {any} */ job) => this.join(job));
    }
  }

  /** Sends rows, also once more. @param {Upload} upload @param {Row[]} rows @param {string} encoding "" to find out */
  send(upload, rows, encoding) {
    const { collection, limits, replaces } = upload;
    for (const row of rows) Object.assign(row, { status: "queued", error: null });
    const aim =
      replaces === null
        ? { method: "POST", field: "files", url: withQuery("/v1/documents", { collection, encoding }) }
        : { method: "PUT", field: "file", url: withQuery(`/v1/documents/${replaces}`, { encoding }) };
    const portions = limits === null ? rows.map((row) => [row]) : portionsOf(rows, limits);
    upload.portions.push(...portions.map((portion) => ({ ...aim, rows: portion })));
    Object.assign(upload, { looked: false, cancelled: false, error: null, ending: new AbortController() });
    void this.run(upload);
  }

  /** Goes on where it broke off. @param {Upload} upload */
  resume(upload) {
    upload.error = null;
    void this.run(upload);
  }

  /** What isn't sent stays here; what the service works on ends where it can. @param {Upload} upload */
  async cancel(upload) {
    upload.cancelled = true;
    upload.portions = [];
    upload.ending.abort();
    for (const row of upload.rows) if (isHere(row)) row.status = "cancelled";
    this.tell();
    const asked = upload.jobs.filter(isUnderWay).map((job) => this.api.post(`/v1/jobs/${job.id}/cancel`));
    for (const answer of await Promise.allSettled(asked))
      // That it has ended meanwhile is no fault.
      if (answer.status === "rejected" && answer.reason.status !== 409) throw answer.reason;
  }

  /** @param {Upload} upload */
  dismiss(upload) {
    this.list = this.list.filter((one) => one !== upload);
    this.tell();
  }

  /** Ends all that goes on here: nothing is sent as whoever comes next. The service goes on with what it has. */
  end() {
    for (const upload of this.list) {
      Object.assign(upload, { cancelled: true, portions: [] });
      upload.ending.abort();
      upload.over.abort();
    }
    this.list = [];
  }

  /** @param {Partial<Upload>} given */
  begun(given) {
    const upload = uploadOf(given);
    this.list = [upload, ...this.list];
    this.tell();
    return upload;
  }

  /** Sends portion after portion, and follows what the service makes of them. @param {Upload} upload */
  async run(upload) {
    if (upload.busy) return; // whoever works comes to it
    await this.working(upload, async () => {
      const followed = [];
      while (upload.portions.length > 0 && upload.error === null) {
        const [portion] = upload.portions;
        const job = await this.sent(upload, portion);
        if (job === null && portion.rows.length > 0) break;
        upload.portions = upload.portions.filter((one) => one !== portion);
        if (job === null) continue;
        upload.jobs.push(job);
        followed.push(this.followed(upload, portion.rows, job));
      }
      await Promise.all(followed);
    });
  }

  /** @param {Upload} upload @param {() => Promise<any>} work that doesn't fail */
  async working(upload, work) {
    upload.busy = true;
    this.tell();
    await work();
    upload.busy = false;
    this.tell();
    if (upload.portions.length > 0 && upload.error === null) await this.run(upload); // it came meanwhile
  }

  /**
   * @param {Upload} upload
   * @param {Portion} portion loses the files that can't be read any more
   * @returns {Promise<any>} the job; null where it broke off, or nothing was left to send
   */
  async sent(upload, portion) {
    for (const row of portion.rows) row.status = "sending";
    const progress = (/** @type {number} */ bytes) => {
      upload.sent = bytes;
      this.tell();
    };
    // The browser is to ask before the page is left. Each on its way has its own: the others' go on asking.
    const asked = (/** @type {Event} */ event) => void (upload.cancelled || event.preventDefault());
    addEventListener("beforeunload", asked);
    try {
      const { method, url } = portion;
      const { signal } = upload.ending;
      const job = await this.api.upload(method, url, formOf(portion), { signal, progress });
      for (const row of portion.rows) row.status = "waiting";
      return job;
    } catch (error) {
      return this.unsent(upload, portion, /** @type {any} */ (error));
    } finally {
      removeEventListener("beforeunload", asked);
      progress(0);
    }
  }

  /**
   * Browsers tell nothing of why a form couldn't be sent; a file in it may have changed meanwhile.
   * @param {Upload} upload @param {Portion} portion @param {any} error
   * @returns {Promise<any>} as `sent`
   */
  async unsent(upload, portion, error) {
    const before = portion.rows.length;
    if (error.status === 0) portion.rows = await readable(portion.rows);
    for (const row of portion.rows) if (row.status === "sending") row.status = "queued";
    if (portion.rows.length === before) this.broke(upload, error);
    else if (portion.rows.length > 0) return this.sent(upload, portion);
    return null;
  }

  /** @param {Upload} upload @param {Row[]} rows those of the job, in its order @param {any} job */
  async followed(upload, rows, job) {
    const changed = (/** @type {any} */ now) => {
      upload.jobs = upload.jobs.map((one) => (one.id === now.id ? now : one));
      take(rows, now);
      this.tell();
    };
    const lost = (/** @type {boolean} */ is) => {
      upload.lost = is;
      this.tell();
    };
    const { signal } = upload.over; // not ended by cancelling: how it ends then is to be seen
    const following = () => follow(this.api, job.id, { changed, lost, signal });
    try {
      await (upload.looked ? following() : this.turn(following));
    } catch (error) {
      if (signal.aborted) return;
      this.broke(upload, /** @type {Error} */ (error));
    }
    this.ended += 1;
    this.tell();
  }

  /** @param {Upload} upload @param {Error} error */
  broke(upload, error) {
    if (!upload.cancelled) upload.error = error;
  }

  /** Tells listeners, but not of every byte. */
  tell() {
    if (this.timer !== 0) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      for (const listener of this.listeners) listener();
    }, TOLD_EVERY);
  }
}

/** @param {Portion} portion */
function formOf({ field, rows }) {
  const form = new FormData();
  for (const row of rows) form.append(field, /** @type {File} */ (row.file), row.name);
  return form;
}

/** @type {Uploads | null} */
let present = null;

/** Those of the person who is signed in. @param {import("../../app.js").AppValue} app @returns {Uploads} */
export function uploadsOf({ api, session }) {
  const user = session?.user.id ?? 0;
  if (present === null || present.user !== user) present = new Uploads(api, user);
  return present;
}

onLeaving(() => {
  present?.end();
  present = null;
});

/** Whether files haven't left this machine yet. */
export const isSending = () => present?.list.some(({ rows }) => rows.some(isHere)) ?? false;
