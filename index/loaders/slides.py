"""Slides (PPTX): titles, text in reading order, tables as rows, speaker's notes."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from index.document import BlockKind, Document, Part, PartKind
from index.errors import DamagedDocument, DocumentError, DocumentTooLarge, EmptyDocument, MislabelledDocument
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.office_xml import copied
from index.loaders.parted import PartedBuilder, PartedText
from index.loaders.sheets import Cell, Merge, Sheet, bounded
from index.loaders.slide_shapes import chart_table, diagram_lines, in_order, is_cover, with_one_version
from index.loaders.zipped import open_zip

MOST_SLIDES = 5_000
MOST_CHARACTERS = 20_000_000
_SHOWN = 20
"""Slides named in one warning."""
_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


@dataclass(frozen=True, slots=True)
class SlidesLoader:
    """Reads ``.pptx`` and ``.pptm``, hidden slides left out; macros are never looked at."""

    extensions: frozenset[str] = frozenset({".pptx", ".pptm"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, a file of slides says its own
        reading: bytes = b"",  # noqa: ARG002, nothing to be told
    ) -> PartedText:
        """The raw text: what stands on each slide, in order.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge.
        """
        return _Deck.of(data, source).builder.build()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument.
        """
        deck = _Deck.of(data, source)
        drafts = deck.drafts()
        if not drafts:
            raise EmptyDocument(" ".join(("幻灯片里没有文字。", *deck.warnings())), source=source)
        return finish(
            drafts,
            titled=[False] * len(drafts),
            data=data,
            source=source,
            encoding="",
            media_type=_TYPE,
            warnings=deck.warnings(),
        )


