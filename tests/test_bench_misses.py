"""The table of what a run got wrong says of each question why, as far as the run itself can tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.bench.misses import reason, table
from eval.row import Bin, Cited, Row

SENTENCE = "新增13家，自治区众创空间达到27家。"


def cited(text: str, *, holds: bool = True, context: str = SENTENCE) -> Cited:
    start = context.index(text)
    return Cited(
        text=text,
        probability=0.3,
        context=context,
        start=start,
        end=start + len(text),
        evidence_start=0,
        evidence_end=len(context),
        document="a.txt",
        heading_path=(),
        page=None,
        first_line=1,
        holds_answer=holds,
        verified=True,
    )


def row(bin_: Bin, *candidates: Cited, answers: tuple[str, ...] = ("27家",), exact: float = 0.0) -> Row:
    return Row(
        id="q1",
        question="达到多少家?",
        kind="how_many",
        answers=answers,
        probability=0.3,
        candidates=candidates,
        bin=bin_,
        scores={"EM:best": exact},
    )


@pytest.mark.parametrize(
    ("miss", "why", "detail"),
    [
        (row(Bin.WRONGLY_DECLINED, cited("27家"), exact=1.0), "片段对，把握不足", "概率 0.30，阈值 0.48"),
        (row(Bin.WRONGLY_DECLINED, cited("达到27家")), "句子对，片段偏长，把握不足", "概率 0.30，阈值 0.48"),
        (row(Bin.WRONGLY_DECLINED, cited("27")), "句子对，片段偏短，把握不足", "概率 0.30，阈值 0.48"),
        (row(Bin.NOT_READ, cited("13家")), "句子对，取了句中别处", "概率 0.30，阈值 0.48"),
        (
            row(Bin.NOT_READ, cited("13家", holds=False), cited("27家")),
            "含答案的句子排在后面",
            "概率 0.30，阈值 0.48",
        ),
        (
            row(Bin.NOT_READ, cited("13家", holds=False)),
            "读了含答案的段落，没有取那一句",
            "概率 0.30，阈值 0.48",
        ),
        (row(Bin.SPAN_TOO_LONG, cited("达到27家。")), "两头多了", "“达到”、“。”"),
        (row(Bin.SPAN_TOO_LONG, cited("达到27家"), answers=("27家", "空间达到27")), "前面多了", "“达到”"),
        (row(Bin.SPAN_TOO_LONG, cited("空间达到27"), answers=("达到27家",)), "与标准答案交错", ""),
        (row(Bin.SPAN_TOO_SHORT, cited("27"), answers=("达到27家", "27家")), "后面少了", "“家”"),
        (
            row(Bin.SHOULD_HAVE_DECLINED, cited("27家"), answers=()),
            "没有答案却有把握",
            "概率 0.30，阈值 0.48",
        ),
        (row(Bin.NOT_RETRIEVED, cited("27家")), "检索没有给出含答案的段落", ""),
        (row(Bin.WRONGLY_DECLINED), "没有候选", ""),
    ],
)
def test_each_miss_has_its_reason(miss: Row, why: str, detail: str) -> None:
    assert reason(miss, threshold=0.4839) == (why, detail)


def test_spoken_questions_that_are_declined_are_counted_apart() -> None:
    spoken = replace(row(Bin.WRONGLY_DECLINED, cited("27家"), exact=1.0), tags=("colloquial",))
    assert reason(spoken, threshold=0.5)[0] == "片段对，把握不足（口语）"


def test_table_counts_kinds_and_lists_misses_in_order_without_right_ones() -> None:
    rows = [
        replace(row(Bin.SPAN_TOO_LONG, cited("达到27家")), id="q2", question="多少|家\n呢?"),
        row(Bin.RIGHT, cited("27家"), exact=1.0),
        replace(row(Bin.SPAN_TOO_LONG, cited("空间达到27家")), id="q3"),
        replace(row(Bin.SHOULD_HAVE_DECLINED, cited("13家"), answers=()), id="q4"),
    ]
    lines = list(table(rows, threshold=0.5))
    assert lines[2:4] == ["| 答案过长 | 前面多了 | 2 |", "| 该拒未拒 | 没有答案却有把握 | 1 |"]
    assert [line.split(" | ")[0] for line in lines[7:]] == ["| q2", "| q3", "| q4"]
    assert lines[7] == "| q2 | 多少\\|家 呢? | 27家 | 达到27家 | 答案过长 | 前面多了：“达到” |"
    assert "（没有答案）" in lines[9]


def test_long_answers_keep_their_ends() -> None:
    long = "开" + "中" * 100 + "尾"
    shown = list(table([row(Bin.SPAN_TOO_LONG, cited(long, context=long))], threshold=0.5))[-1]
    assert "开中" in shown
    assert "中尾" in shown
    assert "……" in shown
    assert len(shown) < 150
