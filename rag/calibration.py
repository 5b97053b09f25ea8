"""From candidates' features to an order and to probabilities: two small logistic models, fitted on training data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError, SettingsError
from rag.features import Features
from rag.read import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A logistic model: probability = sigmoid(bias + weights · (features - mean) / scale).

    Args:
        mean, scale, weights: one number a feature. bias: a number.
    """

    mean: Features
    scale: Features
    weights: Features
    bias: float

    def score(self, features: Features) -> Features:
        """Log-odds, shape (n,), of features, shape (n, columns)."""
        scores: Features = self.bias + ((features - self.mean) / self.scale) @ self.weights
        return scores


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoStage:
    """``rank`` orders the candidates of one question; ``answers`` tells how likely the best one is right.

    ``answers`` sees two more columns in front of the candidates' own: the best one's rank score and how far it is
    above the second best's. ``thresholds``: by promise, see :data:`rag.read.Promise`.
    """

    rank: Weights
    answers: Weights
    thresholds: Mapping[str, float]

    def threshold(self, promise: Promise) -> float:
        """See :class:`rag.read.Reader`."""
        if promise not in self.thresholds:
            known = "、".join(sorted(self.thresholds))
            raise SettingsError(
                f"这个阅读器没有名为 {promise} 的阈值。", remedy=f"可用 {known}，或直接写一个 0 到 1 的数。"
            )
        return self.thresholds[promise]


def read_model(file: Path | None, shipped: str, columns: Sequence[str]) -> TwoStage:
    """The model in ``file``, or without one the one of that name that ships.

    Raises:
        ModelError: it can't be read, or was fitted for other columns.
    """
    try:
        return load_model(json.loads(_content(file, shipped)), columns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        remedy = (
            "请重新安装 yuanwen。" if file is None else "请用 python -m rag.training.calibrate 重新生成。"
        )
        raise ModelError(f"阅读器的校准数据 {file or shipped} 读不了：{error}。", remedy=remedy) from error


def fitted_hash(file: Path | None, shipped: str) -> str:
    """SHA-256 of what :func:`read_model` reads, hexadecimal.

    Raises:
        ModelError: it can't be read.
    """
    try:
        return hashlib.sha256(_content(file, shipped)).hexdigest()
    except OSError as error:
        raise _unreadable(file, shipped, error) from error


def _unreadable(file: Path | None, shipped: str, error: Exception) -> ModelError:
    remedy = "请重新安装 yuanwen。" if file is None else "请用 python -m rag.training.calibrate 重新生成。"
    return ModelError(f"阅读器的校准数据 {file or shipped} 读不了：{error}。", remedy=remedy)


def _content(file: Path | None, shipped: str) -> bytes:
    return resources.files("rag.data").joinpath(shipped).read_bytes() if file is None else file.read_bytes()


def load_model(values: Mapping[str, Any], columns: Sequence[str]) -> TwoStage:
    """The model from its JSON form.

    Raises:
        ValueError: it was fitted for other columns than this version computes.
    """
    if tuple(values["features"]) != tuple(columns):
        raise ValueError("the model was fitted for other features")

    thresholds = {str(name): float(value) for name, value in values["thresholds"].items()}
    return TwoStage(
        rank=load_weights(values["rank"], len(columns)),
        answers=load_weights(values["answers"], len(columns) + 2),
        thresholds=thresholds,
    )


def load_weights(part: Mapping[str, Any], size: int) -> Weights:
    """A logistic model of ``size`` columns from its JSON form.

    Raises:
        ValueError: it has another number of weights.
    """
    arrays = {name: np.array(part[name], dtype=np.float64) for name in ("mean", "scale", "weights")}
    if any(array.shape != (size,) for array in arrays.values()):
        raise ValueError("the model has another number of weights than of features")
    return Weights(bias=float(part["bias"]), **arrays)


CERTAIN = 4.0
"""Log-odds that a candidate loses for lacking a document number when one is asked for: such numbers have one form
only, and the training sets, which ask for none, can't teach it."""


def judge(
    model: TwoStage, features: Features, lacking: Features
) -> tuple[NDArray[np.int64], Features, Features]:
    """Candidates in order: indices, best first; the score of each candidate; the probability of each place.

    Args:
        features: shape (n, columns), n at least 1. lacking: shape (n,), 1 for candidates without what is surely
            needed (:func:`rag.features.lacks_number`), else 0.

    Returns:
        The order, shape (n,); scores as log-odds, shape (n,), of the candidates as they came; probabilities, shape
        (n,), in the new order.
    """
    ranks = model.rank.score(features) - CERTAIN * lacking
    order: NDArray[np.int64] = np.argsort(-ranks, kind="stable")
    probabilities = chain_probabilities(model.answers, ranks, features, order)
    return order, ranks, probabilities * np.exp(-CERTAIN * lacking[order[0]])


def chain_probabilities(
    answers: Weights, ranks: Features, features: Features, order: NDArray[np.int64]
) -> Features:
    """Of each candidate, best first, shape (n,): that it is right and those before it wrong; never rising.

    Args:
        ranks: shape (n,), by the first model. features: shape (n, columns). order: indices, best first.
    """
    ordered = ranks[order]
    below = np.append(ordered[1:], ordered[-1:])
    columns = np.column_stack((ordered, ordered - below, features[order]))
    own = 1.0 / (1.0 + np.exp(-answers.score(columns)))
    remaining = np.concatenate(([1.0], np.cumprod(1.0 - own)[:-1]))
    return np.minimum.accumulate(own * remaining)
