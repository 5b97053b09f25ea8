"""Figures with their intervals: the percentile bootstrap over questions.

Efron 1979: questions are drawn with replacement, as many as there are, :data:`RESAMPLES` times, and the 2.5th and
97.5th percentile of the measure over the draws are the interval. ``scipy.stats.bootstrap`` does the same for a mean
(the tests hold ours against it), but would copy and sort every question anew for measures that need all of them at
once (AUROC, ECE, percentiles); here a draw is a row of weights, which measures over the same number of questions
share. ECE can only grow by resampling, so an interval may miss its value: it is then widened to hold it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from eval.measures.measure import Measure
from eval.measures.registry import parse
from eval.measures.weighted import Floats
from eval.row import Row
from eval.run import Figure

RESAMPLES = 1000
_AT_ONCE = 2_000_000
"""Weights held at a time: 16 MB."""


def draws(n: int, *, seed: int, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """Bootstrap weights, some resamples at a time: shape (b, n), whole numbers, each row summing to n.

    They depend on n and the seed alone, so that a figure is the same whatever else is measured.
    """
    generator = np.random.default_rng((seed, n))
    step = max(1, _AT_ONCE // n)
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        chosen = generator.integers(0, n, size=(size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(chosen.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def interval(values: Floats, *, holding: float) -> tuple[float, float] | None:
    """Central 95 % of what resampling gave, shape (b,), widened to hold the value; None if it never was defined."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, (0.025, 0.975))
    return min(float(low), holding), max(float(high), holding)


def figures(rows: Sequence[Row], names: Sequence[str], *, seed: int = 0) -> tuple[Figure, ...]:
    """The measures over the rows, each with a 95 % interval, in the order of the names.

    A value is None where the measure isn't defined (then so is its interval), the interval where there is but one
    question. ``n`` counts the questions that the measure applies to.

    Raises:
        MeasureError: there is no such measure.
    """
    measures = [parse(name) for name in names]
    observed = [measure.observed(rows)[0] for measure in measures]
    resampled = _resampled(measures, observed, seed)
    return tuple(
        _figure(measure, seen, spread)
        for measure, seen, spread in zip(measures, observed, resampled, strict=True)
    )


def _resampled(measures: Sequence[Measure], observed: Sequence[Floats], seed: int) -> list[Floats]:
    """Each measure over every draw, shape (b,); empty where there are fewer than two questions."""
    found: list[list[Floats]] = [[] for _ in measures]
    for n in sorted({len(seen) for seen in observed if len(seen) > 1}):
        sharing = [place for place, seen in enumerate(observed) if len(seen) == n]
        for weights in draws(n, seed=seed):
            for place in sharing:
                found[place].append(measures[place].statistic(observed[place], weights))
    return [np.concatenate(parts) if parts else np.empty(0) for parts in found]


def _figure(measure: Measure, observed: Floats, spread: Floats) -> Figure:
    value = measure.value(observed)
    bounds = None if value is None else interval(spread, holding=value)
    low, high = bounds if bounds is not None else (None, None)
    return Figure(measure=measure.name, value=value, low=low, high=high, n=len(observed))
