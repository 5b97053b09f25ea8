// What is copied: links, and quotes with where they stand.

import { whereOf } from "../shared/where.js";
import { fragmentOf } from "./address.js";

/** The link that opens what is seen. @param {Partial<import("./address.js").Fragment>} fragment */
export function linkOf(fragment) {
  return location.origin + location.pathname + fragmentOf(fragment);
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
