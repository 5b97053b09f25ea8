// The frame around a screen: menu, language, theme, who is signed in.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { chooseTheme, chosenTheme } from "../shared/theme.js";
import { useApp } from "./app.js";
import { SCREENS } from "./screens.js";

export function Layout({ children }) {
  const { t, can, route } = useApp();
  const [open, setOpen] = useState(false);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(route.path.join("/"));
  useEffect(() => {
    setOpen(false);
    // Whoever goes to another screen by keyboard or screen reader goes on from its heading.
    if (before.current !== route.path.join("/")) main.current?.querySelector("h1")?.focus();
    before.current = route.path.join("/");
  }, [route]);
  const mine = SCREENS.filter(([, scope]) => can(scope));
  const here = mine.some(([name]) => name === route.path[0]) ? route.path[0] : mine[0]?.[0];
  return html`<a class="skip" href="#main" onClick=${skipTo(main)}>${t("skip")}</a>
    <div class="frame">
      <header class="top row">
        <button
          class="quiet small menu-button"
          aria-expanded=${open}
          aria-controls="menu"
          onClick=${() => setOpen(!open)}
        >
          ☰ <span>${t("menu")}</span>
        </button>
        <a class="brand" href="#/"><img src="/static/shared/icon.svg" alt="" width="26" height="26" />原文</a>
      </header>
      <nav id="menu" class=${open ? "menu open" : "menu"} aria-label=${t("menu")}>
        <ul>
          ${mine.map(
            ([name]) =>
              html`<li key=${name}>
                <a href=${`#/${name}`} aria-current=${name === here ? "page" : null}>${t(name)}</a>
              </li>`,
          )}
        </ul>
        <${Person} />
      </nav>
      <main id="main" ref=${main} tabindex="-1">${children}</main>
    </div>`;
}

/** @param {{current: HTMLElement | null}} main */
function skipTo(main) {
  return (/** @type {Event} */ event) => {
    event.preventDefault(); // the address tells the screen
    main.current?.focus();
  };
}

function Person() {
  const { t, api, session, language, speak, refresh } = useApp();
  const [theme, setTheme] = useState(chosenTheme);
  const out = async () => {
    await api.remove("/v1/session");
    await refresh();
  };
  /** @param {Event} event */
  const themed = (event) => {
    const chosen = /** @type {"light" | "dark" | "system"} */ (
      /** @type {HTMLSelectElement} */ (event.target).value
    );
    chooseTheme(chosen);
    setTheme(chosen);
  };
  /** @param {Event} event */
  const spoken = (event) => speak(/** @type {HTMLSelectElement} */ (event.target).value);
  return html`<div class="person stack">
    <select aria-label=${t("language")} value=${language} onChange=${spoken}>
      <option value="zh" lang="zh-CN">中文</option>
      <option value="en" lang="en">English</option>
    </select>
    <select aria-label=${t("theme")} value=${theme} onChange=${themed}>
      ${["system", "light", "dark"].map((one) => html`<option key=${one} value=${one}>${t(`theme_${one}`)}</option>`)}
    </select>
    <div class="row spread">
      <span class="small soft">${session?.user.name}</span>
      <button class="small quiet" onClick=${out}>${t("sign_out")}</button>
    </div>
  </div>`;
}
