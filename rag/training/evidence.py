"""Fits the two small models of :mod:`rag.evidence` on public training sets, through the code that users run.

    python -m rag.training.evidence --data DIR --work DIR --out rag/data/evidence.json

``DIR`` holds ``cmrc2018_train_evidence.json``, ``drcd_dev.json`` and ``squad2_zh_dev.json``; how their questions are
asked is told in :mod:`rag.training.asking`. The figures printed are of held-out questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embed import Embedder, EmbedderInfo, FloatArray, Progress
from index.retrieve import Found, Retriever
from rag.build import make_analyzer, make_embedder
from rag.evidence import EvidenceReader
from rag.features import AGAINST, FEATURES, NEITHER, Features, take_apart
from rag.read import Question
from rag.settings import load_settings
from rag.training.asking import Place, TakenSet, build_store, collect, contains
from rag.training.logistic import fit_both, signs, write_fitted

SETS: tuple[TakenSet, ...] = (
    ("cmrc2018_train_evidence.json", 700, 450),
    ("drcd_dev.json", 400, 225),
    ("squad2_zh_dev.json", 250, 225),
)
THRESHOLD = 0.25
"""Below which the reader declines unless told otherwise; chosen on held-out training questions (decision 007)."""

ANSWER_COLUMNS = ("rank", "margin", *FEATURES)


class CachingEmbedder:
    """Embeds each text once, also across runs: the same sentences come up for many questions.

    Args:
        file: keeps what :meth:`save` writes; made for one fingerprint, ignored for another.
    """

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder = embedder
        self._file = file
        self._known: dict[str, FloatArray] = {}
        if file.exists():
            with np.load(file) as kept:
                if str(kept["fingerprint"]) == embedder.info.fingerprint:
                    self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    @property
    def info(self) -> EmbedderInfo:
        """The inner embedder's."""
        return self._embedder.info

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        """See :class:`index.embed.Embedder`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._embedder.embed_passages(new, progress=progress), strict=True))
        return np.stack([self._known[text] for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """See :class:`index.embed.Embedder`."""
        return self._embedder.embed_queries(texts)

    def save(self) -> None:
        """Keeps all vectors for the next run."""
        texts = np.array(list(self._known), dtype=np.str_)
        vectors = np.stack(list(self._known.values()))
        np.savez(self._file, fingerprint=self.info.fingerprint, texts=texts, vectors=vectors)


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit the evidence reader's two small models.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--work", type=Path, required=True, help="keeps the store and the vectors for another run"
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings = load_settings(home=options.work)
    embedder = CachingEmbedder(make_embedder(settings), options.work / "vectors.npz")
    store, questions = build_store(settings, embedder, options.data, SETS)
    names = make_analyzer(settings).names
    reader = EvidenceReader(embedder, term_weights=store.term_weights, names=names)

    def consider(question: Question, found: Sequence[Found]) -> tuple[list[Place], Features]:
        query = take_apart(question.text, store.term_weights, names)
        chosen, features = reader.features(question, query, found)
        return [(s.found.passage.document_id, s.start, s.end) for s in chosen], features

    retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)
    groups = collect(store, retriever, consider, questions, names=names, holds=contains, top_k=settings.top_k)
    embedder.save()
    rank, answers, figures = fit_both(
        groups, strength=0.3, bounds=signs(ANSWER_COLUMNS, against=AGAINST, neither=NEITHER)
    )
    model = {
        "features": FEATURES,
        "thresholds": {"default": THRESHOLD},
        "embedder": embedder.info.id,
        "rank": rank,
        "answers": answers,
        "held_out": figures,
    }
    write_fitted(options.out, model, ANSWER_COLUMNS)


if __name__ == "__main__":
    main()
