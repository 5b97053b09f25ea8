// What a tab remembers of a widget across reloads; where the browser keeps nothing, the page's memory does.

const memory = new Map();

/** @param {string} key @returns {any} null where nothing is kept */
export function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null") ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

/** @param {string} key @param {any} value null forgets */
export function keep(key, value) {
  memory.set(key, value);
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // blocked, as in some frames: the memory has it
  }
}
