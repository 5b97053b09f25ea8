// What screens are put together from.

import {
  createContext,
  html,
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "../vendor/preact.js";
import { copy } from "../shared/clipboard.js";
import { Problem } from "../shared/http.js";
import { useApp } from "./app.js";
import { useNoEscape } from "./escape.js";
import { useModal } from "./focus.js";

/** How long what is said in passing stays. */
const SAID_MS = 6000;

/** Something is on its way. */
export function Busy({ label = "" }) {
  const { t } = useApp();
  return html`<div class="empty" role="status">
    <span class="spinner" aria-hidden="true"></span><span>${label || t("busy")}</span>
  </div>`;
}

/**
 * What went wrong, what to do about it, and a way to try again.
 * @param {{error: Error, what?: string, retry?: () => void}} props `what`: isn't there therefore, where that isn't plain
 */
export function Failed({ error, what = "", retry }) {
  const { t } = useApp();
  return html`<div class="note bad" role="alert">
    ${what && html`<p>${what}</p>`}
    <${Told} error=${error} />
    ${retry && html`<p><button type="button" class="small" onClick=${retry}>${t("retry")}</button></p>`}
  </div>`;
}

/** An error in words. @param {{error: Error}} props */
export function Told({ error }) {
  const { t } = useApp();
  const ours = error instanceof Problem && error.status >= 500;
  return html`${sentencesOf(t, error).map((one) => html`<p key=${one}>${one}</p>`)}
  ${ours && html`<p class="small">${t("request_id")} <span class="mono">${error.requestId}</span></p>`}`;
}

/** What went wrong, and what to do about it. @param {any} t @param {Error} error @returns {string[]} */
function sentencesOf(t, error) {
  if (!(error instanceof Problem)) return [error.message];
  return error.status === 0 ? [t("offline")] : [error.message, error.remedy].filter(Boolean);
}

/** Says in passing what went wrong, where there is no place on the screen for it. @returns {(error: any) => void} */
export function useTell() {
  const { t, toast } = useApp();
  return (error) => toast(sentencesOf(t, error).join(" "), "bad");
}

/** There is nothing yet, and what to do about it. */
export function Empty({ title, children = null }) {
  return html`<div class="empty">
    <p>${title}</p>
    ${children}
  </div>`;
}

/**
 * What a function loads, loading it anew when `keys` change. Where that fails, what is there stays if it was loaded for
 * the same keys.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {any[]} keys
 */
export function useLoaded(load, keys) {
  const [state, setState] = useState(
    /** @type {{value: T | undefined, of: any[], error: Error | null, busy: boolean}} */ ({
      value: undefined,
      of: keys,
      error: null,
      busy: true,
    }),
  );
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ending = new AbortController();
    setState((before) => ({ ...before, error: null, busy: true }));
    load(ending.signal).then(
      (value) => ending.signal.aborted || setState({ value, of: keys, error: null, busy: false }),
      (error) =>
        ending.signal.aborted ||
        setState(({ value, of }) => ({
          value: keys.every((key, at) => key === of[at]) ? value : undefined,
          of: keys,
          error,
          busy: false,
        })),
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
 * The pages of a list: `items` so far, and `more()` where there is a next one. Loaded anew, as many are there again:
 * nobody loses their place.
 * @param {string} url
 * @param {Record<string, any>} query
 */
export function usePages(url, query) {
  const { api } = useApp();
  const key = JSON.stringify([url, query]);
  const shown = useRef({ key, count: 0 });
  const load = async () => {
    const count = shown.current.key === key ? shown.current.count : 0;
    const items = [];
    let next = null;
    do {
      const page = await api.get(url, { ...query, after: next });
      items.push(...page.items);
      next = page.next;
    } while (next !== null && items.length < count);
    return { key, items, next };
  };
  const first = useLoaded(load, [key]);
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
  if (first.value && items) shown.current = { key: first.value.key, count: items.length };
  const next = first.value === undefined ? null : mine.next;
  return { ...first, value: items, more: next === null || next === undefined ? null : more, moreBusy: busy };
}

/** The button below a list that has more pages. */
export function More({ of }) {
  const { t } = useApp();
  const tell = useTell();
  if (of.more === null) return null;
  return html`<div class="row">
    <button disabled=${of.moreBusy} onClick=${() => of.more().catch(tell)}>${t("more")}</button>
  </div>`;
}

/** What is wrong in a screen ends there: the menu stays, and what happened is told. */
export function Kept({ children }) {
  const { t } = useApp();
  const [error] = useErrorBoundary((wrong) => console.error(wrong)); // for whoever is asked about it
  if (!error) return children;
  return html`<${Heading} title=${t("broken")} />
    <div class="note bad" role="alert">
      <p>${t("broken_lead")}</p>
      <p class="small mono">${String(error)}</p>
      <p><button class="small" onClick=${() => location.reload()}>${t("reload")}</button></p>
    </div>`;
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

/** Tells the dialog around whether something in it is on its way. */
const Holding = createContext(/** @type {(held: boolean) => void} */ (() => {}));

/** Keeps the dialog around open while something is on its way: how that ends is to be seen. @param {boolean} busy */
function useHold(busy) {
  const hold = useContext(Holding);
  useLayoutEffect(() => {
    if (!busy) return undefined;
    hold(true);
    return () => hold(false);
  }, [busy]);
}

/** A modal dialog that is open while it is there; Escape and the button close it, unless something is on its way. */
export function Dialog({ title, close, wide = false, children }) {
  const { t } = useApp();
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  const [held, hold] = useState(false);
  /** @param {Event} event */
  const cancelled = (event) => {
    if (event.target !== ref.current) return; // of a field for files: nothing was chosen
    event.preventDefault();
    if (!held) close();
  };
  useNoEscape(held);
  // By a phone's gesture it was closed all the same.
  const closed = () => void (held && ref.current?.showModal());
  // Whoever opens a form goes on with its first field, and not with the button that closes it.
  useModal(ref, "input:not([type=file]), select, textarea");
  return html`<dialog
    ref=${ref}
    class=${wide ? "wide" : ""}
    aria-labelledby=${id}
    onCancel=${cancelled}
    onClose=${closed}
  >
    <div class="stack">
      <div class="row spread">
        <h2 id=${id}>${title}</h2>
        <button class="quiet small" aria-label=${t("close")} disabled=${held} onClick=${close}>✕</button>
      </div>
      <${Holding.Provider} value=${hold}>${children}<//>
    </div>
  </dialog>`;
}

/** Asks before something that can't be undone. `act` may be asynchronous; what it throws is shown. */
export function Confirm({ title, text, action, act, close }) {
  return html`<${Dialog} title=${title} close=${close}>
    <p>${text}</p>
    <${Sure} action=${action} act=${act} close=${close} />
  <//>`;
}

/** @param {{action: string, act: () => any, close: () => void}} props */
function Sure({ action, act, close }) {
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
  useHold(busy);
  return html`${error && html`<${Failed} error=${error} />`}
    <div class="row">
      <button class="danger" disabled=${busy} onClick=${go}>${action}</button>
      <button disabled=${busy} onClick=${close}>${t("cancel")}</button>
    </div>`;
}

/**
 * A form that sends once, and shows why it couldn't; where a field tells that, one goes on from there. `submit` may be
 * asynchronous.
 */
export function Form({ submit, action, children, cancel = null }) {
  const { t } = useApp();
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [sent, setSent] = useState(0);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => focusWrong(form.current), [sent]);
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
      setSent((n) => n + 1);
    }
  };
  useHold(busy);
  return html`<form class="stack" ref=${form} onSubmit=${send}>
    ${children}${error && html`<${Failed} error=${error} />`}
    <div class="row">
      <button class="primary" disabled=${busy}>${action}</button>
      ${cancel && html`<button type="button" disabled=${busy} onClick=${cancel}>${t("cancel")}</button>`}
    </div>
  </form>`;
}

/** To the first field that tells what is wrong with it. @param {HTMLElement | null} form */
function focusWrong(form) {
  const wrong = /** @type {HTMLElement | null} */ (form?.querySelector('[aria-invalid="true"]') ?? null);
  wrong?.blur(); // where one is in it already, what it tells wouldn't be read out
  wrong?.focus();
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
    setTimeout(() => setToasts((now) => now.filter((one) => one.id !== id)), SAID_MS);
  }, []);
  return [toasts, toast];
}

/**
 * Copies text, and says so beside itself: what is said elsewhere isn't heard in a dialog.
 * @param {{text: string, label?: string, of?: string}} props `of`: what it copies, where there are several
 */
export function Copy({ text, label = "", of = "" }) {
  const { t } = useApp();
  const [said, setSaid] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const go = async () => setSaid((await copy(text)) ? "copied" : "not_copied");
  return html`<span class="copy">
    <button type="button" class="small" aria-label=${of ? t("copy_of", { of }) : null} onClick=${go}>
      ${label || t("copy")}
    </button>
    <span class=${said === "not_copied" ? "small wrong" : "small soft"} role="status"
      >${said && t(said)}</span
    >
  </span>`;
}
