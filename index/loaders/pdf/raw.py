"""The raw text of an upload of pages, with a box for every character; and what is noted for reading it again."""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.document import Box, Place
from index.loaders.pdf.characters import PageText
from index.loaders.pdf.seen import Seen
from index.loaders.raw import check_ranges

_FORMAT = 1


@dataclass(slots=True)
class PagedText:
    """The raw text of pages one after the other, a form feed after each. Pages are read when needed.

    Args:
        starts: where each page starts in the raw text, and where the text ends; shape (pages + 1,).
        seen: by page, from 0: what was read on its picture.
        text_of: reads any other page, from 0.
    """

    starts: NDArray[np.int64]
    seen: dict[int, Seen]
    text_of: Callable[[int], PageText]
    encoding: str = ""
    _pages: dict[int, PageText] = field(default_factory=dict)

    def says(self, ranges: tuple[tuple[int, int], ...]) -> str:
        """The characters of half-open raw ranges; see :class:`index.document.RawText`."""
        check_ranges(ranges, int(self.starts[-1]))
        out: list[str] = []
        for start, end in ranges:
            for page, a, b in self._split(start, end):
                out.append((self._page(page).text + "\f")[a:b])
        return "".join(out)

    def place(self, ranges: tuple[tuple[int, int], ...]) -> Place:
        """Page, and a box for each line that the ranges touch."""
        check_ranges(ranges, int(self.starts[-1]))
        boxes: list[Box] = []
        for start, end in ranges:
            for page, a, b in self._split(start, end):
                boxes.extend(_boxes(self._page(page), a, b, page + 1))
        first = bisect_right(self.starts.tolist(), ranges[0][0])
        return Place(raw=ranges, bytes=(), first_line=0, last_line=0, page=first, boxes=tuple(_merged(boxes)))

    def _split(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Page from 0, and the half-open range within it."""
        page = int(np.searchsorted(self.starts, start, side="right")) - 1
        while start < end:
            stop = min(end, int(self.starts[page + 1]))
            yield page, start - int(self.starts[page]), stop - int(self.starts[page])
            start = stop
            page += 1

    def _page(self, page: int) -> PageText:
        if page not in self._pages:
            self._pages[page] = self.seen[page].page() if page in self.seen else self.text_of(page)
        return self._pages[page]


def note(starts: NDArray[np.int64], seen: dict[int, Seen]) -> bytes:
    told = {
        "format": _FORMAT,
        "starts": starts.tolist(),
        "seen": {str(number): sight.told() for number, sight in seen.items()},
    }
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def noted(reading: bytes) -> tuple[NDArray[np.int64], dict[int, Seen]] | None:
    """What :func:`_note` wrote; None for another version's, or none."""
    try:
        told = json.loads(zlib.decompress(reading))
        if told["format"] != _FORMAT:
            return None
        seen = {int(number): Seen.of(sight) for number, sight in told["seen"].items()}
        return np.array(told["starts"], dtype=np.int64), seen
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


def fits(starts: NDArray[np.int64], seen: dict[int, Seen], pages: int) -> bool:
    """Whether what was noted can be of a file of so many pages, each of which has at least its form feed."""
    if starts.shape != (pages + 1,) or pages < 1 or starts[0] != 0 or (np.diff(starts) < 1).any():
        return False
    return all(
        0 <= page < pages and len(sight.text) + 1 == starts[page + 1] - starts[page]
        for page, sight in seen.items()
    )


def _boxes(page: PageText, start: int, end: int, number: int) -> Iterator[Box]:
    """Boxes of characters, one for each line."""
    boxes = page.boxes[start : min(end, len(page.text))]
    boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
    line: list[NDArray[np.float32]] = []
    for box in boxes:
        if line and min(box[3], line[-1][3]) - max(box[1], line[-1][1]) < 0.3 * (box[3] - box[1]):
            yield _around(line, number)
            line = []
        line.append(box)
    if line:
        yield _around(line, number)


def _around(line: list[NDArray[np.float32]], number: int) -> Box:
    boxes = np.stack(line)
    return Box(
        page=number,
        left=float(boxes[:, 0].min()),
        top=float(boxes[:, 1].min()),
        right=float(boxes[:, 2].max()),
        bottom=float(boxes[:, 3].max()),
    )


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes beside each other on one line as one: a citation may have dropped a space between."""
    out: list[Box] = []
    for box in boxes:
        last = out[-1] if out else None
        if (
            last is not None
            and last.page == box.page
            and min(last.bottom, box.bottom) - max(last.top, box.top) > 0.5 * (box.bottom - box.top)
            and box.left - last.right < 0.02
            and last.left - box.right < 0.02
        ):
            out[-1] = Box(
                page=box.page,
                left=min(last.left, box.left),
                top=min(last.top, box.top),
                right=max(last.right, box.right),
                bottom=max(last.bottom, box.bottom),
            )
        else:
            out.append(box)
    return out
