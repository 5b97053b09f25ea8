"""Every system's answers judged alike, by the same measures as all of ``eval``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.dataset import EvalQuestion
from eval.measures import figures
from eval.measures.text import contains
from eval.row import Cited, Row
from eval.run import Figure
from index.sentences import around, sentences
from rag.question import question_type

Json = dict[str, Any]

MEASURES = ("EM", "F1@char", "F1@lcs", "Contains", "EvidenceHit", "Answered", "DeclinedRight")


def to_row(question: EvalQuestion, given: Mapping[str, Any]) -> Row:
    """A worker's answer as a row. One that failed counts as declined; a system that doesn't say where its answer
    stands gets the first place in what it read."""
    text: str = given["text"]
    accepted = tuple(answer.text for answer in question.answers)
    declined = not text.strip()
    return Row(
        id=question.id,
        question=question.question,
        kind=question.kind or question_type(question.question).value,
        tags=question.tags,
        answers=accepted,
        evidences=question.evidences,
        prediction="" if declined else text,
        declined=declined,
        candidates=() if declined else (_cited(text, given, accepted),),
        timings_ms={"total": given["milliseconds"]},
    )


def _cited(text: str, given: Mapping[str, Any], accepted: Sequence[str]) -> Cited:
    context: str = given["context"] or text
    start = given["start"] if given["start"] is not None else context.find(text)
    if start < 0:
        context, start = text, 0
    first, after = around(sentences(context), start, start + len(text))
    return Cited(
        text=text,
        probability=0.0,
        context=context,
        start=start,
        end=start + len(text),
        evidence_start=first,
        evidence_end=after,
        document="",
        heading_path=(),
        page=None,
        first_line=None,
        holds_answer=bool(accepted) and contains(context[first:after], accepted),
        verified=False,
    )


def judge(
    questions: Mapping[str, EvalQuestion], rounds: Sequence[Json], system: str, *, seed: int
) -> tuple[Figure, ...]:
    """:data:`MEASURES` over all questions that a system was asked in ``rounds``, each once."""
    rows = {
        id: to_row(questions[id], given)
        for one in rounds
        for id, given in zip(one["ids"], one["replies"][system]["answers"], strict=True)
    }
    return figures(list(rows.values()), MEASURES, seed=seed)
