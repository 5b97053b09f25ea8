// The console: who is signed in, which screen is shown, and what all screens share.

import { html, render, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { languageOf, wordsOf } from "../shared/i18n.js";
import { chooseLanguage, chosenLanguage } from "../shared/theme.js";
import { App } from "./app.js";
import { backOf } from "./back.js";
import { Layout } from "./layout.js";
import { screenOf } from "./screens.js";
import { useSession } from "./session.js";
import { SignIn, SignInAgain } from "./sign_in.js";
import { Busy, Failed, Kept, Toasts, useToasts } from "./ui.js";
import { WORDS } from "./words.js";

/** Where the address points: `#/documents/5?q=x` is `{path: ["documents", "5"], query}`. */
function routeOf() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** @param {string} part @returns {string} as it is where it means nothing */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function useRoute() {
  const [route, setRoute] = useState(routeOf);
  useEffect(() => {
    const changed = () => setRoute(routeOf());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

function Console() {
  const [language, setLanguage] = useState(chosenLanguage);
  const [toasts, toast] = useToasts();
  const route = useRoute();
  const { api, session, failure, ended, refresh, signOut } = useSession();
  const t = useMemo(() => wordsOf(WORDS, language), [language]);
  const back = backOf(route.query);
  const goingBack = Boolean(back && session && !session.user.must_change);
  useEffect(() => {
    if (goingBack) location.replace(/** @type {string} */ (back));
  }, [goingBack, back]);
  useEffect(() => void (document.documentElement.lang = language === "zh" ? "zh-CN" : "en"), [language]);

  const app = {
    api,
    t,
    language,
    session,
    toast,
    refresh,
    signOut,
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
  const { name, Screen } = screenOf(app);
  const atDoor = session === null || Boolean(session?.user.must_change && !ended);
  const cameIn = useRef(false); // through the door, rather than with a session that was there
  if (atDoor) cameIn.current = true;
  const title = atDoor ? t("sign_in") : t(name);
  useEffect(() => void (document.title = `${title} · ${t("title")}`), [title]);
  const shown = failure
    ? html`<main class="door"><${Failed} error=${failure} retry=${refresh} /></main>`
    : session === undefined || goingBack
      ? html`<${Busy} />`
      : atDoor
        ? html`<${SignIn} />`
        : html`<${Layout} cameIn=${cameIn.current}>
              <${Kept} key=${route.path.join("/")}><${Screen} /><//>
            <//>
            ${ended && html`<${SignInAgain} />`}`;
  return html`<${App.Provider} value=${app}>${shown}<${Toasts} toasts=${toasts} /><//>`;
}

/** A file that is dropped where nothing takes it would be opened instead of the console. @param {DragEvent} event */
function refuseFiles(event) {
  const taken = event.target instanceof HTMLInputElement && event.target.type === "file";
  if (taken || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "none";
}

addEventListener("dragover", refuseFiles);
addEventListener("drop", refuseFiles);

render(html`<${Console} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
