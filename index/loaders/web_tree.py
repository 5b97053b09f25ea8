"""The elements of a web page that people read, in order; navigation, scripts and hidden parts told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Node = Any
"""A node of selectolax's Lexbor tree."""

MOST_NODES = 2_000_000
DEEPEST = 1_000
"""Elements within each other; what lies deeper is left out."""

_NEVER = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "map",
        "head",
        "title",
        "meta",
        "link",
        "base",
        "button",
        "select",
        "option",
        "textarea",
        "input",
        "datalist",
        "dialog",
        "rt",
        "rp",
    ]
)
_FURNITURE = frozenset(["nav", "aside", "menu", "form"])
_EDGES = frozenset(["header", "footer"])
_BODY = frozenset(["article", "main"])
_NAMES = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|breadcrumbs?|crumbs?|location|position|footer|foot|copyright|sidebar|share|bdshare|"
    r"toolbar|tools|pagination|pager|prevnext|related|recommend|comments?|ads?|advert|banner|search|login|cookies?|qrcode|"
    r"friendlink|links)(?:[-_\s]|$)",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)


def children(node: Node) -> Iterator[Node]:
    """Elements and texts right below a node."""
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def is_text(node: Node) -> bool:
    """Whether a node is text."""
    return str(node.tag) == "-text"


def is_never_read(node: Node) -> bool:
    """Whether an element is nothing that anybody reads, wherever it stands."""
    tag = str(node.tag)
    if tag.startswith(("-", "_", "!")) or tag in _NEVER:
        return True
    given = node.attributes
    if "hidden" in given or given.get("aria-hidden") == "true":
        return True
    return bool(_HIDDEN.search(given.get("style") or ""))


def is_furniture(node: Node) -> bool:
    """Whether an element is there for finding one's way about a site, by its name, its role or its class."""
    tag = str(node.tag)
    given = node.attributes
    if tag in _FURNITURE or given.get("role") in ("navigation", "banner", "contentinfo", "search", "menu"):
        return True
    if tag in _EDGES:
        return not any(str(above.tag) in _BODY for above in ancestors(node))
    if tag in ("body", "html", "article", "main", "h1", "td", "tr", "table"):
        return False
    named = f"{given.get('class') or ''} {given.get('id') or ''}"
    return bool(_NAMES.search(named)) and tag in ("div", "ul", "ol", "p", "section", "span", "table", "dl")


def ancestors(node: Node) -> Iterator[Node]:
    """Elements around a node, the nearest first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def link_share(node: Node) -> float:
    """Of an element's characters, the share in links, in [0, 1] (link density, Kohlschütter et al. 2010)."""
    whole = len("".join((node.text() or "").split()))
    linked = sum(len("".join((link.text() or "").split())) for link in node.css("a"))
    return linked / whole if whole else 0.0


class Selectors:
    """CSS selectors of a page's elements."""

    def __init__(self) -> None:
        self._positions: dict[int, int] = {}

    def of(self, node: Node) -> str:
        """A selector that finds just this element in the page."""
        steps: list[str] = []
        while node is not None and not str(node.tag).startswith("-"):
            tag = str(node.tag)
            found = node.attributes.get("id")
            if found and re.fullmatch(r"[A-Za-z][\w-]*", found):
                steps.append(f"#{found}")
                break
            steps.append(tag if tag in ("html", "body") else f"{tag}:nth-of-type({self._position(node)})")
            node = node.parent
        return " > ".join(reversed(steps))

    def _position(self, node: Node) -> int:
        """Which of its parent's elements of this name a node is, from 1. Siblings are counted once for all."""
        if node.mem_id not in self._positions:
            counts: dict[str, int] = {}
            for child in children(node.parent):
                counts[str(child.tag)] = counts.get(str(child.tag), 0) + 1
                self._positions[child.mem_id] = counts[str(child.tag)]
        return self._positions[node.mem_id]
