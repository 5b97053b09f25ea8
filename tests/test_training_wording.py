"""Questions said otherwise: what changes, and what must not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.training.wording import keywords, reworded, spoken

seeds = st.integers(0, 2**32).map(random.Random)
quick = settings(max_examples=60)

PLAIN = (
    "什么时候",
    "该",
    "其",
    "此",
    "与",
    "于",
    "主要",
    "进行",
    "应该",
    "因为",
    "什么",
    "多少",
    "是谁",
    "的",
    "在",
    "大会",
    "?",
)
WHOLE = (
    *("《谁与此人》", "“什么时候”", "「该不该」", "『其』", "（位于此）", '"与谁"', "《是的（在）》"),
    *("2017", "1,024.5", "3.14", "GDP", "New York", "Wi-Fi", "iPhone 6"),
)
questions = st.lists(st.sampled_from(PLAIN + WHOLE) | st.text(max_size=3), max_size=8).map("".join)


def wordings(question: str) -> set[str]:
    return {spoken(question, random.Random(seed)) for seed in range(60)}


@quick
@given(questions, seeds)
def test_nobody_is_asked_otherwise_at_a_share_of_nothing(question: str, rng: random.Random) -> None:
    assert reworded(question, rng, share=0) == question


def test_about_the_share_is_said_otherwise() -> None:
    rng = random.Random(0)
    for share in (0.25, 1.0):
        changed = sum(
            reworded("大会何时在北京召开?", rng, share=share) != "大会何时在北京召开?" for _ in range(400)
        )
        assert 0.85 * share < changed / 400 <= share + 0.05


@quick
@given(questions, st.integers(0, 99))
def test_the_same_seed_gives_the_same_wording(question: str, seed: int) -> None:
    first, second = (reworded(question, random.Random(seed), share=0.5) for _ in range(2))
    assert first == second


@quick
@given(questions.filter(lambda question: any(map(str.isalpha, question))), seeds)
def test_a_question_never_vanishes(question: str, rng: random.Random) -> None:
    assert any(map(str.isalnum, spoken(question, rng)))
    assert any(map(str.isalnum, keywords(question)))


@quick
@given(st.text(), seeds)
def test_any_text_can_be_reworded(text: str, rng: random.Random) -> None:
    assert isinstance(reworded(text, rng, share=1), str)


@quick
@given(st.lists(st.sampled_from(PLAIN)), st.sampled_from(WHOLE), st.lists(st.sampled_from(PLAIN)), seeds)
def test_titles_quotations_numbers_and_latin_words_stay_as_they_are(
    before: list[str], whole: str, after: list[str], rng: random.Random
) -> None:
    question = "".join((*before, whole, *after))
    assert whole in spoken(question, rng)
    assert whole in keywords(question)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        *(
            ("公司应该做几件事", "应该"),
            ("与其等待不如出发吗", "与其"),
            ("其中有几人", "其中"),
            ("还有其他人吗", "其他"),
        ),
        *(
            ("于是发生了几次战争", "于是"),
            ("关于草原的书有几本", "关于"),
            ("二加二等于几", "等于"),
            ("至于他呢", "至于"),
        ),
        *(
            ("对于草原有几种说法", "对于"),
            ("基于几份文件", "基于"),
            ("流体处于几种状态", "处于"),
            ("此外还有几人", "此外"),
        ),
        *(
            ("他因此离开几次", "因此"),
            ("如此几次", "如此"),
            ("彼此见过几次", "彼此"),
            ("土耳其有几座城", "土耳其"),
        ),
        *(
            ("几国参与北约", "参与"),
            ("大屠杀的负责人有几名", "负责人"),
            ("使用者有几名", "使用者"),
            ("大于二的数有几个", "大于"),
        ),
    ],
)
def test_longer_words_are_not_broken(question: str, kept: str) -> None:
    assert all(kept in said for said in wordings(question))
    assert kept in keywords(question)


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("该省由于大雪停课几天", "由在"),
        ("高山属于几省", "属在"),
        ("他因为什么离开", "因咋"),
        ("他成为什么人物", "成咋"),
    ],
)
def test_words_are_found_where_they_begin(question: str, wrong: str) -> None:
    assert not any(wrong in said for said in wordings(question))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        *(
            ("大会何时召开?", "啥时候"),
            ("该公司的面积是多少?", "这个公司"),
            ("学校成立于哪一年?", "建于"),
            ("他因为什么离开?", "因为啥"),
        ),
        *(
            ("演员与其父在哪?", "演员和"),
            ("此植物叫什么?", "这植物"),
            ("高山属于几省", "算几省"),
            ("主要产业有什么样的?", "产业有啥样的"),
        ),
    ],
)
def test_words_are_said_plainer(question: str, said: str) -> None:
    found = wordings(question)
    assert any(said in one for one in found)
    assert len(found) > 10


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("自治区的众创空间达到多少家?", "自治区 众创空间达到 家"),
        ("大会何时在北京召开?", "大会 北京召开"),
        ("《在与不在》的目的是什么?", "《在与不在》 目的"),
        ("現在的銷量是 1,024 台,哪一年的?", "現在 銷量 1,024 台"),
        ("大会是什么?", "大会是什么?"),  # one word is no search
        ("是谁?", "是谁?"),
    ],
)
def test_a_search_box_gets_the_words_that_carry_meaning(question: str, typed: str) -> None:
    assert keywords(question) == typed


@quick
@given(questions)
def test_a_search_has_two_words_or_is_the_question(question: str) -> None:
    typed = keywords(question)
    assert typed == question or len(typed.split()) >= 2
