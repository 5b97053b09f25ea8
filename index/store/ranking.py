"""The first k of a ranking that an index gives in growing pieces."""

from __future__ import annotations

from collections.abc import Callable, Set

import numpy as np
from numpy.typing import NDArray

from index.store.changes import Ids
from index.store.protocol import Hit

Scores = NDArray[np.float64]
Fetch = Callable[[int], tuple[Ids, Scores]]
"""Given a limit, the best that many entries: ids and scores, both of shape (found,), best first, ties
anyhow."""

_SLACK = 16
_GROWTH = 4


def first_hits(fetch: Fetch, k: int, *, alive: Callable[[Ids], Set[int]] | None = None) -> list[Hit]:
    """The ``k`` best live entries, best first, ties by lower id.

    An index cuts a ranking anywhere inside a tie, and may hold entries that are deleted: so more is fetched
    until ``k`` live ones are in hand and everything that ties with the last of them.

    Args:
        alive: which of the ids still exist; None if all do.
    """
    limit = k + _SLACK
    while k > 0:
        ids, scores = fetch(limit)
        kept = _alive(ids, alive)
        order = np.lexsort((ids[kept], -scores[kept]))[:k]
        ranked, values = ids[kept][order], scores[kept][order]
        if ids.size < limit or (ranked.size == k and scores[-1] < values[-1]):
            return [Hit(passage_id=int(i), score=float(s)) for i, s in zip(ranked, values, strict=True)]
        limit *= _GROWTH
    return []


def _alive(ids: Ids, alive: Callable[[Ids], Set[int]] | None) -> NDArray[np.bool_]:
    if alive is None:
        return np.ones(ids.shape, dtype=np.bool_)
    live = alive(ids)
    return np.fromiter((int(i) in live for i in ids), dtype=np.bool_, count=ids.size)
