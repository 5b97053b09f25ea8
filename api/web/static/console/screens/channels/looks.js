// What a widget looks like: the fields for it.

import { html } from "../../../vendor/preact.js";
import { Choice, Labelled, Line, Lines } from "../../inputs.js";

export function LooksFields({ given, set, faults, t }) {
  return html`<fieldset class="choices looks-fields">
    <legend class="legend">${t("looks")}</legend>
    <${Line}
      label=${t("title")}
      hint=${t("unchanged")}
      error=${faults.title}
      value=${given.title}
      set=${set("title")}
      maxlength="100"
    />
    <${Lines}
      label=${t("greeting")}
      error=${faults.greeting}
      value=${given.greeting}
      set=${set("greeting")}
      rows="2"
      maxlength="500"
    />
    <${Line}
      label=${t("placeholder")}
      error=${faults.placeholder}
      value=${given.placeholder}
      set=${set("placeholder")}
      maxlength="100"
    />
    <${Lines}
      label=${t("suggestions")}
      hint=${t("suggestions_hint")}
      error=${faults.suggestions}
      value=${given.suggestions}
      set=${set("suggestions")}
    />
    <div class="pair">
      <${Labelled} label=${t("color")}>
        ${(/** @type {any} */ tied) =>
          html`<input
            ...${tied}
            type="color"
            value=${given.color}
            onInput=${(/** @type {any} */ event) => set("color")(event.target.value)}
          />`}
      <//>
      <${Choice}
        label=${t("side")}
        value=${given.side}
        set=${set("side")}
        options=${[
          ["right", t("side_right")],
          ["left", t("side_left")],
        ]}
      />
    </div>
  </fieldset>`;
}
