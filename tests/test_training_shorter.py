"""Answers of training sets, cut short: what is taken off, and what must stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.training.shorter import shorter
from rag.training.squad import Example
from rag.training.windows import Asked


def asked(question: str, answer: str, *, before: str = "又。", behind: str = "之后。") -> Asked:
    text = before + answer + behind
    example = Example(source="s", question=question, start=len(before), end=len(before) + len(answer))
    return Asked(example=example, text=text, translated=False)


def cut(question: str, answer: str, **around: str) -> str:
    one = shorter(asked(question, answer, **around))
    return one.text[one.example.start : one.example.end]


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        ("路口镇位于什么地方？", "路口镇位于湖南省长沙县东北部。", "湖南省长沙县东北部"),
        ("《野玫瑰》的作者是谁？", "《野玫瑰》的作者是歌德。", "歌德"),
        ("《野玫瑰》是谁写的？", "《野玫瑰》是歌德写的。", "歌德写的"),
        ("学校由谁创办？", "由张三创办", "张三创办"),
        ("员贝屿因什么而得名？", "因岛状似一个扇贝覆盖水面而得名。", "岛状似一个扇贝覆盖水面而得名"),
        ("此片何时上映的？", "本片于2002年在美国和香港上映", "2002年"),
        ("杜恕什么时候逝世的？", "嘉平四年（252年），杜恕在章武逝世", "嘉平四年（252年）"),
        ("居民总数大约是多少人？", "居民總數為31459人。", "31459人"),
        ("地点在哪里？", "。乌鲁木齐；", "乌鲁木齐"),
    ],
)
def test_what_was_not_asked_is_taken_off(question: str, answer: str, left: str) -> None:
    assert cut(question, answer) == left


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        *(("有哪些公司？", "有限公司"), ("谁在场？", "在场的人"), ("中国在哪里？", "中国东部")),
        ("何时何地连载？", "1931年9月3日在比利时报刊上连载"),
        ("为何订于6月9日？", "铁路特地订于斯蒂芬生的生日1781年6月9日开工"),
        ("什么时候出版？", "2009年1月中旬出版"),
        ("这座楼是何时重建的？", "重建于1861-1864年，之后又"),
        ("谈判花了多久？", "谈判一共花了13年零8个月"),
        ("多少人？", "男30人，女25人参加了会议"),
        ("需要什么？", "两种光源（例如 激光)和介质（如Rb85"),
        ("是什么？", "是"),
    ],
)
def test_what_belongs_to_the_answer_stays(question: str, answer: str) -> None:
    assert cut(question, answer) == answer.rstrip("。")


def test_a_question_without_an_answer_stays_as_it_is() -> None:
    nothing = asked("谁？", "")
    assert shorter(nothing) == nothing


@given(
    st.text("谁是在由何时2019年月日人，。（）《》 有多少", max_size=12),
    st.text("甲乙是在由2019年月日人，。（）《》 有", min_size=1, max_size=20),
)
def test_what_is_left_is_a_part_of_the_answer(question: str, answer: str) -> None:
    before = asked(question, answer)
    after = shorter(before)
    assert before.example.start <= after.example.start < after.example.end <= before.example.end
    assert (after.text, after.example.question) == (before.text, before.example.question)
