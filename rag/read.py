"""The seam between finding passages and answering: a reader marks spans and says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.embed import FloatArray
from index.retrieve import Found
from index.store.protocol import PassageRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span that a reader holds for the answer, in characters of the *document*.

    Args:
        start, end: the answer; ``evidence_start``, ``evidence_end``: the sentence around it.
        score: any real number, higher is better, comparable across the passages of one question.
        probability: in [0, 1], calibrated: that the evidence holds the answer.
    """

    passage: PassageRecord
    start: int
    end: int
    evidence_start: int
    evidence_end: int
    score: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the reader gets it. ``vector`` is its embedding, shape (dimension,), unit length."""

    text: str
    vector: FloatArray


class Reader(Protocol):
    """Marks answers in passages that were found."""

    def read(self, question: Question, found: Sequence[Found]) -> list[Mark]:
        """At most one mark for each place, best first (by score); empty when ``found`` is.

        Whether the best one is good enough to be given as the answer is the caller's decision.
        """
