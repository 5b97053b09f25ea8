// Elements from script. Strings become text nodes: what documents say is never markup.

/** @typedef {string | Node | null | false} Child */

/**
 * @param {string} tag
 * @param {Record<string, any>} [given] attributes; a function under `onclick` and the like listens
 * @param {...Child} children null and false are left out
 * @returns {any} the element
 */
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

const ICONS = {
  close: "M6 6l12 12M18 6L6 18",
  fresh: "M12 5v14M5 12h14",
  send: "M12 19V6M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  open: "M14 5h5v5M19 5l-8 8M18 14v5H5V6h5",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  done: "M5 13l5 5L19 7",
  up: "M7 11v9H4v-9zM7 11l4-8c2 0 3 1 2 4l-.5 2H18c2 0 2.5 1 2 3l-1.5 6c-.3 1.3-1 2-2.5 2H7",
  down: "M17 13V4h3v9zM17 13l-4 8c-2 0-3-1-2-4l.5-2H6c-2 0-2.5-1-2-3l1.5-6C5.8 4.7 6.5 4 8 4h9",
};

/** A drawing beside words, or in a control that has a name. @param {keyof typeof ICONS} name */
export function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) =>
    document.createElementNS("http://www.w3.org/2000/svg", tag),
  );
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}
