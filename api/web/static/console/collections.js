// Collections as people call them.

import { useCallback } from "../vendor/preact.js";
import { useApp } from "./app.js";

/** The collection that always exists; nobody has given it a name. */
export const DEFAULT = "default";

/**
 * What a collection is called in words: the one that is always there, unless somebody has given it a title, in those of
 * the page.
 * @returns {(name: string, title?: string) => string}
 */
export function useCalled() {
  const { t } = useApp();
  return useCallback(
    (name, title = name) => (title === DEFAULT && name === DEFAULT ? t("default_collection") : title),
    [t],
  );
}

/** @param {any[]} shelves @param {(name: string, title?: string) => string} called @returns {any[]} by what they are called */
export function calledSo(shelves, called) {
  return shelves.map((one) => ({ ...one, title: called(one.name, one.title) }));
}
