"""The seam behind which a span model stands: a question and passages in, logits over characters out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.read import ReaderInfo
from rag.reader.spans import Logits


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScores:
    """What a model says about one window of a passage.

    Args:
        first: the window's first character in the passage.
        start, end: shape (characters + 1,): column 0 the null answer, column i + 1 character ``first + i``, at
            which the answer starts, or which is its last; minus infinity where none may. Higher is better.
        relevance: logit that the window holds the answer; None from a model that doesn't tell.
    """

    first: int
    start: Logits
    end: Logits
    relevance: float | None


class SpanModel(Protocol):
    """Reads. Safe to share between threads, which may take turns."""

    @property
    def info(self) -> ReaderInfo:
        """Which one it is.

        Raises:
            ModelError: it can't be found.
        """

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        """For each passage its windows in order, at least one, covering all of it.

        Raises:
            ModelError: the model can't be loaded or run.
        """

    def prepare(self) -> None:
        """Loads now what would be loaded at first use.

        Raises:
            ModelError: it can't be.
        """
