"""The raw text of an upload that is made of parts (sheets and cells, slides, paragraphs) in place of lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.document import Part, Place
from index.loaders.draft import Piece
from index.loaders.raw import check_ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class PartedText:
    """A raw text as stretches that stand in one part each; see :class:`index.document.RawText`.

    Args:
        starts: ascending; where each stretch starts in ``text``. One line break follows each of them.
        parts: the way to each stretch, outermost first.
    """

    text: str
    starts: Sequence[int]
    parts: Sequence[tuple[Part, ...]]
    encoding: str = ""

    def says(self, ranges: tuple[tuple[int, int], ...]) -> str:
        """The characters of half-open raw ranges; see :class:`index.document.RawText`."""
        check_ranges(ranges, len(self.text))
        return "".join(self.text[start:end] for start, end in ranges)

    def place(self, ranges: tuple[tuple[int, int], ...]) -> Place:
        """The parts that the ranges touch, each once, in the order of the ranges."""
        check_ranges(ranges, len(self.text))
        found: dict[Part, None] = {}
        for start, end in ranges:
            for index in range(bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)):
                found.update(dict.fromkeys(self.parts[index]))
        return Place(raw=ranges, bytes=(), first_line=0, last_line=0, parts=tuple(found))


@dataclass(slots=True)
class PartedBuilder:
    """Puts a :class:`PartedText` together, stretch by stretch, in the upload's order."""

    _texts: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _parts: list[tuple[Part, ...]] = field(default_factory=list)
    _length: int = 0

    def add(self, text: str, *parts: Part) -> Piece:
        """Appends ``text``, which stands in ``parts`` (outermost first); its raw range, empty for an empty text."""
        start = self._length
        if text:
            self._starts.append(start)
            self._parts.append(parts)
            self._texts.append(text)
            self._length += len(text) + 1
        return start, start + len(text)

    @property
    def length(self) -> int:
        """Characters so far, a line break after each stretch included."""
        return self._length

    def build(self, *, encoding: str = "") -> PartedText:
        """All that was added."""
        text = "".join(f"{part}\n" for part in self._texts)
        return PartedText(text=text, starts=tuple(self._starts), parts=tuple(self._parts), encoding=encoding)
