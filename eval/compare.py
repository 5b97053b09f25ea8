"""Two runs over the same questions: what differs, by how much, and whether chance explains it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.measures import Measure, parse
from eval.measures.paired import pair
from eval.row import Bin, Row
from eval.run import DataFile, Run, Summary
from index.errors import DatasetError

TOP_K = 10
"""Passages among which *retrieve* must find an accepted answer for a question to count as right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A measure in both runs, over the common questions.

    Args:
        a, b: its values; None where it isn't defined.
        difference: b − a. low, high: its paired bootstrap 95 % interval.
        p: chance of a difference at least so large, either way, if it didn't matter which run a question's outcome
            came from; see :func:`eval.measures.paired.pair`.
        n_a, n_b: common questions that it applies to, by run.
    """

    measure: str
    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n_a: int
    n_b: int

    @property
    def better(self) -> bool | None:
        """Whether b is better than a; None where neither is."""
        if not self.difference:
            return None
        return (self.difference > 0) == parse(self.measure).higher_is_better

    @property
    def significant(self) -> bool:
        """p < 0.05. Over many measures some are so by chance."""
        return self.p is not None and self.p < 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A question that one run gets right and the other wrong.

    Args:
        prediction_a, prediction_b: answers given; empty when declined.
        rank_a, rank_b: of the first passage that holds an accepted answer; None where none was found.
    """

    id: str
    question: str
    kind: str
    answers: tuple[str, ...]
    prediction_a: str
    prediction_b: str
    rank_a: int | None
    rank_b: int | None
    bin_a: Bin | None
    bin_b: Bin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that isn't the same in both; None where a run doesn't have it."""

    what: Literal["setting", "model", "version", "index", "machine"]
    name: str
    a: str | None
    b: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BinMove:
    """How many common questions went from one bin to another, or stayed."""

    before: Bin
    after: Bin
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Run b against run a.

    Args:
        common: questions in both; all else is over these alone.
        differences: for each measure that both summaries have, in a's order.
        flipped_by: what decides right and wrong: "EM" (of the answer given), or "Recall@k".
        gained, lost: questions that b has right and a wrong, and the other way round, in a's order.
        bins: every move that happened, in the order of :class:`eval.row.Bin`.
        warnings: why the figures may not be comparable, in words for people.
    """

    a: Summary
    b: Summary
    common: int
    differences: tuple[Difference, ...]
    flipped_by: str
    gained: tuple[Flip, ...]
    lost: tuple[Flip, ...]
    changes: tuple[Change, ...]
    bins: tuple[BinMove, ...]
    warnings: tuple[str, ...]

    def difference(self, measure: str) -> Difference | None:
        """That measure's."""
        return next((one for one in self.differences if one.measure == measure), None)

    def bin_counts(self) -> dict[Bin, tuple[int, int]]:
        """Questions in each bin in a and in b; bins that are empty in both are left out."""
        counts = {bin_: [0, 0] for bin_ in Bin}
        for move in self.bins:
            counts[move.before][0] += move.questions
            counts[move.after][1] += move.questions
        return {bin_: (before, after) for bin_, (before, after) in counts.items() if before or after}


def compare(a: Run, b: Run, *, seed: int = 0) -> Comparison:
    """Compares two runs over the questions that both have: the same id, and the same words.

    Raises:
        DatasetError: they have none in common.
        MeasureError: a summary has a measure that there isn't.
    """
    pairs = _paired(a.rows, b.rows)
    if not pairs:
        raise DatasetError("两次评测没有共同的问题，无法比较。", remedy="请用同一份问题文件各评测一次。")
    rows_a, rows_b = [one for one, _ in pairs], [other for _, other in pairs]
    shared = [figure.measure for figure in a.summary.figures if b.summary.figure(figure.measure) is not None]
    flipped_by = _flipped_by({a.summary.task, b.summary.task}, rows_a, rows_b)
    gained, lost = _flips(flipped_by, pairs)
    return Comparison(
        a=a.summary,
        b=b.summary,
        common=len(pairs),
        differences=_differences(shared, rows_a, rows_b, seed),
        flipped_by=flipped_by.name,
        gained=gained,
        lost=lost,
        changes=_changes(a.summary, b.summary),
        bins=_moves(pairs),
        warnings=_warnings(a, b, pairs),
    )


