// A place in a document, given by a viewer's address and shown back as its words.

import { html, useState } from "../../../vendor/preact.js";
import { useApp } from "../../app.js";
import { Line } from "../../inputs.js";
import { Trail, Marked, placeOf, viewOf } from "../../quote.js";
import { Failed, Loaded, useLoaded } from "../../ui.js";

/**
 * @param {{value: {document_id: number, start: number, end: number} | null, set: (place: any) => void,
 *   t: (key: string, values?: any) => string}} props
 */
export function PlaceField({ value, set, t }) {
  const [pasted, setPasted] = useState("");
  const wrong = pasted.trim() !== "" && placeOf(pasted) === null;
  /** @param {string} text */
  const paste = (text) => {
    setPasted(text);
    const place = placeOf(text);
    if (place !== null) {
      set(place);
      setPasted("");
    }
  };
  if (value !== null) return html`<${Chosen} place=${value} drop=${() => set(null)} t=${t} />`;
  return html`<${Line}
    label=${t("place")}
    hint=${t("place_hint")}
    error=${wrong ? t("place_wrong") : ""}
    value=${pasted}
    set=${paste}
    placeholder=${`${location.origin}/view/12#start=340&end=352`}
  />`;
}

function Chosen({ place, drop, t }) {
  const { api } = useApp();
  const { document_id, start, end } = place;
  const found = useLoaded(
    () => api.get(`/v1/documents/${document_id}/place`, { start, end }),
    [document_id, start, end],
  );
  return html`<div class="field">
    <span class="label">${t("place_checked")}</span>
    ${
      found.error
        ? html`<${Failed} error=${found.error} />`
        : html`<${Loaded} from=${found}>
            ${(/** @type {any} */ citation) =>
              html`<figure class="cited">
                <blockquote lang="zh-CN">
                  <${Marked}
                    text=${citation.evidence}
                    offset=${citation.evidence_start}
                    start=${citation.start}
                    end=${citation.end}
                  />
                </blockquote>
                <figcaption class="small soft">
                  <a href=${viewOf(place)} target="_blank"><${Trail} ...${citation} /></a>
                </figcaption>
              </figure>`}
          <//>`
    }
    <div><button type="button" class="small" onClick=${drop}>${t("place_none")}</button></div>
  </div>`;
}
