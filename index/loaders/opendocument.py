"""What calamine leaves out of an OpenDocument sheet: which cells are one, and which show a percentage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from index.loaders.safe_xml import safe_parser
from index.loaders.sheets import Merge

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
_MOST = 200_000
"""Merged cells and percentages that are noted of one sheet; more are a file made to do harm."""


@dataclass(slots=True)
class Marks:
    """Of one sheet; rows and columns from 0.

    Args:
        percents: row and column of each cell that shows its number as a percentage.
    """

    merges: list[Merge] = field(default_factory=list)
    percents: list[tuple[int, int]] = field(default_factory=list)


def marks_of(content: bytes) -> dict[str, Marks]:
    """The marks of every sheet in ``content.xml``, by the sheet's name.

    Raises:
        lxml.etree.XMLSyntaxError: it isn't whole.
    """
    from lxml import etree

    told: Any = etree.fromstring(content, safe_parser(target=_Reader()))  # what the target's close() gives
    found: dict[str, Marks] = told
    return found


class _Reader:
    """Told of every element by lxml's parser; a sheet is never a tree in memory."""

    def __init__(self) -> None:
        self._found: dict[str, Marks] = {}
        self._depth = 0  # a table may stand in a cell of another; such a one is no sheet
        self._row = self._column = 0
        self._same_rows = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == f"{_TABLE}table":
            self._depth += 1
            if self._depth == 1:
                self._found[attributes.get(f"{_TABLE}name", "")] = self._marks = Marks()
                self._row = self._same_rows = 0
        elif self._depth != 1:
            return
        elif tag == f"{_TABLE}table-row":
            self._row += self._same_rows
            self._same_rows = _count(attributes, "number-rows-repeated")
            self._column = 0
        elif tag in _CELLS:
            self._cell(attributes)

    def end(self, tag: str) -> None:
        if tag == f"{_TABLE}table":
            self._depth -= 1

    def close(self) -> dict[str, Marks]:
        return self._found

    def _cell(self, attributes: Mapping[str, str]) -> None:
        same = _count(attributes, "number-columns-repeated")
        tall, wide = _count(attributes, "number-rows-spanned"), _count(attributes, "number-columns-spanned")
        marks, row, column = self._marks, self._row, self._column
        self._column += same
        if (tall > 1 or wide > 1) and len(marks.merges) < _MOST:
            marks.merges.append((row, column, row + tall - 1, column + wide - 1))
        if attributes.get(f"{_OFFICE}value-type") == "percentage":
            room = _MOST - len(marks.percents)
            cells = ((r, c) for r in range(row, row + self._same_rows) for c in range(column, column + same))
            marks.percents.extend(cell for cell, _ in zip(cells, range(room), strict=False))


def _count(attributes: Mapping[str, str], name: str) -> int:
    told = attributes.get(f"{_TABLE}{name}", "1").strip()
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 9 else 1
