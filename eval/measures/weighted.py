"""Statistics over weighted questions, many weightings at once: what measures and their intervals are made of.

Resampling n questions with replacement is giving each a whole-number weight, so one function gives both a
measure's value (all weights 1) and its bootstrap distribution, with no copy of the questions.

Every function takes what was observed, shape (n, columns), and ``weights`` of shape (b, n), not negative, and
returns shape (b,); NaN where it isn't defined (no weight, or only on one side).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Statistic = Callable[[Floats, Floats], Floats]


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Their quotient; NaN where the denominator is 0."""
    found: Floats = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=found, where=denominator > 0)
    return found


def mean(observed: Floats, weights: Floats) -> Floats:
    """Weighted mean of the first column."""
    return ratio(weights @ observed[:, 0], weights.sum(axis=1))


def percentile(share: float) -> Statistic:
    """The smallest observed value that at least ``share`` of the weight doesn't exceed: one that was seen."""
    return partial(_percentile, share)


def _percentile(share: float, observed: Floats, weights: Floats) -> Floats:
    if not len(observed):
        return np.full(len(weights), np.nan)
    order = np.argsort(observed[:, 0], kind="stable")
    cumulative = np.cumsum(np.take(weights, order, axis=1), axis=1)
    # The tolerance keeps 0.95 * 20 from asking for more than 19 of 20.
    reached = cumulative >= (share * cumulative[:, -1] - 1e-9)[:, None]
    values = observed[order, 0][reached.argmax(axis=1)]
    return np.where(cumulative[:, -1] > 0, values, np.nan)
