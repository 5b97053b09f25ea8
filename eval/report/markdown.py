"""Runs and comparisons as Markdown, to be pasted into a README or a closing note."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence

from eval.compare import Comparison
from eval.measures import parse
from eval.report import figures, words
from eval.report.comparison_page import WHAT, compared, defined
from eval.row import Bin
from eval.run import Run, Summary

_ESCAPED = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_[]|~#"}
    | {"<": "&lt;", ">": "&gt;", "&": "&amp;", "\n": " ", "\r": " "}
)


def escape(text: str) -> str:
    """Text that Markdown shows as it is, on one line and inside a table too."""
    return text.translate(_ESCAPED)


def code(text: str) -> str:
    """Text as inline code, fenced by more backticks than it holds in a row."""
    flat = text.replace("\n", " ").replace("\r", " ").replace("|", "\\|")
    longest = max((len(run) for run in "".join(c if c == "`" else " " for c in flat).split()), default=0)
    fence = "`" * (longest + 1)
    edge = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{edge}{flat}{edge}{fence}"


def table(header: Sequence[str], lines: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """A table of ready cells; columns after the first ``left`` are set to the right."""
    marks = ["---" if place < left else "---:" for place in range(len(header))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, marks, *lines))


def markdown_run(run: Run) -> str:
    """Headline, all figures with intervals, bins, and the main figures by type of question."""
    summary = run.summary
    parts = [f"## {escape(summary.name)}", _about(summary)]
    if summary.figures:
        parts += ["### 指标", _figures(summary)]
    if sum(summary.bins.values()):
        parts += ["### 对在哪里，错在哪里", _bins(summary.bins)]
    by_kind = _by_kind(summary)
    if by_kind:
        parts += ["### 按问题类型", by_kind]
    return "\n\n".join(parts) + "\n"


def _about(summary: Summary) -> str:
    started = summary.started_at.strftime("%Y-%m-%d %H:%M")
    lines = [
        f"- 任务：{words.TASKS[summary.task]}",
        f"- 题数 {summary.questions:,}，{started} 开始，用时 {words.duration(summary.seconds)}",
    ]
    for file in summary.data:
        what = "问题" if file.role == "questions" else "语料"
        counts = [f"{file.questions:,} 题"] if file.questions else []
        counts += [f"{file.passages:,} 段"] if file.passages else []
        told = "，".join((*counts, f"SHA-256 {file.sha256[:12]}"))
        lines.append(f"- {what}：{escape(file.name)}（{told}）")
        lines += [f"  - {escape(note)}" for note in file.notes]
    lines += [
        f"- {words.SETUP.get(name, escape(name))}：{escape(value)}" for name, value in summary.models.items()
    ]
    lines.append(f"- 重做：{code(shlex.join(summary.command))}")
    return "\n".join(lines)


def _figures(summary: Summary) -> str:
    lines = [
        (
            escape(one.title),
            code(one.name),
            f"**{one.text}**" if one.text != words.NONE else one.text,
            one.interval,
            one.n,
        )
        for group in figures.groups(summary.figures)
        for one in group.figures
    ]
    return table(("指标", "名称", "值", "95% 区间", "题数"), lines, left=2)


def _bins(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    lines = [
        (
            words.BINS[name].title,
            f"{counts.get(name, 0):,}",
            words.share(counts.get(name, 0), total),
            words.BINS[name].meaning,
        )
        for name in Bin
    ]
    header, *rest = table(("归类", "题数", "占比", "含义"), lines).splitlines()
    return "\n".join([header, "| --- | ---: | ---: | --- |", *rest[1:]])


def _by_kind(summary: Summary) -> str:
    names = figures.columns(summary.figures, summary.by_kind, most=6)
    if not names:
        return ""
    lines = []
    for kind, line in sorted(
        summary.by_kind.items(), key=lambda item: -max((one.n for one in item[1]), default=0)
    ):
        values = {one.measure: one.value for one in line}
        cells = (words.value(name, values.get(name)) for name in names)
        lines.append((escape(words.kind(kind)), f"{max((one.n for one in line), default=0):,}", *cells))
    return table(("类型", "题数", *(escape(parse(name).title) for name in names)), lines)


def markdown_comparison(comparison: Comparison) -> str:
    """What differs between the runs, the figures with their differences, flips and bins."""
    parts = [
        f"## {escape(comparison.a.name)}（A）与 {escape(comparison.b.name)}（B）",
        f"共同的题 {comparison.common:,}；差 = B − A，按题成对重抽样得 95% 区间。",
    ]
    if comparison.warnings:
        parts.append("\n".join(f"- 注意：{escape(warning)}" for warning in comparison.warnings))
    if comparison.changes:
        lines = [
            (WHAT[one.what], escape(words.SETUP.get(one.name, one.name)), _cell(one.a), _cell(one.b))
            for one in comparison.changes
        ]
        parts += ["### 不同之处", table(("类别", "名称", "A", "B"), lines, left=4)]
    if comparison.differences:
        parts += ["### 指标对比", _differences(comparison)]
    title = parse(comparison.flipped_by).title
    parts.append(f"改对了 {len(comparison.gained):,} 题，改错了 {len(comparison.lost):,} 题（按{title}）。")
    counts = comparison.bin_counts()
    if counts:
        lines = [
            (words.BINS[name].title, f"{before:,}", f"{after:,}", words.signed(after - before, "+,d"))
            for name, (before, after) in counts.items()
        ]
        parts += ["### 归类变化", table(("归类", "A", "B", "变化"), lines)]
    return "\n\n".join(parts) + "\n"


def _cell(value: str | None) -> str:
    return words.NONE if value is None else escape(value)


def _differences(comparison: Comparison) -> str:
    lines = []
    for difference in defined(comparison.differences):
        one = compared(difference, 1.0)
        lines.append(
            (
                f"{escape(one.title)} {code(one.name)}",
                one.a,
                one.b,
                one.difference,
                one.interval,
                one.p,
                one.verdict,
            )
        )
    return table(("指标", "A", "B", "差", "差的 95% 区间", "p", "结论"), lines)
