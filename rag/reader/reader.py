"""The reader that marks exact spans: a span model, the search over its scores, and calibrated probabilities."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

import numpy as np

from index.errors import ModelError
from index.retrieve import Found
from rag.calibration import TwoStage, chain_probabilities, load_model
from rag.features import Features, TermWeights, take_apart
from rag.read import Mark, Question
from rag.reader.candidates import COLUMNS, SpanCandidate, candidates_of, features_of
from rag.reader.model import SpanModel


@cache
def default_calibration() -> TwoStage:
    """What ships; ``rag/training/calibrate.py`` fits it.

    Raises:
        ModelError: the installation is damaged.
    """
    try:
        text = resources.files("rag.data").joinpath("span.json").read_text(encoding="utf-8")
        return load_model(json.loads(text), COLUMNS)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"阅读器的校准数据读不了:{error}。", remedy="请重新安装 yuanwen。") from error


class SpanReader:
    """A :class:`rag.read.Reader` on a span model. Marks come with the probability that the span is right.

    Args:
        calibration: None takes the one that ships, which is for the built-in model.
    """

    def __init__(
        self,
        model: SpanModel,
        *,
        term_weights: TermWeights,
        names: Callable[[str], Sequence[str]],
        calibration: TwoStage | None = None,
    ) -> None:
        self._model = model
        self._term_weights = term_weights
        self._names = names
        self._calibration = calibration

    def read(self, question: Question, found: Sequence[Found]) -> list[Mark]:
        """See :class:`rag.read.Reader`."""
        candidates, features = self.consider(question.text, found)
        if not candidates:
            return []
        model = default_calibration() if self._calibration is None else self._calibration
        ranks = model.rank.score(features)
        order = np.argsort(-ranks, kind="stable")
        probabilities = chain_probabilities(model.answers, ranks, features, order)
        return [
            Mark(
                passage=candidates[index].found.passage,
                start=candidates[index].start,
                end=candidates[index].end,
                evidence_start=candidates[index].sentence_start,
                evidence_end=candidates[index].sentence_end,
                score=float(ranks[index]),
                probability=float(probabilities[place]),
            )
            for place, index in enumerate(order.tolist())
        ]

    def consider(self, question: str, found: Sequence[Found]) -> tuple[list[SpanCandidate], Features]:
        """The spans that might answer the question, and their features, shape (n, columns)."""
        query = take_apart(question, self._term_weights, self._names)
        if not found:
            return [], features_of(query, [])
        scored = self._model.score(question, [item.passage.text for item in found])
        candidates = candidates_of(found, scored)
        return candidates, features_of(query, candidates)
