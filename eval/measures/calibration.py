"""Whether the probability tells right from wrong: AUROC, calibration error and risk over coverage.

Numpy functions over weighted questions, as :mod:`eval.measures.weighted` explains: observed has the columns
probability (in [0, 1]) and outcome (1 or 0), shape (n, 2); weights has shape (b, n); a result has shape (b,).
``sklearn.metrics.roc_auc_score`` takes one weighting a call, which is too slow a thousand times over; the tests
hold ours against it. Equal probabilities are never put in an order: what depends on one is averaged over all.

Sources: Hanley & McNeil 1982 (AUROC as a chance); Guo et al. 2017, https://arxiv.org/abs/1706.04599 (ECE), with
the equal-mass bins of Nixon et al. 2019, https://arxiv.org/abs/1904.01685; El-Yaniv & Wiener 2010,
https://jmlr.org/papers/v11/el-yaniv10a.html (risk and coverage).
"""

from __future__ import annotations

from functools import partial

import numpy as np

from eval.measures.weighted import Floats, Ints, Statistic, ratio


def _cumulative(observed: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weight, and weight with outcome 1, down to the end of each run of equal probability, from the highest.

    Shape (b, runs + 1) each, starting with 0.
    """
    order = np.argsort(-observed[:, 0], kind="stable")
    falling = observed[order, 0]
    ends = np.flatnonzero(np.r_[falling[1:] != falling[:-1], True])
    ordered = np.take(weights, order, axis=1)

    def until_ends(values: Floats) -> Floats:
        found: Floats = np.zeros((len(weights), len(ends) + 1))
        found[:, 1:] = np.cumsum(values, axis=1)[:, ends]
        return found

    return until_ends(ordered), until_ends(ordered * observed[order, 1])


def auroc(observed: Floats, weights: Floats) -> Floats:
    """Chance that a positive's score is above a negative's, ties counting half (Mann-Whitney U / pairs).

    Args:
        observed: columns score, and 1 for positive or 0 for negative.
    """
    if not len(observed):
        return np.full(len(weights), np.nan)
    everything, positives = _cumulative(observed, weights)
    negatives = everything - positives
    # Each run's positives win against the negatives below it, and half of those beside it.
    beaten = negatives[:, -1:] - (negatives[:, 1:] + negatives[:, :-1]) / 2
    won = (np.diff(positives, axis=1) * beaten).sum(axis=1)
    return ratio(won, positives[:, -1] * negatives[:, -1])


def equal_mass_bins(values: Floats, bins: int) -> Ints:
    """Bin from 0 of each value, shape (n,): the same number in each, as far as equal values stay together."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    return (middle[inverse] / max(len(values), 1) * bins).astype(np.int64)


def calibration_error(bins: int) -> Statistic:
    """Expected calibration error over equal-mass bins of the probability; the weights don't move the bins.

    Columns: probability, and 1 for right or 0 for wrong. ``sum over bins |sum of w (p - right)| / sum of w``.
    """
    return partial(_calibration_error, bins)


def _calibration_error(bins: int, observed: Floats, weights: Floats) -> Floats:
    bin_of = equal_mass_bins(observed[:, 0], bins)
    gaps = np.zeros((len(observed), bins))
    gaps[np.arange(len(observed)), bin_of] = observed[:, 0] - observed[:, 1]
    return ratio(np.abs(weights @ gaps).sum(axis=1), weights.sum(axis=1))


def errors_by_coverage(observed: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weight covered and wrong weight in it, as one run of equal probability after the other is answered, the
    surest first: shape (b, runs + 1) each, starting with 0."""
    covered, right = _cumulative(observed, weights)
    return covered, covered - right


def risk_at(coverage: float) -> Statistic:
    """Share of wrong ones among the ``coverage`` (in (0, 1]) that are surest.

    Columns: probability, and 1 for right or 0 for wrong. Where the cut falls among equal probabilities, it's
    the mean over which of them are taken.
    """
    return partial(_risk_at, coverage)


def _risk_at(coverage: float, observed: Floats, weights: Floats) -> Floats:
    if not len(observed):
        return np.full(len(weights), np.nan)
    covered, wrong = errors_by_coverage(observed, weights)
    target = coverage * covered[:, -1]
    last = (covered[:, 1:] >= (target - 1e-9)[:, None]).argmax(axis=1) + 1
    rows = np.arange(len(weights))
    width, errors = (part[rows, last] - part[rows, last - 1] for part in (covered, wrong))
    rate = np.divide(errors, width, out=np.zeros(len(rows)), where=width > 0)
    inside = target - covered[rows, last - 1]
    return ratio(wrong[rows, last - 1] + rate * inside, target)


def area_under_risk(observed: Floats, weights: Floats) -> Floats:
    """Mean of :func:`risk_at` over all coverages in (0, 1], by its exact integral.

    Between two probabilities the wrong ones grow evenly, ``E(c) = a + e c``, and the risk is ``E(c) / c``, of
    which the integral is ``a log(c1 / c0) + e (c1 - c0)``. Geifman & El-Yaniv 2017,
    https://arxiv.org/abs/1705.08500, take the same mean at n coverages.
    """
    if not len(observed):
        return np.full(len(weights), np.nan)
    covered, wrong = errors_by_coverage(observed, weights)
    since, until = covered[:, :-1], covered[:, 1:]
    width, errors = until - since, np.diff(wrong, axis=1)
    rate = np.divide(errors, width, out=np.zeros_like(errors), where=width > 0)
    offset = wrong[:, :-1] - rate * since
    # Up to the first weight the offset is 0, and so is its share of the integral.
    growth = np.log(np.divide(until, since, out=np.ones_like(until), where=since > 0))
    return ratio((offset * growth + rate * width).sum(axis=1), covered[:, -1])
