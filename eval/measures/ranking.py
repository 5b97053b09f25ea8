"""How high the right passages stand, from their ranks alone; relevance is binary.

``ranks`` are ranks from 1, ascending, of the passages that hold an accepted answer. Sources: Karpukhin et al.
2020, https://arxiv.org/abs/2004.04906 (recall as top-k accuracy); Voorhees, TREC-8 QA track (reciprocal rank);
Järvelin & Kekäläinen 2002, https://doi.org/10.1145/582415.582418 (nDCG, with log2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def found_at(ranks: Sequence[int], k: int) -> float:
    """1 if one of the first k passages is relevant, else 0."""
    return float(any(rank <= k for rank in ranks))


def reciprocal_rank_at(ranks: Sequence[int], k: int) -> float:
    """1 / rank of the first relevant passage; 0 if none is among the first k."""
    within = [rank for rank in ranks if rank <= k]
    return 1.0 / min(within) if within else 0.0


def ndcg_at(ranks: Sequence[int], relevant: int, k: int) -> float:
    """Discounted gain of the first k, as a share of what the best order would gain; in [0, 1].

    Args:
        relevant: how many passages there are to be found; 0 gives 0.
    """
    gained = sum(1.0 / math.log2(rank + 1) for rank in ranks if rank <= k)
    ideal = sum(1.0 / math.log2(rank + 1) for rank in range(1, min(relevant, k) + 1))
    return gained / ideal if ideal else 0.0


def known_at(ranks: Sequence[int], relevant: int | None, depth: int, k: int) -> bool:
    """Whether the first k are known: so many were looked at, or there is nothing left to find further down."""
    return depth >= k or (relevant is not None and len(ranks) >= relevant)
