// All chat widgets.

import { html } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { useCalled } from "../../collections.js";
import { Empty, Heading, Loaded, More, usePages } from "../../ui.js";

export function List({ t }) {
  const { t: shared } = useApp();
  const list = usePages("/v1/channels", {});
  return html`<${Heading} title=${shared("channels")} lead=${t("lead")}>
      <a class="button primary" href="#/channels/new">${t("create")}</a>
    <//>
    <${Loaded} from=${list}>
      ${(/** @type {any[]} */ items) =>
        items.length === 0
          ? html`<${Empty} title=${t("empty")}><p>${t("empty_hint")}</p><//>`
          : html`<ul class="plain entries">
              ${items.map((one) => html`<${Entry} key=${one.id} one=${one} t=${t} />`)}
            </ul>`}
    <//>
    <${More} of=${list} />`;
}

function Entry({ one, t }) {
  const called = useCalled();
  const within = one.collections.map((/** @type {string} */ name) => called(name)).join(t("list_comma"));
  const limits = t("limits_told", { minute: one.minute_limit, day: one.day_limit });
  return html`<li class="card entry">
    <div class="row tight">
      <span class="swatch" style=${{ background: one.appearance.color }} aria-hidden="true"></span>
      <h2><a href=${`#/channels/${one.id}`}>${one.name}</a></h2>
      ${
        one.enabled
          ? html`<span class="badge good">${t("enabled")}</span>`
          : html`<span class="badge warn">${t("disabled")}</span>`
      }
    </div>
    <p class="origins-told">${one.origins.join(t("list_comma"))}</p>
    <p class="small soft">
      ${[within, limits, t("token")].join(" · ")} <span class="mono">${one.prefix}…</span>
    </p>
  </li>`;
}
