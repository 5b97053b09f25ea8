// What modules keep for whoever is signed in goes with them: the next person on this page starts with nothing.

/** @type {Set<() => void>} */
const kept = new Set();

/** @param {() => void} forget called whenever somebody has left */
export const onLeaving = (forget) => void kept.add(forget);

/** Somebody has left: by signing out, or because somebody else came instead. */
export function left() {
  for (const forget of kept) forget();
}
