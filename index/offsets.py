"""The map from clean text back to the text of the upload, as runs."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

INSERTED = -1
"""Raw index of a clean character that stands nowhere in the upload (a separator that cleaning put in)."""


@dataclass(frozen=True, slots=True, eq=False)
class OffsetMap:
    """Clean character index -> raw character index, as runs that advance together.

    Cleaning drops, moves and separates characters but never changes one, so ``clean[i] == raw[map[i]]``
    wherever ``map[i]`` isn't :data:`INSERTED`.

    Args:
        clean_starts: shape (runs,), ascending; where a run starts in the clean text.
        raw_starts: shape (runs,); where the same run starts in the raw text, or :data:`INSERTED`.
        length: characters of the clean text.
    """

    clean_starts: IntArray
    raw_starts: IntArray
    length: int

    @classmethod
    def identity(cls, length: int) -> OffsetMap:
        """The map of a text that needed no cleaning."""
        return cls.from_indices(np.arange(length, dtype=np.int64))

    @classmethod
    def from_indices(cls, indices: IntArray) -> OffsetMap:
        """Compresses ``indices``, shape (length,): the raw index of each clean character."""
        indices = np.asarray(indices, dtype=np.int64)
        if indices.size == 0:
            return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), 0)
        inserted = indices == INSERTED
        # An inserted run stays at -1 while a mapped one advances by one a character.
        step = np.where(inserted[:-1], 0, 1)
        breaks = (indices[1:] != indices[:-1] + step) | (inserted[1:] != inserted[:-1])
        starts = np.concatenate(([0], np.flatnonzero(breaks) + 1)).astype(np.int64)
        return cls(starts, indices[starts], int(indices.size))

    def indices(self, start: int, end: int) -> IntArray:
        """Raw index of each clean character of ``[start, end)``, shape (end - start,).

        Raises:
            IndexError: the range is outside the clean text.
        """
        if not 0 <= start <= end <= self.length:
            raise IndexError(f"[{start}, {end}) outside a text of {self.length} characters")
        positions = np.arange(start, end, dtype=np.int64)
        run = np.searchsorted(self.clean_starts, positions, side="right") - 1
        raw = self.raw_starts[run]
        return np.where(raw == INSERTED, INSERTED, raw + positions - self.clean_starts[run])

    def ranges(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Half-open raw ranges that ``[start, end)`` came from, in clean order, adjacent ones joined."""
        raw = self.indices(start, end)
        raw = raw[raw != INSERTED]
        if raw.size == 0:
            return ()
        cuts = np.flatnonzero(raw[1:] != raw[:-1] + 1) + 1
        return tuple((int(part[0]), int(part[-1]) + 1) for part in np.split(raw, cuts))

    def to_bytes(self) -> bytes:
        """A compact form for storage; :meth:`from_bytes` reads it."""
        head = np.array([self.length, self.clean_starts.size], dtype="<i4")
        body = np.concatenate((self.clean_starts, self.raw_starts)).astype("<i4")
        return zlib.compress(head.tobytes() + body.tobytes(), level=6)

    @classmethod
    def from_bytes(cls, data: bytes) -> OffsetMap:
        """Reads what :meth:`to_bytes` wrote.

        Raises:
            ValueError: the bytes are damaged.
        """
        try:
            numbers = np.frombuffer(zlib.decompress(data), dtype="<i4").astype(np.int64)
        except zlib.error as error:
            raise ValueError("damaged offset map") from error
        if numbers.size < 2 or numbers.size != 2 + 2 * numbers[1]:
            raise ValueError("damaged offset map")
        length, runs = int(numbers[0]), int(numbers[1])
        return cls(numbers[2 : 2 + runs], numbers[2 + runs :], length)
