"""The first reader: marks the sentence, and in it the clause, by embedding and lexical evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from index.embed import Embedder, FloatArray
from index.ingest import passage_text
from index.retrieve import Found
from index.split import clauses, sentences
from rag.calibration import TwoStage, fitted_hash, judge, read_model
from rag.features import (
    FEATURES,
    Features,
    Query,
    TermWeights,
    coverage,
    expression_columns,
    gaps,
    lacks_number,
    local_weights,
    names_kept,
    numbers_kept,
    own_weights,
    take_apart,
    terms_of,
)
from rag.question import QuestionType, answering_expressions
from rag.read import SENTENCES, Mark, Promise, Question, ReaderInfo

_EMBEDDED = 16
"""Sentences that are embedded for a question; the one that answers was among them in 99 % of 2,897 cases."""

_REMEMBERED = 20_000
"""Sentences whose vectors are kept (30 MB at 384 dimensions): questions come back to the same sentences, and
embedding them is most of the time that an answer takes."""

_SHORT = 60
"""A sentence of so many characters is its own answer; a clause cut from it would save the reader nothing."""


FITTED = "evidence.json"


@cache
def default_model() -> TwoStage:
    """The model that ships; ``rag/training/evidence.py`` fits it.

    Raises:
        ModelError: the installation is damaged.
    """
    return read_model(None, FITTED, FEATURES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of a found passage, in characters of the document.

    Args:
        rank: of its passage among those found, from 0.
        terms, near_terms, passage_terms: of the sentence, with its neighbours, of the passage with its headings.
        given_terms: of the document's title and the passage's headings alone.
    """

    found: Found
    rank: int
    start: int
    end: int
    text: str
    terms: frozenset[str]
    near_terms: frozenset[str]
    passage_terms: frozenset[str]
    given_terms: frozenset[str]

    @property
    def around(self) -> str:
        """The passage with the title and the headings above it."""
        return " ".join((self.found.title, *self.found.passage.heading_path, self.found.passage.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Together:
    """What all sentences of one question share: coverage by everything found, and local weights of its terms."""

    found: float
    local: Mapping[str, float]


_GAPS = {
    "cosine_gap": "cosine",
    "coverage_gap": "coverage",
    "own_gap": "own_coverage",
    "local_gap": "local_coverage",
}


class EvidenceReader:
    """A :class:`rag.read.Reader` that needs no training beyond two small logistic models.

    The sentences of the passages found are put in order by what their words and their embedding share with the
    question; the best one is the evidence, and its clause that fits the question's kind the answer. Marks come
    with the probability that their evidence holds the answer; of all but the first it is a lower bound that
    assumes the better ones wrong.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        term_weights: TermWeights,
        names: Callable[[str], Sequence[str]],
        model: TwoStage | None = None,
    ) -> None:
        self._embedder = embedder
        self._term_weights = term_weights
        self._names = names
        self._model = model
        self._vector = lru_cache(maxsize=_REMEMBERED)(self._embed_one)

    @property
    def info(self) -> ReaderInfo:
        """See :class:`rag.read.Reader`."""
        return ReaderInfo(id=SENTENCES, fingerprint=fitted_hash(None, FITTED))

    def threshold(self, promise: Promise) -> float:
        """See :class:`rag.read.Reader`."""
        return (default_model() if self._model is None else self._model).threshold(promise)

    def read(self, question: Question, found: Sequence[Found]) -> list[Mark]:
        """See :class:`rag.read.Reader`."""
        query = take_apart(
            question.text, self._term_weights, self._names, same=question.same, more_names=question.names
        )
        chosen, features = self.features(question, query, found)
        if not chosen:
            return []
        model = default_model() if self._model is None else self._model
        lacking = lacks_number(query, features[:, FEATURES.index("no_date")])
        order, ranks, probabilities = judge(model, features, lacking)
        marks = []
        for place, index in enumerate(order.tolist()):
            sentence = chosen[index]
            start, end = _answer_range(query, sentence)
            marks.append(
                Mark(
                    passage=sentence.found.passage,
                    start=start,
                    end=end,
                    evidence_start=sentence.start,
                    evidence_end=sentence.end,
                    score=float(ranks[index]),
                    probability=float(probabilities[place]),
                )
            )
        return marks

    def _embed_one(self, text: str) -> FloatArray:
        vector: FloatArray = self._embedder.embed_passages([text])[0]
        return vector

    def features(
        self, question: Question, query: Query, found: Sequence[Found]
    ) -> tuple[list[Sentence], Features]:
        """The sentences worth embedding and their features, shape (n, len(FEATURES))."""
        candidates = sentences_of(found, query.terms_in)
        chosen = _preselect(query, candidates, _EMBEDDED)
        if not chosen:
            return [], np.zeros((0, len(FEATURES)))
        vectors = np.stack(
            [self._vector(passage_text("", s.found.passage.heading_path, s.text)) for s in chosen]
        )
        cosines = (vectors @ question.vector).astype(np.float64)
        together = _Together(
            found=coverage(query.weights, frozenset().union(*(s.passage_terms for s in candidates))),
            local=local_weights(query.weights, [s.terms for s in candidates]),
        )
        rows = [_row(query, s, float(c), together) for s, c in zip(chosen, cosines, strict=True)]
        table = np.array(rows, dtype=np.float64)
        for gap, column in _GAPS.items():
            table[:, FEATURES.index(gap)] = gaps(table[:, FEATURES.index(column)])
        table[:, FEATURES.index("passage_gap")] = gaps([sentence.found.score for sentence in chosen])
        return chosen, table


def sentences_of(
    found: Sequence[Found], terms_in: Callable[[str], frozenset[str]] = terms_of
) -> list[Sentence]:
    """All sentences of the passages, each once: passages overlap, and the better ranked one keeps it.

    Args:
        terms_in: the terms that a text says.
    """
    seen: set[tuple[int, int]] = set()
    result = []
    for rank, item in enumerate(found):
        passage = item.passage
        ranges = sentences(passage.text)
        terms = [terms_in(passage.text[start:end]) for start, end in ranges]
        given = terms_in(" ".join((item.title, *passage.heading_path)))
        whole = terms_in(passage.text) | given
        for i, (start, end) in enumerate(ranges):
            key = (passage.document_id, passage.start + start)
            if key in seen:
                continue
            seen.add(key)
            result.append(
                Sentence(
                    found=item,
                    rank=rank,
                    start=passage.start + start,
                    end=passage.start + end,
                    text=passage.text[start:end],
                    terms=terms[i],
                    near_terms=frozenset().union(*terms[max(i - 1, 0) : i + 2]),
                    passage_terms=whole,
                    given_terms=given,
                )
            )
    return result


def _preselect(query: Query, candidates: list[Sentence], limit: int) -> list[Sentence]:
    if len(candidates) <= limit:
        return candidates
    passages = gaps([sentence.found.score for sentence in candidates])
    words = [
        coverage(query.weights, sentence.terms) + 0.5 * coverage(query.weights, sentence.near_terms)
        for sentence in candidates
    ]
    best = np.argsort(-(np.array(words) + passages), kind="stable")[:limit]
    return [candidates[i] for i in sorted(best.tolist())]


def _row(query: Query, sentence: Sentence, cosine: float, together: _Together) -> tuple[float, ...]:
    around = sentence.around
    return (
        cosine,
        sentence.found.dense,
        sentence.found.sparse,
        coverage(query.weights, sentence.terms),
        coverage(own_weights(query.weights, sentence.given_terms), sentence.terms),
        coverage(together.local, sentence.terms),
        coverage(query.weights, sentence.near_terms),
        coverage(query.weights, sentence.passage_terms),
        together.found,
        *expression_columns(query, sentence.text),
        numbers_kept(query, around),
        names_kept(query, around),
        float(np.log1p(len(sentence.text))),
        *(0.0,) * 5,  # the gaps are filled in for all sentences together
        1.0 / (1 + sentence.rank),
    )


def _answer_range(query: Query, sentence: Sentence) -> tuple[int, int]:
    """The clause to give as the answer, in the document; the whole sentence where it is short or no clause tells."""
    text = sentence.text
    parts = clauses(text)
    if len(text) <= _SHORT or len(parts) < 2 or query.kind in (QuestionType.LIST, QuestionType.OTHER):
        return _trimmed(sentence, 0, len(text))
    expressions = answering_expressions(query.kind, text, query.text)

    def fit(part: tuple[int, int]) -> tuple[bool, float]:
        start, end = part
        holds = any(start <= first and last <= end for first, last in expressions)
        return holds, coverage(query.weights, query.terms_in(text[start:end]))

    return _trimmed(sentence, *max(parts, key=fit))


def _trimmed(sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    """The range in the document, without the punctuation that only ends it (unless that is all there is)."""
    kept = len(sentence.text[start:end].rstrip("，,；;。：: ")) or end - start
    return sentence.start + start, sentence.start + start + kept
