"""CSV and TSV: a table whose cells are stretches of the text itself."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from index.document import Document, Part, PartKind, Place
from index.errors import DocumentTooLarge, EmptyDocument
from index.loaders.draft import Piece
from index.loaders.finish import finish
from index.loaders.raw import TextFile
from index.loaders.sheets import Cell, Sheet, bounded, cell_name

MOST_CELLS = 2_000_000
_SEPARATORS = ",\t;|，"
_LOOKED_AT = 20
"""Rows that tell the separator."""


@dataclass(frozen=True, kw_only=True)
class SeparatedText(TextFile):
    """The text of a table, which tells cells beside lines; see :class:`index.document.RawText`.

    Args:
        starts, rows, columns: of the cells that hold something, in the order of the text: the first character, and
            where the cell is, from 0. In arrays, for there may be two million.
    """

    starts: array[int] = field(default_factory=lambda: array("q"))
    rows: array[int] = field(default_factory=lambda: array("q"))
    columns: array[int] = field(default_factory=lambda: array("q"))

    def place(self, ranges: tuple[tuple[int, int], ...]) -> Place:
        """Lines and bytes as of any text, and the cells that the ranges touch, named as in a sheet."""
        place = super().place(ranges)
        found: dict[Part, None] = {}
        for start, end in ranges:
            for at in range(max(bisect_right(self.starts, start) - 1, 0), bisect_right(self.starts, end - 1)):
                name = cell_name(self.rows[at], self.columns[at])
                found[Part(kind=PartKind.CELL, name=name)] = None
        return replace(place, parts=tuple(found))


@dataclass(frozen=True, slots=True)
class SeparatedLoader:
    """Reads ``.csv`` and ``.tsv`` (RFC 4180), quotes and breaks in them included; the text tells the separator."""

    extensions: frozenset[str] = frozenset({".csv", ".tsv"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,
        reading: bytes = b"",  # noqa: ARG002, the encoding says it all
    ) -> SeparatedText:
        """The raw text of ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
            DocumentTooLarge: more than 2,000,000 cells.
        """
        return _read(data, source, encoding)[0]

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document in ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
            DocumentTooLarge: more than 2,000,000 cells.
        """
        raw, rows = _read(data, source, encoding)
        drafts = [
            part for part in bounded(Sheet(raw=raw.text, rows=rows).drafts(), source=source) if part.text
        ]
        if not drafts:
            raise EmptyDocument("表格里没有文字。", source=source)
        return finish(
            drafts,
            titled=[False] * len(drafts),
            data=data,
            source=source,
            encoding=raw.encoding,
            media_type="text/csv",
        )


def _read(data: bytes, source: str, encoding: str | None) -> tuple[SeparatedText, list[list[Cell]]]:
    text = TextFile.read(data, source=source, encoding=encoding)
    separator = "\t" if PurePath(source).suffix.lower() == ".tsv" else separator_of(text.text)
    raw = SeparatedText(text=text.text, encoding=text.encoding, mark=text.mark)
    rows: list[list[Cell]] = []
    count = 0
    for row, cells in enumerate(cells_of(text.text, separator)):
        count += len(cells)
        if count > MOST_CELLS:
            raise DocumentTooLarge(f"超过 {MOST_CELLS} 个单元格。", source=source)
        rows.append(cells)
        for column, cell in enumerate(cells):
            if cell:
                raw.starts.append(cell[0][0])
                raw.rows.append(row)
                raw.columns.append(column)
    return raw, rows


def separator_of(text: str) -> str:
    """The separator that gives the first rows the same number of cells, the most there are."""

    def fit(separator: str) -> tuple[float, int]:
        widths = []
        for row in cells_of(text, separator):
            if any(row):
                widths.append(len(row))
            if len(widths) == _LOOKED_AT:
                break
        usual = max(set(widths), key=widths.count, default=1)
        return (0.0, 0) if usual < 2 else (widths.count(usual) / len(widths), usual)

    best = max(_SEPARATORS, key=fit)
    return best if fit(best) > (0.0, 0) else ","


def cells_of(text: str, separator: str) -> Iterator[list[Cell]]:
    """Rows of cells, each as the ranges of ``text`` that hold its words; of a doubled quote, the second."""
    plain = re.compile(rf"[^{re.escape(separator)}\r\n]*")
    at = 0
    row: list[Cell] = []
    while at < len(text):
        if text[at] == '"':
            cell, at = _quoted(text, at)
            rest = plain.match(text, at)
            assert rest is not None
            at = rest.end()  # what follows a closing quote is nobody's
        else:
            found = plain.match(text, at)
            assert found is not None
            cell = (found.span(),) if found.group().strip() else ()
            at = found.end()
        row.append(cell)
        if at >= len(text):
            break
        if text[at] == separator:
            at += 1
            if at == len(text):
                row.append(())
            continue
        at += 2 if text.startswith("\r\n", at) else 1
        yield row
        row = []
    if row:
        yield row


def _quoted(text: str, start: int) -> tuple[Cell, int]:
    """A cell in quotes, and where it ends; one that is never closed goes to the end of its line."""
    pieces: list[Piece] = []
    at = start + 1
    while True:
        end = text.find('"', at)
        if end < 0:
            stop = re.compile(r"[\r\n]|\Z").search(text, start)
            assert stop is not None
            return ((start + 1, stop.start()),), stop.start()
        if text.startswith('""', end):
            pieces.append((at, end + 1))
            at = end + 2
            continue
        pieces.append((at, end))
        return tuple(piece for piece in pieces if piece[1] > piece[0]), end + 1
