// Entries of the audit log in words.

import { dateTime, number } from "../../../shared/i18n.js";

/** @typedef {(name: string) => string} Called see useCalled() */

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Say */

/**
 * @typedef {object} Names People and keys by what the log calls them.
 * @property {Record<string, string>} of
 * @property {boolean} all whether all people are among them: then nobody else is there any more
 */

/**
 * @param {any[] | undefined} people @param {any[] | undefined} keys as far as they are known
 * @returns {Names}
 */
export function namesOf(people, keys) {
  const of = Object.fromEntries([
    ...(people ?? []).map(({ id, name }) => [`user:${id}`, name]),
    ...(keys ?? []).map(({ id, name, prefix }) => [`key:${id}`, `${name} (${prefix}…)`]),
  ]);
  return { of, all: people !== undefined };
}

/** @param {Say} t @param {string} who @param {Names} names */
export function whoOf(t, who, names) {
  if (who in names.of) return names.of[who];
  if (who === "local" || who === "nobody") return t(who);
  const [kind, number] = who.split(":");
  return kind === "user" || kind === "key" ? numbered(t, kind, number, names) : who;
}

/** @param {Say} t @param {"user" | "key"} kind @param {string} number @param {Names} names */
function numbered(t, kind, number, names) {
  return t(kind === "user" && names.all ? "gone_user" : `numbered_${kind}`, { number });
}

/** What it was done to; "" where that is who did it. @param {Say} t @param {any} entry @param {Names} names */
export function targetOf(t, { target, actor, details }, names) {
  if (target === actor || target === "") return "";
  if (target === "user:?") return t("unknown_name");
  if (target in names.of) return names.of[target];
  const [kind, ...rest] = target.split(":");
  const number = rest.join(":");
  if (kind === "user" || kind === "key") return details.name ?? numbered(t, kind, number, names);
  if (kind === "document") return details.source ?? t("document", { number });
  if (kind === "job") return "";
  return number === "" && kind !== "words"
    ? target
    : wordOf(t, kind, target, { number: details.name ?? shortened(number) });
}

/** Long numbers are there to tell one from another, no more. @param {string} number */
function shortened(number) {
  return number.length > 12 ? `${number.slice(0, 8)}…` : number;
}

/** Details that the words of the entry have told already. */
const TOLD = new Set(["name", "source", "job"]);

/**
 * @param {Say} t @param {"zh" | "en"} language @param {Called} called @param {any} entry
 * @returns {[string, string][]}
 */
export function detailsOf(t, language, called, { details }) {
  return Object.entries(details)
    .filter(([name, value]) => !TOLD.has(name) && value !== null)
    .map(([name, value]) => [wordOf(t, `detail_${name}`, name), valueOf(t, language, called, name, value)]);
}

/**
 * @param {Say} t @param {"zh" | "en"} language @param {Called} called @param {string} name @param {any} value
 * @returns {string}
 */
function valueOf(t, language, called, name, value) {
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number") return number(language, value);
  if (name.endsWith("_at")) return dateTime(language, value);
  if (name === "grants") return grantsOf(t, called, value);
  if (name === "collection") return called(value);
  if (name === "collections")
    return value.map((/** @type {string} */ one) => called(one)).join(t("list_comma"));
  if (name === "scopes")
    return value.map((/** @type {string} */ one) => wordOf(t, `scope_${one}`, one)).join(t("list_comma"));
  if (Array.isArray(value)) return value.join(t("list_comma"));
  if (name === "verdict") return wordOf(t, `verdict_${value}`, value);
  if (name === "role") return wordOf(t, `role_${value}`, value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {Say} t @param {Called} called @param {Record<string, boolean>} grants */
function grantsOf(t, called, grants) {
  const told = Object.entries(grants).map(
    ([name, write]) => `${called(name)} (${t(write ? "write" : "read")})`,
  );
  return told.length === 0 ? t("nothing") : told.join(t("list_comma"));
}

/**
 * Words where there are some: another version of the service may know more.
 * @param {Say} t @param {string} key @param {string} other @param {Record<string, string | number>} [values]
 */
function wordOf(t, key, other, values) {
  try {
    return t(key, values);
  } catch {
    return other;
  }
}
