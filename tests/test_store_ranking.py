"""Cutting a ranking at k, against sorting all of it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.store.changes import Ids
from index.store.protocol import Hit
from index.store.ranking import Scores, first_hits


@given(
    scores=st.lists(st.integers(0, 4), max_size=150),
    k=st.integers(0, 60),
    dead=st.sets(st.integers(0, 149)),
    seed=st.integers(0, 9),
)
def test_first_hits_equal_a_full_sort(scores: list[int], k: int, dead: set[int], seed: int) -> None:
    # Ties come in any order, and are cut anywhere.
    shuffle = np.random.default_rng(seed).permutation(len(scores))
    order = shuffle[np.argsort(-np.array(scores)[shuffle], kind="stable")] if scores else shuffle
    ids, values = order.astype(np.int64), np.array(scores, dtype=np.float64)[order]

    def fetch(limit: int) -> tuple[Ids, Scores]:
        return ids[:limit], values[:limit]

    def alive(some: Ids) -> set[int]:
        return set(some.tolist()) - dead

    live = sorted((-score, i) for i, score in enumerate(scores) if i not in dead)[:k]
    assert first_hits(fetch, k, alive=alive) == [Hit(passage_id=i, score=-float(s)) for s, i in live]
