"""Word files: headings by their styles, automatic numbers, tables, notes; each paragraph led back to its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from index.document import BlockKind, Document, Part, PartKind
from index.errors import DamagedDocument, DocumentTooLarge, EmptyDocument, MislabelledDocument
from index.loaders.draft import Draft, Piece, draft, joined
from index.loaders.finish import finish
from index.loaders.headings import LONGEST_HEADING
from index.loaders.office_xml import parsed, related
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.sheets import Cell, Merge, Sheet, bounded
from index.loaders.word_parts import (
    MC,
    Numbering,
    Style,
    W,
    hidden_characters,
    is_on,
    notes_of,
    numbering_in,
    numbering_of,
    outline_of,
    styles_of,
    value_of,
)
from index.loaders.word_runs import Said, alternative, said
from index.loaders.word_tables import DEEPEST, LOOKED_THROUGH, WIDEST, Grid, cells_of, rows_of, within
from index.loaders.zipped import open_zip

MOST_CHARACTERS = 20_000_000
MOST_CELLS = 1_000_000
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TOO_DEEP = f"嵌套超过 {DEEPEST} 层的表格或文本框没有读。"


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
            raise EmptyDocument(" ".join(("文件里没有文字。", *reader.warnings)), source=source)
        return finish(
            drafts,
            titled=titled,
            data=data,
            source=source,
            encoding="",
            media_type=_TYPE,
            warnings=tuple(reader.warnings),
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
    styles: Mapping[str, Style]
    hidden: frozenset[str]
    numbering: Numbering
    notes: dict[tuple[str, str], Any]
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    found: list[_Paragraph | _Table | Piece] = field(default_factory=list)
    warnings: dict[str, None] = field(default_factory=dict)
    paragraphs: int = 0
    tables: int = 0
    _told: int = 0
    _cells: int = 0
    _carried: Said = field(default_factory=Said)

    @classmethod
    def of(cls, data: bytes, source: str) -> _Reader:
        archive = open_zip(data, source=source)
        main = related(archive, "", source=source).get("officeDocument", "word/document.xml")
        root = parsed(archive, main, source=source)
        if root is None or root.tag != f"{W}document":
            raise MislabelledDocument("不是 Word 文档。", source=source)
        body = root.find(f"{W}body")
        if body is None:
            raise DamagedDocument("Word 文档里没有正文。", source=source)
        names = related(archive, main, source=source)
        roots = {name: parsed(archive, names.get(name, f"word/{name}.xml"), source=source) for name in _PARTS}
        reader = cls(
            source=source,
            styles=styles_of(roots["styles"]),
            hidden=hidden_characters(roots["styles"]),
            numbering=numbering_of(roots["numbering"]),
            notes=notes_of(roots),
        )
        if "vbaProject" in names or "word/vbaProject.bin" in archive.NameToInfo:
            reader.warnings["文件里有宏，没有读，也没有运行。"] = None
        reader._blocks(body, depth=0)
        reader._flush()
        return reader

    def drafts(self) -> tuple[list[Draft], list[bool]]:
        """Blocks, and whether each may be a heading by how it is set."""
        raw = self.builder.build().text
        titles = any(isinstance(one, _Paragraph) and one.style.name in _TITLES for one in self.found)
        drafts: list[Draft] = []
        titled: list[bool] = []
        for one in self.found:
            parts = bounded(_made(one, raw, 1 if titles else 0), source=self.source)
            made = [part for part in parts if part.text]
            drafts.extend(made)
            titled.extend([isinstance(one, _Paragraph) and one.set_apart and len(made) == 1] * len(made))
        return drafts, titled

    def _blocks(self, parent: Any, *, depth: int) -> None:
        """Paragraphs and tables under an element, content controls and the like looked through."""
        for child in parent:
            if child.tag == f"{W}altChunk":
                self.warnings["文件里嵌着另一个文件（altChunk），没有读；请用 Word 打开后另存，再上传。"] = (
                    None
                )
            elif child.tag not in _LOOKED_AT:
                continue
            elif depth >= DEEPEST:
                self.warnings[_TOO_DEEP] = None
            elif child.tag == f"{W}p":
                self._paragraph(child, depth)
            elif child.tag == f"{W}tbl":
                self._table(child, depth)
            elif child.tag == f"{MC}AlternateContent":
                self._blocks(alternative(child), depth=depth + 1)
            else:
                self._blocks(child, depth=depth + 1)

    def _paragraph(self, element: Any, depth: int) -> None:
        style = self.styles.get(value_of(element, "pPr/pStyle") or "", _PLAIN)
        held = self._said(element, style)
        mark = element.find(f"{W}pPr/{W}rPr/{W}del")
        if mark is not None:  # the end of this paragraph was deleted: it goes on in the next
            self._carried = held
            return
        label = self._label(element, style)
        if held.words.strip():
            own = outline_of(element)
            level = style.level if own is None else own
            self._keep(f"{label}{held.words}", style, level=level, set_apart=_is_set_apart(element))
        self._beside(held, depth)

    def _keep(self, words: str, style: Style, *, level: int = 0, set_apart: bool = False) -> None:
        self.paragraphs += 1
        part = Part(kind=PartKind.PARAGRAPH, name=str(self.paragraphs))
        lines = tuple(self._added(line, part) for line in words.split("\n") if line.strip())
        self.found.append(_Paragraph(lines=lines, style=style, level=level, set_apart=set_apart))

    def _flush(self) -> None:
        """Keeps the words of a paragraph whose end was deleted, and that nothing came after."""
        held, self._carried = self._carried, Said()
        if held.words.strip():
            self._keep(held.words, _PLAIN)
        self._beside(held, 0)

    def _said(self, element: Any, style: Style) -> Said:
        """A paragraph's words, after those of the ones before whose end was deleted."""
        held = said(element, self.hidden)
        if style.hidden:
            held.words = ""
        before, self._carried = self._carried, Said()
        return Said(
            words=before.words + held.words,
            boxes=before.boxes + held.boxes,
            notes=before.notes + held.notes,
        )

    def _beside(self, held: Said, depth: int) -> None:
        """Notes and text boxes, which stand behind the paragraph that they belong to."""
        for note in held.notes:
            self._note(note)
        for box in held.boxes:
            self._blocks(box, depth=depth + 1)

    def _added(self, text: str, *parts: Part) -> Piece:
        piece = self.builder.add(text, *parts)
        if self.builder.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
        return piece

    def _label(self, element: Any, style: Style) -> str:
        """The paragraph's automatic number, as the reader of the page sees it."""
        number, depth = numbering_in(element) or style.numbering or ("0", None)
        return "" if number == "0" else self.numbering.label(number, depth, style.chain)

    def _note(self, key: tuple[str, str]) -> None:
        note = self.notes.pop(key, None)
        if note is None:
            return
        self._told += 1
        words = (said(paragraph, self.hidden).words for paragraph in note.iter(f"{W}p"))
        text = " ".join(" ".join(word.split()) for word in words if word.strip())
        if text:
            self.found.append(self._added(text, Part(kind=PartKind.NOTE, name=str(self._told))))

    def _table(self, element: Any, depth: int) -> None:
        self._flush()
        rows = list(rows_of(element))
        if all(len(list(islice(cells_of(row), 2))) < 2 for row in rows):  # a frame around paragraphs
            for row in rows:
                for cell in cells_of(row):
                    self._blocks(cell, depth=depth + 1)
            return
        self.tables += 1
        grid = Grid(read=self._cell, table=Part(kind=PartKind.TABLE, name=str(self.tables)))
        for number, row in enumerate(rows):
            grid.row(row, number)
        self.found.append(_Table(rows=grid.rows, merges=grid.merges))
        if grid.cut:
            self.warnings[f"表格第 {WIDEST} 列以后的单元格没有读。"] = None
        for held in grid.beside:
            self._beside(held, depth + 1)
        for table in grid.inner:
            self._blocks([table], depth=depth + 1)

    def _cell(self, cell: Any, grid: Grid, name: Part) -> Cell:
        """The lines of a cell, one for each paragraph; what else it holds is kept for behind the table."""
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise DocumentTooLarge(f"表格的单元格超过 {MOST_CELLS} 个。", source=self.source)
        pieces: list[Piece] = []
        for element in within(cell):
            if element.tag == f"{W}tbl":
                grid.inner.append(element)
                continue
            style = self.styles.get(value_of(element, "pPr/pStyle") or "", _PLAIN)
            held = self._said(element, style)
            # A column of numbers ("序号") often holds nothing else.
            words = f"{self._label(element, style)}{held.words}"
            pieces.extend(self._added(line, grid.table, name) for line in words.split("\n") if line.strip())
            if held.notes or held.boxes:
                grid.beside.append(held)
        return tuple(pieces)


