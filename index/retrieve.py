"""Question in, ranked passages out: dense, lexical, and both together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, FloatArray
from index.errors import NotFound
from index.segment import without_asking
from index.store.protocol import ANYTHING, Filter, Hit, PassageRecord, Store

OTHER_WORDING = 0.9
"""What a passage's lexical score for the question in other words counts, beside 1 for the question's own."""

Scores = NDArray[np.float64]
_Search = Callable[[Filter, int], list[Hit]]


class Mode(StrEnum):
    """Which of the two searches a ranking rests on."""

    HYBRID = "hybrid"
    DENSE = "dense"
    SPARSE = "sparse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage found for a question.

    Args:
        dense: cosine of question and passage, [-1, 1].
        sparse: BM25 as a share of the highest score possible for the question, [0, 1]; of the wording that fits
            best, where it was asked in several.
        score: what it was ranked by; higher is better, comparable within one question only.
        title: of the document.
    """

    passage: PassageRecord
    dense: float
    sparse: float
    score: float
    title: str = ""


def fuse(dense: Scores, sparse: Scores, *, weight: float) -> Scores:
    """One score from two: ``weight * dense + sparse``, shape (n,), higher is better.

    ``dense`` holds cosines, shape (n,); ``sparse`` shares of the highest possible BM25, shape (n,). Neither is
    standardised over the question's own candidates: where a question shares its wording with a passage the shares
    lie far apart and decide; where people ask in their own words they are all small and close together, and the
    cosine decides. Convex fusion of scores, with BM25's theoretical maximum as its norm, after Bruch, Gai and
    Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023); figures in
    ``docs/decisions/006-fusion.md``.
    """
    fused: Scores = weight * dense + sparse
    return fused


class Retriever:
    """Ranks passages for a question.

    Args:
        pool: how many passages each of the two searches brings in before they are ranked together.
        weight: of the dense score, see :func:`fuse`; 2 is right for E5's narrow cosines, a model that spreads
            them wider wants less.
    """

    def __init__(self, store: Store, embedder: Embedder, *, pool: int = 50, weight: float = 2.0) -> None:
        self._store = store
        self._embedder = embedder
        self._pool = pool
        self._weight = weight

    def embed(self, question: str) -> FloatArray:
        """The question's vector, shape (dimension,), unit length."""
        vector: FloatArray = self._embedder.embed_queries([question])[0]
        return vector

    def retrieve(
        self,
        question: str,
        top_k: int,
        *,
        where: Filter = ANYTHING,
        mode: Mode = Mode.HYBRID,
        vector: FloatArray | None = None,
        also: Sequence[str] = (),
    ) -> list[Found]:
        """The ``top_k`` best passages, best first; fewer when the store holds fewer that match.

        Args:
            vector: the question's, when the caller has it already.
            also: the question in other words, for the lexical search alone. Each wording's scores are shares of its
                own bound, so they can be compared, and a passage's is the best of them: one that says it in the
                question's own words ranks as it would without the others.
        """
        if vector is None:
            vector = self.embed(question)
        pool = max(self._pool, top_k)
        wordings = [without_asking(wording) for wording in (question, *also)]
        dense_hits = [] if mode is Mode.SPARSE else self._store.search_dense(vector, pool, where=where)
        sparse_hits: list[list[Hit]] = [
            [] if mode is Mode.DENSE else self._store.search_sparse(wording, pool, where=where)
            for wording in wordings
        ]
        ids = list(dict.fromkeys(hit.passage_id for hits in (dense_hits, *sparse_hits) for hit in hits))
        if not ids:
            return []
        dense = self._complete(ids, dense_hits, lambda w, k: self._store.search_dense(vector, k, where=w))
        shares = [self._shares(*each, ids) for each in zip(wordings, sparse_hits, strict=True)]
        sparse = np.max([shares[0], *(OTHER_WORDING * share for share in shares[1:])], axis=0)
        scores = {Mode.DENSE: dense, Mode.SPARSE: sparse}.get(mode)
        if scores is None:
            scores = fuse(dense, sparse, weight=self._weight)
        order = np.lexsort((np.array(ids), -scores))[:top_k]
        records = {record.id: record for record in self._store.passages([ids[i] for i in order])}
        titles = {i: self._title(i) for i in {record.document_id for record in records.values()}}
        return [
            Found(
                passage=records[ids[i]],
                title=titles[records[ids[i]].document_id],
                dense=float(dense[i]),
                sparse=float(sparse[i]),
                score=float(scores[i]),
            )
            for i in order
            if ids[i] in records
        ]

    def _shares(self, wording: str, hits: list[Hit], ids: list[int]) -> Scores:
        """BM25 of every id as a share of the wording's bound, shape (len(ids),), in [0, 1]."""
        scores = self._complete(ids, hits, lambda w, k: self._store.search_sparse(wording, k, where=w))
        bound = self._store.sparse_bound(wording)
        return scores / bound if bound > 0 else scores

    def _title(self, document_id: int) -> str:
        try:
            return self._store.document(document_id).title
        except NotFound:  # deleted since it was found; whoever cites it will notice too
            return ""

    @staticmethod
    def _complete(ids: list[int], hits: list[Hit], search: _Search) -> Scores:
        """The score of every id, shape (len(ids),): those that the first search didn't bring are asked for."""
        known = {hit.passage_id: hit.score for hit in hits}
        missing = frozenset(ids) - known.keys()
        if missing:
            more = search(Filter(passage_ids=missing), len(missing))
            known.update((hit.passage_id, hit.score) for hit in more)
        return np.array([known.get(passage_id, 0.0) for passage_id in ids], dtype=np.float64)
