"""Feedback as questions for an evaluation."""

from __future__ import annotations

from typing import Any

from api.state.feedback import Feedback, Verdict


def row_of(one: Feedback) -> dict[str, Any] | None:
    """A row as :mod:`eval.data.columns` names its columns; None where nobody told what would have been right.

    A helpful answer is the accepted one, a helpful refusal a question that must be declined; a better answer goes
    before what was given.
    """
    row: dict[str, Any] = {
        "id": one.turn,
        "question": one.question,
        "answerable": True,
        "answers": [one.better],
        "tags": ["反馈", one.verdict.value],
    }
    if one.better:
        return row
    if one.verdict is not Verdict.HELPFUL:
        return None
    if one.abstained:
        return {**row, "answerable": False, "answers": []}
    citations = one.answer.get("citations", ())
    if one.answer.get("origin") != "document" or not citations:
        return {**row, "answers": [one.text]}
    best = citations[0]
    return {**row, "answers": [one.text], "document": best["document"], "evidence": [best["evidence"]]}
