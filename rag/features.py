"""What a sentence shows about whether it answers a question, as numbers. Pure functions, no model in here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.segment import fold, grams, without_asking
from rag.question import QuestionType, answering_expressions, may_answer, question_type

Features = NDArray[np.float64]

FEATURES = (
    "cosine",  # of question and sentence
    "passage_cosine",  # of question and passage
    "passage_sparse",  # BM25 of the passage as a share of the highest possible
    "coverage",  # share of the question's weight in the sentence
    "own_coverage",  # … counting only terms that title and headings don't give already
    "local_coverage",  # … with terms weighed by how few of the sentences at hand hold them
    "near_coverage",  # … in the sentence and its two neighbours
    "passage_coverage",  # … in the passage with the headings above it
    "found_coverage",  # … in all the passages found
    "no_date",  # 1 where a date or a document number is asked for and the sentence holds none
    "no_quantity",  # 1 where a quantity is asked for and the sentence holds none of that measure
    "fitting",  # 1 where a person, a place or a list is asked for and the sentence looks like it
    "numbers",  # share of the question's numbers in the passage with its title and headings
    "names",  # share of the question's proper nouns there
    "length",  # ln(1 + characters)
    "cosine_gap",  # below the best sentence's cosine, 0 or less
    "coverage_gap",  # below the best sentence's coverage
    "own_gap",  # below the best sentence's own coverage
    "local_gap",  # below the best sentence's local coverage
    "passage_gap",  # below the best passage's score
    "reciprocal_rank",  # 1 / (1 + rank) of the passage
)
"""The columns of a sentence's features, in this order."""

AGAINST = frozenset({"no_date", "no_quantity"})
"""Columns that speak against a sentence."""

NEITHER = frozenset({"length"})
"""Columns that may speak either way; all others speak for it."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, taken apart once.

    Args:
        weights: of its terms (characters, bigrams, numbers), without the words that only ask; IDF, above 0.
        numbers, names: that stand in it, folded; a sentence about another year or place is about another thing.
        same: (a word of it, another that means the same), folded.
    """

    text: str
    kind: QuestionType
    weights: Mapping[str, float]
    numbers: frozenset[str]
    names: frozenset[str] = frozenset()
    same: tuple[tuple[str, str], ...] = ()

    def terms_in(self, text: str) -> frozenset[str]:
        """The terms that a text says, and those of the question's words that it says in another word."""
        terms = terms_of(text)
        if not self.same:
            return terms
        folded = fold(text)
        return terms.union(*(grams(word) for word, other in self.same if other in folded))


TermWeights = Callable[[Sequence[str]], Mapping[str, float]]
"""Terms -> IDF of each in the store that is asked, above 0, also for a term that no passage holds."""


def take_apart(
    question: str,
    term_weights: TermWeights,
    names: Callable[[str], Sequence[str]],
    *,
    same: tuple[tuple[str, str], ...] = (),
    more_names: frozenset[str] = frozenset(),
) -> Query:
    """The question's terms with their weights, its kind, its numbers and names.

    Args:
        same: see :class:`Query`.
        more_names: names beside those that ``names`` tells.
    """
    return Query(
        text=question,
        kind=question_type(question),
        weights=term_weights(list(dict.fromkeys(grams(without_asking(question))))),
        numbers=numbers_in(question),
        names=frozenset(names(question)) | more_names,
        same=same,
    )


def numbers_in(text: str) -> frozenset[str]:
    """Arabic numbers of the folded text, without thousands separators."""
    return frozenset(_NUMBER.findall(fold(text).replace(",", "")))


def terms_of(text: str) -> frozenset[str]:
    """The terms of a text, for :func:`coverage`."""
    return frozenset(grams(text))


def coverage(weights: Mapping[str, float], terms: frozenset[str]) -> float:
    """Share of the question's weight whose terms are among ``terms``, [0, 1]; 0 for a question without terms."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total > 0 else 0.0


def own_weights(weights: Mapping[str, float], given: frozenset[str]) -> dict[str, float]:
    """The weights of the terms that aren't given by the context already."""
    return {term: weight for term, weight in weights.items() if term not in given}


def local_weights(weights: Mapping[str, float], sentences: Sequence[frozenset[str]]) -> dict[str, float]:
    """IDF of the question's terms over the sentences at hand: a topic that all of them share tells none apart."""
    total = len(sentences)
    holding = {term: sum(term in sentence for sentence in sentences) for term in weights}
    return {term: math.log1p((total - n + 0.5) / (n + 0.5)) for term, n in holding.items()}


def numbers_kept(query: Query, text: str) -> float:
    """Share of the question's numbers that stand in ``text``, [0, 1]; 1 where it has none."""
    if not query.numbers:
        return 1.0
    return len(query.numbers & numbers_in(text)) / len(query.numbers)


def names_kept(query: Query, text: str) -> float:
    """Share of the question's proper nouns that stand in ``text``, [0, 1]; 1 where it has none.

    A name inside a word that means the same as another one stands where that other one does.
    """
    if not query.names:
        return 1.0
    folded = fold(text)
    said = [word for word, other in query.same if other in folded]
    kept = sum(name in folded or any(name in word for word in said) for name in query.names)
    return kept / len(query.names)


def expression_columns(query: Query, sentence: str) -> tuple[float, float, float]:
    """The columns ``no_date``, ``no_quantity`` and ``fitting``, each 0 or 1."""
    lacks = not may_answer(query.kind, sentence, query.text)
    holds = bool(answering_expressions(query.kind, sentence, query.text))
    return (
        float(query.kind in (QuestionType.WHEN, QuestionType.DOCUMENT_NUMBER) and lacks),
        float(query.kind is QuestionType.HOW_MANY and lacks),
        float(query.kind in (QuestionType.WHO, QuestionType.WHERE, QuestionType.LIST) and holds),
    )


def lacks_number(query: Query, no_date: Features) -> Features:
    """1 for candidates without a document number where one is asked for, else 0, shape (n,).

    Args:
        no_date: the column of that name.
    """
    return no_date * float(query.kind is QuestionType.DOCUMENT_NUMBER)


def gaps(values: Sequence[float] | Features) -> Features:
    """Each value less the largest, shape (n,), 0 or less; empty for none."""
    array = np.asarray(values, dtype=np.float64)
    return array - array.max() if array.size else array
