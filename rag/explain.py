"""Makes the explanation of an answer from what its question went through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.retrieve import OTHER_WORDING, Found
from index.segment import grams, without_asking
from rag.explanation import Explanation, FaqConsidered, PassageFound, SpanConsidered, Term
from rag.faq import FaqMatch
from rag.features import TermWeights
from rag.in_force import Asked
from rag.question import question_type
from rag.read import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one question went through: passages as retrieved, in their final order, how many of them were read, and
    the reader's marks."""

    retrieved: tuple[Found, ...]
    found: tuple[Found, ...]
    read: int
    marks: tuple[Mark, ...]


def explain_answer(
    asked: Asked,
    reading: Reading | None,
    nearest: FaqMatch | None,
    *,
    is_excluded: Callable[[str], bool],
    term_weights: TermWeights,
    threshold: float,
    chosen: float | str,
) -> Explanation:
    """The explanation of one answer.

    Args:
        reading: None where a pair answered.
        nearest: the pair that answered or came nearest.
        is_excluded: whether a text must not be given again.
        threshold: the probability in force; ``chosen``: what the settings say, a number or a promise.
    """
    question = asked.question
    wordings = tuple(" ".join(without_asking(wording).split()) for wording in (question.text, *asked.also))
    return Explanation(
        wordings=wordings,
        kind=question_type(question.text),
        names=tuple(sorted(question.names)),
        terms=_terms(wordings, term_weights),
        found=() if reading is None else _passages(reading),
        spans=() if reading is None else _spans(reading.marks, is_excluded),
        threshold=threshold,
        promise=chosen if isinstance(chosen, str) else None,
        faq=None if nearest is None else _faq(nearest, answered=reading is None),
    )


def _terms(wordings: Sequence[str], term_weights: TermWeights) -> tuple[Term, ...]:
    """The terms of the wordings, each once, those of the question's own first."""
    own, *others = ([*dict.fromkeys(grams(wording))] for wording in wordings)
    added = [*dict.fromkeys(term for other in others for term in other if term not in set(own))]
    weights = term_weights([*own, *added])
    return (
        *(Term(text=term, weight=weights[term], synonym=False) for term in own),
        *(Term(text=term, weight=OTHER_WORDING * weights[term], synonym=True) for term in added),
    )


def _passages(reading: Reading) -> tuple[PassageFound, ...]:
    before = {item.passage.id: rank for rank, item in enumerate(reading.retrieved, start=1)}
    return tuple(
        PassageFound(
            rank=rank,
            retrieved_rank=before[item.passage.id],
            passage_id=item.passage.id,
            document_id=item.passage.document_id,
            title=item.title,
            heading_path=item.passage.heading_path,
            start=item.passage.start,
            end=item.passage.end,
            text=item.passage.text,
            dense=item.dense,
            sparse=item.sparse,
            fused=item.score,
            read=rank <= reading.read,
        )
        for rank, item in enumerate(reading.found, start=1)
    )


def _spans(marks: Sequence[Mark], is_excluded: Callable[[str], bool]) -> tuple[SpanConsidered, ...]:
    return tuple(
        SpanConsidered(
            text=mark.text,
            passage_id=mark.passage.id,
            document_id=mark.passage.document_id,
            start=mark.start,
            end=mark.end,
            score=mark.score,
            probability=mark.probability,
            excluded=is_excluded(mark.text),
        )
        for mark in marks
    )


def _faq(match: FaqMatch, *, answered: bool) -> FaqConsidered:
    return FaqConsidered(
        faq_id=match.pair.id, question=match.question, score=match.score, same=match.same, answered=answered
    )
