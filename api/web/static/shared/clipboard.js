// Putting text into the clipboard.

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser let us
 */
export async function copy(text) {
  if (navigator.clipboard === undefined) return copyBySelecting(text); // pages without TLS have none
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelecting(text);
  }
}

/** @param {string} text */
function copyBySelecting(text) {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  // Outside an open dialog nothing can be selected.
  (before?.closest("dialog") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
