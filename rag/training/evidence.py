"""Fits the two small models of :mod:`rag.evidence` on public training sets, through the code that users run.

    python -m rag.training.evidence --data DIR --work DIR --out rag/data/evidence.json

``DIR`` holds ``cmrc2018_train_evidence.json``, ``drcd_dev.json`` and ``squad2_zh_dev.json``. Every question is
asked twice: as it is, and with the document that answers it kept out of the search, which makes it one that the
documents can't answer. One question in three is held out; the figures printed are of those. Needs scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, EmbedderInfo, FloatArray, Progress
from index.ingest import passage_text
from index.retrieve import Retriever
from index.split import split
from index.store.embedded import EmbeddedStore
from index.store.protocol import Filter
from rag.build import make_embedder, open_embedded_store
from rag.evidence import EvidenceReader, Sentence, take_apart
from rag.features import FEATURES, Features
from rag.read import Question
from rag.settings import Settings, load_settings
from rag.training.squad import Example, load_squad

SETS = (
    ("cmrc2018_train_evidence.json", 1300, 750),
    ("drcd_dev.json", 700, 350),
    ("squad2_zh_dev.json", 500, 350),
)
"""File, paragraphs taken, questions taken."""

SEED = 20260101


class CachingEmbedder:
    """Embeds each text once: the same sentences come up for many questions."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, FloatArray] = {}

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


@dataclass(frozen=True, slots=True)
class Group:
    """One asking of one question: its sentences' features, which of them hold the answer, and its set."""

    features: Features
    right: NDArray[np.bool_]
    answerable: bool
    held_out: bool
    name: str


def build_store(
    settings: Settings, embedder: Embedder, data: Path
) -> tuple[EmbeddedStore, list[tuple[str, Example]]]:
    """Puts the paragraphs into a store (those that are there already stay) and draws the questions."""
    rng = random.Random(SEED)
    store = open_embedded_store(settings, embedder.info)
    questions: list[tuple[str, Example]] = []
    for file, paragraphs, wanted in SETS:
        loaded = list(load_squad(data / file))
        rng.shuffle(loaded)
        loaded = loaded[:paragraphs]
        with store.batch():
            for document, upload, _ in loaded:
                if store.find(document.source) is None:
                    passages = split(document)
                    texts = [passage_text(document.title, p.heading_path, p.text) for p in passages]
                    store.add(document, passages, embedder.embed_passages(texts), upload=upload)
        examples = [example for _, _, examples in loaded for example in examples]
        rng.shuffle(examples)
        questions.extend((Path(file).stem, example) for example in examples[:wanted])
    return store, questions


def collect(
    store: EmbeddedStore, embedder: Embedder, questions: Sequence[tuple[str, Example]], settings: Settings
) -> list[Group]:
    """Asks every question with and without the document that answers it."""
    reader = EvidenceReader(embedder, term_weights=store.term_weights)
    retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)
    everything = {record.source: record.id for record in store.documents()}
    groups = []
    for number, (name, example) in enumerate(questions):
        vector = retriever.embed(example.question)
        question = Question(text=example.question, vector=vector)
        query = take_apart(example.question, store.term_weights)
        gold = everything[example.source]
        others = Filter(document_ids=frozenset(everything.values()) - {gold})
        for answerable, where in ((True, Filter()), (False, others)):
            found = retriever.retrieve(example.question, settings.top_k, where=where, vector=vector)
            chosen, features = reader.features(question, query, found)
            right = np.array([_holds(sentence, gold, example) for sentence in chosen], dtype=bool)
            groups.append(Group(features, right, answerable, number % 3 == 0, name))
        if number % 100 == 0:
            sys.stderr.write(f"\r{number}/{len(questions)}")
    return groups


def _holds(sentence: Sentence, document_id: int, example: Example) -> bool:
    return (
        sentence.found.passage.document_id == document_id
        and sentence.start <= example.start
        and example.end <= sentence.end
    )


def fit(rows: Features, right: NDArray[np.bool_], *, strength: float) -> dict[str, Any]:
    """A logistic model on standardised columns; ``strength`` is the inverse of the L2 penalty."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=strength, max_iter=2000).fit((rows - mean) / scale, right)
    return {
        "mean": mean.round(6).tolist(),
        "scale": scale.round(6).tolist(),
        "weights": model.coef_[0].round(6).tolist(),
        "bias": round(float(model.intercept_[0]), 6),
    }


def score(part: dict[str, Any], rows: Features) -> Features:
    """Log-odds of rows under a fitted part."""
    scaled = (rows - np.array(part["mean"])) / np.array(part["scale"])
    scores: Features = part["bias"] + scaled @ np.array(part["weights"])
    return scores


def best_rows(groups: Sequence[Group], rank: dict[str, Any]) -> tuple[Features, NDArray[np.bool_]]:
    """For each group the best sentence's columns for the second model, and whether it holds the answer."""
    rows, right = [], []
    for group in groups:
        scores = score(rank, group.features)
        best = int(scores.argmax())
        second = np.delete(scores, best).max() if scores.size > 1 else scores[best]
        rows.append(np.concatenate(([scores[best], scores[best] - second], group.features[best])))
        right.append(group.right[best])
    return np.array(rows), np.array(right, dtype=bool)


def report(groups: Sequence[Group], rank: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """Figures on held-out questions: the right sentence first, and what thresholds do."""
    from sklearn.metrics import roc_auc_score

    rows, right = best_rows(groups, rank)
    probability = 1 / (1 + np.exp(-score(answers, rows)))
    answerable = np.array([group.answerable for group in groups])
    names = np.array([group.name for group in groups])
    figures: dict[str, Any] = {
        "first_sentence_right": {
            name: round(float(right[answerable & (names == name)].mean()), 4) for name in sorted(set(names))
        },
        "auroc_right": round(float(roc_auc_score(right, probability)), 4),
        "auroc_answerable": round(float(roc_auc_score(answerable, probability)), 4),
        "thresholds": [],
    }
    for threshold in np.arange(0.05, 0.65, 0.05):
        given = probability >= threshold
        figures["thresholds"].append(
            {
                "threshold": round(float(threshold), 2),
                "answered": round(float(given[answerable].mean()), 4),
                "declined": round(float((~given)[~answerable].mean()), 4),
                "right_among_answered": round(float(right[given].mean()), 4),
            }
        )
    return figures


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit the evidence reader's two small models.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument(
        "--work", type=Path, required=True, help="keeps the store, so that a second run is quick"
    )
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings = load_settings(home=options.work)
    embedder = CachingEmbedder(make_embedder(settings))
    store, questions = build_store(settings, embedder, options.data)
    groups = [g for g in collect(store, embedder, questions, settings) if len(g.right)]
    training = [group for group in groups if not group.held_out]
    ranked = [group for group in training if group.right.any()]
    rank = fit(
        np.concatenate([g.features for g in ranked]), np.concatenate([g.right for g in ranked]), strength=1.0
    )
    answers = fit(*best_rows(training, rank), strength=0.3)
    figures = report([group for group in groups if group.held_out], rank, answers)
    model = {
        "features": FEATURES,
        "embedder": embedder.info.id,
        "rank": rank,
        "answers": answers,
        "held_out": figures,
    }
    options.out.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
