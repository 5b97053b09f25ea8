"""What a measure is: something seen of each question, and a statistic over what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from eval.measures.weighted import Floats, Statistic, mean
from eval.row import Row

Unit = Literal["share", "ms"]
Observe = Callable[[Row], tuple[float, ...] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number about a run; made by :func:`eval.measures.parse`, and equal to another of the same name.

    Args:
        name: as people write it ("F1@lcs", "Recall@5"); ``str`` gives it back.
        title: in Chinese.
        unit: "share" is in [0, 1].
        observe: what it needs of a question, ``columns`` numbers; None where it doesn't apply to it.
        statistic: from what was observed, shape (n, columns), to its value; see :mod:`eval.measures.weighted`.
    """

    name: str
    title: str
    unit: Unit = "share"
    higher_is_better: bool = True
    observe: Observe = field(repr=False, compare=False)
    columns: int = field(default=1, repr=False, compare=False)
    statistic: Statistic = field(default=mean, repr=False, compare=False)

    def __str__(self) -> str:
        return self.name

    def of(self, row: Row) -> float | None:
        """Its value for one question; None where it doesn't apply, or is told only of many (AUROC, p95_ms)."""
        if self.statistic is not mean:
            return None
        observed = self.observe(row)
        return None if observed is None else observed[0]

    def observed(self, rows: Sequence[Row]) -> tuple[Floats, Floats]:
        """What it needs of the questions that it applies to, shape (m, columns), and which those are, shape (n,):
        1 or 0."""
        seen = [self.observe(row) for row in rows]
        applies = np.array([one is not None for one in seen], dtype=np.float64)
        values = [one for one in seen if one is not None]
        return np.array(values, dtype=np.float64).reshape(len(values), self.columns), applies

    def over(self, rows: Sequence[Row]) -> float | None:
        """Its value over all questions that it applies to; None where it isn't defined."""
        return self.value(self.observed(rows)[0])

    def value(self, observed: Floats) -> float | None:
        """Its value over what was observed, shape (m, columns)."""
        found = float(self.statistic(observed, np.ones((1, len(observed))))[0])
        return None if np.isnan(found) else found
