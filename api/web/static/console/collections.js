// Collections as the console calls them.

import { useCallback } from "../vendor/preact.js";
import { calledIn } from "../shared/collections.js";
import { useApp } from "./app.js";

/** See calledIn(). @returns {(name: string, title?: string) => string} */
export function useCalled() {
  const { t } = useApp();
  return useCallback((name, title) => calledIn(t, name, title), [t]);
}

/** @param {any[]} shelves @param {(name: string, title?: string) => string} called @returns {any[]} by what they are called */
export function calledSo(shelves, called) {
  return shelves.map((one) => ({ ...one, title: called(one.name, one.title) }));
}

/** What one of them is called; its name where it isn't among them. @param {any[]} shelves @param {string} name */
export function titleIn(shelves, name) {
  return shelves.find((one) => one.name === name)?.title ?? name;
}
