"""Batches of the span reader's training: rows of like length, each with the place of its answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.reader.pieces import Pieces, PieceTokenizer
from rag.training.mixture import SEED, Material, Shares, epoch_items
from rag.training.windows import Item

_BUCKET = 40
"""Batches that are sorted by length together."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an item's answer stands in its row: characters + 1, as :class:`rag.reader.network.Scores` counts
    (0 for none), and the same in pieces."""

    start: int
    end: int
    piece_start: int
    piece_end: int


def encode(tokenizer: PieceTokenizer, item: Item) -> tuple[Pieces, Target] | None:
    """The row and its target; None where the answer lies outside the encoder's window, or on no piece."""
    row = tokenizer.encode(item.question, [item.text])[0][0]
    if not item.answerable:
        return row, Target(0, 0, 0, 0)
    first, last = item.start, item.end - 1
    while first < last and first < len(row.piece_of) and row.piece_of[first] == 0:
        first += 1
    while last > first and last < len(row.piece_of) and row.piece_of[last] == 0:
        last -= 1
    if last >= len(row.piece_of) or row.piece_of[first] == 0 or row.piece_of[last] == 0:
        return None
    return row, Target(first + 1, last + 1, int(row.piece_of[first]), int(row.piece_of[last]))


def batches(
    tokenizer: PieceTokenizer, items: Sequence[Item], size: int, rng: random.Random
) -> Iterator[list[tuple[Pieces, Target]]]:
    """Rows of like length together, in random order."""
    for first in range(0, len(items), size * _BUCKET):
        encoded = [encode(tokenizer, item) for item in items[first : first + size * _BUCKET]]
        rows = sorted((row for row in encoded if row is not None), key=lambda row: len(row[0]))
        groups = [rows[i : i + size] for i in range(0, len(rows), size)]
        rng.shuffle(groups)
        yield from (group for group in groups if len(group) == size)


def stream(
    tokenizer: PieceTokenizer, material: Material, shares: Shares, size: int, *, done: int
) -> Iterator[list[tuple[Pieces, Target]]]:
    """Batches of one pass after the other, without end, less the first ``done``; the same in every run.

    Raises:
        ValueError: a pass doesn't fill a single batch.
    """
    epoch = SEED
    while True:
        items = epoch_items(material, shares, epoch)
        empty = True
        for rows in batches(tokenizer, items, size, random.Random(epoch)):
            empty = False
            if done > 0:
                done -= 1
                continue
            yield rows
        if empty:
            raise ValueError(f"{len(items)} questions don't fill a batch of {size}")
        epoch += 1
