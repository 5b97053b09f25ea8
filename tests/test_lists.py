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
        ("形成了征求意见稿、讨论稿及送审稿,上报。", "讨论稿及送审稿", "征求意见稿、讨论稿及送审稿", 3),
        ("主要客户:三一、徐工、中联重科。", "三一", "三一、徐工、中联重科", 3),
        ("提出:一是发展农业、工业和旅游业,延伸;二是增效。", "农业、工业和旅游业", "农业、工业和旅游业", 3),
        ("设立特等奖、一等奖、二等奖。", "特等奖", "特等奖、一等奖、二等奖", 3),
        ("企业自检、第三方检测。", "企业自检", "企业自检、第三方检测", 2),
        ("甲等、乙等、丙等。", "甲等、乙等、丙等", "甲等、乙等、丙等", 3),
        ("温宿县、沙雅县、新和县。", "温宿县", "温宿县、沙雅县、新和县", 3),
        ("交通运输部、住房和城乡建设部。", "交通运输部", "交通运输部、住房和城乡建设部", 2),
        ("张三、李四和王五出席大会。", "张三、李四", "张三、李四", 2),
        ("大会表彰了张三、李四。", "李四", "张三、李四", 2),
        ("新疆与哈萨克斯坦、吉尔吉斯斯坦接壤。", "吉尔吉斯斯坦", "哈萨克斯坦、吉尔吉斯斯坦", 2),
        ("自治区科技厅和财政厅联合印发通知。", "自治区科技厅", "自治区科技厅", 0),
        ("在北京、深圳设立孵化器。", "北京", "北京", 0),
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
    for span in ("一要加强领导", "强化学习", "转变作风", "完善机制;二要强化"):
        whole, parts = grown(NUMBERED, span)
        assert whole == "一要加强领导,完善机制;二要强化学习;三要转变作风"
        assert parts == ["加强领导,完善机制", "强化学习", "转变作风"]


def test_a_run_ends_with_its_article_and_where_the_count_begins_again() -> None:
    text = "第三条 下列:(一)甲类;(二)乙类。第四条 下列:(一)丙局;(二)丁局;(三)戊局。"
    assert grown(text, "甲类") == ("(一)甲类;(二)乙类", ["甲类", "乙类"])
    assert grown(text, "丁局") == ("(一)丙局;(二)丁局;(三)戊局", ["丙局", "丁局", "戊局"])


def test_headings_with_text_below_are_no_list() -> None:
    text = "一、众创空间\n乌鲁木齐、昌吉设立。\n二、奖励大会\n召开。"
    assert grown(text, "乌鲁木齐、昌吉") == ("乌鲁木齐、昌吉", ["乌鲁木齐", "昌吉"])


def test_a_run_that_does_not_count_up_from_one_is_no_list() -> None:
    text = "三是很多,五是不少。"
    assert whole_list(text, 2, 4) == (2, 4)
    assert items(text, 0, len(text)) == []


def test_a_sum_behind_the_list_is_part_of_no_item() -> None:
    text = "征求科技部、中科院和深圳三方建议。"
    first = text.index("科技部")
    found = items(text, first, text.index("建议"))
    assert [text[a:b] for a, b in found] == ["科技部", "中科院", "深圳"]


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
        ("《办法》第三条是什么?", False),
        ("第三类医疗器械是什么?", False),
        ("有什么意义?", False),
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
