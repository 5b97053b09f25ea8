// On a small screen the panel covers the page: who goes on by Tab stays in it.

/** As in panel.css. */
export const covering = matchMedia("(max-width: 767.98px), (max-height: 500px) and (max-width: 1000px)");

/**
 * @param {HTMLElement} panel
 * @param {HTMLElement} first that Tab reaches in it
 * @param {HTMLElement} last
 */
export function keepInside(panel, first, last) {
  const tell = () => panel.setAttribute("aria-modal", String(covering.matches));
  covering.addEventListener("change", tell);
  tell();
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !covering.matches) return;
    const [end, other] = event.shiftKey ? [first, last] : [last, first];
    if (event.target !== end) return;
    event.preventDefault();
    other.focus();
  });
}
