"""Texts in, unit vectors out: the seam that every embedding model stands behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

Progress = Callable[[int, int], None]
"""Called with (done, total) as long work goes on; total is constant within one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderInfo:
    """What an index records about the model that made its vectors.

    Args:
        id: the setting that names it (``yuanwen/e5-small``, a hub name, a folder).
        revision: of the weights, as far as the source tells (package version, commit).
        dimension: of the vectors.
        query_prefix, passage_prefix: put before each text.
        fingerprint: hexadecimal; differs whenever the vectors could.
    """

    id: str
    revision: str
    dimension: int
    query_prefix: str
    passage_prefix: str
    fingerprint: str


class Embedder(Protocol):
    """Makes vectors whose dot product is the cosine similarity: higher is nearer, within [-1, 1]."""

    @property
    def info(self) -> EmbedderInfo:
        """The same for the life of the object."""

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        """Shape (len(texts), dimension), float32, rows of unit length, in the order given."""

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """Shape (len(texts), dimension), float32, rows of unit length, in the order given."""
