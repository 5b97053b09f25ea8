"""Goes through a web page's elements in order, and hands on what people read of them, block by block."""

from __future__ import annotations

import re
from typing import Protocol

from index.loaders.web_table import holds_data
from index.loaders.web_tree import (
    BLOCKS,
    Node,
    Weights,
    ancestors,
    children,
    is_furniture,
    is_link_list,
    is_never_read,
    is_note,
    is_text,
    shown,
)

HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEAST_SHARE = 0.5
"""Of a page's characters outside links, those an element must hold to be taken for the article."""
_ARTICLE = (
    "article, main, [role=main], #zoom, .TRS_Editor, #content, .content, #article, .article, .article-content"
)
_WAY_ON = re.compile(
    r"[\s【\[（(]*(?:(?:上一[篇页条]|下一[篇页条]|相关(?:链接|阅读|文章|新闻)|分享到?|打印(?:本页)?|关闭(?:窗口|本页)?|"
    r"返回(?:顶部|首页|列表)?|字号|字体)[\s:：>＞|｜【】\[\]（）()大中小]*)+"
)
_WHERE = re.compile(r"(?:您?(?:当前|现在)?的?(?:所在)?位置)\s*[:：]")
_IMPRINT = re.compile(
    r"ICP\s?[备证]\s?\d{4,}|公网安备|网站标识码|^(?:Copyright\b|版权所有)|您是第\s?\d*\s?[位个]访[问客]", re.I
)
_LONGEST_FURNITURE = 200
_STYLED = frozenset(["b", "strong"])
_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)


class Sink(Protocol):
    """What a walk hands blocks to."""

    def block(self, words: str, element: Node, *, tag: str, alone: bool) -> None:
        """Words that stand together in an element; ``tag`` is its name, or ``note`` in a footnote.

        Args:
            alone: they are all of it, and bold or centred: as titles are where no heading says so.
        """

    def table(self, element: Node) -> None:
        """A table of data."""


class Walk:
    """One walk over a page.

    Args:
        weights: leave furniture and lists of links out, told by these; None to keep them.
    """

    def __init__(self, sink: Sink, weights: Weights | None) -> None:
        self._sink = sink
        self._weights = weights
        self._held: list[str] = []
        self._bold = True
        self._links = 0
        self._within = {"a": 0, "bold": 0, "note": 0}

    def read(self, root: Node) -> None:
        """Iterative: pages may be nested deeper than Python's stack."""
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, ending = stack.pop()
            if ending:
                self._leave(node)
            elif is_text(node):
                self._text(node.text(deep=False) or "")
            elif str(node.tag) == "br":
                self._break(node)
            elif not self._left_out(node) and not self._table(node):
                self._enter(node)
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(list(children(node))))
        self._end(root)

    def _left_out(self, node: Node) -> bool:
        if is_never_read(node):
            return True
        weights = self._weights
        return weights is not None and (is_furniture(node, weights) or is_link_list(node, weights))

    def _enter(self, node: Node) -> None:
        if str(node.tag) in BLOCKS:
            self._end(_block_around(node.parent or node))
        self._count(node, 1)

    def _leave(self, node: Node) -> None:
        if str(node.tag) in BLOCKS:
            self._end(node)
        self._count(node, -1)

    def _count(self, node: Node, by: int) -> None:
        tag = str(node.tag)
        self._within["a"] += by * (tag == "a")
        self._within["bold"] += by * (tag in _STYLED)
        self._within["note"] += by * is_note(node)

    def _table(self, node: Node) -> bool:
        """Hands a table of data on, its caption before it."""
        if str(node.tag) != "table" or not holds_data(node):
            return False
        self._end(_block_around(node.parent or node))
        for child in children(node):
            words = shown(child.text(separator=" ") or "") if str(child.tag) == "caption" else ""
            if words:
                self._sink.block(words, child, tag="caption", alone=False)
        self._sink.table(node)
        return True

    def _text(self, words: str) -> None:
        if words.strip():
            self._bold = self._bold and self._within["bold"] > 0
            self._links += len(words.strip()) if self._within["a"] else 0
        self._held.append(words)

    def _break(self, node: Node) -> None:
        """A line break ends a paragraph, as most pages use it; in a heading it is a space."""
        block = _block_around(node)
        if str(block.tag) in HEADINGS:
            latin = "".join(self._held).rstrip()[-1:].isascii()
            self._held.append(" " if latin else "")
        else:
            self._end(block)

    def _end(self, element: Node) -> None:
        held, bold, links = "".join(self._held), self._bold, self._links
        self._held, self._bold, self._links = [], True, 0
        if not held.strip():
            return
        tag = str(element.tag)
        for line in held.splitlines() if tag == "pre" else [held]:
            words = shown(line)
            if words and not (self._weights is not None and _is_way_on(words, links)):
                tag = "note" if self._within["note"] else tag
                self._sink.block(words, element, tag=tag, alone=bold or _is_centred(element))


def article(body: Node, weights: Weights) -> Node:
    """The element that holds the article, else the body."""
    best = body
    for found in body.css(_ARTICLE):
        if weights.share(found) >= _LEAST_SHARE and weights.of(found)[0] < weights.of(best)[0]:
            best = found
    heading = body.css_first("h1")
    if heading is None or best.mem_id == body.mem_id:
        return best
    # The heading often stands just above the article: the smallest element that holds both.
    around = {one.mem_id for one in ancestors(heading)}
    while best.mem_id not in around and best.parent is not None and best.mem_id != body.mem_id:
        best = best.parent
    return best


def _is_way_on(words: str, links: int) -> bool:
    """Whether a block leads elsewhere, or says whose site it is."""
    if len(words) > _LONGEST_FURNITURE:
        return False
    if _WAY_ON.fullmatch(words) or _WHERE.match(words) or _IMPRINT.search(words):
        return True
    return links > 0 and _WAY_ON.match(words) is not None


def _is_centred(element: Node) -> bool:
    given = element.attributes
    aligned = (given.get("align") or "").lower() == "center"
    return aligned or str(element.tag) == "center" or bool(_CENTRED.search(given.get("style") or ""))


def _block_around(node: Node) -> Node:
    while str(node.tag) not in BLOCKS and node.parent is not None:
        node = node.parent
    return node
