"""The lines of a raw text, with what their layout tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.encoding import INVISIBLE

IntArray = NDArray[np.int64]

BREAKS = "\n\r\f\v\x85\u2028\u2029"
"""Everything that ends a line on paper; only the first two count lines in an editor."""

BLANK = rf"\s{INVISIBLE}"
"""Inside a character class: white space and characters that can't be seen."""

_LINE = re.compile(rf"([^{BREAKS}]*)(\r\n|[{BREAKS}]|\Z)")
_VISIBLE = re.compile(rf"[^{BLANK}](?:[^{BREAKS}]*[^{BLANK}])?")
_WIDE_MARKS = "“”‘’…—·"

FINAL = "。！？!?…"
CLOSERS = "”’」』）)】〕》〉\"'"
OPENERS = "“‘「『（(【〔《〈"
_FINISHED = re.compile(rf"(?:[{FINAL}]|(?<=[A-Za-z0-9)])\.)[{re.escape(CLOSERS)}]*$")
MARKS = re.compile(r"[，。；：！？,;!?]|\.\s")
"""Punctuation of sentences, of which titles and cells of tables have little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with something to see on it.

    Args:
        start, end: half-open raw range without the white space at either end.
        indent: columns of white space before it (a full-width space counts 2).
        blank_before: an empty line or a page edge lies between it and the line above.
        edge_before: a page break lies between it and the line above.
        width: columns it takes; Han and full-width characters count 2.
        finished: ends like a sentence.
    """

    start: int
    end: int
    text: str
    indent: int
    blank_before: bool
    edge_before: bool
    width: int
    finished: bool


def read_lines(raw: str) -> list[Line]:
    """The lines of ``raw`` that aren't empty, in order."""
    columns = _columns(raw)
    lines: list[Line] = []
    blank = edge = True
    for match in _LINE.finditer(raw):
        begin, stop = match.span(1)
        visible = _VISIBLE.search(raw, begin, stop)
        if visible is None:
            blank = True
        else:
            start, end = visible.span()
            text = visible.group()
            lines.append(
                Line(
                    start=start,
                    end=end,
                    text=text,
                    indent=int(columns[start] - columns[begin]),
                    blank_before=blank,
                    edge_before=edge,
                    width=int(columns[end] - columns[start]),
                    finished=is_finished(text),
                )
            )
            blank = edge = False
        if match.group(2) == "\f":
            blank = edge = True
    return lines


def is_finished(text: str) -> bool:
    """Whether ``text`` ends with a sentence's final punctuation, closing marks after it included."""
    return _FINISHED.search(text, max(0, len(text) - 8)) is not None


def _columns(raw: str) -> IntArray:
    """Shape (len(raw) + 1,): columns before each character, as if all stood on one line."""
    points = np.frombuffer(raw.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    narrow = (points >= 0xFF61) & (points <= 0xFFDC)
    wide = ((points >= 0x2E80) & (points <= 0xFFE6) & ~narrow) | (points >= 0x1F300)
    wide |= np.isin(points, [ord(mark) for mark in _WIDE_MARKS])
    return np.concatenate(([0], np.cumsum(1 + wide.astype(np.int64))))


def mark_edges(lines: list[Line]) -> list[Line]:
    """Takes a lone leading space for a page break where only few lines have one and no line is indented.

    Text drawn from PDF files by common tools has it in place of a form feed.
    """
    marked = [line.indent == 1 for line in lines]
    if any(line.indent > 1 for line in lines) or not 0 < sum(marked) <= max(1, len(lines) // 10):
        return lines
    return [_at_edge(line) if mark else line for line, mark in zip(lines, marked, strict=True)]


def _at_edge(line: Line) -> Line:
    return replace(line, edge_before=True, blank_before=True, indent=0)


def without(lines: list[Line], dropped: set[int]) -> list[Line]:
    """The lines whose index isn't in ``dropped``; what stood beyond a dropped one is now beyond a page edge."""
    kept: list[Line] = []
    edge = False
    for index, line in enumerate(lines):
        if index in dropped:
            edge = True
            continue
        kept.append(replace(line, edge_before=True, blank_before=True) if edge else line)
        edge = False
    return kept
