"""Logistic models on the features of candidates: fitting, and what they are worth on held-out questions.

Answerable and unanswerable askings weigh the same in total, the unanswerable kinds the same among them.
scikit-learn and scipy come with the extra ``train``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.calibration import load_weights
from rag.features import Features
from rag.training.asking import ANSWERABLE, UNANSWERABLE, Group

Sign = tuple[float | None, float | None]
"""Bounds of a column's weight."""


def signs(columns: Sequence[str], *, against: frozenset[str], neither: frozenset[str]) -> list[Sign]:
    """For each column the bounds that its meaning gives its weight: 0 or more, but for those named."""
    return [
        (None, None) if name in neither else (None, 0.0) if name in against else (0.0, None)
        for name in columns
    ]


def fit(
    rows: Features,
    right: NDArray[np.bool_],
    *,
    bounds: Sequence[Sign] | None = None,
    strength: float,
    importance: Features | None = None,
) -> dict[str, Any]:
    """A logistic model on standardised columns.

    Args:
        bounds: of each weight, from :func:`signs`. Left free, as
            the ranking's are, columns that go together get weights against each other: that ranks the sentences of
            one question better, but as probabilities they mislead on other documents.
        strength: inverse of the L2 penalty. importance: weight of each row, shape (n,).
    """
    from scipy.optimize import minimize

    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scale[scale < 1e-6] = 1.0  # a column of one value; what is written below would come out as 0
    scaled = (rows - mean) / scale
    side = np.where(right, 1.0, -1.0)
    weights = np.ones(len(rows)) if importance is None else importance

    def loss(parameters: Features) -> tuple[float, Features]:
        margin = side * (parameters[0] + scaled @ parameters[1:])
        slope = -weights * side / (1 + np.exp(np.clip(margin, -500, 500)))
        value = float(weights @ np.logaddexp(0, -margin) + parameters[1:] @ parameters[1:] / (2 * strength))
        return value, np.concatenate(([slope.sum()], scaled.T @ slope + parameters[1:] / strength))

    every = [(None, None), *([(None, None)] * rows.shape[1] if bounds is None else bounds)]
    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, bounds=every, method="L-BFGS-B")
    return {
        "mean": mean.round(6).tolist(),
        "scale": scale.round(6).tolist(),
        "weights": found.x[1:].round(6).tolist(),
        "bias": round(float(found.x[0]), 6),
    }


def score(part: dict[str, Any], rows: Features) -> Features:
    """Log-odds of rows under a fitted part."""
    return load_weights(part, rows.shape[1]).score(rows)


def importance_of(groups: Sequence[Group]) -> Features:
    """Weights by kind: half for the answerable kinds that there are, half for the others, each in equal parts.

    Shape (n,), mean 1 where both halves are there.
    """
    kinds = [group.kind for group in groups]
    halves = [[kind for kind in half if kind in kinds] for half in (ANSWERABLE, UNANSWERABLE)]
    share = {kind: 0.5 / len(half) for half in halves for kind in half}
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
    asked = np.isin(kinds, ANSWERABLE)
    there = [kind for kind in UNANSWERABLE if kind in kinds]

    def share(values: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
        return round(float(values[among].mean()), 4) if among.any() else 0.0

    return {
        "questions": {str(kind): int((kinds == kind).sum()) for kind in sorted(set(kinds))},
        "first_sentence_right": {str(n): share(right, asked & (names == n)) for n in sorted(set(names))},
        "auroc_right": round(float(roc_auc_score(right, probability, sample_weight=importance)), 4),
        "auroc_answerable_against": {
            kind: round(float(roc_auc_score(asked[among], probability[among])), 4)
            for kind in there
            for among in [asked | (kinds == kind)]
        },
        "thresholds": [
            {
                "threshold": round(float(threshold), 2),
                "answered": share(probability >= threshold, asked),
                **{f"declined_{kind}": share(probability < threshold, kinds == kind) for kind in there},
            }
            for threshold in np.arange(0.05, 0.65, 0.05)
        ],
    }


def promised(groups: Sequence[Group], rank: dict[str, Any], answers: dict[str, Any]) -> dict[str, float]:
    """Thresholds by what they promise (:data:`rag.read.Promise`), on questions that nothing was fitted to.

    "wrong-n%": the lowest from which on at most that share of the answers is wrong, half of the questions having
    none. "default": with the most questions dealt with rightly, answered or declined.
    """
    rows, right = best_rows(groups, rank)
    importance = importance_of(groups)
    probability = 1 / (1 + np.exp(-score(answers, rows)))
    none = ~np.array([group.answerable for group in groups])
    order = np.argsort(-probability, kind="stable")
    given = np.cumsum(importance[order])
    wrong = np.cumsum((importance * ~right)[order]) / given
    dealt = (
        np.cumsum((importance * right)[order])
        + (importance * none).sum()
        - np.cumsum((importance * none)[order])
    )

    thresholds = {"default": float(probability[order[dealt.argmax()]])}
    for percent in (5, 10, 20):
        kept = np.flatnonzero(wrong <= percent / 100 + 1e-9)
        if kept.size:  # a promise that can't be kept isn't made
            thresholds[f"wrong-{percent}%"] = float(probability[order[kept[-1]]])
    return {name: round(value, 4) for name, value in thresholds.items()}


def fit_both(
    groups: Sequence[Group], *, strength: float, bounds: Sequence[Sign]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The model that orders, the one that tells how likely the best is right, and the figures of held-out questions.

    Args:
        strength: inverse of the second model's L2 penalty. bounds: of its weights, the two first columns included.
    """
    training = [group for group in groups if not group.held_out]
    ranked = [group for group in training if group.right.any()]
    rank = fit(
        np.concatenate([group.features for group in ranked]),
        np.concatenate([group.right for group in ranked]),
        strength=1.0,
    )
    answers = fit(
        *best_rows(training, rank), bounds=bounds, strength=strength, importance=importance_of(training)
    )
    return rank, answers, report([group for group in groups if group.held_out], rank, answers)


def write_fitted(out: Path, content: dict[str, Any], answer_columns: Sequence[str]) -> None:
    """Writes what a reader loads, and prints the figures and each column's weight.

    Args:
        content: with ``features``, ``rank``, ``answers`` and ``held_out``. answer_columns: of the second model.
    """
    out.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    weights = {
        "rank": dict(zip(content["features"], content["rank"]["weights"], strict=True)),
        "answers": dict(zip(answer_columns, content["answers"]["weights"], strict=True)),
    }
    sys.stdout.write(json.dumps({**content["held_out"], **weights}, indent=1))
