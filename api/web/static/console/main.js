// The console: who is signed in, which screen is shown, and what all screens share.

import { html, render, useEffect, useMemo, useState } from "../vendor/preact.js";
import { languageOf, wordsOf } from "../shared/i18n.js";
import { chooseLanguage, chosenLanguage } from "../shared/theme.js";
import { makeApi } from "./api.js";
import { App } from "./app.js";
import { Layout } from "./layout.js";
import { screenOf } from "./screens.js";
import { SignIn } from "./sign_in.js";
import { Busy, Failed, Toasts, useToasts } from "./ui.js";
import { WORDS } from "./words.js";

/** @typedef {{user: {id: number, name: string, role: string, must_change: boolean}, scopes: string[], csrf: string}} Session */

/** Where the address points: `#/documents/5?q=x` is `{path: ["documents", "5"], query}`. */
function useRoute() {
  const read = () => {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    return {
      path: path.split("/").filter(Boolean).map(decodeURIComponent),
      query: new URLSearchParams(query),
    };
  };
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const changed = () => setRoute(read());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

function Console() {
  const [language, setLanguage] = useState(chosenLanguage);
  const [session, setSession] = useState(/** @type {Session | null | undefined} */ (undefined));
  const [failure, setFailure] = useState(/** @type {Error | null} */ (null));
  const [toasts, toast] = useToasts();
  const route = useRoute();
  const api = useMemo(() => makeApi(session?.csrf ?? "", () => setSession(null)), [session?.csrf]);
  const t = useMemo(() => wordsOf(WORDS, language), [language]);

  /** Asks anew who is signed in. */
  const refresh = async () => {
    setFailure(null);
    try {
      setSession(await api.get("/v1/session"));
    } catch (error) {
      if (/** @type {any} */ (error).status === 401) setSession(null);
      else setFailure(/** @type {Error} */ (error));
    }
  };
  useEffect(() => void refresh(), []);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = t("title");
  }, [language]);

  const app = {
    api,
    t,
    language,
    session,
    toast,
    refresh,
    route,
    /** @param {string} scope */
    can: (scope) => session?.scopes.includes(scope) ?? false,
    /** @param {string} to a path as in an address: "documents/5" */
    go: (to) => (location.hash = `#/${to}`),
    /** @param {string} chosen */
    speak: (chosen) => {
      chooseLanguage(languageOf(chosen));
      setLanguage(languageOf(chosen));
    },
  };
  const Screen = screenOf(app);
  const shown = failure
    ? html`<${Failed} error=${failure} retry=${refresh} />`
    : session === undefined
      ? html`<${Busy} />`
      : session === null || session.user.must_change
        ? html`<${SignIn} />`
        : html`<${Layout}><${Screen} key=${route.path.join("/")} /><//>`;
  return html`<${App.Provider} value=${app}>${shown}<${Toasts} toasts=${toasts} /><//>`;
}

render(html`<${Console} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
