"""Word files: headings by their styles, automatic numbers, tables, notes; each paragraph led back to its place."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from index.document import BlockKind, Document, Part, PartKind
from index.errors import DamagedDocument, DocumentTooLarge, EmptyDocument, MislabelledDocument
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.headings import LONGEST_HEADING
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.sheets import Cell, Merge, Sheet
from index.loaders.word_parts import (
    MC,
    Numbering,
    Style,
    W,
    notes_of,
    numbering_in,
    numbering_of,
    styles_of,
    value_of,
    whole,
)
from index.loaders.zipped import open_zip, read_member

MOST_CHARACTERS = 20_000_000
_DEEPEST = 12
"""Tables and boxes within each other."""
_WIDEST = 500
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LEFT_OUT = frozenset(
    {f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "instrText", "delText", "rt")}
)
_BREAKS = frozenset({f"{W}br", f"{W}cr"})


@dataclass(frozen=True, slots=True)
class WordLoader:
    """Reads ``.docx`` and ``.docm``: the text as it is with all changes accepted; macros are never looked at."""

    extensions: frozenset[str] = frozenset({".docx", ".docm"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, a Word file says its own
        reading: bytes = b"",  # noqa: ARG002, nothing to be told
    ) -> PartedText:
        """The raw text: paragraphs with their automatic numbers, cells, notes, in order.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge.
        """
        return _Reader.of(data, source).builder.build()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument.
        """
        reader = _Reader.of(data, source)
        drafts, titled = reader.drafts()
        if not drafts:
            raise EmptyDocument("文件里没有文字。", source=source)
        macros = ["文件里有宏，没有读，也没有运行。"] if reader.macros else []
        return finish(
            drafts, titled=titled, data=data, source=source, encoding="", media_type=_TYPE, warnings=macros
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paragraph:
    """A paragraph read: its lines, and what its style makes of it."""

    lines: tuple[Piece, ...]
    style: Style
    level: int
    set_apart: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    rows: list[list[Cell]]
    merges: list[Merge]


@dataclass(slots=True)
class _Reader:
    """Walks a file once, and keeps what it found in order."""

    source: str
    styles: dict[str, Style]
    numbering: Numbering
    notes: dict[tuple[str, str], Any]
    macros: bool
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    found: list[_Paragraph | _Table | Piece] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0
    _told: int = 0

    @classmethod
    def of(cls, data: bytes, source: str) -> _Reader:
        archive = open_zip(data, source=source)
        if "word/document.xml" not in archive.namelist():
            raise MislabelledDocument("不是 Word 文档。", source=source)
        roots = {name: _parsed(archive, f"word/{name}.xml", source) for name in _PARTS}
        body = roots["document"].find(f"{W}body")
        if body is None:
            raise DamagedDocument("Word 文档里没有正文。", source=source)
        reader = cls(
            source=source,
            styles=styles_of(roots["styles"]),
            numbering=numbering_of(roots["numbering"]),
            notes=notes_of(roots),
            macros="word/vbaProject.bin" in archive.namelist(),
        )
        reader._blocks(body, depth=0)
        return reader

    def drafts(self) -> tuple[list[Draft], list[bool]]:
        """Blocks, and whether each may be a heading by how it is set."""
        raw = self.builder.build().text
        titles = any(isinstance(one, _Paragraph) and one.style.name in _TITLES for one in self.found)
        drafts: list[Draft] = []
        titled: list[bool] = []
        for one in self.found:
            made = [part for part in self._made(one, raw, 1 if titles else 0) if part.text]
            drafts.extend(made)
            titled.extend([isinstance(one, _Paragraph) and one.set_apart and len(made) == 1] * len(made))
        return drafts, titled

    def _made(self, one: _Paragraph | _Table | Piece, raw: str, lower: int) -> Iterator[Draft]:
        if isinstance(one, _Table):
            yield from Sheet(raw=raw, rows=one.rows, merges=one.merges, level=8).drafts()
        elif isinstance(one, tuple):
            yield draft(raw, [one], kind=BlockKind.NOTE, item=True)
        elif one.style.name in _TITLES:
            yield from (draft(raw, [line], kind=BlockKind.HEADING, level=1) for line in one.lines)
        elif one.style.name in _CAPTIONS:
            yield from (draft(raw, [line], kind=BlockKind.CAPTION) for line in one.lines)
        elif one.level and sum(end - start for start, end in one.lines) <= 2 * LONGEST_HEADING:
            yield draft(raw, list(one.lines), kind=BlockKind.HEADING, level=one.level + lower)
        else:
            yield from (draft(raw, [line]) for line in one.lines)

    def _blocks(self, parent: Any, *, depth: int) -> None:
        """Paragraphs and tables under an element, content controls and the like looked through."""
        for child in parent:
            if child.tag == f"{W}p":
                self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                self._table(child, depth)
            elif child.tag in _LOOKED_THROUGH and depth < _DEEPEST:
                self._blocks(child, depth=depth + 1)

    def _paragraph(self, element: Any, depth: int) -> None:
        words, boxes, notes = _said(element)
        style = self.styles.get(value_of(element, "pPr/pStyle") or "", _PLAIN)
        label = self._label(element, style) if words.strip() else ""
        if words.strip():
            self.paragraphs += 1
            part = Part(kind=PartKind.PARAGRAPH, name=str(self.paragraphs))
            lines = f"{label}{words}".split("\n")
            pieces = tuple(self._added(line, part) for line in lines if line.strip())
            outline = value_of(element, "pPr/outlineLvl")
            own = whole(outline, 9) + 1 if outline is not None else 0
            self.found.append(
                _Paragraph(
                    lines=pieces,
                    style=style,
                    level=own if 0 < own < 10 else style.level,
                    set_apart=_is_set_apart(element),
                )
            )
        for note in notes:
            self._note(note)
        if depth < _DEEPEST:
            for box in boxes:
                self._blocks(box, depth=depth + 1)

    def _added(self, text: str, *parts: Part) -> Piece:
        piece = self.builder.add(text, *parts)
        if self.builder.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
        return piece

    def _label(self, element: Any, style: Style) -> str:
        """The paragraph's automatic number, as the reader of the page sees it."""
        found = numbering_in(element) or style.numbering
        if found is None or found[0] == "0":
            return ""
        label = self.numbering.label(*found)
        return f"{label} " if label[-1:].isdigit() else label

    def _note(self, key: tuple[str, str]) -> None:
        note = self.notes.pop(key, None)
        if note is None:
            return
        self._told += 1
        text = " ".join(_said(paragraph)[0].replace("\n", " ").strip() for paragraph in note.iter(f"{W}p"))
        if text.strip():
            self.found.append(self._added(text.strip(), Part(kind=PartKind.NOTE, name=str(self._told))))

    def _table(self, element: Any, depth: int) -> None:
        if depth >= _DEEPEST:
            return
        self.tables += 1
        table = Part(kind=PartKind.TABLE, name=str(self.tables))
        rows: list[list[Cell]] = []
        merges: list[Merge] = []
        open_merges: dict[int, list[int]] = {}
        for number, row in enumerate(_rows(element)):
            cells: list[Cell] = [()] * min(whole(value_of(row, "trPr/gridBefore")), _WIDEST)
            for cell in _cells(row):
                column = len(cells)
                span = max(1, min(whole(value_of(cell, "tcPr/gridSpan"), 1), _WIDEST))
                down = cell.find(f"{W}tcPr/{W}vMerge")
                goes_on = down is not None and down.get(f"{W}val") != "restart"
                name = Part(kind=PartKind.CELL, name=f"R{number + 1}C{column + 1}")
                cells.append(() if goes_on else self._cell(cell, table, name))
                cells.extend(() for _ in range(span - 1))
                if goes_on and column in open_merges:
                    open_merges[column][2] = number
                elif down is not None or span > 1:
                    open_merges[column] = [number, column, number, column + span - 1]
                    merges.append(open_merges[column])  # type: ignore[arg-type]
                if down is None:
                    open_merges.pop(column, None)
            rows.append(cells)
        self.found.append(_Table(rows=rows, merges=[tuple(merge) for merge in merges]))  # type: ignore[misc]

    def _cell(self, cell: Any, table: Part, name: Part) -> Cell:
        """The lines of a cell, tables in it included, a line for each paragraph."""
        pieces: list[Piece] = []
        for paragraph in cell.iter(f"{W}p"):
            words, _, _ = _said(paragraph)
            pieces.extend(self._added(line, table, name) for line in words.split("\n") if line.strip())
        return tuple(pieces)


_PARTS = ("document", "styles", "numbering", "footnotes", "endnotes")
_PLAIN = Style(name="")
_TITLES = frozenset({"title", "标题"})
_CAPTIONS = frozenset({"caption", "题注"})
_LOOKED_THROUGH = frozenset(
    f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "txbxContent")
)


