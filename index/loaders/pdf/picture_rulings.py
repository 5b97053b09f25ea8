"""Lines drawn on a picture of a page, for finding the tables of scans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.loaders.ocr import Picture, SeenLine
from index.loaders.pdf.rulings import MOST_RULINGS, Ruling

_DARKER = 25
"""Grey levels, of 256, that ink is darker than the paper around it."""
_AROUND = 51
"""Pixels of a square of paper that a pixel is held against."""
_THICKEST = 0.008
"""Of the page's height; broader things are bars, pictures and shadows."""
_LONG, _TALL = 3.0, 1.2
"""Times a line of text is high, from which a stroke across or down is no character's."""


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
    ink = _ink(_level(picture, _angle(lines, wide, high)))
    across = _runs(ink, (max(round(_LONG * text_height), wide // 40), 1))
    down = _runs(ink, (1, max(round(_TALL * text_height), high // 80)))
    thickest = _THICKEST * high
    return [
        *(
            Ruling(across=True, at=(top + tall / 2) / high, start=left / wide, end=(left + long) / wide)
            for left, top, long, tall in across
            if tall <= thickest
        ),
        *(
            Ruling(across=False, at=(left + long / 2) / wide, start=top / high, end=(top + tall) / high)
            for left, top, long, tall in down
            if long <= thickest
        ),
    ][:MOST_RULINGS]


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

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    high, wide = grey.shape
    turning = cv2.getRotationMatrix2D((wide / 2, high / 2), math.degrees(angle), 1.0)
    turned: Any = cv2.warpAffine(grey, turning, (wide, high), borderValue=int(grey.max()))
    return np.asarray(turned, dtype=np.uint8)


def _ink(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """255 where a pixel is darker than what is around it, else 0."""
    import cv2

    found: Any = cv2.adaptiveThreshold(
        cv2.GaussianBlur(grey, (3, 3), 0),
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY_INV,
        _AROUND,
        _DARKER,
    )
    return np.asarray(found, dtype=np.uint8)


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
