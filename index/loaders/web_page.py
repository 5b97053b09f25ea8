"""Web pages: what people read of them, block by block; also the body of EPUB chapters and HTML mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from index.document import BlockKind, Document, Part, PartKind
from index.encoding import decode
from index.errors import DocumentTooLarge, EmptyDocument
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.sheets import Cell, Merge, Sheet
from index.loaders.web_tree import (
    BLOCKS,
    DEEPEST,
    MOST_NODES,
    Node,
    Selectors,
    children,
    is_furniture,
    is_never_read,
    is_text,
    link_share,
)

MOST_CHARACTERS = 20_000_000
_WIDEST = 500
_TALLEST = 5_000
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEAST_SHARE = 0.5
"""Of a page's characters outside furniture, those an element must hold to be taken for the article."""
_ARTICLE = (
    "article, main, [role=main], #zoom, .TRS_Editor, #content, .content, #article, .article, .article-content"
)
_MOSTLY_LINKS = 0.6
_WAY_ON = re.compile(
    r"(?:上一[篇页条]|下一[篇页条]|相关(?:链接|阅读|文章)|分享到?|打印(?:本页)?|关闭(?:窗口)?|返回(?:顶部|首页)?|字号|当前位置|您?现在的位置)[\s:：>＞|｜【】\[\]大中小]*"
)
_SITE = re.compile(r"\s*(?:[-_|—–·»]|--)\s*[^-_|—–·»]{2,30}$")


