"""A sheet of cells as blocks: its titles, tables with their headers, notes, and what isn't a table at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.document import BlockKind
from index.errors import DocumentTooLarge
from index.loaders.draft import Draft, Piece, draft
from index.loaders.headings import LONGEST_HEADING
from index.loaders.tables import NUMBER, YEAR, row_draft, table_row

Cell = tuple[Piece, ...]
"""Raw ranges of a cell's text; empty for a blank one."""
Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0, all included."""

_MOST_HEADERS = 3
_WIDEST_MERGE = 500
_TALLEST_MERGE = 2000
"""Columns and rows over which a merged cell is repeated."""
_MOST_MERGED = 1_000_000
"""Rows of all merged cells together that are looked at; more are a file made to do harm."""
_NOTE = re.compile(r"(?:注|备注|说明|资料来源|数据来源|来源)\s*[:：0-9]")
_UNIT = re.compile(r"[（(]?\s*(?:计量)?单位\s*[:：]")


MOST_CHARACTERS = 60_000_000
"""Of a table's rows together, their headers and labels said again in each."""


def cell_name(row: int, column: int) -> str:
    """Row 3, column 1, from 0, as people call it: ``B4``; columns go on after ``Z`` with ``AA``."""
    name = ""
    rest = column + 1
    while rest > 0:
        rest, letter = divmod(rest - 1, 26)
        name = chr(ord("A") + letter) + name
    return f"{name}{row + 1}"


