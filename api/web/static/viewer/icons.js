// Small drawings beside words, or on buttons that have a label.

import { html } from "../vendor/preact.js";

const PATHS = {
  outline: "M4 6h16M8 12h12M12 18h8M4 12h.01M8 18h.01",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4.5 4.5",
  link: "M10 14a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 0 0 5.7 5.7l1.5-1.5",
  download: "M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 20h14",
  print: "M7 9V4h10v5M7 17H4v-8h16v8h-3M7 14h10v6H7Z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  page: "M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6M9 16h6",
  quote: "M9 7H5v6h4V7Zm0 6c0 2-1 3.5-3 4M19 7h-4v6h4V7Zm0 6c0 2-1 3.5-3 4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  warn: "M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.7v.1",
  close: "m6 6 12 12M18 6 6 18",
  up: "m6 15 6-6 6 6",
  down: "m6 9 6 6 6-6",
  right: "m9 6 6 6-6 6",
};

/** @param {{name: keyof typeof PATHS}} props */
export function Icon({ name }) {
  return html`<svg class=${`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d=${PATHS[name]} />
  </svg>`;
}
