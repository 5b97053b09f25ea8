"""Probabilities to figures: against scikit-learn, and against questions counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.measures.calibration import (
    area_under_risk,
    auroc,
    calibration_error,
    equal_mass_bins,
    risk_at,
)
from eval.measures.weighted import Floats, Statistic, mean, percentile

# Few distinct probabilities, so that they tie.
OUTCOMES = st.lists(
    st.tuples(st.sampled_from((0.0, 0.1, 0.25, 0.5, 0.75, 1.0)), st.booleans()), min_size=1, max_size=25
).map(lambda pairs: np.array(pairs, dtype=np.float64))


def once(statistic: Statistic, observed: Floats) -> float:
    return float(statistic(observed, np.ones((1, len(observed))))[0])


@settings(max_examples=50)
@given(OUTCOMES)
def test_auroc_is_the_share_of_pairs_won(observed: Floats) -> None:
    positives = [score for score, outcome in observed if outcome]
    negatives = [score for score, outcome in observed if not outcome]
    pairs = [(one > other) + (one == other) / 2 for one in positives for other in negatives]
    if not pairs:
        assert np.isnan(once(auroc, observed))
        return
    assert once(auroc, observed) == pytest.approx(np.mean(pairs))
    assert once(auroc, observed) == pytest.approx(roc_auc_score(observed[:, 1], observed[:, 0]))


@settings(max_examples=50)
@given(OUTCOMES, st.sampled_from((0.1, 0.5, 0.8, 1.0)), st.integers(0, 10))
def test_risk_is_the_mean_over_every_order_of_equals(observed: Floats, coverage: float, seed: int) -> None:
    # In tenths of a question, so that the cut falls between two of them.
    fine = np.repeat(observed, 10, axis=0)
    kept = round(coverage * len(fine))
    falling = fine[np.argsort(-fine[:, 0], kind="stable")]
    edge = falling[kept - 1, 0]
    above, beside = falling[falling[:, 0] > edge], falling[falling[:, 0] == edge]
    wrong = (1 - above[:, 1]).sum() + (1 - beside[:, 1]).mean() * (kept - len(above))
    assert once(risk_at(coverage), observed) == pytest.approx(wrong / kept)
    shuffled = np.random.default_rng(seed).permutation(observed)
    assert once(risk_at(coverage), shuffled) == pytest.approx(wrong / kept)


@settings(max_examples=50)
@given(OUTCOMES)
def test_full_coverage_is_the_share_of_wrong_ones(observed: Floats) -> None:
    assert once(risk_at(1.0), observed) == pytest.approx(1 - observed[:, 1].mean())


@settings(max_examples=50)
@given(OUTCOMES)
def test_area_under_risk_is_its_mean_over_coverages(observed: Floats) -> None:
    grid = (np.arange(100) + 0.5) / 100
    sampled = [once(risk_at(coverage), observed) for coverage in grid]
    assert once(area_under_risk, observed) == pytest.approx(np.mean(sampled), abs=0.02)


@settings(max_examples=50)
@given(OUTCOMES, st.integers(1, 10))
def test_calibration_error_is_that_of_bins_counted_one_by_one(observed: Floats, bins: int) -> None:
    bin_of = equal_mass_bins(observed[:, 0], bins)
    expected = 0.0
    for place in range(bins):
        inside = observed[bin_of == place]
        if len(inside):
            gap = abs(inside[:, 0].mean() - inside[:, 1].mean())
            expected += len(inside) / len(observed) * gap
    assert once(calibration_error(bins), observed) == pytest.approx(expected)


@settings(max_examples=50)
@given(OUTCOMES, st.integers(1, 10))
def test_equal_probabilities_share_a_bin_and_bins_rise(observed: Floats, bins: int) -> None:
    bin_of = equal_mass_bins(observed[:, 0], bins)
    assert bin_of.min() >= 0
    assert bin_of.max() < bins
    order = np.argsort(observed[:, 0], kind="stable")
    assert (np.diff(bin_of[order]) >= 0).all()
    for probability in np.unique(observed[:, 0]):
        assert len(set(bin_of[observed[:, 0] == probability])) == 1


def test_distinct_probabilities_fill_bins_equally() -> None:
    bin_of = equal_mass_bins(np.random.default_rng(0).random(100), 10)
    assert np.bincount(bin_of).tolist() == [10] * 10


def test_calibration_error_by_hand() -> None:
    sure = np.array([[0.9, 1.0], [0.9, 0.0]])  # one bin: |.9 - .5|
    assert once(calibration_error(10), sure) == pytest.approx(0.4)
    assert once(calibration_error(10), np.array([[1.0, 1.0], [0.0, 0.0]])) == 0.0


@settings(max_examples=50)
@given(OUTCOMES, st.integers(0, 1000))
def test_a_weight_is_that_many_copies(observed: Floats, seed: int) -> None:
    counts = np.random.default_rng(seed).integers(0, 3, len(observed))
    copies = np.repeat(observed, counts, axis=0)
    weights = counts[None, :].astype(np.float64)
    for statistic in (mean, auroc, risk_at(0.8), area_under_risk, percentile(0.5), percentile(0.95)):
        weighted = float(statistic(observed, weights)[0])
        assert weighted == pytest.approx(once(statistic, copies), nan_ok=True)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40), st.integers(1, 99))
def test_a_percentile_is_numpys_by_nearest_rank(values: list[float], percent: int) -> None:
    observed = np.array(values)[:, None]
    expected = np.percentile(values, percent, method="inverted_cdf")
    assert once(percentile(percent / 100), observed) == expected


def test_nothing_observed_is_not_a_number() -> None:
    nothing = np.empty((0, 2))
    for statistic in (mean, auroc, risk_at(0.8), area_under_risk, calibration_error(10), percentile(0.5)):
        assert np.isnan(once(statistic, nothing))


def test_one_probability_for_all_tells_nothing_apart() -> None:
    observed = np.array([[0.3, 1.0], [0.3, 0.0], [0.3, 0.0], [0.3, 1.0]])
    assert once(auroc, observed) == 0.5
    assert once(risk_at(0.1), observed) == pytest.approx(0.5)
    assert once(area_under_risk, observed) == pytest.approx(0.5)
    assert once(calibration_error(10), observed) == pytest.approx(0.2)
