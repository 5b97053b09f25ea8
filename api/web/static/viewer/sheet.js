// The page's main part: the text, what is to be told of it above and below, and what is added on paper.

import { calledIn } from "../shared/collections.js";
import { whereOf } from "../shared/where.js";
import { html } from "../vendor/preact.js";
import { linkOf } from "./copying.js";
import { Hitch } from "./states.js";
import { useView } from "./view.js";

/**
 * @param {object} props
 * @param {import("./opening.js").Opened} props.opened
 * @param {import("./address.js").Fragment} props.fragment
 * @param {import("./opening.js").PlaceState | undefined} props.place that is being looked at
 * @param {boolean} props.outside no place is in this document
 * @param {{whole: boolean, error: Error | null, again: () => void}} props.rest
 * @param {{current: HTMLElement | null}} props.article takes the text
 */
export function Sheet({ opened, fragment, place, outside, rest, article }) {
  const { t } = useView();
  return html`<main class="page" id="main">
    ${outside && html`<p class="note warn" role="status">${t("outside")}</p>`}
    ${fragment.broken && html`<p class="note warn" role="status">${t("broken")}</p>`}
    <${Printed} opened=${opened} place=${place} fragment=${fragment} />
    ${opened.record.characters === 0 && html`<p class="empty">${t("empty")}</p>`}
    <article id="text" class="text" ref=${article} tabindex="-1" lang="zh-CN"></article>
    ${
      rest.error &&
      html`<div class="note warn row" role="alert">
        <${Hitch} failed=${t("rest_failed")} error=${rest.error} again=${rest.again} />
      </div>`
    }
    ${!rest.whole && !rest.error && html`<p class="small soft" role="status">${t("rest_coming")}</p>`}
  </main>`;
}

/** On paper: which document this is, and where the marked words stand. */
function Printed({ opened, place, fragment }) {
  const { t } = useView();
  const { record } = opened;
  const shelf = calledIn(t, record.collection, opened.shelf);
  const citation = place?.citation;
  const checked = citation && t(citation.verified ? "verified" : "unverified");
  const told = citation ? [citation.heading_path.join(" › "), ...whereOf(t, citation), checked] : [];
  return html`<div class="printed">
    <p class="printed-title"><bdi>${record.title}</bdi></p>
    <p><bdi>${t("printed", { collection: shelf, source: record.source })}</bdi></p>
    ${told.length > 0 && html`<p>${told.filter(Boolean).join(" · ")}</p>`}
    <p>${linkOf(fragment)}</p>
  </div>`;
}
