"""CSV and TSV: a table whose cells are stretches of the text itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from index.document import Document
from index.errors import DocumentTooLarge, EmptyDocument
from index.loaders.draft import Piece
from index.loaders.finish import finish
from index.loaders.raw import TextFile
from index.loaders.sheets import Cell, Sheet, bounded

MOST_CELLS = 2_000_000
_SEPARATORS = ",\t;|，"
_LOOKED_AT = 20
"""Rows that tell the separator."""


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
    ) -> TextFile:
        """The raw text of ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
        """
        return TextFile.read(data, source=source, encoding=encoding)

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document in ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
            DocumentTooLarge: more than 2,000,000 cells.
        """
        raw = self.read(data, source=source, encoding=encoding)
        separator = "\t" if PurePath(source).suffix.lower() == ".tsv" else separator_of(raw.text)
        rows: list[list[Cell]] = []
        count = 0
        for row in cells_of(raw.text, separator):
            count += len(row)
            if count > MOST_CELLS:
                raise DocumentTooLarge(f"超过 {MOST_CELLS} 个单元格。", source=source)
            rows.append(row)
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
