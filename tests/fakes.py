"""Deterministic stand-ins for what is slow to load; each passes the contract suite of the real thing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from index.embed import EmbedderInfo, FloatArray, Progress
from rag.read import ReaderInfo
from rag.reader.model import WindowScores

_SPACES = re.compile(r"\s+")


class HashingEmbedder:
    """Hashes characters and character pairs into a unit vector, so texts that share them are near each other.

    Feature hashing after Weinberger et al. 2009 (https://arxiv.org/abs/0902.2206), signs included. The digest
    is blake2b, so vectors are the same in every process, whatever PYTHONHASHSEED says.

    Args:
        dimension: of the vectors.
        revision: part of the fingerprint; two embedders with different ones don't fit the same index.
    """

    def __init__(self, *, dimension: int = 64, revision: str = "1") -> None:
        self._dimension = dimension
        fingerprint = hashlib.sha256(f"hashing:{dimension}:{revision}".encode()).hexdigest()
        self._revision = revision
        self._info = EmbedderInfo(
            id="test/hashing",
            revision=revision,
            dimension=dimension,
            query_prefix="",
            passage_prefix="",
            fingerprint=fingerprint,
        )

    @property
    def info(self) -> EmbedderInfo:
        return self._info

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
            if progress is not None:
                progress(row + 1, len(texts))
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        return self.embed_passages(texts)

    def _vector(self, text: str) -> FloatArray:
        vector = np.zeros(self._dimension, dtype=np.float64)
        for feature, weight in _features(text):
            digest = hashlib.blake2b(
                f"{self._revision}:{feature}".encode("utf-8", "replace"), digest_size=8
            ).digest()
            value = int.from_bytes(digest, "little")
            vector[(value >> 1) % self._dimension] += weight if value & 1 else -weight
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:  # no text, or signs that cancel: any fixed unit vector will do
            vector[0] = norm = 1.0
        return (vector / norm).astype(np.float32)


def _features(text: str) -> Iterator[tuple[str, float]]:
    folded = _SPACES.sub(" ", text.casefold()).strip()
    yield from ((character, 0.5) for character in folded)
    yield from ((folded[i : i + 2], 1.0) for i in range(len(folded) - 1))


class FindingSpanModel:
    """A span model that holds for the answer what it was told to, wherever a passage says it.

    Args:
        answers: words -> logit of a span that is just them, the better the higher; everything else is far below.
    """

    def __init__(self, answers: Mapping[str, float]) -> None:
        self._answers = answers
        self.info = ReaderInfo(id="test/finding", fingerprint=repr(sorted(answers.items())))

    def prepare(self) -> None:
        """Nothing is to be loaded."""

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        return [[self._window(passage)] for passage in passages]

    def _window(self, text: str) -> WindowScores:
        start = np.full(len(text) + 1, -8.0, dtype=np.float32)
        start[0] = 0.0
        end = start.copy()
        best = -4.0
        for words, logit in self._answers.items():
            for at in (match.start() for match in re.finditer(re.escape(words), text)):
                start[at + 1] = end[at + len(words)] = logit / 2
                best = max(best, logit)
        return WindowScores(first=0, start=start, end=end, relevance=best)
