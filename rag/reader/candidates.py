"""Spans that might answer, in the document's coordinates, and what speaks for each: the span reader's features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.retrieve import Found
from index.sentences import around, sentences
from rag.answer import answer_key
from rag.features import (
    Features,
    Query,
    coverage,
    expression_columns,
    gaps,
    names_kept,
    numbers_kept,
    own_weights,
)
from rag.question import question_type
from rag.reader.lists import asks_for_several, whole_list
from rag.reader.model import WindowScores
from rag.reader.spans import ScoredSpan, best_spans, trim, without_overlaps
from rag.reader.tighten import Range, tightened

COLUMNS = (
    "margin",  # of the span above the null answer, see rag.reader.spans
    "relevance",  # logit that the passage holds the answer
    "sharpness",  # ln of the span's share among the window's spans and the null answer, 0 or less
    "agreement",  # ln(1 + other passages that give the same answer)
    "passage_dense",  # cosine of question and passage
    "passage_sparse",  # BM25 of the passage as a share of the highest possible
    "coverage",  # share of the question's weight in the span's sentence
    "own_coverage",  # … counting only terms that title and headings don't give already
    "passage_coverage",  # … in the passage with the headings above it
    "no_date",  # 1 where a date or a document number is asked for and the span holds none
    "no_quantity",  # 1 where a quantity is asked for and the span holds none of that measure
    "fitting",  # 1 where a person, a place or a list is asked for and the span looks like it
    "numbers",  # share of the question's numbers in the passage with its title and headings
    "names",  # share of the question's proper nouns there
    "length",  # ln(1 + characters) of the span
    "margin_gap",  # below the best span's margin, 0 or less
    "relevance_gap",  # below the best passage's relevance
    "passage_gap",  # below the best passage's retrieval score
    "reciprocal_rank",  # 1 / (1 + rank) of the passage
)
"""A candidate's features, in this order."""

AGAINST = frozenset({"no_date", "no_quantity"})
NEITHER = frozenset({"length"})

