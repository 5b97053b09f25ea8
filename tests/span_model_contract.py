"""What every span model must do, whatever is behind it: subclass it and give a ``model`` fixture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rag.reader.model import SpanModel

PASSAGE = "2017年9月22日,自治区在乌鲁木齐市召开科学技术奖励大会。孙金龙主持大会。"


class SpanModelContract:
    """Inherit in a test class that has a fixture ``model``."""

    @pytest.fixture
    def model(self, *args: Any) -> SpanModel:
        raise NotImplementedError

    def test_scores_every_character_of_every_passage(self, model: SpanModel) -> None:
        passages = [PASSAGE, "短", PASSAGE * 8]
        for text, windows in zip(passages, model.score("何时召开?", passages), strict=True):
            covered = np.zeros(len(text), dtype=bool)
            for window in windows:
                size = len(window.start) - 1
                assert len(window.end) == size + 1
                assert np.isfinite(window.start[0]) and np.isfinite(window.end[0])
                covered[window.first : window.first + size] = True
            assert covered[[not c.isspace() for c in text]].all()

    def test_some_character_may_start_and_some_may_end_an_answer(self, model: SpanModel) -> None:
        ((window,),) = model.score("谁主持?", ["孙金龙主持"])
        assert np.isfinite(window.start[1:]).any()
        assert np.isfinite(window.end[1:]).any()

    def test_scores_do_not_depend_on_the_passages_beside(self, model: SpanModel) -> None:
        alone = model.score("谁主持?", [PASSAGE])[0]
        together = model.score("谁主持?", ["别的", PASSAGE, PASSAGE * 5])[1]
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_allclose(one.start, other.start, atol=1e-4)
            np.testing.assert_allclose(one.end, other.end, atol=1e-4)

    @pytest.mark.parametrize("text", ["", " ", "字", "\u3000\u3000"])
    def test_passages_of_next_to_nothing_are_read(self, model: SpanModel, text: str) -> None:
        assert len(model.score("谁?", [text])[0]) == 1

    def test_question_longer_than_the_window_is_read(self, model: SpanModel) -> None:
        assert model.score("为什么" * 500, [PASSAGE])[0]

    def test_a_hundred_passages_at_once_come_back_in_order(self, model: SpanModel) -> None:
        passages = [PASSAGE[: 5 + i % 20] for i in range(100)]
        scored = model.score("谁?", passages)
        assert [sum(len(w.start) - 1 for w in windows) for windows in scored] == [len(p) for p in passages]

    def test_no_passages_no_scores(self, model: SpanModel) -> None:
        assert model.score("谁?", []) == []
