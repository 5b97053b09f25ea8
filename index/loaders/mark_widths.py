"""Full-width marks that a reader of pictures took for half-width ones, told by the room they take in their line.

The recognition gives "（" and "(" for the same shape. In print a full-width mark moves what follows by a whole
square, as a Chinese character does, a half-width one by half of that. Where nothing on the page tells, a mark
beside Chinese is full-width, as GB/T 15834 has it. A half-width mark and a space take as much room as a full-width
mark, and become one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.loaders.squares import square_of
from index.segment import is_han

_FULL = dict(zip(",;:!?()", "，；：！？（）", strict=True))
_BRACKETS = "()（）"
_BETWEEN = 0.75
"""In squares, half way between the two widths. Of marks read as half-width off scans, measured between Chinese
characters: .43 to .63 where the print was half-width (13), .91 to 1.67 where it was full-width (12)."""
_NARROW = 0.55
"""Of a digit, a Latin letter or a half-width bracket, in squares."""
_FEWEST = 2
"""Chinese characters each beside the next, that tell how wide a square is."""


def with_full_marks(lines: Sequence[tuple[str, NDArray[np.float32]]]) -> list[str]:
    """The texts of a page's lines with the marks full-width that take the room of one; each as long as before.

    Brackets that can't be measured are as most of the page's that can.

    Args:
        lines: of each its text as it was read, without white space, and the centres of its characters along the
            line in any unit, shape (len(text),).
    """
    found = [_measured(text, centres) for text, centres in lines]
    told = [wide for groups in found for places, wide in groups if wide is not None and places.brackets]
    usual = sum(told) * 2 > len(told) if told else None
    return [_widened(text, groups, usual) for (text, _), groups in zip(lines, found, strict=True)]


@dataclass(frozen=True, slots=True)
class _Places:
    """Where one mark stands in its line, or two brackets that belong together."""

    at: tuple[int, ...]
    brackets: bool


def _measured(text: str, centres: NDArray[np.float32]) -> list[tuple[_Places, bool | None]]:
    """The marks of a line, brackets first, each with whether it is full-width; None where nothing tells."""
    square = square_of(text, centres, fewest=_FEWEST)
    marks = list(text)
    found: list[tuple[_Places, bool | None]] = []
    for pair in _brackets(text):
        as_read = True if any(text[at] in "（）" for at in pair) else None
        wide = as_read if as_read is not None else _is_wide(marks, centres, square, pair)
        found.append((_Places(pair, brackets=True), wide))
        for at in pair if wide else ():
            marks[at] = _FULL.get(text[at], text[at])
    for at, mark in enumerate(text):
        if mark in _FULL and mark not in _BRACKETS:
            found.append((_Places((at,), brackets=False), _is_wide(marks, centres, square, (at,))))
    return found


def _widened(text: str, groups: Sequence[tuple[_Places, bool | None]], usual: bool | None) -> str:
    marks = list(text)
    for places, measured in groups:
        wide = usual if measured is None and places.brackets else measured
        if wide is None:
            beside = [text[side] for at in places.at for side in (at - 1, at + 1) if 0 <= side < len(text)]
            wide = any(_is_chinese(neighbour, text) for neighbour in beside)
        for at in places.at if wide else ():
            marks[at] = _FULL.get(text[at], text[at])
    return "".join(marks)


def _brackets(text: str) -> list[tuple[int, ...]]:
    """Places of each bracket with the one that belongs to it, or alone where its other half isn't in the line."""
    opened: list[int] = []
    found: list[tuple[int, ...]] = []
    for at, mark in enumerate(text):
        if mark in "(（":
            opened.append(at)
        elif mark in ")）":
            found.append((opened.pop(), at) if opened else (at,))
    return found + [(at,) for at in opened]


def _is_wide(
    marks: Sequence[str], centres: NDArray[np.float32], square: float | None, places: Sequence[int]
) -> bool | None:
    """Whether the marks at ``places``, which are of one width, are full-width: by the first that can be measured."""
    if square is None:
        return None
    rooms = (_room(marks, centres / square, at) for at in places)
    return next((room > _BETWEEN for room in rooms if room is not None), None)


def _room(marks: Sequence[str], centres: NDArray[np.float32], at: int) -> float | None:
    """What the mark takes between its neighbours, in squares, as ``centres`` are; None where they don't tell.

    Between digits or letters it counts as narrow unmeasured: they are set too unevenly to risk "1,437" or "10:30".
    """
    if not 0 < at < len(marks) - 1:
        return None
    if (marks[at - 1] + marks[at + 1]).isascii() and (marks[at - 1] + marks[at + 1]).isalnum():
        return _NARROW
    before, after = _width(marks[at - 1]), _width(marks[at + 1])
    if before is None or after is None:
        return None
    return float(centres[at + 1] - centres[at - 1]) - (before + after) / 2


def _width(neighbour: str) -> float | None:
    """In squares; None for a full-width mark, which printers draw closer."""
    if is_han(neighbour):
        return 1.0
    return _NARROW if neighbour.isascii() and (neighbour.isalnum() or neighbour in "()") else None


def _is_chinese(neighbour: str, line: str) -> bool:
    """Whether it is Chinese, or one of its marks; quotation marks, dashes and dots are those of their line."""
    if is_han(neighbour) or "\u3000" <= neighbour <= "\u303f" or "\uff00" <= neighbour <= "\uffef":
        return True
    return neighbour in "“”‘’—…·" and any(map(is_han, line))
