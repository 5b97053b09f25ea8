// Collections as people call them.

/** The collection that always exists; nobody has given it a name. */
export const DEFAULT = "default";

/**
 * The one that is always there, unless somebody has given it a title, is called so in the words of the page.
 * @param {(key: string) => string} t knows "default_collection"
 * @param {string} name @param {string} [title]
 */
export function calledIn(t, name, title = name) {
  return title === DEFAULT && name === DEFAULT ? t("default_collection") : title;
}
