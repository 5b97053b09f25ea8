"""The square that each character of a line of Chinese stands in, measured on a picture of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SHARE_OF_HEIGHT = 0.7
"""A line's square over the height that it is found in, where a page has none to measure: .66 to .80 on ten scans."""
_FEWEST = 3
_ALIKE = 0.2
"""Lines too short to measure are of the page's usual size if their height is as near to it as this."""
_LEVEL, _STRETCHED = 0.1, 0.25
"""So are lines as near in height and in squares: those that were drawn out to fill their column."""


def square_of(text: str, centres: NDArray[np.floating], *, fewest: int) -> float | None:
    """How far one Chinese character of a line is from the next, on average; None for fewer than ``fewest`` steps.

    Args:
        centres: of the characters along the line, shape (len(text),), in any unit.
    """
    chinese = np.array([is_han(character) for character in text], dtype=bool)
    steps = np.diff(centres)[chinese[:-1] & chinese[1:]]
    square = float(steps.mean()) if len(steps) >= max(fewest, 1) else 0.0
    return square if square > 0 else None


def sizes_of(
    texts: Sequence[str], boxes: Sequence[NDArray[np.float32]], *, aspect: float
) -> NDArray[np.float32]:
    """Font size of each line of a page, shares of the page's height; shape (len(texts),).

    The squares of its Chinese characters where it has some side by side; the reader's own boxes are as wide as the
    line over its characters, and so narrower where digits stand among them. Else the height of the line.

    Args:
        boxes: of each line's characters, shape (len(text), 4), shares of the page.
        aspect: height of the page over its width.
    """
    squares = np.array(
        [
            square_of(text, (box[:, 0] + box[:, 2]) / 2, fewest=_FEWEST) or np.nan
            for text, box in zip(texts, boxes, strict=True)
        ]
    ) / max(aspect, 1e-6)
    heights = np.array([float(np.median(box[:, 3] - box[:, 1])) if len(box) else 0.0 for box in boxes])
    known = np.isfinite(squares) & (heights > 0)
    if not known.any():
        return (_SHARE_OF_HEIGHT * heights).astype(np.float32)
    by_height = heights * np.median(squares[known] / heights[known])
    lengths = [len(text) for text, ok in zip(texts, known, strict=True) if ok]
    usual = float(np.median(np.repeat(squares[known], lengths)))
    off, stretched = np.abs(by_height / usual - 1), np.abs(squares / usual - 1)
    alike = np.where(np.isfinite(squares), (off <= _LEVEL) & (stretched <= _STRETCHED), off <= _ALIKE)
    own = np.where(np.isfinite(squares), squares, by_height)
    return np.where(alike, usual, own).astype(np.float32)


def is_han(character: str) -> bool:
    """Whether it is a Chinese character of the common block."""
    return "\u4e00" <= character <= "\u9fff"
