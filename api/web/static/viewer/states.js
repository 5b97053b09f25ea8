// What is shown in place of a document: it is on its way, or why it isn't there and what to do.

import { html } from "../vendor/preact.js";
import { Problem } from "../shared/http.js";
import { Lapsed } from "./reader.js";
import { useReturn, useView } from "./view.js";

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
  const kind = kindOf(error);
  return html`<main class="door">
    <div class="card stack">
      <img src="/static/shared/icon.svg" alt="" width="40" height="40" />
      <h1>${t(`${kind}_title`)}</h1>
      ${kind === "failed" ? html`<${Why} error=${error} />` : html`<p>${t(`${kind}_text`)}</p>`}
      ${kind !== "missing" && html`<div class="row"><${WayOut} kind=${kind} again=${again} /></div>`}
    </div>
  </main>`;
}

/**
 * Something didn't come while the document is read: why, and the way out. Tried again by itself as soon as that may
 * help.
 * @param {{failed: string, error: Error, again: () => void}} props
 */
export function Hitch({ failed, error, again }) {
  const { t } = useView();
  const kind = kindOf(error);
  useReturn(true, again);
  const retry = () => {
    document.getElementById("text")?.focus({ preventScroll: true }); // the button goes
    again();
  };
  const why = kind === "failed" ? error.message : t(`${kind}_midway`);
  return html`<span>${t("sentences", { failed, why })}</span>
    ${kind !== "missing" && html`<${WayOut} kind=${kind} again=${retry} small />`}`;
}

/** @param {{kind: string, again: () => void, small?: boolean}} props */
function WayOut({ kind, again, small = false }) {
  const { t } = useView();
  if (kind === "offline" || kind === "failed")
    return html`<button class=${small ? "small" : "primary"} onClick=${again}>${t("retry")}</button>`;
  // To the console's sign-in, and back to where we are. Most who have a widget's link have no account.
  const back = encodeURIComponent(location.pathname + location.search + location.hash);
  const href = `/#/?back=${back}`;
  const look = [kind === "lapsed" ? "" : "primary", small ? "small" : ""].join(" ");
  return html`<a class=${`button ${look}`} href=${href}>${t(kind === "change" ? "change" : "sign_in")}</a>`;
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

/** @param {Error} error */
function kindOf(error) {
  if (error instanceof Lapsed) return "lapsed";
  if (!(error instanceof Problem)) return "failed";
  if (error.status === 0) return "offline";
  if (error.status === 401) return "sign_in";
  if (error.title === "MustChangePassword") return "change";
  return error.status === 404 ? "missing" : "failed";
}
