"""Curves for people to look at: what single figures hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from eval.measures.calibration import equal_mass_bins, errors_by_coverage
from eval.measures.measure import Measure
from eval.measures.registry import ECE_BINS, parse
from eval.row import Row


class RiskPoint(NamedTuple):
    """Answering this share of the questions, the surest first, this share of the answers is wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """Questions of like probability: ``probability`` is their mean, ``right`` the share that is right.

    Args:
        low, high: the least and the greatest probability in it.
    """

    low: float
    high: float
    probability: float
    right: float
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPoint:
    """Share of the questions that have a passage with an accepted answer among the first k.

    Args:
        recall: None where none of the questions was looked at so far down.
    """

    k: int
    recall: float | None
    questions: int


_EVIDENCE = parse("ECE")
"""Its observations are what all curves over the probability are drawn from."""


def risk_coverage(rows: Sequence[Row], *, points: int = 200) -> list[RiskPoint]:
    """Risk by coverage, ascending; one point for each probability, thinned to about ``points``; the last has
    coverage 1. Empty without probabilities. Right is as for ``Risk@c%coverage``."""
    observed, _ = _EVIDENCE.observed(rows)
    if not len(observed):
        return []
    covered, wrong = errors_by_coverage(observed, np.ones((1, len(observed))))
    ends = np.arange(1, covered.shape[1])
    kept = np.unique(ends[np.linspace(0, len(ends) - 1, min(points, len(ends))).round().astype(int)])
    return [
        RiskPoint(float(covered[0, end] / len(observed)), float(wrong[0, end] / covered[0, end]))
        for end in kept
    ]


def reliability(rows: Sequence[Row], bins: int = ECE_BINS) -> list[ReliabilityBin]:
    """The bins that ECE is made of, by rising probability; an empty one is left out."""
    observed, _ = _EVIDENCE.observed(rows)
    bin_of = equal_mass_bins(observed[:, 0], bins)
    found = []
    for place in np.unique(bin_of):
        probability, right = observed[bin_of == place].T
        found.append(
            ReliabilityBin(
                low=float(probability.min()),
                high=float(probability.max()),
                probability=float(probability.mean()),
                right=float(right.mean()),
                questions=len(probability),
            )
        )
    return found


def recall_by_k(rows: Sequence[Row], ks: Sequence[int]) -> list[RecallPoint]:
    """``Recall@k`` for each k."""
    found = []
    for k in ks:
        measure: Measure = parse(f"Recall@{k}")
        observed, _ = measure.observed(rows)
        found.append(RecallPoint(k=k, recall=measure.value(observed), questions=len(observed)))
    return found
