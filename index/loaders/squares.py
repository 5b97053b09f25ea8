"""The square that each character of a line of Chinese stands in, measured on a picture of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.segment import is_han

_SHARE_OF_HEIGHT = 0.7
"""A line's square over the height that it is found in, where a page has none to measure: .66 to .80 on ten scans."""
_FEWEST = 3
_MANY, _GAP = 5, 1.4
"""A step is a gap from so many times the median on; of fewer steps, the lower quartile's."""
_ALIKE = 0.3
"""Lines too short to measure are of the page's usual size if their height is as near to it as this."""
_LEVEL, _NARROWER = 0.1, 0.25
"""So are lines as near in height whose squares are wider, drawn out or spaced, or narrower by no more than this."""


def square_of(text: str, centres: NDArray[np.floating], *, fewest: int) -> float | None:
    """How far one Chinese character of a line is from the next, gaps aside; None for fewer than ``fewest`` steps.

    Args:
        centres: of the characters along the line, shape (len(text),), in any unit.
    """
    chinese = np.array([is_han(character) for character in text], dtype=bool)
    steps = np.diff(centres)[chinese[:-1] & chinese[1:]]
    if len(steps) < max(fewest, 1):
        return None
    usual = np.quantile(steps, 0.5 if len(steps) >= _MANY else 0.25)
    square = float(steps[steps <= _GAP * usual].mean()) if usual > 0 else 0.0
    return square if square > 0 else None


def middles(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of characters' boxes, shape (n, 4), from left to right; shape (n,)."""
    found: NDArray[np.float32] = boxes[:, ::2].mean(axis=1, dtype=np.float32)
    return found


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
            square_of(text, middles(box), fewest=_FEWEST) or np.nan
            for text, box in zip(texts, boxes, strict=True)
        ]
    ) / max(aspect, 1e-6)
    heights = np.array([float(np.median(box[:, 3] - box[:, 1])) if len(box) else 0.0 for box in boxes])
    known = np.isfinite(squares) & (heights > 0)
    if not known.any():
        return (_SHARE_OF_HEIGHT * heights).astype(np.float32)
    lengths = [len(text) for text, ok in zip(texts, known, strict=True) if ok]
    by_height = heights * np.median(np.repeat(squares[known] / heights[known], lengths))
    usual = float(np.median(np.repeat(squares[known], lengths)))
    off, narrower = np.abs(by_height / usual - 1), 1 - squares / usual
    alike = np.where(np.isfinite(squares), (off <= _LEVEL) & (narrower <= _NARROWER), off <= _ALIKE)
    own = np.where(np.isfinite(squares), squares, by_height)
    return np.where(alike, usual, own).astype(np.float32)
