"""How an answer came about, for whoever runs the documents: plain values, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from rag.question import QuestionType


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term of the lexical search. ``weight`` is its IDF, above 0, lowered where only a synonym says it."""

    text: str
    weight: float
    synonym: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageFound:
    """A passage found.

    Args:
        rank: from 1, in the final order; ``retrieved_rank``: before a reranker, the same where there is none.
        dense: cosine, [-1, 1]. sparse: BM25 as a share of the highest possible, [0, 1]. fused: what both give.
        read: the reader was given it.
    """

    rank: int
    retrieved_rank: int
    passage_id: int
    document_id: int
    title: str
    heading_path: tuple[str, ...]
    start: int
    end: int
    text: str
    dense: float
    sparse: float
    fused: float
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanConsidered:
    """A span that the reader marked, in characters of the document.

    Args:
        score: log-odds that put them in order. probability: see :class:`rag.read.Mark`.
        excluded: it was said before and not wanted again.
    """

    text: str
    passage_id: int
    document_id: int
    start: int
    end: int
    score: float
    probability: float
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqConsidered:
    """The administrator's pair that came nearest.

    Args:
        question: its wording that did.
        score, same: see :class:`rag.faq.FaqMatch`.
        answered: it gave the answer; one that is the same may still be excluded.
    """

    faq_id: int
    question: str
    score: float
    same: bool
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What was looked for, found and weighed; nothing is found or marked where a pair answered.

    Args:
        wordings: the question as it was searched for by words: its own, then those in synonyms.
        kind: of expression asked for.
        names: words of the administrator's that the question says.
        found: all passages, best first. spans: all marks of the reader, best first.
        threshold: the probability below which none is given; ``promise``: its name in the settings, None where they
            give a number.
        faq: None where no pair is in force for what is asked.
    """

    wordings: tuple[str, ...]
    kind: QuestionType
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    found: tuple[PassageFound, ...]
    spans: tuple[SpanConsidered, ...]
    threshold: float
    promise: str | None
    faq: FaqConsidered | None
