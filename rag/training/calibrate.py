"""Fits the span reader's calibration on questions that it wasn't trained on.

    python -m rag.training.calibrate --data DIR --work DIR --weights reader.safetensors --out rag/data/span.json

``DIR`` holds ``cmrc2018_trial.json``, whose questions the training holds out, and the training files, whose
paragraphs serve as the rest of the corpus. How the questions are asked is told in :mod:`rag.training.asking`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from index.embed import Embedder
from index.retrieve import Found, Retriever
from rag.build import make_analyzer, make_embedder, make_span_model
from rag.features import Features
from rag.read import SPANS, Question
from rag.reader.candidates import AGAINST, COLUMNS, NEITHER
from rag.reader.model import SpanModel
from rag.reader.reader import SpanReader
from rag.settings import Settings, load_settings
from rag.training.asking import Place, TakenSet, build_store, collect, overlaps
from rag.training.logistic import fit_both, promised, signs, write_fitted

SETS: tuple[TakenSet, ...] = (
    ("cmrc2018_trial.json", 256, 400),
    ("cmrc2018_train_evidence.json", 700, 0),
    ("drcd_dev.json", 400, 0),
)
ANSWER_COLUMNS = ("rank", "margin_above", *COLUMNS)


def calibrate(model: SpanModel, *, embedder: Embedder, settings: Settings, data: Path) -> dict[str, Any]:
    """The fitted calibration, as :func:`rag.training.logistic.write_fitted` takes it.

    Args:
        settings: its home keeps the store for another run. data: the folder of the files that :data:`SETS` names.
    """
    store, questions = build_store(settings, embedder, data, SETS)
    names = make_analyzer(settings).names
    reader = SpanReader(model, term_weights=store.term_weights, names=names)

    def consider(question: Question, found: Sequence[Found]) -> tuple[list[Place], Features]:
        chosen, features = reader.consider(question.text, found)
        return [(c.found.passage.document_id, c.start, c.end) for c in chosen], features

    with closing(store):
        retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)
        groups = collect(
            store,
            retriever,
            consider,
            questions,
            names=names,
            holds=overlaps,
            top_k=settings.top_k,
            reworded_too=True,
        )
    rank, answers, figures = fit_both(
        groups, strength=0.3, bounds=signs(ANSWER_COLUMNS, against=AGAINST, neither=NEITHER)
    )
    return {
        "features": COLUMNS,
        "thresholds": promised([group for group in groups if group.held_out], rank, answers),
        "rank": rank,
        "answers": answers,
        "held_out": figures,
    }


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Fit the span reader's calibration.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="keeps the store for another run")
    parser.add_argument("--reader", default=SPANS, help="any model that the setting takes")
    parser.add_argument("--weights", type=Path, help="packed; without it those that ship")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    settings = load_settings(home=options.work)
    model = make_span_model(settings.model_copy(update={"reader": options.reader}), weights=options.weights)
    fitted = calibrate(model, embedder=make_embedder(settings), settings=settings, data=options.data)
    write_fitted(options.out, fitted, ANSWER_COLUMNS)


if __name__ == "__main__":
    main()
