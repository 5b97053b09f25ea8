"""The elements of a web page that people read, in order; navigation, scripts and hidden parts told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Node = Any
"""A node of selectolax's Lexbor tree."""

MOST_NODES = 2_000_000

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
_FURNITURE = frozenset(["nav", "aside", "menu"])
_UNNAMED = frozenset(["body", "html", "article", "main", "h1", "td", "tr"])
"""Their class isn't asked."""
_NAMED = frozenset(["div", "ul", "ol", "p", "section", "span", "table", "dl"])
_LISTS = frozenset(["ul", "ol", "dl"])
_AREAS = frozenset(["div", "p", "td", "section", "table", "center"])
_MOSTLY_LINKS = 0.6
_FEW_LINKS = 3
_NEARLY_ALL = 0.7
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|txt|csv)(?:[?#]|$)", re.I)
_LONGEST_WAY = 40
_NAME = re.compile(r"[A-Za-z][\w-]*", re.A)
_ODD = re.compile(r"[^\w-]")
"""What a selector has to escape in a name (Word writes ``<o:p>``)."""
_GAP = re.compile(r"\s+")
_WIDE = re.compile(
    r"[\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff“”‘’…—]"
)
_EDGES = frozenset(["header", "footer"])
_BODY = frozenset(["article", "main"])
_NAMES = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|breadcrumbs?|crumbs?|location|position|footer|foot|copyright|sidebar|share|bdshare|"
    r"toolbar|tools|pagination|pager|prevnext|related|recommend|comments?|ads?|advert|banner|search|login|cookies?|qrcode|"
    r"friendlink|links|bottom|weizhi|fenxiang|fx|dqwz)(?:[-_\s]|$)",
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


def is_furniture(node: Node, weights: Weights) -> bool:
    """Whether an element is there for finding one's way about a site, by its name, its role or its class.

    Classes and forms are believed only of elements that don't hold most of the page: sites wrap all of a page in a
    ``<form>`` (ASP.NET), or in a ``<div class="with-sidebar">``.
    """
    tag = str(node.tag)
    given = node.attributes
    if tag == "aside" and is_note(node):
        return False
    if tag in _FURNITURE or given.get("role") in ("navigation", "banner", "contentinfo", "search", "menu"):
        return True
    if tag in _EDGES:
        return not any(str(above.tag) in _BODY for above in ancestors(node))
    if tag in _UNNAMED:
        return False
    named = f"{given.get('class') or ''} {given.get('id') or ''}"
    suspect = tag == "form" or (tag in _NAMED and _NAMES.search(named) is not None)
    return suspect and not weights.holds_most(node)


def is_link_list(node: Node, weights: Weights) -> bool:
    """Whether an element is a list of links to other pages (link density, Kohlschütter et al. 2010), not to files."""
    tag = str(node.tag)
    if tag not in _LISTS and tag not in _AREAS:
        return False
    whole, linked, links = weights.of(node)
    if links == 0 or linked <= _MOSTLY_LINKS * whole or (tag in _AREAS and links < _FEW_LINKS):
        return False
    if tag == "table" and node.css_first("th, caption") is not None:
        return False
    return not any(_FILE.search(link.attributes.get("href") or "") for link in node.css("a"))


def is_note(node: Node) -> bool:
    """Whether an element holds a footnote."""
    given = node.attributes
    told = f"{given.get('epub:type') or ''} {given.get('role') or ''}"
    return "footnote" in told or "endnote" in told or "rearnote" in told


def ancestors(node: Node) -> Iterator[Node]:
    """Elements around a node, the nearest first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def shown(words: str) -> str:
    """Words as a browser shows them: white space runs together, and a line break between wide characters goes.

    The latter is "segment break transformation" of CSS Text 3: Chinese isn't spaced where its source is wrapped.
    """
    return _GAP.sub(_gap, words)


def _gap(gap: re.Match[str]) -> str:
    start, end = gap.span()
    if start == 0 or end == len(gap.string):
        return ""
    wrapped = "\n" in gap.group() or "\r" in gap.group()
    return "" if wrapped and _WIDE.match(gap.string[start - 1]) and _WIDE.match(gap.string[end]) else " "


class Weights:
    """How many characters (white space aside) and links stand below each element, counted once for a page."""

    def __init__(self, body: Node) -> None:
        self._counts: dict[int, tuple[int, int, int]] = {}
        totals: list[list[int]] = [[0, 0, 0]]
        stack: list[tuple[Node, bool]] = [(body, False)]
        linked = 0
        while stack:
            node, ending = stack.pop()
            if is_text(node):
                count = len("".join((node.text(deep=False) or "").split()))
                totals[-1][0] += count
                totals[-1][1] += count if linked else 0
            elif ending:
                whole, inside, links = totals.pop()
                link = str(node.tag) == "a"
                linked -= link
                self._counts[node.mem_id] = (whole, inside, links + link)
                for at, count in enumerate((whole, inside, links + link)):
                    totals[-1][at] += count
            elif not is_never_read(node):
                linked += str(node.tag) == "a"
                totals.append([0, 0, 0])
                stack.append((node, True))
                stack.extend((child, False) for child in children(node))
        self._unlinked = totals[0][0] - totals[0][1]

    def of(self, node: Node) -> tuple[int, int, int]:
        """Characters, those of them in links, and links; all 0 for what isn't read."""
        return self._counts.get(node.mem_id, (0, 0, 0))

    def share(self, node: Node) -> float:
        """Of the page's characters outside links, those in ``node``, in [0, 1]."""
        whole, linked, _ = self.of(node)
        return (whole - linked) / self._unlinked if self._unlinked else 0.0

    def holds_most(self, node: Node) -> bool:
        """Whether nearly all that can be read stands in ``node``."""
        return self.share(node) >= _NEARLY_ALL


class Selectors:
    """CSS selectors of one page's elements.

    Args:
        body: any element of the page.
    """

    def __init__(self, body: Node) -> None:
        self._positions: dict[int, int] = {}
        self._ways: dict[int, tuple[int, str]] = {}
        root = body.parent if body.parent is not None else body
        seen: dict[str, int] = {}
        for one in root.css("[id]"):
            name = one.attributes.get("id") or ""
            seen[name] = seen.get(name, 0) + 1
        self._unique = {name for name, count in seen.items() if count == 1 and _NAME.fullmatch(name)}

    def of(self, node: Node) -> str:
        """A selector that finds just this element in the page; of one far below, the element around it."""
        below: list[Node] = []
        # Ways are kept: climbing to the root from each of many elements far below would take minutes.
        while node.mem_id not in self._ways:
            name = node.attributes.get("id")
            if name in self._unique:
                self._ways[node.mem_id] = (1, f"#{name}")
            elif node.parent is None or str(node.parent.tag).startswith("-"):
                self._ways[node.mem_id] = (1, self._step(node))
            else:
                below.append(node)
                node = node.parent
        steps, way = self._ways[node.mem_id]
        for inner in reversed(below):
            if steps < _LONGEST_WAY:
                steps, way = steps + 1, f"{way} > {self._step(inner)}"
            self._ways[inner.mem_id] = (steps, way)
        return way

    def _step(self, node: Node) -> str:
        tag = str(node.tag)
        position = "" if tag in ("html", "body") else f":nth-of-type({self._position(node)})"
        return _ODD.sub(r"\\\g<0>", tag) + position

    def _position(self, node: Node) -> int:
        """Which of its parent's elements of this name a node is, from 1. Siblings are counted once for all."""
        if node.mem_id not in self._positions:
            counts: dict[str, int] = {}
            for child in children(node.parent):
                counts[str(child.tag)] = counts.get(str(child.tag), 0) + 1
                self._positions[child.mem_id] = counts[str(child.tag)]
        return self._positions[node.mem_id]