def _parsed(archive: zipfile.ZipFile, name: str, source: str) -> Any:
    """A member's root; None where there is no such member."""
    from lxml import etree

    if name not in archive.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(read_member(archive, name, source=source), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedDocument(f"里面的 {name} 已损坏。", source=source) from error


def _said(paragraph: Any) -> tuple[str, list[Any], list[tuple[str, str]]]:
    """A paragraph's words, the text boxes in it, and the notes that it refers to."""
    words: list[str] = []
    boxes: list[Any] = []
    notes: list[tuple[str, str]] = []
    stack = list(reversed(paragraph))
    while stack:
        element = stack.pop()
        tag = element.tag
        if tag in _LEFT_OUT or not isinstance(tag, str):
            continue
        if tag == f"{W}t":
            words.append(element.text or "")
        elif tag in _BREAKS:
            words.append("" if element.get(f"{W}type") in ("page", "column") else "\n")
        elif tag == f"{W}tab":
            words.append("\t")
        elif tag == f"{W}noBreakHyphen":
            words.append("-")
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            notes.append((tag.removeprefix(W).removesuffix("Reference") + "s", str(element.get(f"{W}id"))))
        elif tag == f"{W}txbxContent":
            boxes.append(element)
        elif tag == f"{MC}AlternateContent":
            # The same twice, for newer and for older programs.
            chosen = element.find(f"{MC}Choice")
            told = chosen is not None and next(chosen.iter(f"{W}t"), None) is not None
            stack.append(chosen if told else element.find(f"{MC}Fallback"))
            stack = [one for one in stack if one is not None]
        elif tag != f"{W}r" or element.find(f"{W}rPr/{W}vanish") is None:
            stack.extend(reversed(element))
    return "".join(words), boxes, notes


def _is_set_apart(paragraph: Any) -> bool:
    """Whether a paragraph is centred, or bold as a whole: as titles are where no style says so."""
    if value_of(paragraph, "pPr/jc") == "center":
        return True
    runs = [run for run in paragraph.iter(f"{W}r") if next(run.iter(f"{W}t"), None) is not None]
    return bool(runs) and all(run.find(f"{W}rPr/{W}b") is not None for run in runs)


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{W}tr":
            yield child
        elif child.tag == f"{W}sdt":
            yield from child.iterfind(f"{W}sdtContent/{W}tr")


def _cells(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{W}tc":
            yield child
        elif child.tag == f"{W}sdt":
            yield from child.iterfind(f"{W}sdtContent/{W}tc")
