// What is shown in place of a document: it is on its way, or why it isn't there and what to do.

import { html } from "../vendor/preact.js";
import { Problem } from "../shared/http.js";
import { useView } from "./view.js";

/** Lines of about the widths of a text's. */
const LINES = [9, 42, 42, 40, 26, 42, 42, 42, 18, 42, 42, 34];

export function Skeleton() {
  const { t } = useView();
  return html`<div class="bar">
      <div class="head"><img src="/static/shared/icon.svg" alt="" width="28" height="28" /></div>
    </div>
    <main class="page" aria-busy="true">
      <h1 class="visually-hidden">${t("untitled")}</h1>
      <p class="visually-hidden" role="status">${t("loading")}</p>
      <div class="text skeleton" aria-hidden="true">
        ${LINES.map((width, n) => html`<span key=${n} style=${{ inlineSize: `min(100%, ${width}em)` }}></span>`)}
      </div>
    </main>`;
}

/** @param {{error: Error, again: () => void}} props */
export function Refused({ error, again }) {
  const { t } = useView();
  const problem = error instanceof Problem ? error : null;
  const kind = kindOf(problem);
  const door = kind === "sign_in" || kind === "change";
  return html`<main class="door">
    <div class="card stack">
      <img src="/static/shared/icon.svg" alt="" width="40" height="40" />
      <h1>${t(`${kind}_title`)}</h1>
      ${kind === "failed" ? html`<${Why} error=${error} />` : html`<p>${t(`${kind}_text`)}</p>`}
      ${door && html`<div class="row"><${Door} kind=${kind} /></div>`}
      ${
        !door &&
        kind !== "missing" &&
        html`<div class="row"><button class="primary" onClick=${again}>${t("retry")}</button></div>`
      }
    </div>
  </main>`;
}

/** The way to the console's sign-in, and back to where we are. @param {{kind: string}} props */
function Door({ kind }) {
  const { t } = useView();
  const back = location.pathname + location.search + location.hash;
  return html`<a class="button primary" href=${`/#/?back=${encodeURIComponent(back)}`}>${t(kind)}</a>`;
}

/** The rest of a document that is being read didn't come. @param {{error: Error, again: () => void}} props */
export function RestFailed({ error, again }) {
  const { t } = useView();
  const out = error instanceof Problem && error.status === 401;
  return html`<div class="note warn row" role="alert">
    <p>${t("rest_failed")}</p>
    ${out ? html`<${Door} kind="sign_in" />` : html`<button class="small" onClick=${again}>${t("retry")}</button>`}
  </div>`;
}

/** The server's own words. @param {{error: Error}} props */
function Why({ error }) {
  const { t } = useView();
  if (!(error instanceof Problem)) return html`<p>${String(error)}</p>`;
  return html`<div role="alert">
    <p>${error.message}</p>
    ${error.remedy && html`<p>${error.remedy}</p>`}
    ${error.requestId && html`<p class="small soft">${t("request_id")} <span class="mono">${error.requestId}</span></p>`}
  </div>`;
}

/** @param {Problem | null} problem */
function kindOf(problem) {
  if (problem === null) return "failed";
  if (problem.status === 0) return "offline";
  if (problem.status === 401) return "sign_in";
  if (problem.title === "MustChangePassword") return "change";
  return problem.status === 404 ? "missing" : "failed";
}
