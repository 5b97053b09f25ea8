// Where the cited words stand, whether the original says the same, and the way to the next ones.

import { html } from "../vendor/preact.js";
import { copy } from "../shared/clipboard.js";
import { whereOf } from "../shared/where.js";
import { linkOf, quoteOf } from "./copying.js";
import { Icon } from "./icons.js";
import { Hitch } from "./states.js";
import { useView } from "./view.js";

/**
 * @param {object} props
 * @param {import("./opening.js").PlaceState[]} props.places
 * @param {number} props.at
 * @param {string} props.title
 * @param {import("./address.js").Fragment} props.fragment
 * @param {(at: number) => void} props.go
 * @param {() => void} props.again
 * @param {import("./original.js").OriginalState} props.original
 */
export function PlaceBar({ places, at, title, fragment, go, again, original }) {
  const { t, say } = useView();
  const place = places[at];
  const { citation } = place;
  const copied = async () => {
    const done = citation !== null && (await copy(quoteOf(t, citation, title, linkOf(fragment))));
    say(t(done ? "copied_quote" : "not_copied"));
  };
  return html`<section class="place row" aria-label=${t("places")}>
    <${Checked} place=${place} again=${again} />
    ${citation && html`<${Where} citation=${citation} />`}
    <div class="row place-tools">
      ${original.pages.length > 0 && html`<${Turn} original=${original} />`}
      ${places.length > 1 && html`<${Steps} at=${at} count=${places.length} go=${go} />`}
      ${
        citation &&
        html`<button class="small" title=${t("copy_quote")} onClick=${copied}>
          <${Icon} name="quote" /><span class="word">${t("copy_quote")}</span>
        </button>`
      }
    </div>
  </section>`;
}

/** @param {{place: import("./opening.js").PlaceState, again: () => void}} props */
function Checked({ place, again }) {
  const { t } = useView();
  if (place.error !== null)
    return html`<p class="note warn checked" role="status">
      <${Hitch} failed=${t("check_failed")} error=${place.error} again=${again} />
    </p>`;
  if (place.citation?.verified === false)
    return html`<p class="note bad checked" role="alert">
      <${Icon} name="warn" /> <strong>${t("unverified")}</strong> <span>${t("unverified_why")}</span>
    </p>`;
  const said = { asking: "checking", known: "verified", outside: "outside_one", long: "too_long" }[
    place.state
  ];
  const kind = { asking: "", known: "good", outside: "warn", long: "warn" }[place.state];
  return html`<p class=${`badge checked ${kind}`} role="status">
    ${kind !== "" && html`<${Icon} name=${kind === "good" ? "check" : "warn"} />`} ${t(said)}
  </p>`;
}

/** @param {{citation: import("./opening.js").Citation}} props */
function Where({ citation }) {
  const { t } = useView();
  return html`<nav class="path small" aria-label=${t("here")}>
      <ol>
        ${citation.heading_path.map((title, n) => html`<li key=${n}><bdi>${title}</bdi></li>`)}
      </ol>
    </nav>
    <p class="small soft number where">${whereOf(t, citation).join(" · ")}</p>`;
}

/** Shows or hides the page of the original. @param {{original: import("./original.js").OriginalState}} props */
function Turn({ original }) {
  const { t } = useView();
  const label = t(original.open ? "original_hide" : "original_show");
  return html`<button class="small" aria-expanded=${original.open} title=${label} onClick=${original.turn}>
    <${Icon} name="page" /><span class="word">${label}</span>
  </button>`;
}

/** @param {{at: number, count: number, go: (at: number) => void}} props */
function Steps({ at, count, go }) {
  const { t } = useView();
  const n = at + 1;
  return html`<div class="row steps" role="group" aria-label=${t("places")}>
    <button
      class="quiet small"
      aria-label=${t("previous_place")}
      title=${t("previous_place")}
      onClick=${() => go((at + count - 1) % count)}
    >
      <${Icon} name="up" />
    </button>
    <span class="small number" aria-hidden="true">${t("which", { n, m: count })}</span>
    <span class="visually-hidden" role="status">${t("which_said", { n, m: count })}</span>
    <button
      class="quiet small"
      aria-label=${t("next_place")}
      title=${t("next_place")}
      onClick=${() => go((at + 1) % count)}
    >
      <${Icon} name="down" />
    </button>
  </div>`;
}
