"""What an evaluation is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.dataset import Format
from eval.run import Task
from index.errors import InputError
from index.retrieve import Mode

Report = Callable[[str, int, int], None]
"""Called with (what is being done, done, total) as long work goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The arguments of ``yuanwen eval read|retrieve|ask``; None where nothing was said.

    Args:
        data: the file of questions; ``corpus``: files whose passages join the pool.
        index: folder of an index of its own, filled with the passages as far as they aren't there yet.
        measures: names that :func:`eval.measures.parse` takes; none for the task's usual ones.
        top_k, threshold, retrieval: in place of the settings'.
        depth: ranks that *retrieve* looks at.
        absent: *ask* every question whose document is known a second time, with that document kept out of the search;
            it must then be declined.
        limit: that many questions, drawn with ``seed``; ``seed`` is also the bootstrap's.

    Raises:
        InputError: a number out of range.
    """

    task: Task
    data: Path
    corpus: tuple[Path, ...] = ()
    index: Path | None = None
    format: Format | None = None
    measures: tuple[str, ...] = ()
    top_k: int | None = None
    threshold: float | None = None
    retrieval: Mode | None = None
    depth: int = 100
    absent: bool = False
    limit: int | None = None
    seed: int = 0
    name: str | None = None

    def __post_init__(self) -> None:
        if self.absent and self.task != "ask":
            raise InputError("--absent 只用于 yuanwen eval ask。")
        ranges: tuple[tuple[str, float | None, float, float], ...] = (
            ("--top-k", self.top_k, 1, 100),
            ("--threshold", self.threshold, 0, 1),
            ("--depth", self.depth, 1, 1000),
            ("--limit", self.limit, 1, float("inf")),
            ("--seed", self.seed, 0, float("inf")),
        )
        for option, value, low, high in ranges:
            if value is not None and not low <= value <= high:
                wanted = f"不小于 {low:g}" if high == float("inf") else f"在 {low:g} 到 {high:g} 之间"
                raise InputError(f"{option} 是 {value:g}，应{wanted}。")

    def command(self, out: Path) -> tuple[str, ...]:
        """The arguments that do it again."""
        named = (
            ("--data", self.data),
            *(("--corpus", path) for path in self.corpus),
            ("--out", out),
            ("--index", self.index),
            ("--format", self.format),
            *(("--measure", name) for name in self.measures),
            ("--top-k", self.top_k),
            ("--threshold", self.threshold),
            ("--retrieval", self.retrieval),
            ("--depth", self.depth if self.task == "retrieve" else None),
            ("--limit", self.limit),
            ("--seed", self.seed if self.seed or self.limit is not None else None),
            ("--name", self.name),
        )
        given = [(option, str(value)) for option, value in named if value is not None]
        flags = ("--absent",) if self.absent else ()
        return ("yuanwen", "eval", self.task, *(word for pair in given for word in pair), *flags)
