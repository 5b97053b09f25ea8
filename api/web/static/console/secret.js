// Something that is shown once: a password or a key.

import { html } from "../vendor/preact.js";
import { Copy } from "./ui.js";

/** @param {{label: string, value: string, children?: any}} props `children`: what to do with it */
export function Secret({ label, value, children = null }) {
  return html`<div class="secret">
    <p class="label">${label}</p>
    <p class="row spread"><code class="mono">${value}</code><${Copy} text=${value} of=${label} /></p>
    ${children}
  </div>`;
}
