// Coming back to where somebody was asked to sign in.

/**
 * The address to go back to, or null: one of our own documents' pages, and nothing else, whoever made the link.
 * @param {URLSearchParams} query
 */
export function backOf(query) {
  const back = query.get("back") ?? "";
  if (!back.startsWith("/view/")) return null;
  const { origin, pathname, search, hash } = new URL(back, location.origin);
  return origin === location.origin && pathname.startsWith("/view/") ? pathname + search + hash : null;
}
