"""Knowledge as questions meet it: compared with the pairs, said in synonyms, its words marked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from index.embed import FloatArray
from index.store.protocol import Filter
from rag.faq import FaqIndex, FaqMatch
from rag.knowledge import NOTHING, Knowledge
from rag.read import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with all that it is looked for by.

    Args:
        also: in other words, for the lexical search.
        where: what is asked.
    """

    question: Question
    also: tuple[str, ...]
    where: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Knowledge with its questions embedded: one value, so that a question sees all of one or all of the next."""

    knowledge: Knowledge
    faq: FaqIndex

    def then(self, knowledge: Knowledge, embed: Callable[[list[str]], FloatArray]) -> Self:
        """``knowledge`` in force; only questions that weren't before are embedded.

        Args:
            embed: n questions -> shape (n, dimension), rows of unit length.
        """
        faq = FaqIndex.build(knowledge.faq, embed, known=self.faq.vectors)
        return type(self)(knowledge=knowledge, faq=faq)

    def asked(self, text: str, vector: FloatArray, where: Filter) -> Asked:
        """The question with what is known about its words.

        Args:
            vector: its embedding, shape (dimension,), unit length.
        """
        synonyms = self.knowledge.synonyms
        question = Question(
            text=text, vector=vector, same=synonyms.same(text), names=self.knowledge.words_in(text)
        )
        return Asked(question=question, also=synonyms.expand(text), where=where)

    def match(self, asked: Asked) -> FaqMatch | None:
        """The pair that answers, or None."""
        question = asked.question
        return self.faq.match(question.text, question.vector, where=asked.where, wordings=asked.also)


NOTHING_IN_FORCE = InForce(knowledge=NOTHING, faq=FaqIndex((), {}))
