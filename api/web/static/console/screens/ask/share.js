// Numbers that are easier seen than read.

import { html } from "../../../vendor/preact.js";
import { percent } from "../../quote.js";

/** A share of 1 as a bar with its number. @param {{share: number, words?: string}} props */
export function Share({ share, words = "" }) {
  return html`<span class="share">
    <span class="bar" aria-hidden="true"
      ><span style=${{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }}></span
    ></span>
    <span class="number">${words || percent(share)}</span>
  </span>`;
}