def bounded(drafts: Iterable[Draft], *, source: str) -> Iterator[Draft]:
    """The same blocks, as long as they are no more text than may be.

    Raises:
        DocumentTooLarge: a long header over many rows makes more of it than any memory holds.
    """
    length = 0
    for one in drafts:
        length += len(one.text)
        if length > MOST_CHARACTERS:
            raise DocumentTooLarge(
                f"表格整理后超过 {MOST_CHARACTERS} 个字：每一行都要重复表头。",
                source=source,
                remedy="请缩短表头，或拆分表格后再上传。",
            )
        yield one


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Cells by row and column.

    Args:
        raw: the text that ranges are of.
        rows: may differ in length.
        merges: cells that are one; the first holds the text.
        level: of the headings that the sheet's own titles become.
    """

    raw: str
    rows: Sequence[Sequence[Cell]]
    merges: Sequence[Merge] = ()
    level: int = 1

    def drafts(self) -> Iterator[Draft]:
        """The blocks of the sheet, in order; a blank row ends a table."""
        start = 0
        for end in range(len(self.rows) + 1):
            if end < len(self.rows) and any(self.said(cell) for cell in self.rows[end]):
                continue
            if start < end:
                yield from self._region(start, end)
            start = end + 1

    @cached_property
    def _merges_at(self) -> dict[int, list[Merge]]:
        """Merged cells by row: looked up for every row, they would cost rows × merges."""
        found: dict[int, list[Merge]] = {}
        left = _MOST_MERGED
        for merge in self.merges:
            if not 0 <= merge[0] < len(self.rows) or merge[1] < 0 or left <= 0:
                continue
            last = min(merge[2], merge[0] + _TALLEST_MERGE, len(self.rows) - 1)
            left -= last + 1 - merge[0]
            for row in range(merge[0], last + 1):
                found.setdefault(row, []).append(merge)
        return found

    def said(self, cell: Cell) -> str:
        """What a cell says, without white space."""
        return "".join("".join(self.raw[start:end].split()) for start, end in cell)

    def _region(self, start: int, end: int) -> Iterator[Draft]:
        """Rows with no blank one between: titles above, a table, notes below."""
        top, bottom = start, end
        while top < bottom and self._lone(top):
            top += 1
        if top == bottom:  # not a table: one cell a row
            for row in range(start, end):
                yield self._text(row)
            return
        while bottom > top and self._lone(bottom - 1):
            bottom -= 1
        for row in range(start, top):
            yield self._title(row, first=row == start)
        yield from self._table(top, bottom)
        for row in range(bottom, end):
            yield self._note(row)

    def _lone(self, row: int) -> bool:
        return len([cell for cell in self.rows[row] if self.said(cell)]) == 1

    def _line(self, row: int, **more: object) -> Draft:
        (cell,) = [cell for cell in self.rows[row] if self.said(cell)]
        return draft(self.raw, _joined(cell), **more)  # type: ignore[arg-type]

    def _title(self, row: int, *, first: bool) -> Draft:
        words = self._line(row).text
        if first and len(words) <= LONGEST_HEADING and not _UNIT.match(words) and words[-1] not in "。；：:":
            return self._line(row, kind=BlockKind.HEADING, level=self.level)
        return self._line(row, kind=BlockKind.CAPTION)

    def _text(self, row: int) -> Draft:
        return self._line(row)

    def _note(self, row: int) -> Draft:
        note = _NOTE.match(self._line(row).text) is not None
        return self._line(row, kind=BlockKind.NOTE if note else None, item=True)

    def _table(self, start: int, end: int) -> Iterator[Draft]:
        rows = [self._filled(row) for row in range(start, end)]
        if self._is_form(rows):
            for row in rows:
                yield from self._pairs(row)
            return
        count = self._header_rows(rows, start)
        header = _stacked(rows[:count])
        if count == len(rows):
            count, header = 0, []
        for row in rows[count:]:
            part = table_row(self.raw, header, row)
            if part is not None:
                yield part

    def _filled(self, row: int) -> list[Cell]:
        """A row with the text of cells that are merged down from above, or across in front."""
        cells = list(self.rows[row])
        for top, left, _, right in self._merges_at.get(row, ()):
            if left >= len(self.rows[top]):
                continue
            last = min(right, left + _WIDEST_MERGE)
            cells.extend(() for _ in range(last + 1 - len(cells)))
            for column in range(left, last + 1):
                cells[column] = self.rows[top][left]
        return cells

    def _is_form(self, rows: Sequence[Sequence[Cell]]) -> bool:
        """Whether rows are pairs of a label and its value: two or four columns, and no header tells of numbers."""
        width = max(len([cell for cell in row if self.said(cell)]) for row in rows)
        if width not in (2, 4) or any(len(row) < 2 for row in rows):
            return False
        labels = [self.said(row[0]) for row in rows]
        values = [self.said(row[1]) for row in rows]
        if any(NUMBER.fullmatch(label) or not label for label in labels) or len(rows) < 2:
            return False
        if width == 4:
            third = [self.said(row[2]) for row in rows if len(row) > 2]
            return all(len(word) <= 12 and not NUMBER.fullmatch(word) for word in third + labels) and any(
                NUMBER.fullmatch(value) for value in values[:1]
            )
        numbers = [bool(NUMBER.fullmatch(value)) for value in values]
        header = not numbers[0] and sum(numbers[1:]) > len(numbers[1:]) / 2
        short = all(len(label) <= 16 for label in labels)
        # A header's words are as short as each other; a form's first value says something.
        return not header and short and (numbers[0] or len(values[0]) > max(4, 1.5 * len(labels[0])))

    def _pairs(self, row: Sequence[Cell]) -> Iterator[Draft]:
        for at in range(0, len(row), 2):
            value = row[at + 1] if at + 1 < len(row) else ()
            part = row_draft(self.raw, (row[at],), (value,)) if self.said(value) else None
            part = part or row_draft(self.raw, (), (row[at],))
            if part is not None:
                yield part

    def _header_rows(self, rows: Sequence[Sequence[Cell]], start: int) -> int:
        """How many rows the header has: one, and one more below each that has cells merged across."""
        words = [self.said(cell) for cell in rows[0]]
        filled = [word for word in words if word]
        years = sum(bool(YEAR.fullmatch(word)) for word in filled)
        numbers = sum(bool(NUMBER.fullmatch(word)) for word in filled) - years
        if numbers > len(filled) / 2:
            return 0
        count = 1
        while count < min(_MOST_HEADERS, len(rows) - 1) and self._is_group(start + count - 1):
            count += 1
        return count

    def _is_group(self, row: int) -> bool:
        """Whether a header row groups columns that the next one names."""
        return any(right > left or bottom > row for _, left, bottom, right in self._merges_at.get(row, ()))


def _joined(cell: Cell) -> list[Piece]:
    return [piece for piece in cell if piece[1] > piece[0]]


def _stacked(rows: Sequence[Sequence[Cell]]) -> list[Cell]:
    """Headers of each column, outermost first; what is merged over several rows once."""
    width = max((len(row) for row in rows), default=0)
    out: list[Cell] = []
    for column in range(width):
        seen = dict.fromkeys(row[column] for row in rows if column < len(row) and row[column])
        out.append(tuple(piece for cell in seen for piece in cell))
    return out
