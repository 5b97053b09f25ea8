"""Ranks to scores, against lists walked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from eval.measures import parse
from eval.measures.ranking import found_at, known_at, ndcg_at, reciprocal_rank_at
from outcomes import ranked

RANKS = st.lists(st.integers(1, 30), unique=True, max_size=8).map(sorted)


def test_hand_worked() -> None:
    ranks = (2, 5)
    assert [found_at(ranks, k) for k in (1, 2, 10)] == [0.0, 1.0, 1.0]
    assert [reciprocal_rank_at(ranks, k) for k in (1, 2, 10)] == [0.0, 0.5, 0.5]
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg_at(ranks, 3, 10) == pytest.approx((1 / math.log2(3) + 1 / math.log2(6)) / ideal)
    assert ndcg_at((1, 2), 2, 10) == 1.0
    assert ndcg_at((1,), 5, 1) == 1.0
    assert ndcg_at((), 0, 10) == 0.0


@settings(max_examples=50)
@given(RANKS, st.integers(0, 5), st.integers(2, 20))
def test_ndcg_is_scikit_learns(ranks: list[int], further: int, k: int) -> None:
    gains = np.zeros(60)
    gains[[rank - 1 for rank in ranks]] = 1
    gains[40 : 40 + further] = 1
    expected = ndcg_score([gains], [np.arange(60, 0, -1)], k=k) if gains.any() else 0.0
    assert ndcg_at(ranks, len(ranks) + further, k) == pytest.approx(expected)


@settings(max_examples=50)
@given(RANKS, st.integers(1, 20))
def test_a_deeper_look_never_finds_less(ranks: list[int], k: int) -> None:
    assert found_at(ranks, k) <= found_at(ranks, k + 1)
    assert reciprocal_rank_at(ranks, k) <= found_at(ranks, k)


def test_the_first_k_are_known_if_looked_at_or_if_nothing_is_left_to_find() -> None:
    assert known_at((3,), None, 10, 10)
    assert not known_at((3,), None, 10, 11)
    assert not known_at((3,), 2, 10, 11)
    assert known_at((3,), 1, 10, 11)


def test_questions_that_were_not_looked_at_so_deep_are_left_out() -> None:
    rows = [ranked((1,), depth=5), ranked((), depth=50, id="q2")]
    assert [parse("Recall@20").of(one) for one in rows] == [None, 0.0]
    assert parse("Recall@20").over(rows) == 0.0
    assert parse("Recall@5").over(rows) == 0.5


def test_what_is_not_in_the_index_is_not_found_and_what_has_no_answer_does_not_count() -> None:
    assert parse("Recall@5").of(ranked((), relevant=0)) == 0.0
    assert parse("nDCG@5").of(ranked((), relevant=0)) == 0.0
    assert parse("Recall@5").of(ranked((1,), answers=())) is None
    assert parse("nDCG@5").of(ranked((1,), relevant=None)) is None
    assert parse("MRR@5").of(ranked((4, 7))) == 0.25
