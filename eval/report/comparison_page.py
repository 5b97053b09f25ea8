"""A comparison's page: two runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from eval.compare import Comparison, Difference, Flip
from eval.measures import parse
from eval.report import page, plots, words
from eval.report.run_page import bin_list, bins_bar, counted, head
from eval.row import Bin
from eval.run import Summary

MOST_FLIPS = 20_000
"""Flips that one page holds at most."""

_NEITHER = frozenset({"Answered"})
"""Measures of which neither more nor less is better."""

WHAT = {"setting": "设置", "model": "模型", "version": "版本", "index": "索引", "machine": "机器"}

Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A difference in words.

    Args:
        kind: "better", "worse" or "unclear": whether B is.
        forest: value and interval around 0, on the axis of its group.
    """

    name: str
    title: str
    definition: str
    a: str
    b: str
    difference: str
    interval: str
    p: str
    n: str
    kind: str
    verdict: str
    forest: Markup


def render_comparison(comparison: Comparison) -> str:
    """One HTML file: settings that differ, figures with their differences, flips, bins before and after.

    As self-contained and as repeatable as :func:`eval.report.render_run`'s.
    """
    flips = [(flip, True) for flip in comparison.gained] + [(flip, False) for flip in comparison.lost]
    left_out = max(0, len(flips) - MOST_FLIPS)
    kept = _balanced(comparison.gained, comparison.lost) if left_out else flips
    return page.render(
        "comparison.html",
        **_values(comparison),
        **_data(comparison, kept),
        cut_note=f"为控制文件大小，此页略去 {left_out:,} 题，全部见 comparison.json。" if left_out else "",
    )


def _balanced(gained: Sequence[Flip], lost: Sequence[Flip]) -> list[tuple[Flip, bool]]:
    """:data:`MOST_FLIPS` of both, half and half as far as there are so many."""
    half = MOST_FLIPS // 2
    first = gained[: max(half, MOST_FLIPS - len(lost))]
    return [(flip, True) for flip in first] + [(flip, False) for flip in lost[: MOST_FLIPS - len(first)]]


def _values(comparison: Comparison) -> Values:
    before = {name.value: counts[0] for name, counts in comparison.bin_counts().items()}
    after = {name.value: counts[1] for name, counts in comparison.bin_counts().items()}
    return {
        "title": f"{comparison.a.name} 与 {comparison.b.name}",
        "runs": [_side("A", comparison.a), _side("B", comparison.b)],
        "common": f"{comparison.common:,}",
        "warnings": comparison.warnings,
        "changes": [
            {"what": WHAT[one.what], "name": words.SETUP.get(one.name, one.name), "a": one.a, "b": one.b}
            for one in comparison.changes
        ],
        "tables": _tables(comparison.differences),
        "gained": len(comparison.gained),
        "lost": len(comparison.lost),
        "unchanged": f"{comparison.common - len(comparison.gained) - len(comparison.lost):,}",
        "flipped_by": parse(comparison.flipped_by).title,
        "bins": [
            {**one, "after": after.get(one["name"], 0), "moved": _moved(before, after, one["name"])}
            for one in bin_list({name: before.get(name, 0) + after.get(name, 0) for name in before | after})
        ],
        "before": before,
        "bar_before": bins_bar(before, "A 的归类"),
        "bar_after": bins_bar(after, "B 的归类"),
        "moves": _moves(comparison),
    }


def _side(letter: str, summary: Summary) -> Values:
    return {"letter": letter, **head(summary)}


def _moved(before: dict[str, int], after: dict[str, int], name: str) -> str:
    change = after.get(name, 0) - before.get(name, 0)
    return words.signed(change, "+,d")


def _moves(comparison: Comparison) -> Values:
    """The table of moves: a row for each bin in A, a column for each in B."""
    counts = {(move.before, move.after): move.questions for move in comparison.bins}
    rows = [name for name in Bin if any(before is name for before, _ in counts)]
    columns = [name for name in Bin if any(after is name for _, after in counts)]
    return {
        "columns": [words.BINS[name].title for name in columns],
        "lines": [
            {
                "title": words.BINS[row].title,
                "css": page.bin_class(row),
                "cells": [(counts.get((row, column), 0), row is column) for column in columns],
            }
            for row in rows
        ],
    }


