// Into the clipboard, also where browsers don't offer it: on pages without https, and in frames.

/**
 * @param {string} text
 * @param {Node} near an element of the tree to work in
 * @returns {Promise<boolean>} whether it is there now
 */
export async function copyText(text, near) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text, near);
  }
}

/** @param {string} text @param {Node} near */
function copyBySelecting(text, near) {
  const focused = /** @type {ShadowRoot | Document} */ (near.getRootNode()).activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  near.parentNode?.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  /** @type {HTMLElement | null} */ (focused)?.focus();
  return done;
}
