"""Ink on a picture of a page, and how far the page is askew."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DARKER = 15
"""Grey levels, of 256, that ink is darker than the paper around it."""
_AROUND = 51
"""Pixels of a square of paper that a pixel is held against."""
_STEP = math.radians(0.2)
_WIDEST, _FINEST = 19, 10
"""Steps to either side, and parts that a step is then cut into."""
_POINTS = 50_000
_STRIPS = 4


def grey_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture of shape (height, width, 3), red, green, blue, in grey."""
    import cv2

    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def ink_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """255 where a pixel is darker than what is around it, else 0."""
    import cv2

    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    found: Any = cv2.adaptiveThreshold(
        smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _DARKER
    )
    return np.asarray(found, dtype=np.uint8)


def skew_of(ink: NDArray[np.bool_], *, around: float = 0.0) -> float:
    """Radians by which the lines of a page fall from left to right, within 4 degrees of ``around``; that without ink.

    The slope along which ink gathers in the sharpest rows, by the sum of their squares (Postl, Detection of linear
    oblique structures and skew scan in digitized documents, 1986): first in strips of the page, for its columns
    needn't have their lines at one height, then finely in its halves.
    """
    ys, xs = np.nonzero(ink)
    if len(ys) == 0:
        return around
    every = max(1, len(ys) // _POINTS)
    y, x = ys[::every].astype(np.float64), xs[::every].astype(np.float64)
    strips = (x * (_STRIPS / ink.shape[1])).astype(np.int64)

    def sharpness(angle: float, apart: NDArray[np.int64]) -> tuple[float, float]:
        rows = np.rint(y * math.cos(angle) - x * math.sin(angle)).astype(np.int64)
        rows -= rows.min()
        squares = np.square(np.bincount(rows * _STRIPS + apart), dtype=np.float64)
        return float(squares.sum()), -abs(angle - around)

    coarse = (around + np.arange(-_WIDEST, _WIDEST + 1) * _STEP).tolist()
    near = max(coarse, key=lambda angle: sharpness(angle, strips))
    fine = (near + np.arange(-_FINEST, _FINEST + 1) * (_STEP / _FINEST)).tolist()
    best: float = max(fine, key=lambda angle: sharpness(angle, strips // 2))
    return best