def defined(differences: Sequence[Difference]) -> list[Difference]:
    """Those that have a value in either run."""
    return [one for one in differences if one.a is not None or one.b is not None]


def _tables(differences: Sequence[Difference]) -> list[Values]:
    """Shares and times, each with an axis of its own; one without measures is left out."""
    parts = (("指标", "share", 100, "（横轴：百分点）"), ("耗时", "ms", 1, "（横轴：毫秒）"))
    return [
        _table(title, listed, scale, axis)
        for title, unit, scale, axis in parts
        if (listed := [one for one in defined(differences) if parse(one.measure).unit == unit])
    ]


def _table(title: str, differences: Sequence[Difference], scale: int, axis: str) -> Values:
    ends = [end for one in differences for end in (one.low, one.high, one.difference) if end is not None]
    reach = max((abs(end) for end in ends), default=0.0)
    end = plots.nice_step(reach * scale) / scale
    return {
        "title": title,
        "unit": axis,
        "lines": [compared(one, end) for one in differences],
        "ends": (words.signed(-end * scale, "+.4g"), words.signed(end * scale, "+.4g")),
    }


def compared(one: Difference, end: float) -> Compared:
    """A difference in words, drawn on an axis from ``-end`` to ``end``."""
    kind = "unclear" if not one.significant or one.better is None else "better" if one.better else "worse"
    verdict = {"better": "B 更好", "worse": "B 更差", "unclear": "分不出高下"}[kind]
    if words.base(one.measure) in _NEITHER and kind != "unclear":
        kind, verdict = "unclear", "有变化"
    interval = ""
    if one.low is not None and one.high is not None:
        interval = f"{words.difference(one.measure, one.low)} 至 {words.difference(one.measure, one.high)}"
    title, difference = parse(one.measure).title, words.difference(one.measure, one.difference)
    return Compared(
        name=one.measure,
        title=title,
        definition=words.definition(one.measure),
        a=words.value(one.measure, one.a),
        b=words.value(one.measure, one.b),
        difference=difference,
        interval=interval,
        p=words.NONE if one.p is None else "< 0.001" if one.p < 0.001 else f"{one.p:.3f}",
        n=f"{one.n_a:,}" if one.n_a == one.n_b else f"{one.n_a:,} / {one.n_b:,}",
        kind=kind,
        verdict=verdict if one.difference is not None else "",
        forest=plots.strip(
            one.low,
            one.difference,
            one.high,
            (-end, end),
            kind=kind,
            name=f"{title} 差 {difference}，区间 {interval}",
        ),
    )


def _data(comparison: Comparison, flips: Sequence[tuple[Flip, bool]]) -> Values:
    by_rank = comparison.flipped_by != "EM"
    bins = [bin_ for flip, _ in flips for bin_ in {flip.bin_a, flip.bin_b} if bin_ is not None]
    return {
        "data": {
            "mode": "flips",
            "byRank": by_rank,
            "words": page.script_words(),
            "texts": [],
            "rows": [_row(flip, gain) for flip, gain in flips],
        },
        "kinds": counted([flip.kind for flip, _ in flips], words.kind),
        "flip_bins": [
            {"name": name.value, "title": words.BINS[name].title, "count": bins.count(name)}
            for name in Bin
            if name in bins
        ],
        "states": (("gained", "改对了"), ("lost", "改错了")),
    }


def _row(flip: Flip, gain: bool) -> Values:
    found = {
        "i": flip.id,
        "q": flip.question,
        "k": flip.kind,
        "a": list(dict.fromkeys(flip.answers)),
        "gain": int(gain),
        "pa": flip.prediction_a,
        "pb": flip.prediction_b,
        "ra": flip.rank_a,
        "rb": flip.rank_b,
        "ba": flip.bin_a.value if flip.bin_a is not None else "",
        "bb": flip.bin_b.value if flip.bin_b is not None else "",
    }
    return {key: value for key, value in found.items() if value}
