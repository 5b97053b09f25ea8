"""Scores of a text: worked out by hand from what the official scripts compute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.measures.text import contains, exact_match, f1_bag, f1_substring, find_whole, normalise, tokenize

TEXTS = st.text(alphabet="一二三四甲乙丙ab1 .,、。-《》'\"T", max_size=12)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("新认定13家", ["新", "认", "定", "13", "家"]),
        ("占3.5%,共1,000元。", ["占", "3.5", "%", ",", "共", "1,000", "元", "。"]),
        ("《Cat Shit One'80》", ["《", "Cat", "Shit", "One'80", "》"]),
        ("Henry A. Walsh", ["Henry", "A.", "Walsh"]),
        ("A.D. Vision, Inc.", ["A.D.", "Vision", ",", "Inc", "."]),
        ("(Anas platyrhynchos)", ["(", "Anas", "platyrhynchos", ")"]),
        ('他说"Hi there"', ["他", "说", "``", "Hi", "there", "''"]),
        ('(学名:"")', ["(", "学", "名", ":", "``", "``", ")"]),
        ("don't cannot it's", ["do", "n't", "can", "not", "it", "'s"]),
        ("Writers' Association", ["Writers", "'", "Association"]),
        ("'quoted'", ["'", "quoted", "'"]),
        ("well...no", ["well", "...", "no"]),
        ("12:30", ["12", ":", "30"]),
        ("a-b", ["a", "-", "b"]),
        ("1997—2001", ["1997", "—", "2001"]),
        ("  ", []),
        ("", []),
    ],
)
def test_han_characters_and_marks_stand_alone_and_the_rest_is_cut_as_english(
    text: str, tokens: list[str]
) -> None:
    assert tokenize(text) == tokens


def test_exact_match_ignores_case_marks_and_outer_space_only() -> None:
    assert normalise(" 《Abc》，第1-2页 ") == "abc第12页"
    assert exact_match("《红楼梦》。", ["红楼梦"]) == 1.0
    assert exact_match("NBA", ["nba"]) == 1.0
    assert exact_match("9 月", ["9月"]) == 0.0
    assert exact_match("1,000", ["1000"]) == 0.0  # a half-width comma isn't among the official marks
    assert exact_match("", ["红楼梦"]) == 0.0


def test_the_official_f1_wants_one_run_where_the_bag_takes_every_token() -> None:
    ours, accepted = "一二三四五六甲七八九乙", "一二三四五六丙七丁八九"
    assert f1_substring(ours, [accepted]) == pytest.approx(2 * 6 / 22)  # .545
    assert f1_bag(ours, [accepted]) == pytest.approx(2 * 9 / 22)  # .818


def test_f1_takes_the_best_accepted_answer() -> None:
    # 2017, 年, 9, 月, 22, 日 against 9, 月, 22, 日: 2 * 4 / 10.
    assert f1_substring("9月22日", ["2018年", "2017年9月22日"]) == pytest.approx(0.8)
    assert f1_bag("9月22日", ["2018年", "9月22日"]) == 1.0


def test_f1_by_substring_drops_marks_before_cutting_and_the_bag_after() -> None:
    assert f1_substring("A-B", ["AB"]) == 1.0
    assert f1_bag("A-B", ["AB"]) == 0.0
    assert f1_bag("《甲》、乙", ["甲乙"]) == 1.0


def test_the_bag_counts_a_token_as_often_as_both_have_it() -> None:
    # 天 three times against once, and once 下: common 2 of 4 and 2.
    assert f1_bag("天天天下", ["天下"]) == pytest.approx(2 * 2 / 6)


def test_the_bag_drops_small_articles_and_single_punctuation() -> None:
    assert f1_bag("the Beatles", ["Beatles"]) == 1.0
    assert f1_bag("The Beatles", ["Beatles"]) == pytest.approx(2 / 3)  # the script looks before it folds case
    assert f1_bag("(甲)", ["甲"]) == 1.0


def test_nothing_against_something_is_no_match() -> None:
    assert f1_substring("", ["甲"]) == f1_bag("", ["甲"]) == 0.0
    assert f1_bag("。", ["、"]) == 1.0  # nothing is left of either
    assert f1_substring("。", ["、"]) == 0.0


def test_contains_ignores_white_space_and_an_empty_answer() -> None:
    assert contains("召开于2017年 9月 22日。", ["2017年9月22日"])
    assert not contains("召开于2017年", ["2017年9月22日"])
    assert not contains("召开于2017年。", ["。"])
    assert not contains("", ["甲"])


def test_traditional_is_not_simplified() -> None:
    assert exact_match("台灣", ["台湾"]) == 0.0
    assert f1_bag("台灣", ["台湾"]) == pytest.approx(0.5)


def test_no_accepted_answer_is_an_error_here() -> None:
    with pytest.raises(ValueError):
        exact_match("甲", [])


def _longest_run(ours: list[str], theirs: list[str]) -> int:
    return max(
        (
            end - start
            for start in range(len(ours))
            for end in range(start + 1, len(ours) + 1)
            for at in range(len(theirs))
            if theirs[at : at + end - start] == ours[start:end]
        ),
        default=0,
    )


@settings(max_examples=50)
@given(TEXTS, TEXTS)
def test_f1_by_substring_is_that_of_every_run_tried(one: str, other: str) -> None:
    ours, theirs = tokenize(normalise(one)), tokenize(normalise(other))
    longest = _longest_run(ours, theirs)
    expected = 2 * longest / (len(ours) + len(theirs)) if longest else 0.0
    assert f1_substring(one, [other]) == pytest.approx(expected)


@settings(max_examples=50)
@given(TEXTS, TEXTS)
def test_f1_is_symmetric_and_within_0_and_1(one: str, other: str) -> None:
    for score in (f1_bag, f1_substring):
        assert 0.0 <= score(one, [other]) <= 1.0
        assert score(one, [other]) == score(other, [one])


@settings(max_examples=50)
@given(TEXTS, TEXTS)
def test_an_exact_match_is_a_full_f1(one: str, other: str) -> None:
    if exact_match(one, [other]) == 1.0 and normalise(one).strip():
        assert f1_substring(one, [other]) == 1.0


@settings(max_examples=50)
@given(TEXTS)
def test_a_text_matches_itself(text: str) -> None:
    assert exact_match(text, [text]) == f1_bag(text, [text]) == 1.0


@settings(max_examples=50)
@given(TEXTS)
def test_cutting_loses_nothing_but_space_and_the_shape_of_quotes(text: str) -> None:
    def without_quotes(some: str) -> str:
        return "".join(character for character in some if character not in "'`\" ")

    assert without_quotes("".join(tokenize(text))) == without_quotes(text)


@pytest.mark.parametrize(
    ("text", "words", "stands"),
    [
        ("新认定16家", "6家", False),
        ("共有6家企业", "6家", True),
        ("面积17.5亩", "7.5", False),
        ("增长7.5%", "5", False),
        ("投入1,200万元", "200", False),
        ("称为NOTE的", "NO", False),
        ("2016年,27家", "27", True),
        ("27家,127家", "27", True),
        ("127家,27家", "27", True),
        ("在ROH中", "ROH", True),
    ],
)
def test_an_answer_stands_only_where_it_is_no_part_of_a_longer_number_or_word(
    text: str, words: str, stands: bool
) -> None:
    assert contains(text, [words]) is stands
    assert (find_whole(text, words) >= 0) is stands
