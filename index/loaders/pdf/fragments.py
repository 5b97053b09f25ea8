"""Characters to fragments: stretches of one line with no wide gap inside, and fragments to lines in reading order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.loaders.draft import Piece
from index.loaders.pdf.characters import PageText

WIDE_GAP = 1.8
"""Times the font size: more white than that within a line separates columns or cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """Characters of one line that belong together.

    Args:
        pieces: ranges of the page's text from left to right; one, but where a program drew the line in another order.
        left, top, right, bottom: shares of the page.
        size: median font size, share of the page's height.
    """

    pieces: tuple[Piece, ...]
    left: float
    top: float
    right: float
    bottom: float
    size: float

    @property
    def middle(self) -> float:
        """Height of its middle."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Fragments that stand beside each other, from left to right."""

    parts: tuple[Fragment, ...]

    @property
    def pieces(self) -> list[Piece]:
        """Ranges of the page's text."""
        return [piece for part in self.parts for piece in part.pieces]

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.parts[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(part.right for part in self.parts)

    @property
    def top(self) -> float:
        """Its upper edge."""
        return min(part.top for part in self.parts)

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return max(part.bottom for part in self.parts)

    @property
    def size(self) -> float:
        """The largest font size of any length in it."""
        return max(part.size for part in self.parts)

    def text(self, page: PageText) -> str:
        """What it says, fragments with a space between."""
        return " ".join("".join(page.text[a:b] for a, b in part.pieces) for part in self.parts)


def fragments(page: PageText, *, left_out: NDArray[np.bool_] | None = None) -> list[Fragment]:
    """The fragments of a page in pdfium's order.

    Args:
        left_out: shape (len(text),): characters that belong to something else (a table).
    """
    out: list[list[int]] = []
    run: list[int] = []
    for index in range(len(page.text)):
        if left_out is not None and left_out[index]:
            continue
        if page.text[index] in "\r\n\f":
            _close(page, run, out)
        elif page.boxes[index, 2] > page.boxes[index, 0]:
            if run and _apart(page, run[-1], index):
                _close(page, run, out)
            run.append(index)
    _close(page, run, out)
    return [_fragment(page, indices) for indices in out]


def _apart(page: PageText, before: int, here: int) -> bool:
    """Whether two characters that follow each other stand in different fragments."""
    a, b = page.boxes[before], page.boxes[here]
    height = max(a[3] - a[1], b[3] - b[1], 1e-6)
    if min(a[3], b[3]) - max(a[1], b[1]) < 0.2 * height:
        # A superscript still overlaps; another line doesn't.
        return True
    gap = float(b[0] - a[2])
    em = float(max(page.sizes[before], page.sizes[here])) * page.aspect
    return gap > WIDE_GAP * em or gap < -em


_NEAR = 8
"""Stretches back in which the rest of a line is looked for that was drawn out of order."""


def _close(page: PageText, run: list[int], out: list[list[int]]) -> None:
    """Ends a stretch. What lies in the gaps of another (quotation marks of another font) is put there."""
    if not run:
        return
    for other in out[-_NEAR:]:
        if _interlocked(page, other, run):
            other.extend(run)
            other.sort(key=lambda index: float(page.boxes[index, 0] + page.boxes[index, 2]))
            break
    else:
        out.append(list(run))
    run.clear()


def _interlocked(page: PageText, first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether two stretches lie on one line, and one reaches into the other."""
    one, two = page.boxes[first[0]], page.boxes[second[0]]
    if min(one[3], two[3]) <= max(one[1], two[1]):
        return False
    a, b = page.boxes[list(first)], page.boxes[list(second)]
    top, bottom = max(np.median(a[:, 1]), np.median(b[:, 1])), min(np.median(a[:, 3]), np.median(b[:, 3]))
    if bottom - top < 0.5 * min(np.median(a[:, 3] - a[:, 1]), np.median(b[:, 3] - b[:, 1])):
        return False
    em = float(page.sizes[second[0]]) * page.aspect
    return bool(min(a[:, 2].max(), b[:, 2].max()) - max(a[:, 0].min(), b[:, 0].min()) > 0.3 * em)


def _fragment(page: PageText, indices: Sequence[int]) -> Fragment:
    """Characters from left to right; white space that isn't drawn goes with what it stands between."""
    boxes = page.boxes[list(indices)]
    pieces: list[Piece] = []
    for index in indices:
        if pieces and index >= pieces[-1][1] and not page.text[pieces[-1][1] : index].strip():
            pieces[-1] = (pieces[-1][0], index + 1)
        else:
            pieces.append((index, index + 1))
    return Fragment(
        pieces=tuple(pieces),
        left=float(boxes[:, 0].min()),
        top=float(np.median(boxes[:, 1])),
        right=float(boxes[:, 2].max()),
        bottom=float(np.median(boxes[:, 3])),
        size=float(np.median(page.sizes[list(indices)])),
    )


def rows(parts: Sequence[Fragment]) -> list[Line]:
    """Fragments of one column as lines, from the top down."""
    lines: list[list[Fragment]] = []
    for part in sorted(parts, key=lambda part: part.middle):
        height = part.bottom - part.top
        if lines and abs(lines[-1][0].middle - part.middle) < 0.5 * max(height, 1e-6):
            lines[-1].append(part)
        else:
            lines.append([part])
    return [Line(parts=tuple(sorted(line, key=lambda part: part.left))) for line in lines]


def columns(parts: Sequence[Fragment], aspect: float) -> Iterator[list[Fragment]]:
    """Fragments of a page, one column after the other; what spans columns stands between what is above and below it.

    An XY-cut (Nagy and Seth 1984) that looks for gutters first: a strip that next to no line crosses, with text on
    both sides.
    """
    gutter = _gutter(parts, aspect)
    if gutter is None:
        if parts:
            yield list(parts)
        return
    left_end, right_start = gutter
    spanning = sorted(
        (part for part in parts if part.left < left_end and part.right > right_start),
        key=lambda part: part.middle,
    )
    rest = [part for part in parts if not (part.left < left_end and part.right > right_start)]
    middle = (left_end + right_start) / 2
    edges = [-1.0, *(part.middle for part in spanning), 2.0]
    for number, (above, below) in enumerate(pairwise(edges)):
        if number > 0:
            yield [spanning[number - 1]]
        band = [part for part in rest if above < part.middle <= below]
        for side in (
            [part for part in band if (part.left + part.right) / 2 <= middle],
            [part for part in band if (part.left + part.right) / 2 > middle],
        ):
            if side:
                yield from columns(side, aspect)


def _as_wide(few: Sequence[Fragment], many: Sequence[Fragment]) -> bool:
    """Whether the longest of a few lines is about as long as a column of many is wide."""
    if not few:
        return False
    width = max(part.right for part in many) - min(part.left for part in many)
    return 0.75 * width <= max(part.right - part.left for part in few) <= 1.1 * width


_STEPS = 400
_LEAST_LINES = 4
_FULL_SIDE = 8
"""Lines of a column beside which a shorter one needs fewer than :data:`_LEAST_LINES`: the last page ends anywhere."""
_CROSSING = 0.15
"""Of the lines, those that may cross a gutter: titles, captions, footers."""


def _gutter(parts: Sequence[Fragment], aspect: float, *, depth: int = 0) -> tuple[float, float] | None:
    """The widest strip between two columns as (left, right) shares of the page's width."""
    if len(parts) < min(2 * _LEAST_LINES, _FULL_SIDE + 1):
        return None
    low, high = min(part.left for part in parts), max(part.right for part in parts)
    if high - low < 0.3:
        return None
    grid = np.linspace(low, high, _STEPS)
    lefts = np.array([part.left for part in parts])[:, None]
    rights = np.array([part.right for part in parts])[:, None]
    crossed = ((lefts < grid) & (rights > grid)).sum(axis=0)
    free = crossed <= _CROSSING * len(parts)
    em = float(np.median([part.size for part in parts])) * aspect
    best: tuple[float, float] | None = None
    for start, end in (*_runs(free), *_runs(crossed == 0)):
        a, b = float(grid[start]), float(grid[end - 1])
        inside = low + 0.2 * (high - low) < (a + b) / 2 < high - 0.2 * (high - low)
        wide = b - a >= 0.8 * em and (best is None or b - a > best[1] - best[0])
        if inside and wide and _are_columns(parts, a, b, aspect, depth):
            best = (a, b)
    return best


def _runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Half-open stretches of true ones."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _are_columns(parts: Sequence[Fragment], a: float, b: float, aspect: float, depth: int) -> bool:
    """Whether both sides hold running text: many lines, most of which reach far across their side,
    or columns of its own."""
    sides = [p for p in parts if p.right <= b], [p for p in parts if p.left >= a]
    for side, other in (sides, sides[::-1]):
        if len(side) < _LEAST_LINES:
            if len(other) < _FULL_SIDE or not _as_wide(side, other):
                return False
            continue
        width = max(p.right for p in side) - min(p.left for p in side)
        filled = float(np.median([p.right - p.left for p in side]))
        if width < 0.12 or (
            filled < 0.6 * width and (depth > 0 or _gutter(side, aspect, depth=depth + 1) is None)
        ):
            return False
    return True
