"""Fits the two small models of :mod:`rag.evidence` on public training sets, through the code that users run.

    python -m rag.training.evidence --data DIR --work DIR --out rag/data/evidence.json

``DIR`` holds ``cmrc2018_train_evidence.json``, ``drcd_dev.json`` and ``squad2_zh_dev.json``. Four kinds of asking:

- ``asked``: an answerable question as it is;
- ``absent``: the same with the document that answers it kept out of the search;
- ``altered``: the same with one number or proper noun in it changed, so that the passage is about another thing;
- ``impossible``: questions of SQuAD 2.0 that were written to look answerable.

Answerable and unanswerable askings weigh the same in total, the three unanswerable kinds the same among them. One
question in three is held out; the figures printed are of those. scikit-learn comes with sentence-transformers.
"""

from __future__ import annotations

import argparse
import json
import random
import re
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
from rag.build import make_analyzer, make_embedder, open_embedded_store
from rag.evidence import EvidenceReader, Sentence
from rag.features import AGAINST, FEATURES, NEITHER, Features, take_apart
from rag.read import Question
from rag.settings import Settings, load_settings
from rag.training.squad import Example, load_squad

SETS = (
    ("cmrc2018_train_evidence.json", 700, 450),
    ("drcd_dev.json", 400, 225),
    ("squad2_zh_dev.json", 250, 225),
)
"""File, paragraphs taken, answerable questions taken; of impossible ones as many as that."""

SEED = 20260101
ANSWER_COLUMNS = ("rank", "margin", *FEATURES)
UNANSWERABLE = ("absent", "altered", "impossible")


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


@dataclass(frozen=True, slots=True)
class Group:
    """One asking of one question: its sentences' features, which of them hold the answer, its kind and its set."""

    features: Features
    right: NDArray[np.bool_]
    kind: str
    held_out: bool
    name: str

    @property
    def answerable(self) -> bool:
        return self.kind == "asked"


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
        possible = [example for example in examples if example.end > example.start]
        impossible = [example for example in examples if example.end == example.start]
        questions.extend((Path(file).stem, example) for example in possible[:wanted] + impossible[:wanted])
    return store, questions


def altered(question: str, names: Sequence[str], others: Sequence[str], rng: random.Random) -> str | None:
    """The question about another year, number or name; None where it holds neither."""
    number = re.search(r"\d+", question)
    if number is not None:
        value = int(number.group())
        other = max(value + rng.choice((-3, -2, -1, 1, 2, 3)), 1)
        return question[: number.start()] + str(other) + question[number.end() :]
    known = [name for name in names if name in question]
    if not known:
        return None
    return question.replace(known[0], rng.choice([name for name in others if name != known[0]]))


def collect(
    store: EmbeddedStore, embedder: Embedder, questions: Sequence[tuple[str, Example]], settings: Settings
) -> list[Group]:
    """Asks every question in all the ways that it can be asked."""
    rng = random.Random(SEED)
    names = make_analyzer(settings).names
    reader = EvidenceReader(embedder, term_weights=store.term_weights, names=names)
    retriever = Retriever(store, embedder, pool=settings.pool, weight=settings.dense_weight)
    everything = {record.source: record.id for record in store.documents()}
    others = sorted({name for _, example in questions for name in names(example.question)})
    groups: list[Group] = []

    def ask(text: str, kind: str, number: int, name: str, where: Filter, example: Example | None) -> None:
        vector = retriever.embed(text)
        found = retriever.retrieve(text, settings.top_k, where=where, vector=vector)
        chosen, features = reader.features(
            Question(text=text, vector=vector), take_apart(text, store.term_weights, names), found
        )
        gold = everything[example.source] if example else -1
        right = [example is not None and _holds(sentence, gold, example) for sentence in chosen]
        if chosen:
            groups.append(Group(features, np.array(right, dtype=bool), kind, number % 3 == 0, name))

    for number, (name, example) in enumerate(questions):
        if example.start == example.end:
            ask(example.question, "impossible", number, name, Filter(), None)
            continue
        without = Filter(document_ids=frozenset(everything.values()) - {everything[example.source]})
        ask(example.question, "asked", number, name, Filter(), example)
        ask(example.question, "absent", number, name, without, None)
        changed = altered(example.question, names(example.question), others, rng)
        if changed is not None and changed != example.question:
            ask(changed, "altered", number, name, Filter(), None)
        if number % 100 == 0:
            sys.stderr.write(f"\r{number}/{len(questions)}")
    return groups


def _holds(sentence: Sentence, document_id: int, example: Example) -> bool:
    return (
        sentence.found.passage.document_id == document_id
        and sentence.start <= example.start
        and example.end <= sentence.end
    )


