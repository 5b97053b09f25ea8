"""A text upload as it is: its characters, and where they stand in its bytes, lines and pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from index.document import Place
from index.encoding import decode

LINE_BREAK = re.compile(r"\r\n|\r|\n")
"""What editors count lines by."""


def check_ranges(ranges: tuple[tuple[int, int], ...], length: int) -> None:
    """Raises :class:`IndexError` unless there is a range, and none is empty or outside ``length`` characters."""
    if not ranges or not all(0 <= start < end <= length for start, end in ranges):
        raise IndexError(f"{ranges} outside a text of {length} characters")


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """The raw text of a text upload; see :class:`index.document.RawText`.

    Args:
        mark: bytes of the byte order mark, which isn't in ``text``.
    """

    text: str
    encoding: str
    mark: int = field(default=0)

    @classmethod
    def read(cls, data: bytes, *, source: str, encoding: str | None = None) -> TextFile:
        """Decodes an upload.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
        """
        decoded = decode(data, source=source, encoding=encoding)
        return cls(text=decoded.text, encoding=decoded.encoding, mark=decoded.mark)

    def says(self, ranges: tuple[tuple[int, int], ...]) -> str:
        """The characters of half-open raw ranges; see :class:`index.document.RawText`."""
        check_ranges(ranges, len(self.text))
        return "".join(self.text[start:end] for start, end in ranges)

    def place(self, ranges: tuple[tuple[int, int], ...]) -> Place:
        """Where half-open raw ranges stand in the upload.

        Pages are counted by form feeds, and None where there isn't one.

        Raises:
            IndexError: no range, an empty one, or one outside the text.
        """
        check_ranges(ranges, len(self.text))
        lines = [bisect_right(self._line_starts, at) for start, end in ranges for at in (start, end - 1)]
        page = self.text.count("\f", 0, ranges[0][0]) + 1 if "\f" in self.text else None
        return Place(
            raw=ranges,
            bytes=self._byte_ranges(ranges),
            first_line=min(lines),
            last_line=max(lines),
            page=page,
        )

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_BREAK.finditer(self.text))]

    def _byte_ranges(self, ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        """Byte offsets of all range ends in one pass over the text."""
        ends = sorted({at for piece in ranges for at in piece})
        offsets: dict[int, int] = {}
        at, offset = 0, self.mark
        for end in ends:
            offset += len(self.text[at:end].encode(self._plain))
            offsets[end] = offset
            at = end
        return tuple((offsets[start], offsets[end]) for start, end in ranges)

    @property
    def _plain(self) -> str:
        """The codec without its byte order mark (byte order is irrelevant to lengths)."""
        return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding)
