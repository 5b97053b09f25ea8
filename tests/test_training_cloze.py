"""Questions made from sentences: what is asked for, how, and that it stands where it is said to."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.reader.tighten import Range
from rag.training.cloze import LONGEST_QUESTION, Blank, ask, blanks, cloze_questions
from rag.training.windows import Asked

TEXT = (
    "2017年3月5日，自治区科技工作会议在乌鲁木齐市召开。张小雷主持会议，李宏作工作报告，240余人参加会议。"
    "会议学习了《科技发展规划》，代表有工人、教师、医生和农民。由于大雪封山，第三届赛马会推迟到五月举行。"
    "新疆农业大学（原八一农学院）承办了会议。赛马会是当地牧民最大的节日。"
)


def found(text: str) -> set[tuple[Blank, str]]:
    return {(kind, text[a:b]) for kind, (a, b) in blanks(text, 0, len(text))}


def all_questions(text: str = TEXT, seeds: int = 60) -> list[Asked]:
    return [
        one
        for seed in range(seeds)
        for one in cloze_questions(text, "s", random.Random(seed), per_sentence=9)
    ]


@pytest.mark.parametrize(
    ("sentence", "kind", "blank"),
    [
        ("会议于2017年3月5日召开。", Blank.WHEN, "2017年3月5日"),
        ("会议来了240余人。", Blank.HOW_MANY, "240余人"),
        ("张小雷主持会议。", Blank.WHO, "张小雷"),
        ("导演詹姆斯·卡梅隆出席。", Blank.WHO, "詹姆斯·卡梅隆"),
        ("会议在乌鲁木齐市召开。", Blank.WHERE, "乌鲁木齐市"),
        ("会议由新疆农业大学承办。", Blank.WHICH_BODY, "新疆农业大学"),
        ("会议学习了《科技发展规划》。", Blank.TITLE, "《科技发展规划》"),
        ("代表有工人、教师、医生和农民。", Blank.LIST, "工人、教师、医生和农民"),
        ("赛马会是当地牧民最大的节日。", Blank.WHAT, "当地牧民最大的节日"),
        ("由于大雪封山，赛马会推迟到五月举行。", Blank.WHY, "大雪封山"),
    ],
)
def test_each_kind_of_blank_is_found(sentence: str, kind: Blank, blank: str) -> None:
    assert (kind, blank) in found(sentence)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("一个人来了。", Blank.HOW_MANY),
        ("型号是F-16架。", Blank.HOW_MANY),
        ("每年有会。", Blank.HOW_MANY),
        ("2017年有会。", Blank.HOW_MANY),
        ("学校（创办于1950年的一所学校）还在。", Blank.WHEN),
    ],
)
def test_what_asks_nothing_or_stands_in_brackets_is_no_blank(sentence: str, kind: Blank) -> None:
    assert kind not in {one for one, _ in found(sentence)}


def test_the_answer_is_what_was_taken_out_and_nowhere_in_the_question() -> None:
    made = all_questions()
    assert len(made) > 300
    for one in made:
        answer = one.text[one.example.start : one.example.end]
        assert one.text == TEXT
        assert TEXT.count(answer) == 1
        assert answer not in one.example.question
        assert len(one.example.question) <= LONGEST_QUESTION + 1


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ("张小雷", "谁主持会议"),
        ("240余人", "多少人参加会议"),
        ("乌鲁木齐市", "会议在哪里召开"),
        ("2017年3月5日", "哪天"),
        ("大雪封山", "为什么"),
        ("《科技发展规划》", "会议学习了什么"),
    ],
)
def test_questions_ask_in_place(answer: str, wanted: str) -> None:
    asked = [
        one.example.question
        for one in all_questions()
        if one.text[one.example.start : one.example.end] == answer
    ]
    assert any(wanted in question for question in asked), asked[:5]


def test_one_of_several_in_a_sentence_is_told_by_what_is_said_of_it() -> None:
    asked = {
        one.example.question
        for one in all_questions()
        if one.text[one.example.start : one.example.end] == "李宏"
    }
    assert any("报告" in question and "主持" not in question for question in asked)


def test_the_same_seed_asks_the_same() -> None:
    first, second = (list(cloze_questions(TEXT, "s", random.Random(3))) for _ in range(2))
    assert first == second
    assert len(first) <= 2 * 6


def test_traditional_text_keeps_its_characters_and_is_asked_in_simplified() -> None:
    text = "張小雷於1998年5月主持臺北的會議。"
    made = all_questions(text, 20)
    answers = {one.text[one.example.start : one.example.end] for one in made}
    assert "1998年5月" in answers
    assert not any("張" in one.example.question for one in made)


def test_too_little_beside_the_blank_is_no_question() -> None:
    text = "1998年5月开。"
    assert ask(text, (0, len(text)), Blank.WHEN, (0, 7), random.Random(0)) is None


@settings(max_examples=60)
@given(
    st.text("张小雷王李2019年月日于在是由，。；、（）《》“”人公司abc 第·", max_size=60), st.integers(0, 99)
)
def test_any_text_can_be_asked_about(text: str, seed: int) -> None:
    for one in cloze_questions(text, "s", random.Random(seed)):
        start, end = one.example.start, one.example.end
        assert 0 <= start < end <= len(text)
        assert one.example.question.strip()


def test_ranges_count_from_the_beginning_of_the_text() -> None:
    sentence = "会议于2017年3月5日召开。"
    shifted: list[tuple[Blank, Range]] = [
        (kind, (a + 4, b + 4)) for kind, (a, b) in blanks(sentence, 0, len(sentence))
    ]
    assert blanks("开头。" + " " + sentence, 4, 4 + len(sentence)) == shifted