def _paired(rows_a: Sequence[Row], rows_b: Sequence[Row]) -> list[tuple[Row, Row]]:
    by_question = {(row.id, row.question): row for row in rows_b}
    found = [(row, by_question.get((row.id, row.question))) for row in rows_a]
    return [(row, other) for row, other in found if other is not None]


def _differences(
    names: Sequence[str], rows_a: Sequence[Row], rows_b: Sequence[Row], seed: int
) -> tuple[Difference, ...]:
    measures = [parse(name) for name in names]
    return tuple(
        Difference(
            measure=measure.name,
            a=found.a,
            b=found.b,
            difference=found.difference,
            low=found.low,
            high=found.high,
            p=found.p,
            n_a=found.n_a,
            n_b=found.n_b,
        )
        for measure, found in zip(measures, pair(measures, rows_a, rows_b, seed=seed), strict=True)
    )


def _flipped_by(tasks: Collection[str], rows_a: Sequence[Row], rows_b: Sequence[Row]) -> Measure:
    if "retrieve" not in tasks:
        return parse("EM")
    depths = [row.depth for row in (*rows_a, *rows_b) if row.depth > 0]
    return parse(f"Recall@{min([TOP_K, *depths])}")


def _flips(measure: Measure, pairs: Sequence[tuple[Row, Row]]) -> tuple[tuple[Flip, ...], tuple[Flip, ...]]:
    gained: list[Flip] = []
    lost: list[Flip] = []
    for row, other in pairs:
        before, after = measure.of(row), measure.of(other)
        if before is None or after is None or (before == 1.0) == (after == 1.0):
            continue
        (gained if after == 1.0 else lost).append(_flip(row, other))
    return tuple(gained), tuple(lost)


def _flip(row: Row, other: Row) -> Flip:
    return Flip(
        id=row.id,
        question=row.question,
        kind=row.kind,
        answers=row.answers,
        prediction_a=row.prediction,
        prediction_b=other.prediction,
        rank_a=row.ranks[0] if row.ranks else None,
        rank_b=other.ranks[0] if other.ranks else None,
        bin_a=row.bin,
        bin_b=other.bin,
    )


def _moves(pairs: Sequence[tuple[Row, Row]]) -> tuple[BinMove, ...]:
    counts = Counter((row.bin, other.bin) for row, other in pairs)
    return tuple(
        BinMove(before=before, after=after, questions=counts[before, after])
        for before in Bin
        for after in Bin
        if counts[before, after]
    )


def _changes(a: Summary, b: Summary) -> tuple[Change, ...]:
    index_a = {name: str(count) for name, count in a.index.items()}
    index_b = {name: str(count) for name, count in b.index.items()}
    parts: tuple[
        tuple[Literal["setting", "model", "version", "index", "machine"], dict[str, str], dict[str, str]], ...
    ] = (
        ("setting", a.settings, b.settings),
        ("model", a.models, b.models),
        ("version", a.versions, b.versions),
        ("index", index_a, index_b),
        ("machine", a.machine, b.machine),
    )
    return tuple(
        Change(what=what, name=name, a=ours.get(name), b=theirs.get(name))
        for what, ours, theirs in parts
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    )


def _hashes(files: Sequence[DataFile], role: str) -> set[str]:
    return {file.sha256 for file in files if file.role == role}


def _warnings(a: Run, b: Run, pairs: Sequence[tuple[Row, Row]]) -> tuple[str, ...]:
    found = []
    if a.summary.task != b.summary.task:
        found.append(f"任务不同：{a.summary.task} 与 {b.summary.task}，同名指标的含义可能不同。")
    for role, name in (("questions", "问题"), ("corpus", "语料")):
        if _hashes(a.summary.data, role) != _hashes(b.summary.data, role):
            found.append(f"{name}文件的内容不同（SHA-256 不一致）。")
    if len(pairs) < max(len(a.rows), len(b.rows)):
        found.append(
            f"问题不完全相同：前者 {len(a.rows)} 个，后者 {len(b.rows)} 个，只比较共同的 {len(pairs)} 个。"
        )
    relabelled = sum(set(row.answers) != set(other.answers) for row, other in pairs)
    if relabelled:
        found.append(f"{relabelled} 个共同问题的标准答案不同，各按自己的标准答案计分。")
    if a.summary.index.get("passages") != b.summary.index.get("passages"):
        found.append("索引中的段落数不同，检索难度可能不同。")
    if a.summary.machine != b.summary.machine:
        found.append("运行的机器不同，耗时不可比。")
    return tuple(found)
