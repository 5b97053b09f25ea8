// What every part of the console can reach.

import { createContext, useContext } from "../vendor/preact.js";

/**
 * @typedef {object} AppValue
 * @property {ReturnType<typeof import("./api.js").makeApi>} api
 * @property {(key: string, values?: Record<string, string | number>) => string} t words that all screens share
 * @property {import("../shared/i18n.js").Language} language
 * @property {import("./session.js").Session | null | undefined} session
 * @property {(text: string, kind?: "good" | "bad") => void} toast says something in passing
 * @property {() => Promise<void>} refresh asks anew who is signed in
 * @property {() => Promise<void>} signOut ends the session, here and at the service
 * @property {{path: string[], query: URLSearchParams}} route
 * @property {(scope: string) => boolean} can
 * @property {(to: string) => void} go
 * @property {(language: string) => void} speak
 */

export const App = createContext(/** @type {AppValue} */ (/** @type {unknown} */ (null)));

/** @returns {AppValue} */
export function useApp() {
  return useContext(App);
}
