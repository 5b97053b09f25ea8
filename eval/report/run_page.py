"""A run's page."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from eval.measures import parse
from eval.report import charts, figures, page, plots, rows, words
from eval.row import Bin, Row
from eval.run import Figure, Run, Summary

_SCORES = ("F1@lcs", "F1@char", "EM", "EvidenceHit", "MRR@10", "Recall@10")
"""What the table of questions shows as a question's score: the first that the rows carry."""

_MODELS = ("embedder", "reader")

_FEW = 30
"""Questions below which a line of a breakdown is set in a lighter colour, with a word of warning."""

Values = dict[str, Any]


def render_run(run: Run) -> str:
    """One HTML file with everything in it: figures, bins, plots and every question.

    It loads nothing from elsewhere, shows all but the table of questions without scripts, and is the same to the
    last character for the same run.
    """
    embedded, cut = rows.payload(run.rows)
    return page.render(
        "run.html", **_values(run), **_data(run, embedded), cut_note=_cut_note(cut, len(run.rows))
    )


def _values(run: Run) -> Values:
    summary = run.summary
    bins = bin_list(summary.bins)
    drawn = charts.all_of(run.rows)
    worst, title, note = _worst(run)
    values: Values = {
        "head": head(summary),
        "small": summary.questions < _FEW,
        "cards": [figures.shown(figure) for figure in figures.headline(summary.figures)],
        "groups": figures.groups(summary.figures),
        "bins": bins,
        "bins_bar": bins_bar(summary.bins, "全部题目的归类", clickable=True),
        "bin_kinds": _bin_kinds(summary, [Bin(one["name"]) for one in bins if one["count"]]),
        "plots": drawn,
        "breakdowns": _breakdowns(summary),
        "worst": worst,
        "worst_title": title,
        "worst_note": note,
        "worst_marks": any(case["pieces"] for case in worst),
        "setup": setup(summary),
    }
    values["contents"] = [
        (id_, name)
        for id_, name, there in (
            ("figures", "关键指标", True),
            ("bins", "错在哪里", bool(bins)),
            ("plots", "曲线", bool(drawn)),
            ("all", "全部指标", True),
            ("worst", title, bool(worst)),
            ("questions", "逐题查看", True),
            ("setup", "运行环境", True),
        )
        if there
    ]
    return values


def head(summary: Summary) -> Values:
    """What was measured, when, on what."""
    return {
        "name": summary.name,
        "task": words.TASKS[summary.task],
        "questions": f"{summary.questions:,}",
        "started": summary.started_at.strftime("%Y-%m-%d %H:%M"),
        "started_iso": summary.started_at.isoformat(timespec="seconds"),
        "duration": words.duration(summary.seconds),
        # Revisions and fingerprints stand in the fold at the end.
        "models": {words.SETUP[name]: summary.models[name] for name in _MODELS if name in summary.models},
        "data": summary.data,
        "command": shlex.join(summary.command),
    }


def setup(summary: Summary) -> Values:
    """Everything needed to believe a run and to do it again, by name."""

    def named(values: Mapping[str, object]) -> dict[str, str]:
        return {words.SETUP.get(name, name): str(value) for name, value in values.items()}

    return {
        "models": named(summary.models),
        "machine": named(summary.machine),
        "index": named({name: f"{count:,}" for name, count in summary.index.items()}),
        "versions": summary.versions,
        "settings": summary.settings,
    }


def bin_list(counts: Mapping[str, int]) -> list[Values]:
    """Every bin with its count; none at all when nothing was put into bins."""
    total = sum(counts.values())
    if not total:
        return []
    return [
        {
            "name": name.value,
            "css": page.bin_class(name),
            "title": words.BINS[name].title,
            "meaning": words.BINS[name].meaning,
            "count": counts.get(name, 0),
            "share": words.share(counts.get(name, 0), total),
        }
        for name in Bin
    ]


def bins_bar(counts: Mapping[str, int], name: str, *, clickable: bool = False) -> Markup:
    """The bins as one bar, its counts told to screen readers."""
    slices = [
        plots.Slice(key=page.bin_class(one), title=words.BINS[one].title, count=counts.get(one, 0))
        for one in Bin
    ]
    told = "、".join(f"{part.title} {part.count:,}" for part in slices if part.count)
    return plots.stacked(slices, f"{name}：{told}", clickable=clickable)


