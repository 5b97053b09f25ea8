// Looking for something in a list: what is typed counts once somebody pauses.

import { html, useState } from "../vendor/preact.js";
import { useSettled } from "./settled.js";

/** What is typed, and what is looked for. */
export function useSearch(first = "") {
  const [typed, setTyped] = useState(first);
  return { typed, setTyped, wanted: useSettled(typed.trim()) };
}

/** @param {{of: ReturnType<typeof useSearch>, label: string}} props */
export function Search({ of, label }) {
  return html`<input
    class="search"
    type="search"
    maxlength="200"
    aria-label=${label}
    placeholder=${label}
    value=${of.typed}
    onInput=${(/** @type {any} */ event) => of.setTyped(event.target.value)}
  />`;
}
