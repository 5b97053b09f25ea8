"""Span search: exactly what looking at every pair of characters finds; sensible ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reader.spans import Logits, ScoredSpan, best_spans, trim, without_overlaps


def brute_force(start: Logits, end: Logits, *, count: int, longest: int) -> list[tuple[int, int, float]]:
    null = float(start[0]) + float(end[0])
    pairs = [
        (float(start[i + 1]) + float(end[j + 1]) - null, i, j + 1)
        for i in range(len(start) - 1)
        for j in range(i, min(i + longest, len(start) - 1))
        if np.isfinite(start[i + 1]) and np.isfinite(end[j + 1])
    ]
    best = sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:count]
    return [(i, j, score) for score, i, j in best]


logit = st.one_of(st.integers(-4, 4).map(float), st.just(float("-inf")))


@given(
    pairs=st.lists(st.tuples(logit, logit), max_size=12),
    null=st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
    count=st.integers(1, 8),
    longest=st.integers(1, 14),
)
def test_best_spans_are_those_of_trying_every_pair(
    pairs: list[tuple[float, float]], null: tuple[int, int], count: int, longest: int
) -> None:
    start = np.array([null[0], *(a for a, _ in pairs)], dtype=np.float32)
    end = np.array([null[1], *(b for _, b in pairs)], dtype=np.float32)
    got = best_spans(start, end, count=count, longest=longest)
    assert [(s.start, s.end, s.score) for s in got] == brute_force(start, end, count=count, longest=longest)


@pytest.mark.parametrize("size", [0, 1])
def test_window_without_readable_characters_has_no_span(size: int) -> None:
    scores = np.full(size + 1, -np.inf, dtype=np.float32)
    scores[0] = 1.0
    assert best_spans(scores, scores, count=3, longest=10) == []


def test_of_overlapping_spans_the_better_one_stays() -> None:
    spans = [ScoredSpan(start=0, end=5, score=1.0), ScoredSpan(start=4, end=8, score=2.0)]
    apart = ScoredSpan(start=8, end=9, score=0.5)
    assert without_overlaps([*spans, apart]) == [spans[1], apart]


@pytest.mark.parametrize(
    ("text", "span", "trimmed"),
    [
        ("大会于9月22日召开。", "9月22日召开。", "9月22日召开"),
        ("他写了《红楼梦》一书", "红楼梦》", "《红楼梦》"),
        ("他写了《红楼梦》一书", "《红楼梦", "《红楼梦》"),
        ("印发新政发〔2017〕12号文件", "〔2017〕12号", "〔2017〕12号"),
        ("印发新政发〔2017〕12号文件", "新政发〔2017", "新政发〔2017〕"),
        ("由张三（厅长主持。会后）散会", "张三（厅长", "张三"),
        ("气温为-12度", "-12度", "-12度"),
        ("，。", "，。", "，。"),
        ("这是科技厅的项目", "科技厅的", "科技厅"),
        ("这是他的", "是他的", "是他的"),
    ],
)
def test_trimmed_spans_have_sensible_ends(text: str, span: str, trimmed: str) -> None:
    start = text.index(span)
    a, b = trim(text, start, start + len(span))
    assert text[a:b] == trimmed


@given(text=st.text(alphabet="天地人，。《》（）的了- 1", min_size=1, max_size=20), data=st.data())
def test_trimming_never_leaves_nothing_and_settles(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    a, b = trim(text, start, end)
    assert 0 <= a < b <= len(text)
