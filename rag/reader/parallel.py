"""A span model whose callers are served side by side."""

from __future__ import annotations

from collections.abc import Sequence

from index.models.batching import batches
from index.models.workers import ModelWorkers
from rag.read import ReaderInfo
from rag.reader.model import SpanModel, WindowScores

PART_CHARACTERS = 512
"""Padded characters of a part, question and passage: one passage, or a few short ones."""

_AHEAD = 16
"""Parts that one question may have in the queue: a usual one all of its own, so that questions are answered one
after the other; one over a hundred passages gives way in between."""


class ParallelSpanModel:
    """A :class:`rag.reader.model.SpanModel` that reads parts of each question in several threads at once.

    Parts are made from one question's passages alone, so no score depends on what others ask at the same time:
    not in a single bit. An error reaches the question that caused it and no other.

    Args:
        inner: safe to share between threads; faster here only if it lets as many compute at once.
        workers: threads, 1 or more.
    """

    def __init__(self, inner: SpanModel, *, workers: int) -> None:
        self._inner = inner
        self._workers = ModelWorkers(workers, name="read")

    @property
    def info(self) -> ReaderInfo:
        """See :class:`rag.reader.model.SpanModel`."""
        return self._inner.info

    def prepare(self) -> None:
        """See :class:`rag.reader.model.SpanModel`."""
        self._inner.prepare()

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        """See :class:`rag.reader.model.SpanModel`.

        Raises:
            ModelClosed: the model was closed.
        """
        parts = list(batches([len(question) + len(passage) for passage in passages], PART_CHARACTERS))
        run = self._workers.run(
            lambda part: self._inner.score(question, [passages[i] for i in part]), parts, ahead=_AHEAD
        )
        scored: dict[int, list[WindowScores]] = {}
        for part, windows in zip(parts, run, strict=True):
            scored.update(zip(part, windows, strict=True))
        return [scored[i] for i in range(len(passages))]

    def close(self) -> None:
        """Ends the threads; who still waits gets an error. Calling it twice is fine."""
        self._workers.close()
