"""Terms for lexical search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segment import HanAnalyzer, fold, grams, without_asking

ANALYZER = HanAnalyzer()


def test_traditional_full_width_and_upper_case_fold_to_one_form() -> None:
    assert fold("開展ＡＢＣ計劃，２０１７年") == "开展abc计划,2017年"


def test_grams_are_single_characters_and_bigrams_of_each_han_run() -> None:
    assert grams("众创空间，27家") == ["众", "创", "空", "间", "众创", "创空", "空间", "27", "家"]


def test_numbers_and_latin_words_stay_whole_and_lose_thousands_separators() -> None:
    assert grams("GDP 增长2,926.7万元") == ["gdp", "增", "长", "增长", "2926.7", "万", "元", "万元"]


def test_words_hold_the_shorter_words_inside_long_ones() -> None:
    assert ANALYZER.words("创新驱动发展试验区建设方案") == [
        "创新",
        "驱动",
        "发展",
        "试验",
        "试验区",
        "建设",
        "方案",
    ]


def test_a_user_word_is_kept_whole_and_changes_the_fingerprint() -> None:
    plain, extended = HanAnalyzer(), HanAnalyzer(["星創天地"])
    assert "星创天地" not in plain.words("星创天地建设")
    assert "星创天地" in extended.words("星创天地建设")
    assert plain.fingerprint != extended.fingerprint


def test_order_and_repeats_of_user_words_do_not_matter_to_the_fingerprint() -> None:
    assert HanAnalyzer(["甲乙", "丙丁", "甲乙"]).fingerprint == HanAnalyzer(["丙丁", "甲乙"]).fingerprint


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("自治区科学技术奖励大会是什么时候召开的？", "自治区科学技术奖励大会 召开的?"),
        ("众创空间有多少家", "众创空间 家"),
        ("谁主持大会", " 主持大会"),
        ("酒吧有几家", "酒吧有 家"),
        ("几内亚的面积呢？", "几内亚的面积 ?"),
    ],
)
def test_asking_words_are_taken_out_of_a_question(question: str, rest: str) -> None:
    assert without_asking(question) == rest


def test_a_question_of_asking_words_alone_comes_back_whole() -> None:
    assert without_asking("什么？") == "什么？"


@given(st.text())
def test_terms_hold_no_white_space_and_are_never_empty(text: str) -> None:
    for term in (*ANALYZER.grams(text), *ANALYZER.words(text)):
        assert term
        assert not any(character.isspace() for character in term)