def fit(
    rows: Features,
    right: NDArray[np.bool_],
    *,
    names: Sequence[str] = (),
    strength: float,
    importance: Features | None = None,
) -> dict[str, Any]:
    """A logistic model on standardised columns.

    Args:
        names: of the columns, to hold each weight to the sign that the column's meaning gives it. Left free, as
            the ranking's are, columns that go together get weights against each other: that ranks the sentences of
            one question better, but as probabilities they mislead on other documents.
        strength: inverse of the L2 penalty. importance: weight of each row, shape (n,).
    """
    from scipy.optimize import minimize

    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = (rows - mean) / scale
    signs = np.where(right, 1.0, -1.0)
    weights = np.ones(len(rows)) if importance is None else importance

    def loss(parameters: Features) -> tuple[float, Features]:
        margin = signs * (parameters[0] + scaled @ parameters[1:])
        slope = -weights * signs / (1 + np.exp(np.clip(margin, -500, 500)))
        value = float(weights @ np.logaddexp(0, -margin) + parameters[1:] @ parameters[1:] / (2 * strength))
        return value, np.concatenate(([slope.sum()], scaled.T @ slope + parameters[1:] / strength))

    signs_of = map(_sign, names) if names else [(None, None)] * rows.shape[1]
    bounds = [(None, None), *signs_of]
    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    return {
        "mean": mean.round(6).tolist(),
        "scale": scale.round(6).tolist(),
        "weights": found.x[1:].round(6).tolist(),
        "bias": round(float(found.x[0]), 6),
    }


def _sign(name: str) -> tuple[float | None, float | None]:
    """Bounds of a column's weight."""
    if name in NEITHER:
        return None, None
    return (None, 0.0) if name in AGAINST else (0.0, None)


def score(part: dict[str, Any], rows: Features) -> Features:
    """Log-odds of rows under a fitted part."""
    scaled = (rows - np.array(part["mean"])) / np.array(part["scale"])
    scores: Features = part["bias"] + scaled @ np.array(part["weights"])
    return scores


def importance_of(groups: Sequence[Group]) -> Features:
    """Weights by kind: half for answerable askings, a sixth for each unanswerable kind; mean 1, shape (n,)."""
    kinds = [group.kind for group in groups]
    share = {"asked": 0.5, **dict.fromkeys(UNANSWERABLE, 0.5 / len(UNANSWERABLE))}
    return np.array([share[kind] * len(kinds) / kinds.count(kind) for kind in kinds])


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
    importance = importance_of(groups)
    probability = 1 / (1 + np.exp(-score(answers, rows)))
    kinds = np.array([group.kind for group in groups])
    names = np.array([group.name for group in groups])
    asked = kinds == "asked"

    def share(values: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
        return round(float(values[among].mean()), 4) if among.any() else 0.0

    return {
        "questions": {str(kind): int((kinds == kind).sum()) for kind in sorted(set(kinds))},
        "first_sentence_right": {str(n): share(right, asked & (names == n)) for n in sorted(set(names))},
        "auroc_right": round(float(roc_auc_score(right, probability, sample_weight=importance)), 4),
        "auroc_answerable_against": {
            kind: round(float(roc_auc_score(asked[among], probability[among])), 4)
            for kind in UNANSWERABLE
            for among in [asked | (kinds == kind)]
        },
        "thresholds": [
            {
                "threshold": round(float(threshold), 2),
                "answered": share(probability >= threshold, asked),
                **{
                    f"declined_{kind}": share(probability < threshold, kinds == kind) for kind in UNANSWERABLE
                },
            }
            for threshold in np.arange(0.05, 0.65, 0.05)
        ],
    }


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
    store, questions = build_store(settings, embedder, options.data)
    groups = collect(store, embedder, questions, settings)
    embedder.save()
    training = [group for group in groups if not group.held_out]
    ranked = [group for group in training if group.right.any()]
    rank = fit(
        np.concatenate([g.features for g in ranked]),
        np.concatenate([g.right for g in ranked]),
        strength=1.0,
    )
    answers = fit(
        *best_rows(training, rank), names=ANSWER_COLUMNS, strength=0.3, importance=importance_of(training)
    )
    figures = report([group for group in groups if group.held_out], rank, answers)
    model = {
        "features": FEATURES,
        "embedder": embedder.info.id,
        "rank": rank,
        "answers": answers,
        "held_out": figures,
    }
    options.out.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(
        json.dumps(
            {
                **figures,
                "rank": dict(zip(FEATURES, rank["weights"], strict=True)),
                "answers": dict(zip(ANSWER_COLUMNS, answers["weights"], strict=True)),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
