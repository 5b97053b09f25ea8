"""An embedder whose callers are served side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from index.embed import Embedder, EmbedderInfo, FloatArray, Progress
from index.models.batching import batches
from index.models.workers import ModelWorkers

PART_CHARACTERS = 512
"""Padded characters of a part: one passage, or a handful of sentences."""


class ParallelEmbedder:
    """An :class:`index.embed.Embedder` that computes parts of each call in several threads at once.

    Parts are made from one call's texts alone, so no vector depends on what others ask at the same time: not in
    a single bit. Calls are served in the order they came; one with many texts (a file being added) hands in a
    few parts at a time, so that a question waits for those, not for the file.

    Args:
        inner: safe to share between threads; faster here only if it lets as many compute at once.
        workers: threads, 1 or more.
    """

    def __init__(self, inner: Embedder, *, workers: int) -> None:
        self._inner = inner
        self._workers = ModelWorkers(workers, name="embed")

    @property
    def info(self) -> EmbedderInfo:
        """See :class:`index.embed.Embedder`."""
        return self._inner.info

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        """See :class:`index.embed.Embedder`; ``progress`` is called in the caller's thread.

        Raises:
            ModelClosed: the embedder was closed.
        """
        return self._embed(self._inner.embed_passages, texts, progress)

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """See :class:`index.embed.Embedder`.

        Raises:
            ModelClosed: the embedder was closed.
        """
        return self._embed(self._inner.embed_queries, texts, None)

    def close(self) -> None:
        """Ends the threads; who still waits gets an error. Calling it twice is fine."""
        self._workers.close()

    def _embed(
        self, embed: Callable[[list[str]], FloatArray], texts: Sequence[str], progress: Progress | None
    ) -> FloatArray:
        vectors = np.empty((len(texts), self.info.dimension), dtype=np.float32)
        parts = list(batches([len(text) for text in texts], PART_CHARACTERS))
        done = 0
        run = self._workers.run(
            lambda part: embed([texts[i] for i in part]), parts, ahead=2 * self._workers.count
        )
        for part, rows in zip(parts, run, strict=True):
            vectors[part] = rows
            done += len(part)
            if progress is not None:
                progress(done, len(texts))
        return vectors
