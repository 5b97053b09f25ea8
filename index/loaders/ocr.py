"""Reading pictures of pages: PP-OCRv6 through rapidocr, whose models come inside its package (extra ``[ocr]``).

Settings measured on a page of the sample yearbook (A4, 674 characters, 200 dpi, turned by 0.7°, noise): .9985 of the
characters in 1.4 s on one core, with or without a box for every character.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata, util
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.loaders.ink import grey_of, ink_of, skew_of
from index.loaders.mark_widths import with_full_marks
from index.loaders.squares import middles

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), red, green, blue."""
Boxes = NDArray[np.float32]
"""Shape (n, 4): left, top, right, bottom as shares of the page in [0, 1], from its upper left corner."""

_SIDE = 960
"""Pixels of the longer side that lines are looked for at; characters are read at full size."""
_PARAMETERS = {
    "Det.limit_type": "max",
    "Det.limit_side_len": _SIDE,
    "Global.use_cls": False,  # pages that stand on their head aren't worth a second model
    "Global.log_level": "error",
    "Global.max_side_len": 4000,
    # One process reads one file; more threads than that were slower on a machine that has other work.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
_UNSURE, _STEEPEST = math.radians(1.2), math.radians(30)
"""How far the slope of the lines found may be off, and from where on they run down the page rather than across."""
_LEAST_SURE = 0.6
"""Below this a line is mostly ornament, stamp or stain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A line as it was read.

    Args:
        text: without white space.
        boxes: around each character as the picture shows it, shape (len(text), 4).
        level: the same on the page turned until lines are level, for finding out what is above what.
        score: in [0, 1], higher is surer.
    """

    text: str
    boxes: Boxes
    level: Boxes
    score: float


class PageReader(Protocol):
    """Reads a picture of a page. The same picture gives the same lines on the same machine, and no promise beyond:
    what was read is kept with the document (:attr:`index.document.Document.reading`), not read again."""

    @property
    def name(self) -> str:
        """The engine and its version."""

    def read(self, picture: Picture) -> tuple[SeenLine, ...]:
        """The lines on the page, in no particular order."""


class RapidOcr:
    """PP-OCRv6 (detection and recognition, small), on the CPU."""

    @property
    def name(self) -> str:
        """The engine and its version."""
        return f"rapidocr-{metadata.version('rapidocr')}"

    def read(self, picture: Picture) -> tuple[SeenLine, ...]:
        """The lines on the page; see :class:`PageReader`."""
        found = _engine()(
            np.ascontiguousarray(picture[:, :, ::-1]), return_word_box=True, return_single_char_box=True
        )
        if found.txts is None or found.boxes is None:
            return ()
        quads = np.asarray(found.boxes, dtype=np.float64)
        turn = _turning(_skew(picture, quads), picture.shape)
        lines = (
            _line(words, score, picture.shape, turn)
            for words, score in zip(found.word_results, found.scores, strict=True)
            if score >= _LEAST_SURE
        )
        seen = [line for line in lines if line is not None]
        texts = with_full_marks([(line.text, middles(line.level)) for line in seen])
        return tuple(replace(line, text=text) for line, text in zip(seen, texts, strict=True))


def page_reader() -> PageReader | None:
    """What reads pictures of pages here; None where the extra ``[ocr]`` isn't installed."""
    installed = util.find_spec("rapidocr") is not None and util.find_spec("onnxruntime") is not None
    return RapidOcr() if installed else None


@cache
def _engine() -> Callable[..., Any]:
    """Loads the models, about 100 MB of memory, once in a process."""
    from rapidocr import RapidOCR

    engine: Callable[..., Any] = RapidOCR(params=_PARAMETERS)
    return engine


Turn = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Points, shape (…, 2) in pixels, to where they are on the level page."""


def _slope(quads: NDArray[np.float64]) -> float:
    """Median slope of the lines in radians, longer ones counting more; short ones are found as level up to a degree.

    Args:
        quads: corners of lines, shape (lines, 4, 2), clockwise from the upper left.
    """
    along = quads[:, 1] - quads[:, 0]
    lengths = np.hypot(along[:, 0], along[:, 1])
    angles = np.arctan2(along[:, 1], along[:, 0])
    order = np.argsort(angles)
    half = np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)
    return float(angles[order][min(half, len(order) - 1)])


def _skew(picture: Picture, quads: NDArray[np.float64]) -> float:
    """Slope of the page in radians, told by the ink of its lines; theirs where the two are far apart."""
    import cv2

    slope = _slope(quads)
    if abs(slope) > _STEEPEST:
        return slope
    ink = ink_of(grey_of(picture))
    of_lines = cv2.fillPoly(np.zeros_like(ink), list(np.rint(quads).astype(np.int32)), 255)
    skew = skew_of((ink & np.asarray(of_lines)) > 0, around=slope)
    return skew if abs(skew - slope) <= _UNSURE else slope


def _turning(angle: float, shape: tuple[int, ...]) -> Turn:
    """Turns the page about its middle, so that lines of that slope are level."""
    middle = np.array([shape[1] / 2, shape[0] / 2])
    cosine, sine = math.cos(-angle), math.sin(-angle)
    rotation = np.array([[cosine, sine], [-sine, cosine]])
    return lambda points: (points - middle) @ rotation + middle


def _line(words: Sequence[Any], score: float, shape: tuple[int, ...], turn: Turn) -> SeenLine | None:
    """A line out of (text, score, corners) of its words; rapidocr takes a Latin word as one."""
    texts: list[str] = []
    boxes: list[NDArray[np.float64]] = []
    level: list[NDArray[np.float64]] = []
    for text, _, corners in words:
        characters = "".join(text.split())
        if not characters:
            continue
        cells = _cells(np.asarray(corners, dtype=np.float64), len(characters))
        texts.append(characters)
        boxes.append(_bounds(cells, shape))
        level.append(_bounds(turn(cells), shape))
    if not texts:
        return None
    return SeenLine(
        text="".join(texts),
        boxes=np.concatenate(boxes).astype(np.float32),
        level=np.concatenate(level).astype(np.float32),
        score=float(score),
    )


def _cells(corners: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """A quadrilateral cut into ``count`` equal ones from left to right, shape (count, 4, 2)."""
    steps = np.linspace(0.0, 1.0, count + 1)[:, None]
    top = corners[0] + steps * (corners[1] - corners[0])
    bottom = corners[3] + steps * (corners[2] - corners[3])
    return np.stack((top[:-1], top[1:], bottom[1:], bottom[:-1]), axis=1)


def _bounds(cells: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Upright rectangles around quadrilaterals, as shares of the page; shape (n, 4)."""
    size = np.array([shape[1], shape[0]], dtype=np.float64)
    shares = cells / size
    low, high = shares.min(axis=1), shares.max(axis=1)
    bounds: NDArray[np.float64] = np.clip(np.concatenate((low, high), axis=1), 0.0, 1.0)
    return bounds
