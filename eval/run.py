"""One evaluation with all that is needed to believe it, and to do it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from eval.row import Row

Task = Literal["read", "retrieve", "ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measure over a run's questions.

    Args:
        measure: its name, as :func:`eval.measures.parse` takes it.
        value: None where it isn't defined (no question of the kind it needs).
        low, high: bootstrap 95 % interval; None with ``value``, or where there is too little to resample.
        n: questions that it is over.
    """

    measure: str
    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A file that went in. ``role`` is "questions" or "corpus"."""

    name: str
    role: str
    sha256: str
    format: str
    questions: int
    passages: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """``summary.json``.

    Args:
        command: the arguments that do it again.
        settings: all of them, as text by name. versions: by package, Python's too.
        machine: "cpu", "cores", "memory_gb", "system".
        models: the embedder's and the reader's id and fingerprint.
        index: documents, passages, generation.
        figures: over all questions; ``by_kind``: the same by type of question, ``by_tag``: by tag.
        bins: questions by :class:`eval.row.Bin`; ``bins_by_kind``: by type, then bin.
    """

    task: Task
    name: str
    started_at: datetime
    seconds: float
    command: tuple[str, ...]
    data: tuple[DataFile, ...]
    settings: dict[str, str]
    versions: dict[str, str]
    machine: dict[str, str]
    models: dict[str, str]
    index: dict[str, int]
    questions: int
    figures: tuple[Figure, ...]
    by_kind: dict[str, tuple[Figure, ...]]
    by_tag: dict[str, tuple[Figure, ...]]
    bins: dict[str, int]
    bins_by_kind: dict[str, dict[str, int]]

    def figure(self, measure: str) -> Figure | None:
        """That measure over all questions."""
        return next((figure for figure in self.figures if figure.measure == measure), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A summary and its rows, in the order of the questions."""

    summary: Summary
    rows: tuple[Row, ...]