@dataclass(slots=True)
class _Deck:
    """Slides read, with what is on them in order.

    Args:
        silent: numbers of the slides with nothing to read.
        titled: the first slide holds the title of all.
    """

    source: str
    builder: PartedBuilder = field(default_factory=PartedBuilder)
    hidden: int = 0
    silent: list[str] = field(default_factory=list)
    macros: bool = False
    titled: bool = False
    _found: list[tuple[BlockKind | None, Piece] | tuple[list[list[Cell]], list[Merge]]] = field(
        default_factory=list
    )
    _paragraphs: int = 0
    _tables: int = 0
    _notes: int = 0

    @classmethod
    def of(cls, data: bytes, source: str) -> _Deck:
        import pptx

        archive = open_zip(data, source=source)
        if "ppt/presentation.xml" not in archive.namelist():
            raise MislabelledDocument("不是 PowerPoint 文件。", source=source)
        deck = cls(source=source, macros="ppt/vbaProject.bin" in archive.NameToInfo)
        # The library unpacks whatever is there, without bounds: it is given a copy made within them.
        safe = copied(archive, source=source, wanted=lambda name: name.endswith((".xml", ".rels")))
        try:
            slides = list(pptx.Presentation(io.BytesIO(safe)).slides)
            if len(slides) > MOST_SLIDES:
                raise DocumentTooLarge(f"有 {len(slides)} 张幻灯片，上限是 {MOST_SLIDES} 张。", source=source)
            for number, slide in enumerate(slides, 1):
                deck._slide(slide, Part(kind=PartKind.SLIDE, name=str(number)))
        except DocumentError:
            raise
        except Exception as error:
            raise DamagedDocument("幻灯片文件已损坏。", source=source) from error
        return deck

    def drafts(self) -> list[Draft]:
        """Blocks; every slide's title is a heading."""
        raw = self.builder.build().text
        out: list[Draft] = []
        for one in self._found:
            if isinstance(one[0], list):
                made = Sheet(raw=raw, rows=one[0], merges=one[1], level=3).drafts()
                out.extend(bounded(made, source=self.source))
            else:
                kind, piece = one
                level = 0
                if kind is BlockKind.HEADING:
                    level = 2 if self.titled and out else 1
                item = kind is None or kind is BlockKind.NOTE
                out.append(draft(raw, [piece], kind=kind, level=level, item=item))
        return [part for part in out if part.text]

    def warnings(self) -> list[str]:
        """What couldn't be read, a sentence each."""
        out = [f"{self.hidden} 张隐藏的幻灯片没有读。"] if self.hidden else []
        if self.silent:
            out.append(f"第 {'、'.join(self.silent[:_SHOWN])} 张幻灯片没有文字（可能是图片），没有读。")
        return [*out, "文件里有宏，没有读，也没有运行。"] if self.macros else out

    def _slide(self, slide: Any, part: Part) -> None:
        if slide.element.get("show") == "0":
            self.hidden += 1
            return
        self._paragraphs = self._tables = self._notes = 0
        before = len(self._found)
        with_one_version(slide.element)
        title = slide.shapes.title
        if title is not None and title.has_text_frame:
            words = " ".join(title.text_frame.text.split())
            self.titled = self.titled or (not self._found and bool(words) and is_cover(title))
            self._say(words, BlockKind.HEADING, part)
        for shape in in_order(slide.shapes):
            if title is None or shape.shape_id != title.shape_id:
                self._shape(shape, slide, part)
        if len(self._found) == before:
            self.silent.append(part.name)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for line in slide.notes_slide.notes_text_frame.text.splitlines():
                self._say(line.strip(), BlockKind.NOTE, part)

    def _shape(self, shape: Any, slide: Any, part: Part) -> None:
        if shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                for line in paragraph.text.splitlines():
                    self._say(line.strip(), None, part)
        elif getattr(shape, "has_table", False):
            self._table(shape.table, part)
        elif getattr(shape, "has_chart", False):
            self._chart(shape.chart.element, part)
        else:
            for line in diagram_lines(shape.element, slide.part, source=self.source):
                self._say(line, None, part)

    def _say(self, words: str, kind: BlockKind | None, slide: Part) -> None:
        if not words:
            return
        if kind is BlockKind.NOTE:
            self._notes += 1
            way = Part(kind=PartKind.NOTE, name=str(self._notes))
        else:
            self._paragraphs += 1
            way = Part(kind=PartKind.PARAGRAPH, name=str(self._paragraphs))
        self._found.append((kind, self._added(words, slide, way)))

    def _chart(self, chart: Any, slide: Part) -> None:
        """A chart as the table that it shows."""
        title, cells = chart_table(chart)
        self._say(title, BlockKind.CAPTION, slide)
        if not cells:
            return
        part = self._next_table()
        rows: list[list[Cell]] = []
        for r, line in enumerate(cells, 1):
            names = [Part(kind=PartKind.CELL, name=f"R{r}C{c}") for c in range(1, len(line) + 1)]
            rows.append(
                [
                    (self._added(text, slide, part, name),) if text else ()
                    for text, name in zip(line, names, strict=True)
                ]
            )
        self._found.append((rows, []))

    def _next_table(self) -> Part:
        self._tables += 1
        return Part(kind=PartKind.TABLE, name=str(self._tables))

    def _table(self, table: Any, slide: Part) -> None:
        part = self._next_table()
        rows: list[list[Cell]] = []
        merges: list[Merge] = []
        for r, row in enumerate(table.rows):
            cells: list[Cell] = []
            for c, cell in enumerate(row.cells):
                name = Part(kind=PartKind.CELL, name=f"R{r + 1}C{c + 1}")
                lines = [] if cell.is_spanned else cell.text_frame.text.splitlines()
                cells.append(tuple(self._added(line, slide, part, name) for line in lines if line.strip()))
                if cell.is_merge_origin:
                    merges.append((r, c, r + cell.span_height - 1, c + cell.span_width - 1))
            rows.append(cells)
        self._found.append((rows, merges))

    def _added(self, text: str, *parts: Part) -> Piece:
        piece = self.builder.add(text, *parts)
        if self.builder.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=self.source)
        return piece
