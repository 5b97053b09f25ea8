// The frame around a screen: menu, language, theme, who is signed in.

import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { chooseTheme, chosenTheme } from "../shared/theme.js";
import { useApp } from "./app.js";
import { focusHeading, useKeptFocus } from "./focus.js";
import { NewPassword } from "./password.js";
import { SCREENS, screenOf } from "./screens.js";
import { isSending } from "./screens/documents/uploads.js";
import { Confirm, Dialog, useTell } from "./ui.js";

/** @param {{cameIn: boolean, children: any}} props `cameIn`: somebody has just signed in */
export function Layout({ cameIn, children }) {
  const { t, can, route } = useApp();
  const [open, setOpen] = useState(false);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useFocusOn(main, cameIn);
  useKeptFocus(main);
  useEffect(() => setOpen(false), [route]);
  const { name: here } = screenOf({ route, can });
  const mine = SCREENS.filter(([, scope]) => can(scope));
  /** @param {KeyboardEvent} event */
  const typed = (event) => {
    const within = /** @type {Element} */ (event.target).closest("dialog");
    if (event.key !== "Escape" || !open || within) return; // a dialog that is open hears it for itself
    setOpen(false);
    button.current?.focus();
  };
  return html`<a class="skip" href="#main" onClick=${skipTo(main)}>${t("skip")}</a>
    <div class="frame">
      <header class="top">
        <a class="brand" href="#/"
          ><img src="/static/shared/icon.svg" alt="" width="26" height="26" />${t("title")}</a
        >
        <button
          class="quiet small menu-button"
          ref=${button}
          aria-expanded=${open}
          aria-controls="menu"
          onClick=${() => setOpen(!open)}
          onKeyDown=${typed}
        >
          <span aria-hidden="true">☰</span> ${t("menu")}
        </button>
      </header>
      <nav id="menu" class=${open ? "menu open" : "menu"} aria-label=${t("menu")} onKeyDown=${typed}>
        <ul>
          ${mine.map(
            ([name, scope], at) =>
              html`<li
                key=${name}
                class=${scope === "admin" && mine[at - 1]?.[1] !== "admin" ? "apart" : null}
              >
                <a
                  href=${`#/${name}`}
                  aria-current=${name === here ? "page" : null}
                  onClick=${() => setOpen(false)}
                  >${t(name)}</a
                >
              </li>`,
          )}
        </ul>
        <${Person} />
      </nav>
      <main id="main" ref=${main} tabindex="-1">${children}</main>
    </div>`;
}

/**
 * Whoever goes to another screen, or comes in, by keyboard or with a screen reader, goes on from its heading.
 * @param {{current: HTMLElement | null}} main
 * @param {boolean} cameIn
 */
function useFocusOn(main, cameIn) {
  const { route } = useApp();
  const here = route.path.join("/");
  const before = useRef(cameIn ? null : here);
  useEffect(() => {
    // A screen that puts the focus where one goes on typing knows better.
    const taken =
      main.current?.contains(document.activeElement) && !document.activeElement?.matches("main, h1");
    if (before.current !== here && !taken) {
      focusHeading(main.current);
      scrollTo(0, 0);
    }
    before.current = here;
  }, [here]);
}

/** @param {{current: HTMLElement | null}} main */
function skipTo(main) {
  return (/** @type {Event} */ event) => {
    event.preventDefault(); // the address tells the screen
    main.current?.focus();
  };
}

function Person() {
  const { t, session, signOut } = useApp();
  const tell = useTell();
  const [changing, setChanging] = useState(false);
  const [asking, setAsking] = useState(false);
  const out = () => (isSending() ? setAsking(true) : signOut().catch(tell));
  return html`<div class="person stack">
    <p class="who"><strong>${session?.user.name}</strong></p>
    <${Looks} />
    <button class="small quiet" onClick=${() => setChanging(true)}>${t("change_password")}</button>
    <button class="small quiet" onClick=${out}>${t("sign_out")}</button>
    ${
      changing &&
      html`<${Dialog} title=${t("change_password")} close=${() => setChanging(false)}>
        <${NewPassword} changed=${() => setChanging(false)} cancel=${() => setChanging(false)} />
      <//>`
    }
    ${
      asking &&
      html`<${Confirm}
        title=${t("sign_out_sending")}
        text=${t("sign_out_stops")}
        action=${t("sign_out")}
        act=${signOut}
        close=${() => setAsking(false)}
      />`
    }
  </div>`;
}

/** Language and theme. */
function Looks() {
  const { t, language, speak } = useApp();
  const [theme, setTheme] = useState(chosenTheme);
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
  return html`<div class="looks">
    <select aria-label=${t("language")} value=${language} onChange=${spoken}>
      <option value="zh" lang="zh-CN">中文</option>
      <option value="en" lang="en">English</option>
    </select>
    <select aria-label=${t("theme")} value=${theme} onChange=${themed}>
      ${["system", "light", "dark"].map((one) => html`<option key=${one} value=${one}>${t(`theme_${one}`)}</option>`)}
    </select>
  </div>`;
}
