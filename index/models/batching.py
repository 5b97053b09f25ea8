"""Batches by tokens rather than by texts, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Indices of ``lengths``, longest first, in batches whose padded size stays within ``budget``.

    A batch takes (number of texts) x (its longest) tokens; a text longer than the budget is alone.

    Args:
        lengths: tokens of each text, 0 or more.
        budget: tokens, 1 or more.
    """
    batch: list[int] = []
    longest = 0
    for index in np.argsort(-np.asarray(lengths, dtype=np.int64), kind="stable").tolist():
        if batch and (len(batch) + 1) * longest > budget:
            yield batch
            batch = []
        if not batch:
            longest = max(lengths[index], 1)
        batch.append(index)
    if batch:
        yield batch
