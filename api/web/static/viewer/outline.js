// The outline at the side: a tree of links that follows what is being read.

import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { fragmentOf } from "./address.js";
import { lastUpTo } from "./blocks.js";
import { Icon } from "./icons.js";
import { covered, useMoved } from "./scrolling.js";
import { useView } from "./view.js";

/** With more headings than these, what lies deep is shown once it is come to. */
const ALL_OPEN = 60;

/** @typedef {import("./opening.js").Heading} Heading */
/** @typedef {{index: number, heading: Heading, parent: Node | null, children: Node[]}} Node */

/**
 * @param {object} props
 * @param {Heading[]} props.outline
 * @param {number} props.current index of the heading that what is read stands under, -1 above the first
 * @param {import("./address.js").Fragment} props.fragment
 * @param {(start: number) => void} props.go
 */
export function Outline({ outline, current, fragment, go }) {
  const { t } = useView();
  const nav = useRef(/** @type {HTMLElement | null} */ (null));
  const { roots, nodes } = useMemo(() => treeOf(outline), [outline]);
  const [turned, setTurned] = useState(/** @type {Record<number, boolean>} */ ({}));
  const above = useMemo(() => pathTo(nodes[current]), [nodes, current]);
  useEffect(() => follow(nav.current), [current]);
  /** @param {Node} node */
  const isOpen = ({ index }) =>
    turned[index] ?? (outline.length <= ALL_OPEN || above.has(index) || (roots.length === 1 && index === 0));
  /** @param {Node} node @param {boolean} open */
  const turn = ({ index }, open) => setTurned((now) => ({ ...now, [index]: open }));
  /** @param {Node} node @returns {any} */
  const Item = (node) =>
    html`<li key=${node.index}>
      <div class="outline-row">
        ${node.children.length > 0 && html`<${Turn} node=${node} open=${isOpen(node)} turn=${turn} />`}
        <a
          href=${fragmentOf({ ...fragment, section: node.heading.start })}
          aria-current=${node.index === current ? "location" : null}
          onClick=${following(() => go(node.heading.start))}
          ><bdi>${node.heading.title}</bdi></a
        >
      </div>
      ${
        node.children.length > 0 &&
        isOpen(node) &&
        html`<ol id=${`under-${node.index}`}>
          ${node.children.map(Item)}
        </ol>`
      }
    </li>`;
  return html`<nav class="outline" ref=${nav} aria-label=${t("outline")} onKeyDown=${walk}>
    <ol>
      ${roots.map(Item)}
    </ol>
  </nav>`;
}

/** @param {{node: Node, open: boolean, turn: (node: Node, open: boolean) => void}} props */
function Turn({ node, open, turn }) {
  const { t } = useView();
  const label = `${t(open ? "outline_collapse" : "outline_expand")} ${node.heading.title}`;
  return html`<button
    class="quiet turn"
    aria-expanded=${open}
    aria-controls=${open ? `under-${node.index}` : null}
    aria-label=${label}
    onClick=${() => turn(node, !open)}
  >
    <${Icon} name=${open ? "down" : "right"} />
  </button>`;
}

/** A click that follows the link here; one with a modifier goes to a new tab, as with any link. */
function following(/** @type {() => void} */ go) {
  return (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go();
  };
}

/** @param {Heading[]} outline in the order of the text */
function treeOf(outline) {
  /** @type {Node[]} */
  const roots = [];
  /** @type {Node | null} */
  let last = null;
  const nodes = outline.map((heading, index) => {
    let parent = last;
    while (parent !== null && parent.heading.level >= heading.level) parent = parent.parent;
    last = /** @type {Node} */ ({ index, heading, parent, children: [] });
    (parent?.children ?? roots).push(last);
    return last;
  });
  return { roots, nodes };
}

/** The node and all that it stands under. @param {Node | undefined} node */
function pathTo(node) {
  const path = new Set();
  for (let one = node ?? null; one !== null; one = one.parent) path.add(one.index);
  return path;
}

/** Keeps the current item in sight, and moves nothing but the outline. @param {HTMLElement | null} nav */
function follow(nav) {
  const item = nav?.querySelector("[aria-current]");
  if (!nav || !item) return;
  const [outer, inner] = [nav.getBoundingClientRect(), item.getBoundingClientRect()];
  if (inner.top < outer.top) nav.scrollTop -= outer.top - inner.top + outer.height / 3;
  else if (inner.bottom > outer.bottom) nav.scrollTop += inner.bottom - outer.bottom + outer.height / 3;
}

/** Up and down walk through the links, left and right collapse and expand. @param {KeyboardEvent} event */
function walk(event) {
  const nav = /** @type {HTMLElement} */ (event.currentTarget);
  const links = [...nav.querySelectorAll("a")];
  const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  if (at < 0) return;
  const turn = links[at].parentElement?.querySelector("button");
  const open = turn?.getAttribute("aria-expanded") === "true";
  if (event.key === "ArrowDown") links[at + 1]?.focus();
  else if (event.key === "ArrowUp") links[at - 1]?.focus();
  else if (event.key === "Home") links[0].focus();
  else if (event.key === "End") links[links.length - 1].focus();
  else if (event.key === "ArrowRight" && turn && !open) turn.click();
  else if (event.key === "ArrowLeft" && turn && open) turn.click();
  else return;
  event.preventDefault();
}

/**
 * The index of the heading that the cited words stand under while they are in sight, else the top of the window.
 * @param {import("./paper.js").Paper | null} paper
 * @param {Heading[]} outline
 * @param {any} filled changes with the text that is there
 */
export function useSection(paper, outline, filled) {
  const [current, setCurrent] = useState(-1);
  useMoved(() => {
    const top = covered() + 48;
    const cited = paper?.currentMark?.getBoundingClientRect().top ?? -1;
    const seen = paper?.atHeight(cited > top && cited < innerHeight ? cited : top);
    if (seen) setCurrent(lastUpTo(outline, seen.block.start, (heading) => heading.start));
  }, [paper, outline, filled]);
  return current;
}
