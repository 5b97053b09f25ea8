"""Documents, passages and places: the values that everything else is about.

One coordinate system: half-open ``[start, end)`` in Python characters (Unicode code points) of
``Document.text``. ``Document.offsets`` leads from there to the *raw* text (what a loader reads out of the
upload, character by character), and :meth:`RawText.place` from the raw text to the upload itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from index.errors import VerificationError
from index.offsets import OffsetMap

MARKS_PUT_IN = ("：", "；")
"""What cleaning may put between the cells of a table's row, beside white space; it stands nowhere in the upload."""


class BlockKind(StrEnum):
    """What a stretch of the clean text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CAPTION = "caption"
    ROW = "row"  # of a table: "header：value；header：value"
    NOTE = "note"  # a footnote, a comment, a speaker's note


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, paragraph, caption, row or note: ``[start, end)`` of ``Document.text``.

    Args:
        level: of a heading, 1 = outermost; 0 for all else.
        heading_path: titles of the headings above, outermost first. An article that opens its own paragraph
            ("第三条 …") counts as a heading above that paragraph, with its number ("第三条") as title.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    heading_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on a page, as shares of its width and height in [0, 1], from the upper left corner of what is seen.

    Args:
        page: counts from 1.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float


class PartKind(StrEnum):
    """What uploads without lines and pages are made of."""

    SHEET = "sheet"  # by its name
    SLIDE = "slide"  # its number, from 1
    CHAPTER = "chapter"  # the file inside a book
    MESSAGE = "message"  # of a mail: a header's name, "body", or an attachment's file name
    TABLE = "table"  # its number within the document, from 1
    CELL = "cell"  # "B4" in a sheet, "R3C2" (row 3, column 2, from 1) in any other table
    PARAGRAPH = "paragraph"  # its number within the document or slide, from 1
    NOTE = "note"  # a footnote's or comment's number
    ELEMENT = "element"  # a CSS selector that finds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One step of the way to a place inside an upload."""

    kind: PartKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a span stands in the upload. Lines and pages count from 1.

    Args:
        raw: half-open character ranges of the raw text, in the order of the clean text; more than one where
            something (a line break, a stray space, a caption) was left out between.
        bytes: the same as half-open byte ranges of the upload; empty where bytes mean nothing (PDF, Office).
        first_line, last_line: lines of the raw text, both included; 0 where the upload has no lines.
        page: page of the first character, or None where the upload has no pages.
        boxes: around the characters, one for each line of a page (PDF, images); else empty.
        parts: the way there, outermost first, the innermost once for each one touched
            (sheet, cell, cell); empty where lines or pages say it.
    """

    raw: tuple[tuple[int, int], ...]
    bytes: tuple[tuple[int, int], ...]
    first_line: int
    last_line: int
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """``text`` at ``[start, end)`` of a document's clean text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text as Yuanwen reads it, with the way back to the upload.

    Args:
        source: what the user calls it (a path or a name); unique within a collection.
        title: the document's own title if it has one, else the file's name without its ending.
        text: the clean text. Blocks are separated by one ``"\\n"``; there is no other line break in it.
        blocks: cover ``text`` in order, without overlap; only the separators lie between them.
        offsets: clean character -> raw character.
        media_type: what the upload is (``text/plain``, ``application/pdf`` …).
        encoding: Python codec name for text uploads (``utf-8``, ``utf-8-sig``, ``utf-16``, ``utf-16-le``,
            ``utf-16-be``, ``gb18030``, ``big5hkscs`` …); empty where no codec was needed.
        sha256: of the upload's bytes, hexadecimal.
        size: of the upload in bytes.
        reading: what its loader wants to be told when it reads the upload again (where pages begin, what OCR saw);
            empty for most. Only that loader understands it.
        warnings: what couldn't be read, one sentence each, for the one who added it.
    """

    source: str
    title: str
    text: str
    blocks: tuple[Block, ...]
    offsets: OffsetMap
    media_type: str
    encoding: str
    sha256: str
    size: int
    reading: bytes = b""
    warnings: tuple[str, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """The span ``[start, end)``.

        Raises:
            VerificationError: the range is empty or outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise VerificationError(
                f"[{start}, {end}) 不在文档 {self.source} 的 {len(self.text)} 个字符之内。"
            )
        return Span(start=start, end=end, text=self.text[start:end])


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch of one document that is embedded and found as a unit.

    Args:
        start, end: half-open range of ``Document.text``; starts and ends on sentences.
        heading_path: titles above it, outermost first; kept beside the text, never in it.
    """

    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()


class RawText(Protocol):
    """What a loader reads out of an upload before any cleaning; the same bytes always give the same text."""

    @property
    def encoding(self) -> str:
        """Python codec name that decoded it (see :class:`Document`)."""

    def says(self, ranges: tuple[tuple[int, int], ...]) -> str:
        """The characters of half-open raw ranges, one after the other.

        Raises:
            IndexError: one of them is empty or outside the raw text.
        """

    def place(self, ranges: tuple[tuple[int, int], ...]) -> Place:
        """Where half-open raw ranges (at least one, none empty) stand in the upload.

        Raises:
            IndexError: no range, an empty one, or one outside the raw text.
        """


class Loader(Protocol):
    """Turns an upload of some formats into a :class:`Document`, and finds places in it again."""

    @property
    def extensions(self) -> frozenset[str]:
        """File name endings it reads, lower case with the dot (``.txt``)."""

    def read(self, data: bytes, *, source: str, encoding: str | None = None, reading: bytes = b"") -> RawText:
        """The raw text of ``data``, for re-verification.

        Args:
            encoding, reading: the document's own.

        Raises:
            DocumentError: one of its subclasses, naming ``source`` and a remedy.
        """

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document in ``data``.

        Args:
            encoding: codec for text uploads, when it is known better than it can be told from the bytes.

        Raises:
            DocumentError: one of its subclasses, naming ``source`` and a remedy.
        """
