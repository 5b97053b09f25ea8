"""Web pages: what people read of them, block by block; also the body of EPUB chapters and HTML mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath

from index.document import BlockKind, Document, Part, PartKind
from index.encoding import decode
from index.errors import DocumentTooLarge, EmptyDocument
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.sheets import Sheet
from index.loaders.web_markup import tame
from index.loaders.web_table import WIDEST, Grid, read_grid
from index.loaders.web_tree import MOST_NODES, Node, Selectors, Weights
from index.loaders.web_walk import HEADINGS, Walk, article

MOST_CHARACTERS = 20_000_000
_XML = frozenset({".xhtml"})
_HAN = r"[\u3400-\u9fff》）”]"
_SITE = re.compile(rf"(?:\s*(?:[_|｜—–»]|--)\s*|\s[-·]\s|(?<={_HAN})-(?={_HAN}))[^-_|｜—–»]{{2,30}}$")
"""A site's name behind a page's title; "2016-2017年计划" has none."""


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
            warnings=page.warnings,
        )


def _page(data: bytes, source: str, encoding: str | None) -> tuple[Page, str]:
    decoded = decode(data, source=source, encoding=encoding)
    page = Page(source=source)
    page.take(decoded.text, xml=PurePath(source).suffix.lower() in _XML)
    return page, decoded.encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Words that stand together; arguments as of :meth:`index.loaders.web_walk.Sink.block`."""

    piece: Piece
    tag: str
    alone: bool = False


@dataclass(slots=True)
class Page:
    """Reads pages into one raw text, one after the other.

    Args:
        around: the way to them (a chapter, a mail).
        title: what the first of them with one says its title is, without the site's name behind it.
        warnings: what couldn't be read.
    """

    source: str
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    around: tuple[Part, ...] = ()
    title: str | None = None
    warnings: list[str] = field(default_factory=list)
    _found: list[_Block | Grid] = field(default_factory=list)
    _tables: int = 0
    _selectors: Selectors | None = None

    def take(self, markup: str, *, xml: bool = False) -> None:
        """The page's article; all of the page where that leaves nothing.

        Args:
            xml: it is XHTML.

        Raises:
            DocumentTooLarge: more tags, elements or characters than may be.
        """
        from selectolax.lexbor import LexborHTMLParser

        tree = LexborHTMLParser(tame(markup, source=self.source, xml=xml))
        body = tree.body
        if body is None:
            return
        if sum(1 for _ in islice(body.traverse(include_text=True), MOST_NODES + 1)) > MOST_NODES:
            raise DocumentTooLarge(f"网页的元素超过 {MOST_NODES} 个。", source=self.source)
        self._selectors = Selectors(body)
        if self.title is None:
            self.title = _title(tree)
        weights = Weights(body)
        before = len(self._found)
        Walk(self, weights).read(article(body, weights))
        if len(self._found) == before:
            Walk(self, None).read(body)

    def drafts(self) -> tuple[list[Draft], list[bool]]:
        """Blocks, and whether each may be a heading by how it is set.

        Raises:
            DocumentTooLarge: cells that span many others, repeated, come to more characters than may be.
        """
        raw = self.builder.build().text
        drafts: list[Draft] = []
        titled: list[bool] = []
        length = 0
        for one in self._found:
            if isinstance(one, Grid):
                made = Sheet(raw=raw, rows=one.rows, merges=one.merges, level=6).drafts()
            else:
                made = iter((_made(raw, one),))
            for part in made:
                length += len(part.text)
                if length > MOST_CHARACTERS:
                    raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
                if part.text:
                    drafts.append(part)
                    titled.append(isinstance(one, _Block) and one.alone)
        return drafts, titled

    def block(self, words: str, element: Node, *, tag: str, alone: bool) -> None:
        """Keeps words that stand in an element; see :class:`index.loaders.web_walk.Sink`."""
        self._found.append(_Block(piece=self._added(words, self._element(element)), tag=tag, alone=alone))

    def table(self, element: Node) -> None:
        """Keeps a table of data."""
        self._tables += 1
        number = Part(kind=PartKind.TABLE, name=str(self._tables))
        grid = read_grid(element, self._added, self._element(element), number)
        if grid.cut:
            self.warnings.append(f"第 {self._tables} 个表格超过 {WIDEST} 列，右边的没有读。")
        self._found.append(grid)

    def lines(self) -> list[str]:
        """The words of every block, and of every row of a table with a space between its cells."""
        raw = self.builder.build().text
        out: list[str] = []
        for one in self._found:
            rows = [[((one.piece),)]] if isinstance(one, _Block) else one.rows
            lines = (" ".join(raw[start:end] for cell in row for start, end in cell) for row in rows)
            out.extend(line for line in lines if line)
        return out

    def _element(self, element: Node) -> Part:
        return Part(
            kind=PartKind.ELEMENT, name="" if self._selectors is None else self._selectors.of(element)
        )

    def _added(self, words: str, *parts: Part) -> Piece:
        piece = self.builder.add(words, *self.around, *parts)
        if self.builder.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
        return piece


def _made(raw: str, block: _Block) -> Draft:
    if block.tag in HEADINGS:
        return draft(raw, [block.piece], kind=BlockKind.HEADING, level=HEADINGS[block.tag])
    if block.tag in ("figcaption", "caption"):
        return draft(raw, [block.piece], kind=BlockKind.CAPTION)
    if block.tag == "note":
        return draft(raw, [block.piece], kind=BlockKind.NOTE, item=True)
    return draft(raw, [block.piece], item=block.tag in ("li", "dd", "pre"))


def _title(tree: object) -> str | None:
    """What the page says its title is, without the site's name behind it."""
    found = tree.css_first("title")  # type: ignore[attr-defined]
    words = " ".join(((found.text() if found is not None else "") or "").split())
    return _SITE.sub("", words) or words or None


def text_blocks(markup: str) -> list[str]:
    """The words of a page, block by block: for what is no document of its own (the body of a mail).

    A row of a table is one block, with a space between its cells.

    Raises:
        DocumentTooLarge: more tags, elements or characters than may be; ``source`` is empty.
    """
    page = Page(source="")
    page.take(markup)
    return page.lines()
