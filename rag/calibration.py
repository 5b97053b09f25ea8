"""From candidates' features to an order and to probabilities: two small logistic models, fitted on training data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.features import Features


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
    above the second best's.
    """

    rank: Weights
    answers: Weights


def load_model(values: Mapping[str, Any], columns: Sequence[str]) -> TwoStage:
    """The model from its JSON form.

    Raises:
        ValueError: it was fitted for other columns than this version computes.
    """
    if tuple(values["features"]) != tuple(columns):
        raise ValueError("the model was fitted for other features")

    def weights(part: Mapping[str, Any]) -> Weights:
        arrays = {name: np.array(part[name], dtype=np.float64) for name in ("mean", "scale", "weights")}
        return Weights(bias=float(part["bias"]), **arrays)

    return TwoStage(rank=weights(values["rank"]), answers=weights(values["answers"]))


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
