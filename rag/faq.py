"""Questions that an administrator has answered: their answer comes first, and only to the very same question.

A pair answers where the question is one of its wordings but for spelling and politeness
(:func:`rag.gist.question_key`), or has the same gist (:func:`rag.gist.gist_of`) and a cosine of at least :data:`BAR`.
Measured on training questions, each asked again in other words by rule (``rag/training/wording.py``), 998 of
CMRC 2018 trial and 1,000 of DRCD dev: 71.7 % and 81.8 % of them match; of the 997,003 pairs of different questions of
one set none does. A cosine of .98 matches 70 % and 52 % and takes 1.2 % of CMRC's questions for the likest other one
of their paragraph. More in ``docs/decisions/015-faq-and-synonyms.md``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from index.embed import FloatArray
from index.errors import KnowledgeError
from index.store.protocol import ANYTHING, Filter
from rag.gist import Gist, gist_of, question_key

BAR = 0.88
"""Cosine below which questions of the same gist aren't held for the same; the lowest of 582 that were was .892."""

MOST_QUESTIONS = 50
LONGEST_QUESTION = 1000
LONGEST_ANSWER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqPlace:
    """Where a document says it: half-open, in characters of ``Document.text``."""

    document_id: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise KnowledgeError(f"问答的出处 [{self.start}, {self.end}) 不是一段文字。")


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqPair:
    """An answer and the wordings of the question that it answers.

    Args:
        id: the administrator's number for it.
        questions: at least one; up to :data:`MOST_QUESTIONS`.
        answer: the text that is given, as it is.
        collections: answers only where one of them is asked, or everything is; None for always.
        enabled: a pair that isn't stays silent.
        place: where a document says the same, to be cited.

    Raises:
        KnowledgeError: no question, no answer, or one too long.
    """

    id: int
    questions: tuple[str, ...]
    answer: str
    collections: frozenset[str] | None = None
    enabled: bool = True
    place: FaqPlace | None = None

    def __post_init__(self) -> None:
        if not self.questions:
            raise KnowledgeError(f"问答 {self.id} 没有问题。")
        if len(self.questions) > MOST_QUESTIONS:
            raise KnowledgeError(f"问答 {self.id} 有 {len(self.questions)} 种问法，上限是 {MOST_QUESTIONS}。")
        for question in self.questions:
            if not re.search(r"\w", question):
                raise KnowledgeError(f"问答 {self.id} 有一种问法是空的，或只有标点。")
            if len(question) > LONGEST_QUESTION:
                raise KnowledgeError(f"问答 {self.id} 有一种问法超过 {LONGEST_QUESTION} 字。")
        if not self.answer.strip():
            raise KnowledgeError(f"问答 {self.id} 的答案是空的。")
        if len(self.answer) > LONGEST_ANSWER:
            raise KnowledgeError(f"问答 {self.id} 的答案超过 {LONGEST_ANSWER} 字。")

    def serves(self, where: Filter) -> bool:
        """Whether it may answer where only some collections, or only some documents, are asked.

        Of documents that are named only a pair with its place in one of them knows.
        """
        if where.document_ids is not None:
            return self.place is not None and self.place.document_id in where.document_ids
        if self.collections is None or where.collections is None:
            return True
        return bool(self.collections & where.collections)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqMatch:
    """A pair beside a question.

    Args:
        question: the pair's wording that comes nearest.
        score: 1 where that is the question but for spelling, else the cosine of the two, in [0, 1].
        same: the two ask the same, so the pair answers.
    """

    pair: FaqPair
    question: str
    score: float
    same: bool


class FaqIndex:
    """The wordings of all enabled pairs, ready to be compared. Never changes, so threads share it.

    Args:
        vectors: of every wording of an enabled pair, shape (dimension,) each, unit length.
    """

    def __init__(self, pairs: Iterable[FaqPair], vectors: Mapping[str, FloatArray]) -> None:
        enabled = sorted((pair for pair in pairs if pair.enabled), key=lambda pair: pair.id)
        self._wordings = [(pair, question) for pair in enabled for question in pair.questions]
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        self._by_gist: defaultdict[Gist, list[int]] = defaultdict(list)
        for number, (_, question) in enumerate(self._wordings):
            self._by_key[question_key(question)].append(number)
            self._by_gist[gist_of(question)].append(number)
        self.vectors = {question: vectors[question] for _, question in self._wordings}
        self._matrix = np.stack([vectors[question] for _, question in self._wordings]) if self else None

    @classmethod
    def build(
        cls,
        pairs: Iterable[FaqPair],
        embed: Callable[[list[str]], FloatArray],
        *,
        known: Mapping[str, FloatArray] | None = None,
    ) -> Self:
        """The index of ``pairs``; questions that ``known`` holds aren't embedded again.

        Args:
            embed: n questions -> shape (n, dimension), rows of unit length.
        """
        pairs = list(pairs)
        vectors = dict(known or {})
        wanted = dict.fromkeys(q for pair in pairs if pair.enabled for q in pair.questions)
        new = [question for question in wanted if question not in vectors]
        if new:
            vectors.update(zip(new, embed(new), strict=True))
        return cls(pairs, vectors)

    def __len__(self) -> int:
        return len(self._wordings)

    def match(
        self,
        question: str,
        vector: FloatArray,
        *,
        where: Filter = ANYTHING,
        wordings: Sequence[str] = (),
    ) -> FaqMatch | None:
        """The pair that answers the question, or None: the same wording first, then the nearest of the same gist.

        Where several pairs fit as well, the one of the lowest id answers.

        Args:
            vector: the question's, shape (dimension,), unit length.
            where: what is asked; see :meth:`FaqPair.serves`.
            wordings: the question in synonyms, of which the gist is looked for too.
        """
        for number in self._serving(self._by_key.get(question_key(question), ()), where):
            return self._match(number, 1.0, same=True)
        gists = [gist for gist in map(gist_of, (question, *wordings)) if gist.words]
        numbers = [n for gist in gists for n in self._serving(self._by_gist.get(gist, ()), where)]
        nearest = self._nearest(numbers, vector)
        return self._match(*nearest, same=True) if nearest is not None and nearest[1] >= BAR else None

    def nearest(self, vector: FloatArray, *, where: Filter = ANYTHING) -> FaqMatch | None:
        """The pair whose wording has the highest cosine, whether or not it asks the same; ``same`` is False."""
        nearest = self._nearest(self._serving(range(len(self)), where), vector)
        return None if nearest is None else self._match(*nearest, same=False)

    def _serving(self, numbers: Iterable[int], where: Filter) -> list[int]:
        return [number for number in numbers if self._wordings[number][0].serves(where)]

    def _nearest(self, numbers: Sequence[int], vector: FloatArray) -> tuple[int, float] | None:
        if not numbers or self._matrix is None:
            return None
        cosines = self._matrix[list(numbers)] @ vector
        best = int(cosines.argmax())
        return numbers[best], float(np.clip(cosines[best], 0.0, 1.0))

    def _match(self, number: int, score: float, *, same: bool) -> FaqMatch:
        pair, question = self._wordings[number]
        return FaqMatch(pair=pair, question=question, score=score, same=same)
