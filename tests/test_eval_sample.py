"""Scoring a file of questions."""

from __future__ import annotations

from pathlib import Path

from eval.sample import judge, summarise
from rag.service import QAService


def test_white_space_does_not_count_and_each_outcome_is_told_apart(
    service: QAService, yearbook: Path
) -> None:
    list(service.add([yearbook]))
    answer = service.ask("自治区众创空间达到多少家？")
    right = judge({"id": "1", "question": "q", "answers": ["27 家"]}, answer)
    wrong = judge({"id": "2", "question": "q", "answers": ["99家"]}, answer)
    should_decline = judge({"id": "3", "question": "q", "answers": []}, answer)
    assert (right.evidence_right, wrong.evidence_right, should_decline.answerable) == (True, False, False)
    summary = summarise([right, wrong, should_decline], [True, True, False], [1.0, 2.0, 3.0])
    assert summary.evidence_right == 0.5
    assert summary.evidence_right_before_declining == 1.0
    assert summary.declined_when_unanswerable == 0.0
    assert summary.verified == 1.0
    assert summary.p50_ms == 2.0
