"""Sheets of old Excel workbooks (MS-XLS): whether what their records declare can be, and how many cells it makes.

calamine makes a table as large as the outermost cells tell, and room for as many strings as the table of strings
says it has, before it reads either.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_BEGIN, _END, _PASSWORD, _SHEET, _STRINGS, _SIZE = 0x809, 0x0A, 0x2F, 0x85, 0xFC, 0x200
_ONE_CELL = frozenset((0x06, 0x201, 0x203, 0x204, 0x205, 0x27E, 0xD6, 0xFD))
"""FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, RSTRING, LABELSST: row and column first."""
_SEVERAL_CELLS = frozenset((0xBD, 0xBE))
"""MULRK, MULBLANK: row and first column first, the last column at the end."""
_ROWS, _COLUMNS = 65_536, 256
_LEAST_STRING = 3
"""Bytes that a string takes."""


class Impossible(ValueError):
    """A record that no workbook has: outside a sheet's bounds, or at odds with the stream's length."""


@dataclass(slots=True)
class _Area:
    """The rectangle around the cells of a sheet."""

    top: int = _ROWS
    left: int = _COLUMNS
    bottom: int = -1
    right: int = -1

    def add(self, row: int, column: int) -> None:
        if column >= _COLUMNS:
            raise Impossible(f"column {column}")
        self.top, self.bottom = min(self.top, row), max(self.bottom, row)
        self.left, self.right = min(self.left, column), max(self.right, column)

    def cells(self) -> int:
        return max(0, self.bottom - self.top + 1) * max(0, self.right - self.left + 1)


def count_cells(stream: bytes) -> int:
    """Cells of all the sheets that a workbook names, blank ones between the outermost included.

    0 where it is encrypted: only its password's record can be read.

    Raises:
        Impossible: see there.
    """
    areas: dict[int, _Area] = {}
    sheets: list[int] = []
    area = _Area()
    for at, kind, data in _records(stream):
        if kind == _BEGIN:
            area = areas[at] = _Area()
        elif kind == _PASSWORD:
            return 0
        elif kind == _SHEET and len(data) >= 4:
            sheets.append(struct.unpack_from("<I", data)[0])
        else:
            _look(kind, data, area, len(stream))
    if not all(at in areas for at in sheets):
        raise Impossible("a sheet that is nowhere")
    return sum(areas[at].cells() for at in sheets)


def _look(kind: int, data: bytes, area: _Area, length: int) -> None:
    """Takes the cells of one record into account."""
    if kind in _ONE_CELL and len(data) >= 4:
        area.add(*struct.unpack_from("<HH", data))
    elif kind in _SEVERAL_CELLS and len(data) >= 6:
        row, first, last = struct.unpack_from("<HH", data) + struct.unpack_from("<H", data, len(data) - 2)
        area.add(row, first)
        area.add(row, last)
    elif kind == _STRINGS and len(data) >= 8:
        if struct.unpack_from("<I", data, 4)[0] > length // _LEAST_STRING:
            raise Impossible("more strings than bytes")
    elif kind == _SIZE and len(data) in (10, 14):
        top, rows, left, columns = struct.unpack_from("<HHHH" if len(data) == 10 else "<IIHH", data)
        if not (top <= rows <= _ROWS and left <= columns <= _COLUMNS):
            raise Impossible(f"rows {top} to {rows}, columns {left} to {columns}")


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Place, kind and contents of each record, until nothing but padding follows."""
    at = depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if kind == length == 0 and depth <= 0:
            return
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length
