// Light or dark, as somebody chose in this browser or as the system has it; the language likewise. For our own pages.

import { languageOf } from "./i18n.js";

const THEME = "yuanwen.theme";
const LANGUAGE = "yuanwen.language";

/** @param {string} key */
function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** @param {string} key @param {string | null} value */
function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // a browser that keeps nothing
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"light" | "dark" | "system"} */
export function chosenTheme() {
  const theme = kept(THEME);
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** @param {"light" | "dark" | "system"} theme */
export function chooseTheme(theme) {
  keep(THEME, theme === "system" ? null : theme);
  applyTheme();
}

/** Marks the page as light or dark, now and whenever the system changes. */
export function applyTheme() {
  const theme = chosenTheme();
  const shown = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset.theme = shown;
}

dark.addEventListener("change", applyTheme);

/** @returns {import("./i18n.js").Language} */
export function chosenLanguage() {
  return languageOf(new URLSearchParams(location.search).get("lang") ?? kept(LANGUAGE));
}

/** @param {import("./i18n.js").Language} language */
export function chooseLanguage(language) {
  keep(LANGUAGE, language);
}

applyTheme();
