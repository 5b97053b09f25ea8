// What is copied: links, and quotes with where they stand.

import { fragmentOf } from "./address.js";

/** The link that opens what is seen. @param {Partial<import("./address.js").Fragment>} fragment */
export function linkOf(fragment) {
  return location.origin + location.pathname + fragmentOf(fragment);
}

/**
 * Page and lines, as far as they are known.
 * @param {(key: string, values?: Record<string, string | number>) => string} t
 * @param {import("./opening.js").Citation} citation
 * @returns {string[]}
 */
export function whereOf(t, { page, first_line: first, last_line: last }) {
  const lines = first === last ? t("line", { line: first }) : t("lines", { first, last });
  return [...(page === null ? [] : [t("page", { page })]), ...(first > 0 ? [lines] : [])];
}

/**
 * The words with where they stand, to be put into somebody's own text.
 * @param {(key: string, values?: Record<string, string | number>) => string} t
 * @param {import("./opening.js").Citation} citation
 * @param {string} title
 * @param {string} link
 */
export function quoteOf(t, citation, title, link) {
  const path = citation.heading_path.join(" › ");
  const where = [path, ...whereOf(t, citation)].filter((part) => part !== "");
  const cited = t("cited", { title, where: where.map((part) => t("comma") + part).join("") });
  return [
    t("by", { quote: citation.quote }),
    `${cited}${citation.verified ? "" : t("unchecked")}`,
    link,
  ].join("\n");
}
