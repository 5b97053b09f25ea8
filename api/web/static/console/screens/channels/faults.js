// What the service found wrong with a widget, in words for the field that it is about.

import { Problem } from "../../../shared/http.js";

/**
 * @param {unknown} error
 * @param {{origins: string[]}} body as it was sent
 * @param {(key: string, values?: any) => string} t
 * @returns {Record<string, string>} by field; empty where it is about none
 */
export function faultsOf(error, body, t) {
  if (!(error instanceof Problem) || error.status !== 422) return {};
  const told = error.body?.errors ?? [];
  /** @type {Record<string, string>} */
  const faults = {};
  for (const { at, message } of told) {
    const [, field = "", number = ""] = at.split(".");
    faults[field === "appearance" ? number : field] ??= worded(field, number, message, body, t);
  }
  // Names that look like one and aren't (RFC 5890) are refused later, by themselves.
  const refused = body.origins.find((line) => error.message.includes(`“${line}”`));
  if (told.length === 0 && refused !== undefined) faults.origins = error.message + error.remedy;
  return faults;
}

/**
 * @param {string} field @param {string} number @param {string} message @param {{origins: string[]}} body
 * @param {(key: string, values?: any) => string} t
 */
function worded(field, number, message, body, t) {
  if (field === "origins" && number !== "")
    return t("origin_wrong", { n: Number(number) + 1, line: body.origins[Number(number)] ?? "" });
  if (field === "collections") return t("collections_wrong");
  if (number === "suggestions") return t("suggestions_wrong");
  return message;
}
