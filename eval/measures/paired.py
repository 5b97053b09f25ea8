"""The difference of a measure between two runs over the same questions: its interval, and whether chance explains it.

Questions are resampled with both their outcomes (Koehn 2004, https://aclanthology.org/W04-3250/): what makes a
question hard is in both and cancels out, which tells far smaller differences apart than two separate intervals.
``scipy.stats.permutation_test`` flips signs of a mean the same way (the tests hold ours against every swap there
is), but knows no measure that needs all questions at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from eval.measures.measure import Measure
from eval.measures.resample import draws, interval
from eval.measures.weighted import Floats, mean, ratio
from eval.row import Row

SWAPS = 2000
_AT_ONCE = 2_000_000
"""Swaps held at a time: 16 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A measure in both runs.

    Args:
        a, b: its values; None where it isn't defined.
        difference: b − a. low, high: its 95 % interval. p: two-sided.
        n_a, n_b: questions that it applies to.
    """

    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n_a: int
    n_b: int


class Sides:
    """What a measure needs of both runs' rows, question by question.

    Args:
        rows_a, rows_b: of the same questions in the same order, shape (n,).
    """

    def __init__(self, measure: Measure, rows_a: Sequence[Row], rows_b: Sequence[Row]) -> None:
        self.measure = measure
        self.seen_a, applies_a = measure.observed(rows_a)
        self.seen_b, applies_b = measure.observed(rows_b)
        self.chosen_a, self.chosen_b = np.flatnonzero(applies_a), np.flatnonzero(applies_b)
        self._pooled = np.concatenate([self.seen_a, self.seen_b])
        self._sums_a, self._sums_b = (
            self._sums(self.seen_a, self.chosen_a, len(rows_a)),
            self._sums(self.seen_b, self.chosen_b, len(rows_b)),
        )

    @staticmethod
    def _sums(seen: Floats, chosen: np.ndarray[tuple[int], np.dtype[np.intp]], n: int) -> Floats:
        """What sums to a mean: the value or 0, and whether there is one; shape (n, 2)."""
        found: Floats = np.zeros((n, 2))
        found[chosen, 0], found[chosen, 1] = seen[:, 0], 1.0
        return found

    def weighted(self, weights: Floats) -> Floats:
        """b − a with each question weighted alike in both; ``weights`` (b, n) to (b,)."""
        if self.measure.statistic is mean:
            return _mean(weights @ self._sums_b) - _mean(weights @ self._sums_a)
        after = self.measure.statistic(self.seen_b, np.take(weights, self.chosen_b, axis=1))
        return after - self.measure.statistic(self.seen_a, np.take(weights, self.chosen_a, axis=1))

    def swapped(self, swaps: Floats) -> Floats:
        """b − a with both outcomes of some questions swapped (1; else 0); ``swaps`` (b, n) to (b,)."""
        if self.measure.statistic is mean:
            moved = swaps @ (self._sums_b - self._sums_a)
            return _mean(self._sums_b.sum(axis=0) - moved) - _mean(self._sums_a.sum(axis=0) + moved)
        first = np.concatenate([1 - swaps[:, self.chosen_a], swaps[:, self.chosen_b]], axis=1)
        return self.measure.statistic(self._pooled, 1 - first) - self.measure.statistic(self._pooled, first)


def _mean(sums: Floats) -> Floats:
    return ratio(sums[..., 0], sums[..., 1])


def _swaps(n: int, *, seed: int) -> Iterator[Floats]:
    generator = np.random.default_rng((seed, n, 1))
    step = max(1, _AT_ONCE // n)
    for start in range(0, SWAPS, step):
        size = min(step, SWAPS - start)
        yield generator.integers(0, 2, size=(size, n)).astype(np.float64)


def pair(
    measures: Sequence[Measure], rows_a: Sequence[Row], rows_b: Sequence[Row], *, seed: int = 0
) -> tuple[Paired, ...]:
    """Each measure in both runs, with interval and p-value where there are at least two questions.

    The interval is the paired percentile bootstrap over :data:`eval.measures.resample.RESAMPLES` draws. The p-value
    is that of a paired permutation test: the chance of a difference at least so large, either way, if it didn't
    matter which run a question's outcome came from; of :data:`SWAPS` random swaps, ``(1 + as large) / (1 + SWAPS)``,
    which is never too small (Phipson & Smyth 2010, https://doi.org/10.2202/1544-6115.1585). For a mean that is the
    sign-flip test.

    Args:
        rows_a, rows_b: of the same questions in the same order.
    """
    sides = [Sides(measure, rows_a, rows_b) for measure in measures]
    n = len(rows_a)
    spreads: list[list[Floats]] = [[] for _ in sides]
    swapped: list[list[Floats]] = [[] for _ in sides]
    if n > 1:
        for weights in draws(n, seed=seed):
            for spread, side in zip(spreads, sides, strict=True):
                spread.append(side.weighted(weights))
        for swaps in _swaps(n, seed=seed):
            for found, side in zip(swapped, sides, strict=True):
                found.append(side.swapped(swaps))
    return tuple(
        _paired(side, np.concatenate([np.empty(0), *spread]), np.concatenate([np.empty(0), *found]))
        for side, spread, found in zip(sides, spreads, swapped, strict=True)
    )


def _paired(side: Sides, spread: Floats, swapped: Floats) -> Paired:
    a, b = side.measure.value(side.seen_a), side.measure.value(side.seen_b)
    difference = None if a is None or b is None else b - a
    bounds = None if difference is None else interval(spread, holding=difference)
    low, high = bounds if bounds is not None else (None, None)
    return Paired(
        a=a,
        b=b,
        difference=difference,
        low=low,
        high=high,
        p=None if bounds is None else _p_value(side, swapped),
        n_a=len(side.seen_a),
        n_b=len(side.seen_b),
    )


def _p_value(side: Sides, swapped: Floats) -> float | None:
    n = len(side._sums_a)
    observed = abs(float(side.swapped(np.zeros((1, n)))[0]))
    defined = swapped[~np.isnan(swapped)]
    # The same numbers summed in another order differ in their last digits.
    extreme = int((np.abs(defined) >= observed - 1e-12).sum())
    return (1 + extreme) / (1 + len(defined)) if len(defined) else None
