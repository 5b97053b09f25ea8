"""Enumerations: a span grows to the whole list, and the list comes apart into its items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reader.lists import asks_for_several, items, whole_list

NUMBERED = "他提出五点要求:一要加强领导,完善机制;二要强化学习;三要转变作风。会议随后结束。"


def grown(text: str, span: str) -> tuple[str, list[str]]:
    at = text.index(span)
    start, end = whole_list(text, at, at + len(span))
    return text[start:end], [text[a:b] for a, b in items(text, start, end)]


@pytest.mark.parametrize(
    ("text", "span", "whole", "parts"),
    [
        ("领导肖开提·依明、徐海荣、李学军等出席。", "肖开提·依明", "肖开提·依明、徐海荣、李学军", 3),
        ("联合科技部、深圳市和中国科学院等推进。", "科技部、深圳市", "科技部、深圳市和中国科学院", 3),
        ("形成了征求意见稿、讨论稿及送审稿,上报。", "讨论稿及送审稿", "形成了征求意见稿、讨论稿及送审稿", 3),
        ("审议《甲、乙条例》和《丙办法》。", "《甲、乙条例》", "《甲、乙条例》和《丙办法》", 2),
        (
            "以乌鲁木齐、昌吉、石河子三个国家级高新区为核心",
            "乌鲁木齐、昌吉",
            "乌鲁木齐、昌吉、石河子",
            3,
        ),
        (
            "借助北京科博会、深圳高交会和新疆科洽会三大平台。",
            "北京科博会",
            "北京科博会、深圳高交会和新疆科洽会",
            3,
        ),
    ],
)
def test_items_side_by_side(text: str, span: str, whole: str, parts: int) -> None:
    got, found = grown(text, span)
    assert got == whole
    assert len(found) == parts


def test_numbered_clauses_are_taken_together_from_any_of_them() -> None:
    for span in ("一要加强领导", "强化学习", "转变作风", "五点要求:一要"):
        whole, parts = grown(NUMBERED, span)
        assert whole == "一要加强领导,完善机制;二要强化学习;三要转变作风"
        assert parts == ["加强领导,完善机制", "强化学习", "转变作风"]


def test_a_run_that_does_not_count_up_from_one_is_no_list() -> None:
    text = "三是很多,五是不少。"
    assert whole_list(text, 2, 4) == (2, 4)
    assert items(text, 0, len(text)) == []


def test_numbers_above_ten_are_read() -> None:
    text = ";".join(f"{n}、第{n}件" for n in "一二三四五六七八九") + ";十、第十件;十一、末件。"
    whole, parts = grown(text, "第三件")
    assert whole.endswith("末件")
    assert len(parts) == 11


def test_what_is_no_list_stays_as_it_is() -> None:
    assert grown("大会于9月22日在乌鲁木齐市召开。", "9月22日") == ("9月22日", [])


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("哪三个城市有孵化器?", True),
        ("五点要求是什么?", True),
        ("获奖的有哪些人?", True),
        ("两个轮子分别是什么?", True),
        ("谁主持了大会?", False),
        ("哪一天召开?", False),
        ("第几届?", False),
    ],
)
def test_questions_that_ask_for_several(question: str, several: bool) -> None:
    assert asks_for_several(question) is several


@given(st.text(alphabet="甲乙丙丁、和及等,。;《》“”一二三是要(1.", max_size=40), st.data())
def test_a_list_holds_the_span_and_its_items_lie_apart_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(len(text) - 1, 0)))
    end = data.draw(st.integers(start, len(text)))
    first, last = whole_list(text, start, end)
    assert 0 <= first <= last <= len(text)
    after = first
    for a, b in items(text, first, last):
        assert after <= a < b <= last
        after = b
