// What screens are put together from.

import { html, useCallback, useEffect, useId, useRef, useState } from "../vendor/preact.js";
import { copy } from "../shared/clipboard.js";
import { Problem } from "../shared/http.js";
import { useApp } from "./app.js";

/** Something is on its way. */
export function Busy({ label = "" }) {
  const { t } = useApp();
  return html`<div class="empty" role="status">
    <span class="spinner" aria-hidden="true"></span><span>${label || t("busy")}</span>
  </div>`;
}

/** What went wrong, what to do about it, and a way to try again. @param {{error: Error, retry?: () => void}} props */
export function Failed({ error, retry }) {
  const { t } = useApp();
  return html`<div class="note bad" role="alert">
    <${Told} error=${error} />
    ${retry && html`<p><button class="small" onClick=${retry}>${t("retry")}</button></p>`}
  </div>`;
}

/** An error in words. @param {{error: Error}} props */
export function Told({ error }) {
  const { t } = useApp();
  if (!(error instanceof Problem)) return html`<p>${error.message}</p>`;
  if (error.status === 0) return html`<p>${t("offline")}</p>`;
  return html`<p>${error.message}</p>
    ${error.remedy && html`<p>${error.remedy}</p>`}
    ${error.status >= 500 && html`<p class="small">${t("request_id")} <span class="mono">${error.requestId}</span></p>`}`;
}

/** There is nothing yet, and what to do about it. */
export function Empty({ title, children = null }) {
  return html`<div class="empty">
    <p>${title}</p>
    ${children}
  </div>`;
}

/**
 * What a function loads, loading it anew when `keys` change.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {any[]} keys
 */
export function useLoaded(load, keys) {
  const [state, setState] = useState(
    /** @type {{value: T | undefined, error: Error | null, busy: boolean}} */ ({
      value: undefined,
      error: null,
      busy: true,
    }),
  );
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    setState((before) => ({ ...before, error: null, busy: true }));
    load(ending.signal).then(
      (value) => ending.signal.aborted || setState({ value, error: null, busy: false }),
      (error) => ending.signal.aborted || setState((before) => ({ ...before, error, busy: false })),
    );
    return () => ending.abort();
  }, [...keys, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}

/** Shows what was loaded, or that it is on its way, or why not. */
export function Loaded({ from, children }) {
  if (from.value === undefined && from.busy) return html`<${Busy} />`;
  if (from.error && from.value === undefined)
    return html`<${Failed} error=${from.error} retry=${from.reload} />`;
  return html`${from.error && html`<${Failed} error=${from.error} retry=${from.reload} />`}${children(from.value)}`;
}

/**
 * The pages of a list: `items` so far, and `more()` where there is a next one.
 * @param {string} url
 * @param {Record<string, any>} query
 */
export function usePages(url, query) {
  const { api } = useApp();
  const key = JSON.stringify(query);
  const first = useLoaded(() => api.get(url, query), [url, key]);
  const [rest, setRest] = useState(
    /** @type {{of: any, items: any[], next: any}} */ ({ of: null, items: [], next: null }),
  );
  const [busy, setBusy] = useState(false);
  const mine = rest.of === first.value ? rest : { of: first.value, items: [], next: first.value?.next };
  const more = async () => {
    setBusy(true);
    try {
      const page = await api.get(url, { ...query, after: mine.next });
      setRest({ of: first.value, items: [...mine.items, ...page.items], next: page.next });
    } finally {
      setBusy(false);
    }
  };
  const items = first.value === undefined ? undefined : [...first.value.items, ...mine.items];
  const next = first.value === undefined ? null : mine.next;
  return { ...first, value: items, more: next === null || next === undefined ? null : more, moreBusy: busy };
}

