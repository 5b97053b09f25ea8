"""The seam between finding passages and answering: a reader marks spans and says how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from index.embed import FloatArray
from index.retrieve import Found
from index.store.protocol import PassageRecord

SPANS, SENTENCES = "yuanwen/spans", "yuanwen/sentences"
"""The readers that ship, by their names in the settings."""

Promise = Literal["default", "wrong-5%", "wrong-10%", "wrong-20%"]
"""What a threshold keeps: "wrong-5%", that of the answers given at most five in a hundred stand at a wrong place, on
questions of which half have no answer; "default", what the reader was found to do best with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span that a reader holds for the answer, in characters of the *document*.

    Args:
        start, end: the answer; ``evidence_start``, ``evidence_end``: the sentence around it.
        score: any real number, higher is better, comparable across the passages of one question.
        probability: in [0, 1], calibrated: that the evidence holds the answer.
        items: where the span is an enumeration that was asked for, its parts in order.
    """

    passage: PassageRecord
    start: int
    end: int
    evidence_start: int
    evidence_end: int
    score: float
    probability: float
    items: tuple[tuple[int, int], ...] = ()

    @property
    def text(self) -> str:
        """The answer."""
        first = self.passage.start
        return self.passage.text[self.start - first : self.end - first]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInfo:
    """Which reader it is: ``fingerprint`` changes with anything that its marks depend on."""

    id: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as the reader gets it.

    Args:
        vector: its embedding, shape (dimension,), unit length.
        same: (a word of it, another that means the same here), folded.
        names: words of it that name something here, folded, beside those that a dictionary knows.
    """

    text: str
    vector: FloatArray
    same: tuple[tuple[str, str], ...] = ()
    names: frozenset[str] = frozenset()


class Reader(Protocol):
    """Marks answers in passages that were found."""

    @property
    def info(self) -> ReaderInfo:
        """Which one it is.

        Raises:
            ModelError: it can't be found.
        """

    def threshold(self, promise: Promise) -> float:
        """The probability below which no answer is to be given so that the promise holds.

        Raises:
            SettingsError: this reader was fitted for no such promise.
        """

    def read(self, question: Question, found: Sequence[Found]) -> list[Mark]:
        """At most one mark for each place, best first (by score); empty when ``found`` is.

        Whether the best one is good enough to be given as the answer is the caller's decision.
        """
