// Looking for something in a list: what is typed counts once somebody pauses.

import { html, useEffect, useState } from "../vendor/preact.js";

const PAUSE_MS = 300;

/** What is typed, and what is looked for. */
export function useSearch(first = "") {
  const [typed, setTyped] = useState(first);
  const [wanted, setWanted] = useState(first.trim());
  useEffect(() => {
    const timer = setTimeout(() => setWanted(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return { typed, setTyped, wanted };
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