def _bin_kinds(summary: Summary, shown: Sequence[Bin]) -> list[Values]:
    """Bins by type of question, the type with the most questions first."""
    listed = sorted(summary.bins_by_kind.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    return [
        {
            "title": words.kind(kind),
            "total": sum(counts.values()),
            "bar": bins_bar(counts, words.kind(kind)),
            "counts": [counts.get(name, 0) for name in shown],
        }
        for kind, counts in listed
    ]


def _breakdowns(summary: Summary) -> list[Values]:
    tables = (
        ("by-kind", "按问题类型", "类型", summary.by_kind, words.kind),
        ("by-tag", "按标签", "标签", summary.by_tag, words.tag),
    )
    return [
        {
            "id": id_,
            "title": title,
            "what": what,
            "columns": [figures.shown(_figure(summary.figures, name)) for name in names],
            "lines": [
                {
                    "title": called(key),
                    "few": max((one.n for one in line), default=0) < _FEW,
                    "n": f"{max((one.n for one in line), default=0):,}",
                    "cells": [figures.shown(_figure(line, name)) for name in names],
                }
                for key, line in sorted(
                    lines.items(), key=lambda item: -max((one.n for one in item[1]), default=0)
                )
            ],
        }
        for id_, title, what, lines, called in tables
        if lines and (names := figures.columns(summary.figures, lines, most=8))
    ]


def _figure(line: Sequence[Figure], name: str) -> Figure:
    """That measure of a line; without a value where the line hasn't got it."""
    found = next((one for one in line if one.measure == name), None)
    return found or Figure(measure=name, value=None, low=None, high=None, n=0)


def _worst(run: Run) -> tuple[list[Values], str, str]:
    if run.summary.task == "retrieve":
        cases = [_case(row, f"第一个含答案的段落：{_rank(row)}") for row in rows.lost(run.rows)]
        return cases, "没排到前面的题", "没找到的在前，其余按含答案段落的名次从后往前；最多 20 题。"
    cases = [_case(row, f"概率 {row.probability:.1%}") for row in rows.worst(run.rows)]
    note = (
        "系统很有把握却答错的题，最值得先看；证据句也不含认可答案的排在前面，各按概率从高到低，最多 20 题。"
    )
    return cases, "最自信的错误", note


def _rank(row: Row) -> str:
    return f"第 {row.ranks[0]} 名" if row.ranks else f"前 {row.depth} 段里没有"


def _case(row: Row, measure: str) -> Values:
    cited = row.candidates[0] if row.candidates else None
    near = rows.window(cited, around=90) if cited else None
    return {
        "id": row.id,
        "question": row.question,
        "kind": words.kind(row.kind),
        "measure": measure,
        "bin": {"css": page.bin_class(row.bin), "title": words.BINS[row.bin].title} if row.bin else None,
        "given": row.prediction,
        "answers": list(dict.fromkeys(row.answers)),
        "pieces": rows.segments(near, row.answers) if near else [],
        "cut_before": near is not None and near.cut_before,
        "cut_after": near is not None and near.cut_after,
        "source": rows.source(cited) if cited else "",
    }


def _data(run: Run, embedded: Values) -> Values:
    """What the page's script reads, and the choices that its filters offer."""
    present = {name for row in run.rows for name in row.scores}
    score = next((name for name in _SCORES if name in present), min(present, default=""))
    retrieve = run.summary.task == "retrieve"
    titles = {name: parse(name).title for name in sorted(present)}
    return {
        "data": {
            "mode": "retrieve" if retrieve else "run",
            "score": score,
            "measures": titles,
            "words": page.script_words(),
            **embedded,
        },
        "kinds": counted([row.kind for row in run.rows], words.kind),
        "tags": counted([tag for row in run.rows for tag in row.tags], words.tag),
        "states": (
            (("wrong", "没找到的"), ("right", "找到的"))
            if retrieve
            else (("wrong", "答错的"), ("right", "答对的"), ("declined", "拒答的"), ("answered", "作答的"))
        ),
    }


def counted(values: Sequence[str], called: Any) -> list[tuple[str, str, int]]:
    """Distinct values with their titles and counts, the most frequent first."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return [
        (value, called(value), counts[value]) for value in sorted(counts, key=lambda one: (-counts[one], one))
    ]


def _cut_note(cut: rows.Cut, total: int) -> str:
    """What the page left out for size; empty when it holds everything."""
    notes = []
    if cut.rows:
        notes.append(
            f"为控制文件大小，此页只列前 {total - cut.rows:,} 题，其余 {cut.rows:,} 题见 rows.jsonl；"
            f"上面的指标仍按全部 {total:,} 题计。"
        )
    if cut.brief:
        notes.append(f"有 {cut.brief:,} 道题只带证据句，完整上下文和其他候选见 rows.jsonl。")
    return "".join(notes)
