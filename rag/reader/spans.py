"""Span search over the scores of several windows: numpy only.

Positions here are characters of a window, 0 to n - 1; scores come with the null answer in front (column 0), as
:class:`rag.reader.network.Scores` gives them. A span's score is how far it is above the null answer of its own
window, ``start[i] + end[j] - start[null] - end[null]`` (Devlin et al. 2019, section 4.3), which makes spans of
different windows and passages comparable: each window is measured against its own "nothing here".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from index.sentences import PAIRS

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSpan:
    """A span ``[start, end)`` and its score: log-odds-like, any real number, higher is better."""

    start: int
    end: int
    score: float


def best_spans(start: Logits, end: Logits, *, count: int, longest: int) -> list[ScoredSpan]:
    """The ``count`` best spans of one window, best first (ties: earlier start, then shorter).

    Args:
        start, end: shape (n + 1,), null in front; minus infinity where no span may start or end.
        longest: characters of a span, at most.
    """
    size = len(start) - 1
    if size <= 0 or count <= 0 or longest <= 0:
        return []
    width = min(longest, size)
    padded = np.concatenate((end[1:], np.full(width - 1, -np.inf, dtype=np.float64)))
    total = start[1:, None].astype(np.float64) + sliding_window_view(padded, width)
    flat = total.ravel()
    wanted = min(count, flat.size)
    chosen = np.argpartition(-flat, wanted - 1)[:wanted]
    threshold = flat[chosen].min()
    if np.isfinite(threshold):  # argpartition breaks ties as it likes
        chosen = np.flatnonzero(flat >= threshold)
    order = chosen[np.lexsort((chosen, -flat[chosen]))][:wanted]
    null = float(start[0]) + float(end[0])
    return [
        ScoredSpan(
            start=int(at) // width, end=int(at) // width + int(at) % width + 1, score=float(flat[at]) - null
        )
        for at in order
        if np.isfinite(flat[at])
    ]


def without_overlaps(spans: Sequence[ScoredSpan]) -> list[ScoredSpan]:
    """Each place once, best first: a span that overlaps a better one is left out (greedy non-maximum suppression)."""
    kept: list[ScoredSpan] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.start, s.end)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept


CLOSING = {close: opening for opening, close in PAIRS.items()}
_EDGES = " \t\n\u3000，,。；;：:、！!？?·…—-"
_DANGLING_END = "的了着和与及或在是为"
_LONGEST_REACH = 24


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """A span with sensible ends: no punctuation, white space or dangling particle at them, no half bracket.

    A bracket whose other half stands just outside, within a name's length, is completed; one whose other half is
    far goes. Never returns an empty span: the span comes back unchanged where nothing would be left.
    """
    a, b = _stripped(text, start, end)
    for _ in range(3):  # taking a bracket off may lay punctuation bare
        c, d = _stripped(text, *_balanced(text, a, b))
        if (c, d) == (a, b):
            break
        a, b = c, d
    return (a, b) if a < b else (start, end)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGES:
        if text[start] in "-—" and text[start + 1 : start + 2].isdigit():  # a minus
            break
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    if end - start > 3 and text[end - 1] in _DANGLING_END and text[end - 2] not in "目有似":
        outside = text[end : end + 1]
        if outside and outside.isalnum():  # the phrase goes on
            end -= 1
    return start, end


def _balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """Half brackets completed or taken off."""
    open_at: list[int] = []
    unopened: list[int] = []
    for at in range(start, end):
        if text[at] in PAIRS:
            open_at.append(at)
        elif text[at] in CLOSING:
            if open_at and PAIRS[text[open_at[-1]]] == text[at]:
                open_at.pop()
            else:
                unopened.append(at)
    if open_at:
        close = text.find(PAIRS[text[open_at[0]]], end, end + _LONGEST_REACH)
        between = text[end:close]
        if close >= 0 and not any(c in between for c in "。！？\n"):
            return start, close + 1
        return (open_at[0] + 1, end) if open_at[0] == start else (start, open_at[0])
    if unopened:
        opening = text.rfind(CLOSING[text[unopened[-1]]], max(0, start - _LONGEST_REACH), start)
        if opening >= 0 and not any(c in text[opening:start] for c in "。！？\n"):
            return opening, end
        return (start, unopened[-1]) if unopened[-1] == end - 1 else (unopened[-1] + 1, end)
    return start, end
