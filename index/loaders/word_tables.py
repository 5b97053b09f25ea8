"""Tables of Word files: cells by row and column, merged ones told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from index.document import Part, PartKind
from index.loaders.sheets import Cell, Merge
from index.loaders.word_parts import W, value_of, whole
from index.loaders.word_runs import Said

DEEPEST = 12
"""Tables, boxes and content controls within each other."""
WIDEST = 500
"""Columns; Word itself allows 63."""
LOOKED_THROUGH = frozenset(
    f"{W}{name}" for name in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "txbxContent")
)
"""Elements that only hold others."""


@dataclass(slots=True, kw_only=True)
class Grid:
    """The cells of a table by row and column.

    Args:
        read: the lines of a cell, given its element, this grid and its name.
        beside: what paragraphs in cells refer to.
        inner: tables in cells.
        cut: it was wider than :data:`WIDEST`, and the rest wasn't read.
    """

    read: Callable[[Any, Grid, Part], Cell]
    table: Part
    rows: list[list[Cell]] = field(default_factory=list)
    _merges: list[list[int]] = field(default_factory=list)
    beside: list[Said] = field(default_factory=list)
    inner: list[Any] = field(default_factory=list)
    cut: bool = False
    _open: dict[int, list[int]] = field(default_factory=dict)

    def row(self, row: Any, number: int) -> None:
        """Adds a row; a cell merged with others is merged here."""
        cells: list[Cell] = [()] * min(whole(value_of(row, "trPr/gridBefore")), WIDEST)
        for cell in cells_of(row):
            column = len(cells)
            if column >= WIDEST:
                self.cut = True
                break
            span = max(1, min(whole(value_of(cell, "tcPr/gridSpan"), 1), WIDEST - column))
            down = cell.find(f"{W}tcPr/{W}vMerge")
            goes_on = down is not None and down.get(f"{W}val") != "restart"
            name = Part(kind=PartKind.CELL, name=f"R{number + 1}C{column + 1}")
            cells.append(() if goes_on else self.read(cell, self, name))
            cells.extend(() for _ in range(span - 1))
            if goes_on and column in self._open:
                self._open[column][2] = number
            elif down is not None or span > 1:
                self._open[column] = [number, column, number, column + span - 1]
                self._merges.append(self._open[column])
            if down is None:
                self._open.pop(column, None)
        self.rows.append(cells)

    @property
    def merges(self) -> list[Merge]:
        """Cells that are one."""
        return [(top, left, bottom, right) for top, left, bottom, right in self._merges]


def rows_of(table: Any) -> Iterator[Any]:
    """Rows of a table, not of those in it, without the deleted ones."""
    for row in _named(table, f"{W}tr", 0):
        if row.find(f"{W}trPr/{W}del") is None:
            yield row


def cells_of(row: Any) -> Iterator[Any]:
    """Cells of a row."""
    return _named(row, f"{W}tc", 0)


def within(cell: Any, depth: int = 0) -> Iterator[Any]:
    """Paragraphs and tables of a cell, in order."""
    for child in cell:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag in LOOKED_THROUGH and depth < DEEPEST:
            yield from within(child, depth + 1)


def _named(parent: Any, tag: str, depth: int) -> Iterator[Any]:
    """Elements of a name right below another, or in content controls there."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in LOOKED_THROUGH and depth < DEEPEST:
            yield from _named(child, tag, depth + 1)