_PARTS = ("styles", "numbering", "footnotes", "endnotes", "comments")
_PLAIN = Style(name="")
_TITLES = frozenset({"title", "标题"})
_CAPTIONS = frozenset({"caption", "题注"})
_CONTENTS = ("toc ", "目录 ", "table of figures", "图表目录")
_LOOKED_AT = LOOKED_THROUGH | {f"{W}p", f"{W}tbl", f"{MC}AlternateContent"}


def _made(one: _Paragraph | _Table | Piece, raw: str, lower: int) -> Iterator[Draft]:
    """The blocks of what was found; headings go down by ``lower`` levels."""
    if isinstance(one, _Table):
        yield from Sheet(raw=raw, rows=one.rows, merges=one.merges, level=8).drafts()
    elif isinstance(one, tuple):
        yield draft(raw, [one], kind=BlockKind.NOTE, item=True)
    elif one.style.name in _TITLES:
        yield draft(raw, joined(raw, one.lines), kind=BlockKind.HEADING, level=1)
    elif one.style.name in _CAPTIONS:
        yield draft(raw, joined(raw, one.lines), kind=BlockKind.CAPTION)
    elif one.style.name.startswith(_CONTENTS):
        yield from (draft(raw, [line], item=True) for line in one.lines)
    elif one.level and sum(end - start for start, end in one.lines) <= 2 * LONGEST_HEADING:
        yield draft(raw, joined(raw, one.lines), kind=BlockKind.HEADING, level=one.level + lower)
    else:
        yield from (draft(raw, [line]) for line in one.lines)


def _is_set_apart(paragraph: Any) -> bool:
    """Whether a paragraph is centred, or bold as a whole: as titles are where no style says so."""
    if value_of(paragraph, "pPr/jc") == "center":
        return True
    runs = [run for run in paragraph.iter(f"{W}r") if next(run.iter(f"{W}t"), None) is not None]
    return bool(runs) and all(is_on(run.find(f"{W}rPr/{W}b")) for run in runs)