PER_PASSAGE = 3
LONGEST = 120
"""Characters of a span; enumerations are the longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanCandidate:
    """A span of a found passage.

    Args:
        rank: of its passage among those found, by the retrieval's score, from 0.
        start, end, sentence_start, sentence_end: in characters of the document. The span is as the model marked it,
            which is what the calibration was fitted on.
        answer, evidence: what is shown of it, in characters of the document, too: the span, shorter perhaps (see
            :mod:`rag.reader.tighten`), and the sentence around that.
        margin, sharpness, relevance: see :data:`COLUMNS`.
    """

    found: Found
    rank: int
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    answer: Range
    evidence: Range
    margin: float
    sharpness: float
    relevance: float

    @property
    def text(self) -> str:
        """The span."""
        first = self.found.passage.start
        return self.found.passage.text[self.start - first : self.end - first]

    @property
    def sentence(self) -> str:
        """The sentence around it."""
        first = self.found.passage.start
        return self.found.passage.text[self.sentence_start - first : self.sentence_end - first]


def candidates_of(
    question: str, found: Sequence[Found], scored: Sequence[Sequence[WindowScores]]
) -> list[SpanCandidate]:
    """The best spans of every passage; a place that two passages or windows share comes once.

    Where the question asks for several things, spans grow to the enumerations that they are part of; where it asks
    for one date or quantity, no more than that is shown of them.

    Args:
        scored: the windows of each passage, as :meth:`rag.reader.model.SpanModel.score` gives them.
    """
    several, kind = asks_for_several(question), question_type(question)

    def shorten(text: str, span: Range, window: WindowScores, score: float) -> Range:
        return span if several else tightened(question, kind, text, span, window, score=score)

    result: list[SpanCandidate] = []
    # By the retrieval's own score: the calibration knows nothing of a reranker's order.
    by_score = sorted(range(len(found)), key=lambda index: -found[index].score)
    for rank, index in enumerate(by_score):
        result.extend(_in_passage(found[index], rank, scored[index], shorten, several=several))
    kept: list[SpanCandidate] = []
    for one in sorted(result, key=lambda c: (-c.margin, c.rank, c.start)):
        if not any(_overlap(one, other) for other in kept):
            kept.append(one)
    return kept


_Shorten = Callable[[str, Range, WindowScores, float], Range]
"""From a passage's text, a span, its window and its score to what is shown of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """A span of a passage, in the passage's characters, with what :class:`SpanCandidate` tells of it."""

    span: ScoredSpan
    answer: Range
    sharpness: float
    relevance: float


def _in_passage(
    item: Found, rank: int, windows: Sequence[WindowScores], shorten: _Shorten, *, several: bool
) -> list[SpanCandidate]:
    text, first = item.passage.text, item.passage.start
    best: dict[Range, _Marked] = {}
    for window in windows:
        for one in _in_window(text, window, shorten, several=several):
            place = one.span.start, one.span.end
            if place not in best or _strength(best[place]) < _strength(one):
                best[place] = one
    ranges = sentences(text)
    kept = without_overlaps([one.span for one in best.values()])[:PER_PASSAGE]
    result = []
    for span in kept:
        one = best[span.start, span.end]
        start, end = around(ranges, span.start, span.end)
        low, high = around(ranges, *one.answer)
        result.append(
            SpanCandidate(
                found=item,
                rank=rank,
                start=first + span.start,
                end=first + span.end,
                sentence_start=first + start,
                sentence_end=first + end,
                answer=(first + one.answer[0], first + one.answer[1]),
                evidence=(first + low, first + high),
                margin=span.score,
                sharpness=one.sharpness,
                relevance=one.relevance,
            )
        )
    return result


def _strength(one: _Marked) -> tuple[float, float, float]:
    return one.span.score, one.sharpness, one.relevance


def _in_window(text: str, window: WindowScores, shorten: _Shorten, *, several: bool) -> Iterator[_Marked]:
    """The window's best spans with sensible ends, best first."""
    top = best_spans(window.start, window.end, count=4 * PER_PASSAGE, longest=LONGEST)
    total = float(np.logaddexp.reduce([0.0, *(span.score for span in top)]))
    for span in top:
        start, end = trim(text, window.first + span.start, window.first + span.end)
        if start >= end or not text[start:end].strip():
            continue
        if several:
            start, end = whole_list(text, start, end)
        yield _Marked(
            span=ScoredSpan(start=start, end=end, score=span.score),
            answer=shorten(text, (start, end), window, span.score),
            sharpness=span.score - total,
            relevance=0.0 if window.relevance is None else window.relevance,
        )


def _overlap(one: SpanCandidate, other: SpanCandidate) -> bool:
    return (
        one.found.passage.document_id == other.found.passage.document_id
        and one.start < other.end
        and other.start < one.end
    )


def features_of(query: Query, candidates: Sequence[SpanCandidate]) -> Features:
    """Shape (n, len(COLUMNS))."""
    if not candidates:
        return np.zeros((0, len(COLUMNS)))
    passages = Counter(
        key
        for key, _ in {
            (answer_key(c.text), (c.found.passage.document_id, c.found.passage.id)) for c in candidates
        }
    )
    table = np.array(
        [_row(query, one, passages[answer_key(one.text)]) for one in candidates], dtype=np.float64
    )
    for name, values in (
        ("margin_gap", [one.margin for one in candidates]),
        ("relevance_gap", [one.relevance for one in candidates]),
        ("passage_gap", [one.found.score for one in candidates]),
    ):
        table[:, COLUMNS.index(name)] = gaps(values)
    return table


def _row(query: Query, one: SpanCandidate, passages: int) -> tuple[float, ...]:
    passage = one.found.passage
    given = query.terms_in(" ".join((one.found.title, *passage.heading_path)))
    around = " ".join((one.found.title, *passage.heading_path, passage.text))
    terms = query.terms_in(one.sentence)
    return (
        one.margin,
        one.relevance,
        one.sharpness,
        float(np.log(passages)),
        one.found.dense,
        one.found.sparse,
        coverage(query.weights, terms),
        coverage(own_weights(query.weights, given), terms),
        coverage(query.weights, query.terms_in(passage.text) | given),
        *expression_columns(query, one.text),
        numbers_kept(query, around),
        names_kept(query, around),
        float(np.log1p(len(one.text))),
        0.0,  # the gaps are filled in for all candidates together
        0.0,
        0.0,
        1.0 / (1 + one.rank),
    )