@dataclass(frozen=True, slots=True)
class WebPageLoader:
    """Reads ``.html``, ``.htm`` and ``.xhtml``; scripts never run, and nothing is fetched."""

    extensions: frozenset[str] = frozenset({".html", ".htm", ".xhtml"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,
        reading: bytes = b"",  # noqa: ARG002, the encoding says it all
    ) -> PartedText:
        """The raw text: words of the page's blocks and cells, white space as a browser shows it.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
            DocumentTooLarge: more elements or characters than may be.
        """
        page, codec = _page(data, source, encoding)
        return page.builder.build(encoding=codec)

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText, DocumentTooLarge.
        """
        page, codec = _page(data, source, encoding)
        drafts, titled = page.drafts()
        if not drafts:
            raise EmptyDocument("网页里没有正文。", source=source)
        return finish(
            drafts,
            titled=titled,
            data=data,
            source=source,
            encoding=codec,
            media_type="text/html",
            title=page.title,
        )


def _page(data: bytes, source: str, encoding: str | None) -> tuple[Page, str]:
    decoded = decode(data, source=source, encoding=encoding)
    page = Page(source=source)
    page.take(decoded.text)
    return page, decoded.encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Words that stand together.

    Args:
        tag: of the element they stand in.
        alone: they are all of it, and bold or centred: as titles are where no heading says so.
    """

    piece: Piece
    tag: str
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    rows: list[list[Cell]]
    merges: list[Merge]


@dataclass(slots=True)
class Page:
    """Reads pages into one raw text, one after the other.

    Args:
        around: the way to them (a chapter, a mail).
    """

    source: str
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    around: tuple[Part, ...] = ()
    title: str | None = None
    _found: list[_Block | _Table] = field(default_factory=list)
    _tables: int = 0
    _selectors: Selectors = field(default_factory=Selectors)

    def take(self, markup: str) -> None:
        """The page's article; all of the page where that leaves nothing."""
        from selectolax.lexbor import LexborHTMLParser

        tree = LexborHTMLParser(_within_depth(markup))
        body = tree.body
        if body is None:
            return
        self._selectors = Selectors()
        if sum(1 for _ in islice(body.traverse(include_text=True), MOST_NODES + 1)) > MOST_NODES:
            raise DocumentTooLarge(f"网页的元素超过 {MOST_NODES} 个。", source=self.source)
        if self.title is None:
            self.title = _title(tree)
        before = len(self._found)
        _Walk(self, strict=True).read(_article(body))
        if len(self._found) == before:
            _Walk(self, strict=False).read(body)

    def drafts(self) -> tuple[list[Draft], list[bool]]:
        """Blocks, and whether each may be a heading by how it is set."""
        raw = self.builder.build().text
        drafts: list[Draft] = []
        titled: list[bool] = []
        for one in self._found:
            if isinstance(one, _Table):
                made = [
                    part
                    for part in Sheet(raw=raw, rows=one.rows, merges=one.merges, level=6).drafts()
                    if part.text
                ]
            else:
                made = [part for part in (_made(raw, one),) if part.text]
            drafts.extend(made)
            titled.extend([isinstance(one, _Block) and one.alone] * len(made))
        return drafts, titled

    def block(self, words: str, element: Node, *, tag: str, alone: bool) -> None:
        """Keeps words that stand in an element."""
        part = Part(kind=PartKind.ELEMENT, name=self._selectors.of(element))
        self._found.append(_Block(piece=self._added(words, part), tag=tag, alone=alone))

    def table(self, element: Node) -> None:
        """Keeps a table of data; a cell that spans several is merged."""
        self._tables += 1
        table = (
            Part(kind=PartKind.ELEMENT, name=self._selectors.of(element)),
            Part(kind=PartKind.TABLE, name=str(self._tables)),
        )
        rows: list[list[Cell]] = []
        merges: list[Merge] = []
        taken: set[tuple[int, int]] = set()
        for number, row in enumerate(_rows_of(element)[:_TALLEST]):
            cells: list[Cell] = []
            for cell in (one for one in children(row) if str(one.tag) in ("td", "th")):
                while (number, len(cells)) in taken:
                    cells.append(())
                column = len(cells)
                across, down = _span(cell, "colspan"), _span(cell, "rowspan")
                words = " ".join((cell.text(separator=" ") or "").split())
                name = Part(kind=PartKind.CELL, name=f"R{number + 1}C{column + 1}")
                cells.append((self._added(words, *table, name),) if words else ())
                cells.extend(() for _ in range(across - 1))
                if across > 1 or down > 1:
                    merges.append((number, column, number + down - 1, column + across - 1))
                    taken.update((number + r, column + c) for r in range(1, down) for c in range(across))
                if len(cells) > _WIDEST:
                    break
            rows.append(cells)
        self._found.append(_Table(rows=rows, merges=merges))

    def _added(self, words: str, *parts: Part) -> Piece:
        piece = self.builder.add(words, *self.around, *parts)
        if self.builder.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
        return piece


def _made(raw: str, block: _Block) -> Draft:
    if block.tag in _HEADINGS:
        return draft(raw, [block.piece], kind=BlockKind.HEADING, level=_HEADINGS[block.tag])
    if block.tag in ("figcaption", "caption"):
        return draft(raw, [block.piece], kind=BlockKind.CAPTION)
    return draft(raw, [block.piece], item=block.tag in ("li", "dd", "pre"))


class _Walk:
    """Goes through the elements below one, and hands words on, block by block.

    Args:
        strict: leave furniture and lists of links out.
    """

    def __init__(self, page: Page, *, strict: bool) -> None:
        self._page = page
        self._strict = strict
        self._held: list[str] = []
        self._bold = True

    def read(self, root: Node) -> None:
        """Iterative: pages may be nested deeper than Python's stack."""
        stack: list[tuple[Node, bool]] = [(root, False)]
        while stack:
            node, ending = stack.pop()
            tag = str(node.tag)
            if ending:
                self._end(node)
            elif is_text(node):
                self._text(node)
            elif tag == "br":
                self._break(node)
            elif not self._left_out(node):
                if tag == "table" and _holds_data(node):
                    self._end(node.parent or node)
                    self._caption(node)
                    self._page.table(node)
                    continue
                if tag in BLOCKS:
                    self._end(node.parent or node)
                    stack.append((node, True))
                stack.extend((child, False) for child in reversed(list(children(node))))

    def _left_out(self, node: Node) -> bool:
        if is_never_read(node):
            return True
        if not self._strict:
            return False
        if is_furniture(node):
            return True
        return str(node.tag) in ("ul", "ol", "dl") and link_share(node) > _MOSTLY_LINKS

    def _text(self, node: Node) -> None:
        words = node.text(deep=False) or ""
        if words.strip() and self._bold:
            around = node.parent
            styled = around is not None and str(around.tag) in ("b", "strong", "center")
            self._bold = styled
        self._held.append(words)

    def _break(self, node: Node) -> None:
        """A line break ends a paragraph, as most pages use it; in a heading it is a space."""
        around = node.parent
        if around is not None and str(around.tag) in _HEADINGS:
            latin = "".join(self._held).rstrip()[-1:].isascii()
            self._held.append(" " if latin else "")
        elif around is not None:
            self._end(_block_around(around))

    def _end(self, element: Node) -> None:
        tag = str(element.tag)
        held, bold = "".join(self._held), self._bold
        self._held, self._bold = [], True
        lines = held.splitlines() if tag == "pre" else [held]
        for line in lines:
            words = " ".join(line.split())
            if words and not (self._strict and _WAY_ON.fullmatch(words)):
                centred = (element.attributes.get("align") or "").lower() == "center"
                self._page.block(words, element, tag=tag, alone=bold or centred)

    def _caption(self, table: Node) -> None:
        for child in children(table):
            if str(child.tag) == "caption":
                words = " ".join((child.text(separator=" ") or "").split())
                if words:
                    self._page.block(words, child, tag="caption", alone=False)


def _block_around(node: Node) -> Node:
    while str(node.tag) not in BLOCKS and node.parent is not None:
        node = node.parent
    return node


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*?(/?)>")
_VOID = frozenset(
    ("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


def _within_depth(markup: str) -> str:
    """The page up to where its tags are nested deeper than :data:`DEEPEST`: no page for people is."""
    depth = 0
    for tag in _TAG.finditer(markup):
        closing, name, empty = tag.groups()
        if name.lower() in _VOID or empty:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        if depth > DEEPEST:
            return markup[: tag.start()]
    return markup


def _article(body: Node) -> Node:
    """The element that holds the article, else the body."""
    whole = len("".join((body.text() or "").split())) - sum(
        len("".join((link.text() or "").split())) for link in body.css("a")
    )
    best = body
    for found in body.css(_ARTICLE):
        inside = len("".join((found.text() or "").split()))
        if inside >= _LEAST_SHARE * whole and inside < len(best.text() or ""):
            best = found
    heading = body.css_first("h1")
    held = (
        heading is None
        or best.mem_id == body.mem_id
        or any(h.mem_id == heading.mem_id for h in best.css("h1"))
    )
    if held:
        return best
    # The heading often stands just above the article: the smallest element that holds both.
    above = best.parent
    while above is not None and above.mem_id != body.mem_id:
        if any(one.mem_id == heading.mem_id for one in above.css("h1")):
            return above
        above = above.parent
    return body


def _title(tree: object) -> str | None:
    """What the page says its title is, without the site's name behind it."""
    found = tree.css_first("title")  # type: ignore[attr-defined]
    words = " ".join(((found.text() if found is not None else "") or "").split())
    return _SITE.sub("", words) or words or None


def _holds_data(table: Node) -> bool:
    """Whether a table is one of data, not of layout (Wang and Hu 2002, much simplified)."""
    if table.attributes.get("role") == "presentation" or table.css_first("table table, form") is not None:
        return False
    rows = _rows_of(table)[:50]
    widths = [sum(str(cell.tag) in ("td", "th") for cell in children(row)) for row in rows]
    if len(rows) < 2 or max(widths, default=0) < 2:
        return False
    if table.css_first("th, caption, thead") is not None:
        return True
    long = sum(len(cell.text() or "") > 200 for row in rows for cell in children(row))
    return long <= 0.2 * sum(widths)


def _rows_of(table: Node) -> Sequence[Node]:
    """Rows of a table, not those of tables in it."""
    out: list[Node] = []
    for child in children(table):
        if str(child.tag) == "tr":
            out.append(child)
        elif str(child.tag) in ("thead", "tbody", "tfoot"):
            out.extend(row for row in children(child) if str(row.tag) == "tr")
    return out


def _span(cell: Node, name: str) -> int:
    given = cell.attributes.get(name) or "1"
    most = _WIDEST if name == "colspan" else _TALLEST
    return max(1, min(int(given), most)) if given.isdecimal() and len(given) < 6 else 1


def text_blocks(markup: str) -> list[str]:
    """The words of a page, block by block: for what is no document of its own (the body of a mail)."""
    page = Page(source="")
    page.take(markup)
    raw = page.builder.build().text
    return [raw[start:end] for one in page._found if isinstance(one, _Block) for start, end in [one.piece]]
