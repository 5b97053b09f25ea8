"""Intervals and p-values: against scipy, against every swap there is, and against what they must keep."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from eval.measures import DEFAULTS, Measure, figures, parse
from eval.measures.paired import SWAPS, pair
from eval.measures.resample import RESAMPLES, draws, interval
from eval.row import Row
from outcomes import cited, row

ANSWERED = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.sampled_from((0.1, 0.4, 0.4, 0.8))),
    min_size=1,
    max_size=20,
)


def _rows(drawn: list[tuple[bool, bool, bool, float]]) -> list[Row]:
    return [
        row(
            answers=("甲乙",) if answerable else (),
            best=cited("甲乙" if right else "乙丙", holds=right and answerable),
            declined=declined,
            probability=probability,
            id=str(place),
            timings_ms={"total": 10.0 * probability + place},
        )
        for place, (answerable, right, declined, probability) in enumerate(drawn)
    ]


def _scored(rights: list[bool]) -> list[Row]:
    return [row(best=cited("乌鲁木齐" if right else "喀什"), id=str(at)) for at, right in enumerate(rights)]


def test_every_draw_draws_as_many_questions_as_there_are() -> None:
    weights = np.concatenate(list(draws(40, seed=1)))
    assert weights.shape == (RESAMPLES, 40)
    assert (weights.sum(axis=1) == 40).all()
    assert weights.mean() == pytest.approx(1.0)
    assert weights.var() == pytest.approx(1 - 1 / 40, rel=0.05)  # binomial, n draws of chance 1 / n


def test_the_interval_of_a_mean_is_scipys() -> None:
    rights = list(np.random.default_rng(3).random(200) < 0.7)
    (figure,) = figures(_scored(rights), ["EM"])
    theirs = stats.bootstrap(
        (np.array(rights, dtype=float),), np.mean, method="percentile", n_resamples=5000, rng=0
    ).confidence_interval
    assert figure.value == np.mean(rights)
    assert figure.low == pytest.approx(theirs.low, abs=0.015)
    assert figure.high == pytest.approx(theirs.high, abs=0.015)


def test_nineteen_intervals_of_twenty_hold_the_truth() -> None:
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        (figure,) = figures(_scored(list(generator.random(60) < 0.6)), ["EM"])
        assert figure.low is not None
        assert figure.high is not None
        held += figure.low <= 0.6 <= figure.high
    assert 87 <= held <= 100


@settings(max_examples=40)
@given(ANSWERED)
def test_an_interval_holds_its_value_within_the_measures_range(
    drawn: list[tuple[bool, bool, bool, float]],
) -> None:
    for figure in figures(_rows(drawn), DEFAULTS["ask"]):
        if figure.low is None or figure.high is None:
            assert figure.low is figure.high is None
            continue
        assert figure.value is not None
        assert figure.low <= figure.value <= figure.high
        if parse(figure.measure).unit == "share":
            assert 0.0 <= figure.low <= figure.high <= 1.0 + 1e-12


def test_a_figure_is_the_same_whatever_else_is_measured_and_however_often() -> None:
    rows = _rows([(True, place % 3 > 0, place % 5 == 0, place / 50) for place in range(50)])
    together = figures(rows, ["EM", "AUROC", "ECE", "F1@lcs"], seed=7)
    assert figures(rows, ["F1@lcs"], seed=7)[0] == together[3]
    assert figures(rows, ["EM", "AUROC", "ECE", "F1@lcs"], seed=7) == together
    assert figures(rows, ["F1@lcs"], seed=8)[0] != together[3]


def test_one_question_has_a_value_and_no_interval() -> None:
    (figure,) = figures(_scored([True]), ["EM"])
    assert (figure.value, figure.low, figure.high, figure.n) == (1.0, None, None, 1)


def test_all_alike_has_an_interval_without_width() -> None:
    (figure,) = figures(_scored([True] * 10), ["EM"])
    assert (figure.value, figure.low, figure.high) == (1.0, 1.0, 1.0)


def test_an_interval_of_nothing_defined_is_none() -> None:
    assert interval(np.array([np.nan, np.nan]), holding=0.5) is None
    assert interval(np.array([0.6, np.nan, 0.7]), holding=0.5) == (0.5, pytest.approx(0.6975))


def _exact(measure: Measure, before: list[Row], after: list[Row]) -> float:
    """The share of all swaps that give a difference at least as large."""

    def difference(first: list[Row], second: list[Row]) -> float:
        one, other = measure.over(first), measure.over(second)
        return float("nan") if one is None or other is None else abs(other - one)

    observed = difference(before, after)
    found = []
    for swaps in product((False, True), repeat=len(before)):
        first = [b if swap else a for a, b, swap in zip(before, after, swaps, strict=True)]
        second = [a if swap else b for a, b, swap in zip(before, after, swaps, strict=True)]
        found.append(difference(first, second))
    defined = np.array(found)[~np.isnan(found)]
    return float((defined >= observed - 1e-12).mean())


@pytest.mark.parametrize(
    "name", ["EM", "F1@char", "CitationPrecision", "AUROC", "Risk@50%coverage", "p50_ms"]
)
def test_a_p_value_is_that_of_every_swap_there_is(name: str) -> None:
    generator = np.random.default_rng(5)

    def some(*, good: float) -> list[Row]:
        return _rows(
            [
                (place % 4 > 0, generator.random() < good, generator.random() < 0.2, generator.random())
                for place in range(9)
            ]
        )

    before, after = some(good=0.2), some(good=0.9)
    measure = parse(name)
    (found,) = pair([measure], before, after)
    assert found.p == pytest.approx(_exact(measure, before, after), abs=0.04)


def test_a_p_value_of_a_mean_is_scipys_sign_flip() -> None:
    generator = np.random.default_rng(2)
    before = _scored(list(generator.random(80) < 0.5))
    after = _scored(list(generator.random(80) < 0.65))
    measure = parse("EM")
    (found,) = pair([measure], before, after)
    values = [[measure.of(one) for one in rows] for rows in (after, before)]
    theirs = stats.permutation_test(
        values,
        lambda one, other, axis: np.mean(one - other, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=5000,
        rng=0,
    )
    assert found.difference == pytest.approx(theirs.statistic)
    assert found.p == pytest.approx(theirs.pvalue, abs=0.03)


def test_the_same_rows_do_not_differ() -> None:
    rows = _rows([(True, place % 3 > 0, False, place / 30) for place in range(30)])
    for found in pair([parse(name) for name in ("EM", "AUROC", "ECE", "p95_ms")], rows, rows):
        if found.difference is not None:
            assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_pairing_sees_what_two_intervals_would_not() -> None:
    rights = [place % 2 == 0 for place in range(200)]
    mended = [right or place % 20 == 1 for place, right in enumerate(rights)]
    (found,) = pair([parse("EM")], _scored(rights), _scored(mended))
    assert found.difference == pytest.approx(0.05)
    assert found.low is not None
    assert found.low > 0
    assert found.p is not None
    assert found.p < 0.01
    (alone,) = figures(_scored(rights), ["EM"])
    assert alone.high is not None
    assert alone.high > 0.55


def test_a_p_value_is_never_zero() -> None:
    (found,) = pair([parse("EM")], _scored([False] * 60), _scored([True] * 60))
    assert found.p == pytest.approx(1 / (SWAPS + 1))


@settings(max_examples=25)
@given(ANSWERED)
def test_exchanging_the_runs_changes_the_sign_alone(
    drawn: list[tuple[bool, bool, bool, float]],
) -> None:
    before, after = _rows(drawn), _rows(list(reversed(drawn)))
    measures = [parse(name) for name in ("EM", "Verified", "AUROC", "ECE", "p50_ms")]
    for one, other in zip(pair(measures, before, after), pair(measures, after, before), strict=True):
        assert (one.a, one.b, one.n_a, one.n_b) == (other.b, other.a, other.n_b, other.n_a)
        if one.difference is not None:
            assert other.difference == pytest.approx(-one.difference)
            assert one.p == other.p
        if one.low is not None:
            assert other.high == pytest.approx(-one.low)
