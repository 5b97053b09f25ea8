"""What ``yuanwen eval`` tells people on a terminal: the figures that matter most, and what went wrong."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.measures import parse
from eval.report import words
from eval.row import Bin, Row
from eval.run import Figure, Run

_FIRST = (
    "EvidenceHit",
    "EM",
    "F1@char",
    "DeclinedRight",
    "Answered",
    "Verified",
    "Recall@1",
    "Recall@5",
    "MRR@10",
)
"""Measures that are shown where nobody chose any; the report has them all."""

_MOST_WRONG = 10
_LONGEST = 60
"""Characters that are shown of a question or an answer."""


def print_run(run: Run, out: Path, *, chosen: bool) -> None:
    """How long it took, how many questions went where, the figures with their intervals, the questions that went
    wrong, and where the report is.

    Args:
        chosen: somebody named the measures, so that each is shown.
    """
    summary, console = run.summary, Console(highlight=False)
    console.print(
        Text(f"“{summary.name}”：{summary.questions} 题，用了 {summary.seconds:.0f} 秒。"), soft_wrap=True
    )
    if summary.bins:
        counts = (f"{words.BINS[Bin(name)].title} {count} 题" for name, count in summary.bins.items())
        console.print(Text(f"{'，'.join(counts)}。"), soft_wrap=True)
    first = tuple(figure for figure in summary.figures if chosen or figure.measure in _FIRST)
    shown = first or summary.figures
    console.print(_table(shown))
    for note in summary.data[0].notes:  # what was found in the other files' questions is of no account here
        console.print(Text(f"注意：{note}"), soft_wrap=True)
    _print_wrong(console, [row for row in run.rows if row.bin not in (None, Bin.RIGHT)])
    more = len(summary.figures) - len(shown)
    others = f"另外 {more} 项指标和" if more else ""
    console.print(Text(f"{others}每一题的经过在报告里，用浏览器打开：{out / 'report.html'}"), soft_wrap=True)


def _table(figures: tuple[Figure, ...]) -> Table:
    table = Table("指标", "数值", "95% 区间", "题数", box=None, pad_edge=False)
    for figure in figures:
        table.add_row(
            Text(f"{parse(figure.measure).title}（{figure.measure}）"),
            words.value(figure.measure, figure.value),
            words.interval(figure.measure, figure.low, figure.high),
            str(figure.n),
        )
    return table


def _print_wrong(console: Console, rows: list[Row]) -> None:
    if not rows:
        return
    console.print(Text("没答对的题："))
    for row in rows[:_MOST_WRONG]:
        assert row.bin is not None
        console.print(Text(f"  {words.BINS[row.bin].title}  {_short(row.question)}"), soft_wrap=True)
        wanted = f"应为“{_short(row.answers[0])}”" if row.answers else "文档里没有答案"
        given = "没有作答" if row.declined else f"答了“{_short(row.prediction)}”"
        console.print(Text(f"      {wanted}，{given}", style="dim"), soft_wrap=True)
    if len(rows) > _MOST_WRONG:
        console.print(Text(f"  还有 {len(rows) - _MOST_WRONG} 题，见报告。"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
