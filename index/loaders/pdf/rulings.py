"""Tables drawn with lines: where their cells are, and which characters stand in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.loaders.draft import Piece
from index.loaders.pdf.characters import PageText

MOST_RULINGS = 5_000
MOST_CELLS = 20_000
_THIN = 0.004
"""Share of the page up to which something drawn is a line."""
_TOUCH = 0.004
"""Lines as near as that meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A horizontal (``across``) or vertical line: at ``at``, from ``start`` to ``end``; shares of the page."""

    across: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: edges of its columns and rows, and for each cell the one it is merged into.

    Args:
        xs, ys: ascending, one more than columns and rows.
        owners: shape (rows, columns): number (row * columns + column) of the cell whose text stands there, too.
    """

    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    owners: NDArray[np.int64]

    def cells(self, page: PageText, raw_start: int = 0) -> list[list[tuple[Piece, ...]]]:
        """For each row and column the ranges of text, one for each line of the cell."""
        rows, width = self.owners.shape
        number = self.cell_of(page)
        own: dict[int, list[Piece]] = {}
        before: dict[int, int] = {}
        for index in np.flatnonzero(number >= 0).tolist():
            cell = int(self.owners.flat[number[index]])
            pieces = own.setdefault(cell, [])
            last = before.get(cell)
            if last is not None and _same_line(page, last, index) and not page.text[last:index].count("\n"):
                pieces[-1] = (pieces[-1][0], raw_start + index + 1)
            else:
                pieces.append((raw_start + index, raw_start + index + 1))
            before[cell] = index
        return [
            [tuple(own.get(int(self.owners[row, column]), ())) for column in range(width)]
            for row in range(rows)
        ]

    def cell_of(self, page: PageText) -> NDArray[np.int64]:
        """Shape (len(text),): number of the cell each drawn character stands in, -1 for none."""
        boxes = page.boxes.astype(np.float64)
        x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
        column = np.searchsorted(self.xs, x) - 1
        row = np.searchsorted(self.ys, y) - 1
        rows, width = self.owners.shape
        inside = (boxes[:, 2] > boxes[:, 0]) & (column >= 0) & (column < width) & (row >= 0) & (row < rows)
        return np.where(inside, row * width + column, -1)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return float(self.ys[0])

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return float(self.ys[-1])

    @property
    def left(self) -> float:
        """Its left edge."""
        return float(self.xs[0])

    @property
    def right(self) -> float:
        """Its right edge."""
        return float(self.xs[-1])


def _same_line(page: PageText, a: int, b: int) -> bool:
    first, second = page.boxes[a], page.boxes[b]
    overlap = min(first[3], second[3]) - max(first[1], second[1])
    return bool(overlap > 0.5 * min(first[3] - first[1], second[3] - second[1]))


def rulings(bounds: NDArray[np.float32]) -> list[Ruling]:
    """Lines out of the boxes of what is drawn on a page, shape (n, 4); a frame counts as its four edges."""
    out: list[Ruling] = []
    for left, top, right, bottom in bounds[:MOST_RULINGS].astype(np.float64).tolist():
        wide, high = right - left, bottom - top
        if high <= _THIN < wide:
            out.append(Ruling(across=True, at=(top + bottom) / 2, start=left, end=right))
        elif wide <= _THIN < high:
            out.append(Ruling(across=False, at=(left + right) / 2, start=top, end=bottom))
        elif wide > _THIN and high > _THIN and (wide < 0.98 or high < 0.98):
            out.extend(Ruling(across=True, at=y, start=left, end=right) for y in (top, bottom))
            out.extend(Ruling(across=False, at=x, start=top, end=bottom) for x in (left, right))
    return out


def drawn_bounds(page: Any) -> NDArray[np.float32]:
    """Boxes of a page's paths as shares of the page as it is seen; the caller holds the lock."""
    import pypdfium2.raw as pdfium

    from index.loaders.pdf.characters import _seen

    found: list[tuple[float, float, float, float]] = []
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3):
        found.append(drawn.get_bounds())  # left, bottom, right, top
        if len(found) >= MOST_RULINGS:
            break
    return _seen(page, np.array(found, dtype=np.float64).reshape(-1, 4))


def grids(lines: Sequence[Ruling]) -> list[Grid]:
    """The tables that lines make: at least two columns or rows, all cells closed by lines that meet."""
    out = []
    for group in _connected(lines):
        xs = _clustered([line.at for line in group if not line.across])
        ys = _clustered([line.at for line in group if line.across])
        if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < 2:
            continue
        if (len(xs) - 1) * (len(ys) - 1) > MOST_CELLS:
            continue
        grid = Grid(xs=xs, ys=ys, owners=_owners(group, xs, ys))
        if len(np.unique(grid.owners)) >= 2:
            out.append(grid)
    return out


def _connected(lines: Sequence[Ruling]) -> Iterator[list[Ruling]]:
    """Lines that meet, directly or through others."""
    parent = list(range(len(lines)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    across = [index for index, line in enumerate(lines) if line.across]
    down = [index for index, line in enumerate(lines) if not line.across]
    if not across or not down:
        return
    y = np.array([lines[i].at for i in across])
    x0, x1 = np.array([lines[i].start for i in across]), np.array([lines[i].end for i in across])
    for index in down:
        line = lines[index]
        meets = (
            (y >= line.start - _TOUCH)
            & (y <= line.end + _TOUCH)
            & (x0 - _TOUCH <= line.at)
            & (line.at <= x1 + _TOUCH)
        )
        for other in np.flatnonzero(meets).tolist():
            parent[root(across[other])] = root(index)
    groups: dict[int, list[Ruling]] = {}
    for index in [*across, *down]:
        groups.setdefault(root(index), []).append(lines[index])
    yield from groups.values()


def _clustered(values: Sequence[float]) -> NDArray[np.float64]:
    """Ascending, those nearer than :data:`_TOUCH` as one."""
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= _TOUCH:
            out[-1].append(value)
        else:
            out.append([value])
    return np.array([sum(group) / len(group) for group in out])


def _owners(lines: Sequence[Ruling], xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cells with no line between them are one; the first of them owns the text."""
    rows, width = len(ys) - 1, len(xs) - 1
    owners = np.arange(rows * width, dtype=np.int64).reshape(rows, width)
    down = _covered([line for line in lines if not line.across], xs, (ys[:-1] + ys[1:]) / 2)
    across = _covered([line for line in lines if line.across], ys, (xs[:-1] + xs[1:]) / 2)
    for column in range(1, width):
        owners[:, column] = np.where(down[column], owners[:, column], owners[:, column - 1])
    for row in range(1, rows):
        owners[row] = np.where(across[row], owners[row], owners[row - 1])
    return owners


def _covered(
    lines: Sequence[Ruling], edges: NDArray[np.float64], middles: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Shape (edges, middles): whether a line runs along an edge beside a cell's middle."""
    covered = np.zeros((len(edges), len(middles)), dtype=bool)
    for line in lines:
        near = np.abs(edges - line.at) <= _TOUCH
        covered |= near[:, None] & ((line.start <= middles) & (middles <= line.end))[None, :]
    return covered
