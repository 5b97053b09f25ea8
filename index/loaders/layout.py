"""From lines to blocks: rejoins the lines that a page layout broke, and leaves all others alone.

Whether a line was broken by a layout is told from its neighbourhood: there, most lines reach the same width without
ending a sentence. In such a stretch a paragraph ends where a sentence ends on a line that still had room for the
next line's first word, or where the layout shows a new start (blank line, indentation, heading).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.loaders.draft import Draft, Piece, draft
from index.loaders.flow import Flow
from index.loaders.furniture import furniture
from index.loaders.headings import is_numbered_heading
from index.loaders.lines import MARKS, Line, mark_edges, read_lines, without
from index.loaders.numbering import Scheme, number_of

WINDOW = 21
"""Lines around one that tell its layout."""
NARROWEST, WIDEST = 18, 130
"""Columns of text that a layout breaks lines at; shorter ones are verse, longer ones no layout."""
BROKEN_SHARE = 0.4
"""Of the lines around, those that are full and end no sentence, at least."""
MARKED_SHARE = 0.25
"""Of the lines around, those with punctuation inside, at least: lists and tables have little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The blocks of a text, and the raw ranges left out because they were furniture.

    Args:
        titled: per draft, whether what stands around lets it be a heading without a number.
    """

    drafts: tuple[Draft, ...]
    titled: tuple[bool, ...]
    furniture: tuple[Piece, ...]


def layout(raw: str) -> Layout:
    """Splits ``raw`` into blocks; every visible character is in one of them or in the furniture."""
    lines = mark_edges(read_lines(raw))
    dropped = furniture(lines)
    gone = tuple((lines[index].start, lines[index].end) for index in sorted(dropped))
    lines = without(lines, dropped)
    if not lines:
        return Layout(drafts=(), titled=(), furniture=gone)
    columns, broken = _measure(lines)
    drafts: list[Draft] = []
    titled: list[bool] = []
    at = 0
    while at < len(lines):
        if broken[at]:
            end = at
            while end < len(lines) and broken[end]:
                end += 1
            flow = Flow(raw, lines[at:end], columns[at:end])
            drafts.extend(flow.drafts())
            titled.extend(flow.titled)
            at = end
        else:
            drafts.append(draft(raw, [(lines[at].start, lines[at].end)]))
            titled.append(_stands_alone(lines, at))
            at += 1
    return Layout(drafts=tuple(drafts), titled=tuple(titled), furniture=gone)


def _stands_alone(lines: Sequence[Line], at: int) -> bool:
    """Whether the line of an unbroken text may be a title: set off from what is above, a real text below."""
    line = lines[at]
    if at + 1 >= len(lines) or not line.blank_before:
        return False
    below = lines[at + 1]
    number = number_of(below.text)
    if number is not None and (number.scheme is Scheme.ARTICLE or is_numbered_heading(below.text, number)):
        return True
    if at == 0 and below.blank_before:
        return True
    return below.finished and below.width > line.width and MARKS.search(below.text) is not None


def _measure(lines: Sequence[Line]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Per line, shape (lines,): the width that lines around it are set to, and whether a layout broke them."""
    width = np.array([line.width for line in lines], dtype=np.int64)
    open_ended = np.array([not line.finished and line.text[-1] not in "；：;:" for line in lines])
    marked = np.array([MARKS.search(line.text) is not None or "、" in line.text for line in lines])
    around = min(WINDOW, len(lines) if len(lines) % 2 else len(lines) - 1)
    half = around // 2
    padded = np.pad(width, half, mode="reflect" if len(lines) > half else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, around)
    kth = (around * 3) // 5
    columns = np.partition(windows, kth, axis=1)[:, kth].copy()
    slack = np.maximum(6, columns // 7)
    full = open_ended & (width >= columns - slack) & (width <= columns + 4)
    broken = _share(full, around) >= BROKEN_SHARE
    broken &= (columns >= NARROWEST) & (columns <= WIDEST) & (_share(marked, around) >= MARKED_SHARE)
    return columns, broken if len(lines) > 1 else np.zeros(1, dtype=bool)


def _share(flags: NDArray[np.bool_], around: int) -> NDArray[np.float64]:
    """Shape (lines,): share of true ones among the ``around`` lines centred on each, fewer at the ends."""
    sums = np.concatenate(([0], np.cumsum(flags)))
    index = np.arange(len(flags))
    first = np.maximum(index - around // 2, 0)
    last = np.minimum(index + around // 2 + 1, len(flags))
    return np.asarray((sums[last] - sums[first]) / (last - first), dtype=np.float64)
