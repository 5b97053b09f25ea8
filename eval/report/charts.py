"""A run's plots: which there are, what they show, and how to read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from eval.measures.curves import recall_by_k, reliability, risk_coverage
from eval.report import plots, words
from eval.row import Row

_KS = (1, 2, 3, 5, 10, 20, 50, 100)
_STEPS = 24
_GROUPS, _IN_A_GROUP = 10, 10
"""Points of the reliability diagram at most, and questions in each at least: fewer say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing with its title, how to read it in a sentence, and its numbers as a table."""

    title: str
    reading: str
    svg: Markup
    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


def all_of(rows: Sequence[Row]) -> list[Plot]:
    """Those that the rows have numbers for."""
    drawn = (_risk(rows), _reliability(rows), _recall(rows), _latency(rows))
    return [plot for plot in drawn if plot is not None]


def _risk(rows: Sequence[Row]) -> Plot | None:
    points = risk_coverage(rows)
    if not points:
        return None
    # The first few questions make a ratio of tiny numbers: they don't set the scale.
    settled = [point.risk for point in points if point.coverage >= 0.02] or [point.risk for point in points]
    answered = sum(row.probability is not None and not row.declined for row in rows)
    covered = answered / sum(row.probability is not None for row in rows)
    now = min(points, key=lambda point: abs(point.coverage - covered))
    at = [min(points, key=lambda point: abs(point.coverage - tenth / 10)) for tenth in range(1, 11)]
    return Plot(
        title="风险—覆盖率",
        reading="按概率从高到低作答：答得越多，错得越多。曲线越低越好；黑点是现在的门槛。",
        svg=plots.line(
            points,
            x=plots.share_axis("作答比例"),
            y=plots.share_axis("答错（证据句不对）的比例", max(max(settled), 0.04)),
            name="风险—覆盖率曲线",
            mark=(covered, now.risk, f"作答 {covered:.0%}，错 {now.risk:.1%}"),
        ),
        columns=("作答比例", "答错比例"),
        lines=tuple((f"{point.coverage:.0%}", f"{point.risk:.1%}") for point in dict.fromkeys(at)),
    )


def _reliability(rows: Sequence[Row]) -> Plot | None:
    questions = sum(row.probability is not None for row in rows)
    if not questions:
        return None
    bins = reliability(rows, bins=max(1, min(_GROUPS, questions // _IN_A_GROUP)))
    return Plot(
        title="概率可信吗",
        reading="把题按概率排好、分成题数相近的几组：每点横看系统说的概率，纵看实际答对率。点在虚线上最好，在下面是自信过头。点旁是题数。",
        svg=plots.scatter(
            [
                plots.Dot(
                    x=one.probability,
                    y=one.right,
                    margin=wilson(one.right, one.questions),
                    label=f"{one.questions:,}",
                    hint=f"概率平均 {one.probability:.1%}，答对 {one.right:.1%}，{one.questions:,} 题",
                )
                for one in bins
            ],
            x=plots.share_axis("系统说的概率"),
            y=plots.share_axis("实际答对（证据句对）的比例"),
            name="可靠性图",
        ),
        columns=("概率范围", "平均概率", "实际答对", "题数"),
        lines=tuple(
            (
                f"{one.low:.2f}–{one.high:.2f}",
                f"{one.probability:.1%}",
                f"{one.right:.1%}",
                f"{one.questions:,}",
            )
            for one in bins
        ),
    )


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share of ``n`` (Wilson 1927), inside [0, 1] also where the share is 0 or 1."""
    z = 1.959964
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return max(0.0, middle - half), min(1.0, middle + half)


def _recall(rows: Sequence[Row]) -> Plot | None:
    deepest = max((row.depth for row in rows), default=0)
    found = [
        (point.k, point.recall, point.questions)
        for point in recall_by_k(rows, [k for k in _KS if k <= deepest])
        if point.recall is not None
    ]
    if not found:
        return None
    steps = list(enumerate(found))
    lowest = min(recall for _, recall, _ in found)
    return Plot(
        title="检索：看前几段才够",
        reading="前 k 段里至少有一段含认可答案的题所占的比例。曲线变平之后，多读几段也没有用。",
        svg=plots.line(
            [(place, recall) for place, (_, recall, _) in steps],
            x=plots.Axis(
                title="k（前几段）",
                low=-0.3,
                high=len(found) - 0.7,
                ticks=tuple((place, str(k)) for place, (k, _, _) in steps),
            ),
            y=plots.upper_share_axis("召回率", lowest),
            name="召回率随 k 的变化",
            labels=[f"{recall * 100:.1f}" for _, recall, _ in found],
        ),
        columns=("k", "召回率", "题数"),
        lines=tuple((str(k), f"{recall:.2%}", f"{questions:,}") for k, recall, questions in found),
    )


def _latency(rows: Sequence[Row]) -> Plot | None:
    totals = np.array([row.timings_ms["total"] for row in rows if "total" in row.timings_ms])
    if not totals.size:
        return None
    p50, p95, p99 = (float(value) for value in np.percentile(totals, (50, 95, 99), method="inverted_cdf"))
    low = float(totals.min())
    end = max(p99, p95 * 1.15)
    axis = plots.number_axis("毫秒", end, low=0.0 if low < end / 3 else low)
    edges = np.linspace(axis.low, axis.high, _STEPS + 1)
    # What is slower than the axis ends is counted in the last bar, so that no question is missing.
    counts, _ = np.histogram(np.minimum(totals, axis.high), edges)
    late = int((totals > axis.high).sum())
    items = [
        plots.Bar(
            left=float(left),
            right=float(right),
            height=int(count),
            hint=f"{left:,.4g}–{right:,.4g} 毫秒：{count:,} 题",
        )
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
    ]
    more = f"有 {late:,} 题更慢，并入最右一条。" if late else ""
    return Plot(
        title="耗时分布",
        reading=f"每题从提问到给出结果的时间。{more}",
        svg=plots.bars(
            items,
            x=axis,
            y=plots.number_axis("题数", float(counts.max()), parts=4),
            name="耗时分布",
            marks=((p50, f"中位 {words.milliseconds(p50)}"), (p95, f"95% 分位 {words.milliseconds(p95)}")),
        ),
        columns=("阶段", "中位（毫秒）", "95%（毫秒）", "最慢（毫秒）"),
        lines=_stages(rows),
    )


def _stages(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    """Median, 95th percentile and maximum of each stage, the total first."""
    seen = dict.fromkeys(stage for row in rows for stage in row.timings_ms)
    lines = []
    for stage in sorted(seen, key=lambda stage: stage != "total"):
        values = [row.timings_ms[stage] for row in rows if stage in row.timings_ms]
        quantiles = np.percentile(values, (50, 95, 100), method="inverted_cdf")
        lines.append((words.STAGES.get(stage, stage), *(words.milliseconds(float(one)) for one in quantiles)))
    return tuple(lines)
