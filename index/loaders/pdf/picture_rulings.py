"""Lines drawn on a picture of a page, for finding the tables of scans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.loaders.ink import grey_of, ink_of
from index.loaders.ocr import Picture, SeenLine
from index.loaders.pdf.characters import PageText
from index.loaders.pdf.pages import PageLayout, arrange
from index.loaders.pdf.rulings import MOST_RULINGS, Grid, Ruling, grids

_THICKEST, _BROADEST = 0.008, 0.25
"""Of the page's height, and times a line of text is high; what is broader than both is a bar, a picture, a shadow."""
_GROWN = 2
"""Pixels that a stroke is made thicker by before it is looked at."""
_LONG, _TALL = 3.0, 1.2
"""Times a line of text is high, from which a stroke across or down is no character's."""
_NEAR = 0.35
"""Times a line of text is high, up to which two lines side by side are one."""
_HAIR, _STEP = 0.2, 1.1
"""Times the font size: how far beyond a line a character may be seen, and how near its neighbour is then."""


def rulings_on(picture: Picture, lines: Sequence[SeenLine]) -> list[Ruling]:
    """Straight lines on a picture, shares of the page turned level as ``lines`` have it.

    Long runs of ink, by morphological opening (Serra, Image Analysis and Mathematical Morphology, 1982), which
    bridges no gap of more than a few pixels: dotted lines aren't found.
    """
    if not lines:
        return []
    high, wide = picture.shape[:2]
    text_height = high * float(
        np.median(np.concatenate([line.level[:, 3] - line.level[:, 1] for line in lines]))
    )
    ink = ink_of(_level(picture, _angle(lines, wide, high)))
    thickest = max(_THICKEST * high, _BROADEST * text_height) + _GROWN
    near = _NEAR * text_height
    across = [
        Ruling(across=True, at=(top + tall / 2) / high, start=left / wide, end=(left + long) / wide)
        for left, top, long, tall in _runs(ink, (max(round(_LONG * text_height), wide // 40), 1))
        if tall <= thickest
    ]
    down = [
        Ruling(across=False, at=(left + long / 2) / wide, start=top / high, end=(top + tall) / high)
        for left, top, long, tall in _runs(ink, (1, max(round(_TALL * text_height), high // 80)))
        if long <= thickest
    ]
    half = MOST_RULINGS // 2
    return [*_as_one(across[:half], near / high), *_as_one(down[:half], near / wide)]


def _as_one(found: list[Ruling], near: float) -> Iterator[Ruling]:
    """Lines side by side, as double rules and frames around each cell are, at one place: between them is no cell.
    Lines one behind the other, as of two tables, stay where they are."""
    groups: list[list[Ruling]] = []
    for line in sorted(found, key=lambda line: line.at):
        close = (group for group in reversed(groups) if line.at - group[0].at <= near)
        beside = next((group for group in close if any(_overlap(line, one) for one in group)), None)
        if beside is None:
            groups.append([line])
        else:
            beside.append(line)
    for group in groups:
        middle = sum(line.at for line in group) / len(group)
        yield from (replace(line, at=middle) for line in group)


def _overlap(a: Ruling, b: Ruling) -> bool:
    return a.start < b.end and b.start < a.end


def arrange_seen(number: int, start: int, page: PageText, lines: Sequence[Ruling]) -> PageLayout:
    """A page read off its picture, with the tables that ``lines`` make; see
    :func:`index.loaders.pdf.pages.arrange`."""
    tables = grids(lines)
    return arrange(number, start, _within_cells(page, tables), tables)


def _within_cells(page: PageText, tables: Sequence[Grid]) -> PageText:
    """The page with the first and last character of each line moved beside its neighbour where only a hair's breadth
    puts it into another cell: where a reader saw a character is less sure than where a line is. A character that is
    drawn in a cell has its middle at least a quarter of its size from the cell's edge."""
    boxes = page.boxes.copy()
    ems = page.sizes * page.aspect
    ends = np.flatnonzero(np.array(list(page.text)) == "\n")
    for start, end in zip(np.concatenate(([0], ends + 1)), ends, strict=False):
        if end - start < 2:
            continue
        for at, beside in ((start, start + 1), (end - 1, end - 2)):
            first, second = ((boxes[i, 0] + boxes[i, 2]) / 2 for i in (at, beside))
            for grid in tables:
                between = grid.xs[(grid.xs > min(first, second)) & (grid.xs < max(first, second))]
                inside = grid.top <= (boxes[at, 1] + boxes[at, 3]) / 2 <= grid.bottom
                close = abs(second - first) <= _STEP * ems[at]
                if inside and close and len(between) == 1 and abs(between[0] - first) <= _HAIR * ems[at]:
                    boxes[at, [0, 2]] += (between[0] + second) / 2 - first
    return replace(page, boxes=boxes)


def _angle(lines: Sequence[SeenLine], wide: int, high: int) -> float:
    """Radians by which the page was turned until it was level, told by its longest line; clockwise is positive."""
    longest = max(lines, key=lambda line: len(line.text))

    def slope(boxes: NDArray[np.float32]) -> float:
        first, last = ((boxes[at, :2] + boxes[at, 2:]) / 2 * (wide, high) for at in (0, -1))
        return math.atan2(last[1] - first[1], last[0] - first[0])

    return slope(longest.boxes) - slope(longest.level) if len(longest.text) > 1 else 0.0


def _level(picture: Picture, angle: float) -> NDArray[np.uint8]:
    """The picture in grey, turned about its middle; what comes in from outside is as light as its lightest."""
    import cv2

    grey = grey_of(picture)
    high, wide = grey.shape
    turning = cv2.getRotationMatrix2D((wide / 2, high / 2), math.degrees(angle), 1.0)
    turned: Any = cv2.warpAffine(grey, turning, (wide, high), borderValue=int(grey.max()))
    return np.asarray(turned, dtype=np.uint8)


def _runs(ink: NDArray[np.uint8], size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, width, height of each stretch of ink that a bar of ``size`` (width, height) fits into."""
    import cv2

    along = size[0] > 1
    thicker = np.ones((3, 1) if along else (1, 3), dtype=np.uint8)
    bridge = np.ones((1, 5) if along else (5, 1), dtype=np.uint8)
    joined = cv2.morphologyEx(cv2.dilate(ink, thicker), cv2.MORPH_CLOSE, bridge)
    opened = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones(size[::-1], dtype=np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=8)
    for left, top, long, tall, _ in stats[1:].tolist():
        yield left, top, long, tall
