"""Ratios between two systems over rounds that were run side by side, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
FEWEST = 3
"""Rounds from which an interval is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """``value`` is the geometric mean over ``rounds``; ``low``, ``high`` its bootstrap 95 % interval, or None."""

    value: float
    low: float | None
    high: float | None
    rounds: int


def round_ratios(ours: Mapping[int, float], theirs: Mapping[int, float]) -> NDArray[np.float64]:
    """``ours / theirs`` of every round that both have, in order, shape (rounds,).

    Raises:
        ValueError: a value isn't above 0.
    """
    both = sorted(ours.keys() & theirs.keys())
    above = np.array([ours[number] for number in both], dtype=np.float64)
    below = np.array([theirs[number] for number in both], dtype=np.float64)
    if (above <= 0).any() or (below <= 0).any():
        raise ValueError("a ratio needs values above 0")
    return above / below


def ratio(ours: Mapping[int, float], theirs: Mapping[int, float], *, seed: int = 0) -> Ratio | None:
    """The geometric mean of the rounds' ratios; None without a common round.

    The interval is the percentile bootstrap (Efron & Tibshirani 1993, ch. 13) over rounds. With few rounds it is
    too narrow rather than too wide: it can only reach as far as the rounds themselves do.
    """
    logs = np.log(round_ratios(ours, theirs))
    if not len(logs):
        return None
    value = float(np.exp(logs.mean()))
    if len(logs) < FEWEST:
        return Ratio(value=value, low=None, high=None, rounds=len(logs))
    drawn = np.random.default_rng(seed).integers(0, len(logs), size=(RESAMPLES, len(logs)))
    low, high = np.exp(np.quantile(logs[drawn].mean(axis=1), [0.025, 0.975]))
    return Ratio(value=value, low=float(low), high=float(high), rounds=len(logs))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of ``values`` don't exceed (nearest rank); ``share`` in [0, 1].

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no values")
    return float(np.quantile(np.array(values, dtype=np.float64), share, method="inverted_cdf"))