/** The button below a list that has more pages. */
export function More({ of }) {
  const { t, toast } = useApp();
  if (of.more === null) return null;
  const more = () => of.more().catch((/** @type {Error} */ error) => toast(error.message, "bad"));
  return html`<div class="row"><button disabled=${of.moreBusy} onClick=${more}>${t("more")}</button></div>`;
}

/** A heading with what can be done on the screen. */
export function Heading({ title, lead = "", children = null }) {
  return html`<header class="row spread heading">
    <div>
      <h1 tabindex="-1">${title}</h1>
      ${lead && html`<p class="soft">${lead}</p>`}
    </div>
    <div class="row">${children}</div>
  </header>`;
}

/** One field of a form: its label, its control (given the id), a hint. */
export function Field({ label, hint = "", children }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>${children(id, hint ? `${id}-hint` : undefined)}
    ${hint && html`<p class="small soft" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}

/** A modal dialog that is open while it is there; Escape and the button close it. */
export function Dialog({ title, close, wide = false, children }) {
  const { t } = useApp();
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // Whoever opens a form goes on with its first field, and not with the button that closes it.
    /** @type {any} */ (dialog?.querySelector("input:not([type=file]), select, textarea"))?.focus();
    return () => dialog?.close();
  }, []);
  return html`<dialog ref=${ref} class=${wide ? "wide" : ""} aria-labelledby=${id} onCancel=${close}>
    <div class="stack">
      <div class="row spread">
        <h2 id=${id}>${title}</h2>
        <button class="quiet small" aria-label=${t("close")} onClick=${close}>✕</button>
      </div>
      ${children}
    </div>
  </dialog>`;
}

/** Asks before something that can't be undone. `act` may be asynchronous; what it throws is shown. */
export function Confirm({ title, text, action, act, close }) {
  const { t } = useApp();
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      close();
    } catch (wrong) {
      setError(/** @type {Error} */ (wrong));
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${title} close=${close}>
    <p>${text}</p>
    ${error && html`<${Failed} error=${error} />`}
    <div class="row">
      <button class="danger" disabled=${busy} onClick=${go}>${action}</button>
      <button onClick=${close}>${t("cancel")}</button>
    </div>
  <//>`;
}

/** A form that sends once, and shows why it couldn't. `submit` may be asynchronous. */
export function Form({ submit, action, children, cancel = null }) {
  const { t } = useApp();
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  /** @param {Event} event */
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await submit();
    } catch (wrong) {
      setError(/** @type {Error} */ (wrong));
    } finally {
      setBusy(false);
    }
  };
  return html`<form class="stack" onSubmit=${send}>
    ${children}${error && html`<${Failed} error=${error} />`}
    <div class="row">
      <button class="primary" disabled=${busy}>${action}</button>
      ${cancel && html`<button type="button" onClick=${cancel}>${t("cancel")}</button>`}
    </div>
  </form>`;
}

/** What is said in passing, read out by screen readers. */
export function Toasts({ toasts }) {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map((/** @type {any} */ one) => html`<div key=${one.id} class=${`note ${one.kind}`}>${one.text}</div>`)}
  </div>`;
}

/** @returns {[{id: number, text: string, kind: string}[], (text: string, kind?: "good" | "bad") => void]} */
export function useToasts() {
  const [toasts, setToasts] = useState(/** @type {{id: number, text: string, kind: string}[]} */ ([]));
  const number = useRef(0);
  const toast = useCallback((/** @type {string} */ text, kind = "good") => {
    const id = (number.current += 1);
    setToasts((now) => [...now, { id, text, kind }]);
    setTimeout(() => setToasts((now) => now.filter((one) => one.id !== id)), 6000);
  }, []);
  return [toasts, toast];
}

/** Copies text, and says so. */
export function Copy({ text, label = "" }) {
  const { t, toast } = useApp();
  const go = async () => ((await copy(text)) ? toast(t("copied")) : toast(t("not_copied"), "bad"));
  return html`<button type="button" class="small" onClick=${go}>${label || t("copy")}</button>`;
}
