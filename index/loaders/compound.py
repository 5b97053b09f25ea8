"""OLE containers (old Office files): whether their chains of sectors come to an end.

A container's table tells of every sector which comes next (MS-CFB). Where that leads back, a reader that trusts it
reads until there is no memory left.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_LAST = 0xFFFFFFFA
"""Numbers from here on stand for the end of a chain, and the like."""
_IN_HEADER = 109
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class Looped(ValueError):
    """A chain of sectors that has no end, or no header to find one by."""


def streams(data: bytes, *, wanted: frozenset[str]) -> list[bytes]:
    """The streams of those names, after the chains of all were followed, and of the tables that tell of them.

    Raises:
        Looped: one of them never ends.
    """
    try:
        container = _Container(data=data, sector=1 << struct.unpack_from("<H", data, 30)[0])
        directory, small, cutoff = (struct.unpack_from("<I", data, at)[0] for at in (48, 60, 56))
        table = container.table()
        entries = b"".join(map(container.at, _chain(table, directory)))
        minor = [number for at in _chain(table, small) for number in container.numbers(at)]
    except (struct.error, OverflowError) as error:
        raise Looped("no header") from error
    found = []
    for name, kind, start, size in _entries(entries):
        if kind == _STREAM and size < cutoff:  # lies within the root's, in sectors of its own
            for _ in _chain(minor, start):
                pass
            continue
        sectors = list(_chain(table, start))
        if name in wanted:
            found.append(b"".join(map(container.at, sectors))[:size])
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Container:
    """Sectors of a file, by number.

    Args:
        sector: bytes of one.
    """

    data: bytes
    sector: int

    def at(self, number: int) -> bytes:
        """A sector; less of it, or nothing, where the file ends before."""
        return self.data[(number + 1) * self.sector : (number + 2) * self.sector]

    def numbers(self, number: int) -> tuple[int, ...]:
        """A sector of a table."""
        held = self.at(number)
        return struct.unpack_from(f"<{len(held) // 4}I", held)

    def table(self) -> list[int]:
        """Of every sector, the one that follows; where the table itself lies is told by the header, and a chain."""
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", self.data, 76))
        following, seen = struct.unpack_from("<I", self.data, 68)[0], set[int]()
        while following < _LAST and (more := self.numbers(following)):
            if following in seen or len(places) > _IN_HEADER + len(self.data) // self.sector:
                raise Looped("the table's own chain")
            seen.add(following)
            places.extend(more[:-1])
            following = more[-1]
        return [number for place in places if place < _LAST for number in self.numbers(place)]


def _chain(table: Sequence[int], start: int) -> Iterator[int]:
    """Numbers of a chain's sectors, in order; one that leaves the table ends there."""
    seen = 0
    while start < len(table):
        yield start
        seen += 1
        if seen > len(table):
            raise Looped(f"at sector {start}")
        start = table[start]


def _entries(directory: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Name, kind, first sector, and bytes of each stream."""
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        kind = directory[at + 66]
        if kind in (_STREAM, _ROOT):
            length = max(0, min(64, directory[at + 64]) - 2)
            name = directory[at : at + length].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, at + 116)
            yield name, kind, start, size
