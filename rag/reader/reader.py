"""The reader that marks exact spans: a span model, the search over its scores, and calibrated probabilities."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from index.retrieve import Found
from rag.calibration import TwoStage, fitted_hash, judge, read_model
from rag.features import Features, TermWeights, lacks_number, take_apart
from rag.read import Mark, Promise, Question, ReaderInfo
from rag.reader.candidates import COLUMNS, SpanCandidate, candidates_of, features_of
from rag.reader.lists import asks_for_several, items
from rag.reader.model import SpanModel

CALIBRATION = "span.json"
"""What ships; ``rag/training/calibrate.py`` fits it."""


class SpanReader:
    """A :class:`rag.read.Reader` on a span model.

    Args:
        calibration: written by ``rag/training/calibrate.py``; None takes the one that ships, which is for the
            built-in model.
    """

    def __init__(
        self,
        model: SpanModel,
        *,
        term_weights: TermWeights,
        names: Callable[[str], Sequence[str]],
        calibration: Path | None = None,
    ) -> None:
        self._model = model
        self._term_weights = term_weights
        self._names = names
        self._file = calibration

    @property
    def info(self) -> ReaderInfo:
        """See :class:`rag.read.Reader`."""
        model = self._model.info
        both = f"{model.fingerprint} {fitted_hash(self._file, CALIBRATION)}"
        return ReaderInfo(id=model.id, fingerprint=hashlib.sha256(both.encode()).hexdigest())

    @cached_property
    def _calibration(self) -> TwoStage:
        return read_model(self._file, CALIBRATION, COLUMNS)

    def threshold(self, promise: Promise) -> float:
        """See :class:`rag.read.Reader`."""
        return self._calibration.threshold(promise)

    def read(self, question: Question, found: Sequence[Found]) -> list[Mark]:
        """See :class:`rag.read.Reader`."""
        query = take_apart(
            question.text, self._term_weights, self._names, same=question.same, more_names=question.names
        )
        candidates = self._candidates(question.text, found)
        if not candidates:
            return []
        features = features_of(query, candidates)
        lacking = lacks_number(query, features[:, COLUMNS.index("no_date")])
        order, ranks, probabilities = judge(self._calibration, features, lacking)
        several = asks_for_several(question.text)
        return [
            _mark(candidates[index], float(ranks[index]), float(probabilities[place]), several=several)
            for place, index in enumerate(order.tolist())
        ]

    def consider(self, question: str, found: Sequence[Found]) -> tuple[list[SpanCandidate], Features]:
        """The spans that might answer the question, and their features, shape (n, columns)."""
        candidates = self._candidates(question, found)
        query = take_apart(question, self._term_weights, self._names)
        return candidates, features_of(query, candidates)

    def _candidates(self, question: str, found: Sequence[Found]) -> list[SpanCandidate]:
        if not found:
            return []
        scored = self._model.score(question, [item.passage.text for item in found])
        return candidates_of(question, found, scored)

    def rerank(self, question: str, found: Sequence[Found]) -> list[Found]:
        """See :class:`rag.rerank.Reranker`: by the best span that each passage holds."""
        candidates, features = self.consider(question, found)
        ranks = self._calibration.rank.score(features)
        best: dict[int, float] = {}
        for candidate, rank in zip(candidates, ranks.tolist(), strict=True):
            passage = candidate.found.passage.id
            best[passage] = max(rank, best.get(passage, rank))
        return sorted(found, key=lambda item: -best.get(item.passage.id, -np.inf))


def _mark(candidate: SpanCandidate, score: float, probability: float, *, several: bool) -> Mark:
    passage = candidate.found.passage
    start, end = candidate.answer
    parts = items(passage.text, start - passage.start, end - passage.start) if several else []
    return Mark(
        passage=passage,
        start=start,
        end=end,
        evidence_start=candidate.evidence[0],
        evidence_end=candidate.evidence[1],
        score=score,
        probability=probability,
        items=tuple((passage.start + first, passage.start + after) for first, after in parts),
    )
