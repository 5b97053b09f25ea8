// Signing in, signing in once more while the work waits, and choosing a password of one's own.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { wordsOf } from "../shared/i18n.js";
import { Problem } from "../shared/http.js";
import { useApp } from "./app.js";
import { useModal } from "./focus.js";
import { useNoEscape } from "./escape.js";
import { NewPassword, Password } from "./password.js";
import { WORDS } from "./sign_in_words.js";
import { Failed, Field, useTell } from "./ui.js";

/** A field in which nothing is yet. */
const EMPTY = "input:placeholder-shown";

/** The door: a page of its own. */
export function SignIn() {
  const { t: shared, session, language, speak } = useApp();
  const t = wordsOf(WORDS, language);
  const other = language === "zh" ? "en" : "zh";
  // Who has just typed the password that somebody gave them needn't type it once more to change it.
  const [typed, setTyped] = useState("");
  return html`<main class="door">
    <div class="card stack">
      <div class="row spread">
        <span class="brand"
          ><img src="/static/shared/icon.svg" alt="" width="32" height="32" />${t("brand")}</span
        >
        <button class="small quiet" lang=${other} onClick=${() => speak(other)}>
          ${other === "en" ? "English" : "中文"}
        </button>
      </div>
      ${
        session
          ? html`<${Change} t=${t} typed=${typed} /> <${Leave} label=${shared("sign_out")} />`
          : html`<p class="soft">${t("lead")}</p>
              <h1>${t("sign_in")}</h1>
              <${Enter} t=${t} typed=${setTyped} />
              <p class="small soft">${t("first")}</p>`
      }
    </div>
  </main>`;
}

/** Over a screen whose session has ended; it goes on where it was. */
export function SignInAgain() {
  const { session, language } = useApp();
  const t = wordsOf(WORDS, language);
  const [typed, setTyped] = useState("");
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useModal(dialog, EMPTY);
  useNoEscape(true);
  /** @param {Event} event */
  const stay = (event) => event.preventDefault(); // behind it nothing works
  const back = () => dialog.current?.showModal(); // by a phone's gesture it was closed all the same
  return html`<dialog ref=${dialog} class="again" aria-labelledby="again" onCancel=${stay} onClose=${back}>
    <div class="stack">
      ${
        session?.user.must_change
          ? html`<${Change} t=${t} typed=${typed} />`
          : html`<h2 id="again">${t("again_title")}</h2>
              <p>${t("again_text")}</p>
              <${Enter} t=${t} typed=${setTyped} name=${session?.user.name} />`
      }
      <${Leave} label=${t("leave")} />
    </div>
  </dialog>`;
}

/** @param {{label: string}} props */
function Leave({ label }) {
  const { signOut } = useApp();
  const tell = useTell();
  return html`<p>
    <button type="button" class="small quiet" onClick=${() => signOut().catch(tell)}>${label}</button>
  </p>`;
}

/** @param {{t: any, typed: (password: string) => void, name?: string}} props */
function Enter({ t, typed, name: known = "" }) {
  const { api, refresh } = useApp();
  const [name, setName] = useState(known);
  const [password, setPassword] = useState("");
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useSeconds();
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => void (/** @type {any} */ (form.current?.querySelector(EMPTY))?.focus()), []);
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    if (busy || wait > 0) return;
    setBusy(true);
    setError(null);
    try {
      await api.post("/v1/session", { name: name.trim(), password });
      typed(password);
      await refresh();
    } catch (wrong) {
      setBusy(false);
      setError(/** @type {Error} */ (wrong));
      if (wrong instanceof Problem && wrong.status === 429) setWait(wrong.retryAfter);
      /** @type {any} */ (form.current?.querySelector("input[autocomplete='current-password']"))?.select();
    }
  };
  return html`<form class="stack" ref=${form} onSubmit=${submit}>
    <${Field} label=${t("name")}>
      ${(/** @type {string} */ id) =>
        html`<input
          id=${id}
          value=${name}
          placeholder=" "
          autocomplete="username"
          autocapitalize="none"
          spellcheck=${false}
          required
          onInput=${(/** @type {any} */ event) => setName(event.target.value)}
        />`}
    <//>
    <${Password}
      label=${t("password")}
      value=${password}
      set=${setPassword}
      autocomplete="current-password"
    />
    ${error && html`<${Refused} error=${error} wait=${wait} t=${t} />`}
    <button class="primary" disabled=${busy || wait > 0}>${t(busy ? "signing_in" : "sign_in")}</button>
  </form>`;
}

/** @param {{error: Error, wait: number, t: any}} props */
function Refused({ error, wait, t }) {
  const status = error instanceof Problem ? error.status : -1;
  if (status === 401) return html`<p class="note bad" role="alert">${t("wrong")}</p>`;
  if (status !== 429) return html`<${Failed} error=${error} />`;
  // Said once, not each second.
  return html`<p class="note warn" role="alert">${t("too_many")}</p>
    <p class="small">${wait > 0 ? t("wait", { seconds: wait }) : t("now")}</p>`;
}

/** Seconds that run out. @returns {[number, (seconds: number) => void]} */
function useSeconds() {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (left <= 0) return undefined;
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return [left, setLeft];
}

/** @param {{t: any, typed: string}} props */
function Change({ t, typed }) {
  const { refresh } = useApp();
  return html`<h1 id="again">${t("change")}</h1>
    <p>${t("why")}</p>
    <${NewPassword} known=${typed} changed=${refresh} />`;
}
