// What the parts of this screen know alike.

import { useEffect, useMemo, useRef } from "../../../vendor/preact.js";
import { wordsOf } from "../../../shared/i18n.js";
import { withQuery } from "../../api.js";
import { useApp } from "../../app.js";
import { useChanges } from "../../changes.js";
import { uploadsOf } from "./uploads.js";
import { WORDS } from "./words.js";

export function useWords() {
  const { language } = useApp();
  return useMemo(() => wordsOf(WORDS, language), [language]);
}

/** Uploads, shown anew whenever one of them changes. */
export function useUploads() {
  const uploads = uploadsOf(useApp());
  useChanges(uploads);
  return uploads;
}

/** Loads anew whenever `changed` is another one. @param {{reload: () => void}} of @param {string} changed */
export function useReloading(of, changed) {
  const shown = useRef(changed);
  useEffect(() => {
    if (shown.current !== changed) of.reload();
    shown.current = changed;
  }, [changed]);
}

/** Whether one may change a collection. @returns {(collection: string) => boolean} */
export function useMayWrite() {
  const { can, session } = useApp();
  if (!can("documents:write")) return () => false;
  if (session?.user.role === "admin") return () => true;
  const mine = session?.user.grants ?? [];
  const writable = new Set(mine.filter((one) => one.access === "write").map((one) => one.collection));
  return (collection) => writable.has(collection);
}

/** The address of a collection's documents; of all for null. @param {string | null} name */
export const addressOf = (name) => withQuery("#/documents", { collection: name });
