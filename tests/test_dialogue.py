"""Follow-up questions: what they take from the turns before them, and that others are left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bench.dialogues import load_dialogues, measure_rewriting, rewritten_alone
from index.segment import HanAnalyzer
from rag.dialogue import Turn, Understood, understand

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
ANALYZER = HanAnalyzer()
PLAN = "《自治区深化科技体制改革实施方案》"
SPACES = Turn(question="2017年自治区众创空间有多少家？", answer="27家")
CONGRESS = Turn(question="2017年自治区科学技术奖励大会是哪天召开的？", answer="2017年9月22日")
PRIZE = Turn(
    question="获得突出贡献奖的有哪些人？", answer="李宏、赵奇、热娜·卡斯木", document_ids=(3,), title="年鉴"
)
LAW = Turn(
    question="劳动合同法第三十七条规定了什么？",
    answer="劳动者提前三十日以书面形式通知用人单位，可以解除劳动合同",
    document_ids=(7,),
    title="中华人民共和国劳动合同法",
)
TRIAL = Turn(question="试用期最长多久？", answer="六个月", document_ids=(7,), title=LAW.title)


def asked(question: str, *turns: Turn) -> Understood:
    return understand(question, turns, names=ANALYZER.names, words=ANALYZER.words)


def said(question: str, *turns: Turn) -> str:
    return asked(question, *turns).question


def after(question: str, answer: str = "") -> Turn:
    return Turn(question=question, answer=answer)


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("那2016年呢？", SPACES, "2016年自治区众创空间有多少家？"),
        ("2016年？", SPACES, "2016年自治区众创空间有多少家？"),
        ("10月呢", after("2017年9月召开了哪些会议？"), "2017年10月召开了哪些会议？"),
        ("国家级的呢？", SPACES, "2017年自治区国家级众创空间有多少家？"),
        (
            "国家级的呢？",
            after("自治区级科技企业孵化器有多少家？"),
            "国家级科技企业孵化器有多少家？",
        ),
        ("那兵团呢？", SPACES, "2017年兵团众创空间有多少家？"),
        ("那兵团呢？", after("2017年众创空间有多少家？"), "2017年兵团众创空间有多少家？"),
        ("上海呢？", after("北京有几个离岸孵化器？"), "上海有几个离岸孵化器？"),
        ("那星创天地呢？", SPACES, "2017年自治区星创天地有多少家？"),
        ("2016年的星创天地呢？", SPACES, "2016年自治区星创天地有多少家？"),
        ("第五项呢？", after("大会提出的第四项要求是什么？"), "大会提出的第五项要求是什么？"),
        ("第二点呢？", after("会议提出了哪五点要求？"), "会议提出的第二点要求是什么？"),
        ("一等奖呢？", PRIZE, "获得一等奖的有哪些人？"),
        ("财政厅呢？", after("自治区科技厅厅长是谁？"), "自治区财政厅厅长是谁？"),
        ("党组书记呢？", after("自治区科技厅厅长是谁？"), "自治区科技厅党组书记是谁？"),
        ("肖刚呢？", after("于欢是哪个单位的？"), "肖刚是哪个单位的？"),
        ("地点呢？", CONGRESS, "2017年自治区科学技术奖励大会的地点是什么？"),
        ("满20年的呢？", after("职工工作满10年的，年休假有几天？"), "职工工作满20年的，年休假有几天？"),
        (
            "毕业企业呢？",
            after("科技企业孵化器在孵企业有多少家？"),
            "科技企业孵化器毕业企业有多少家？",
        ),
        (
            "《意见》呢？",
            after(f"{PLAN}的文号是多少？"),
            "《意见》的文号是多少？",
        ),
        ("还有经营所得呢？", after("个人所得税综合所得的税率是多少？"), "个人所得税经营所得的税率是多少？"),
    ],
)
def test_a_fragment_takes_the_place_of_what_is_of_its_kind(
    question: str, before: Turn, expected: str
) -> None:
    assert said(question, before) == expected


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("它的文号是多少？", after(f"{PLAN}是谁出台的？"), f"{PLAN}的文号是多少？"),
        ("其文号是多少？", after(f"{PLAN}是谁出台的？"), f"{PLAN}的文号是多少？"),
        ("该方案提出了哪些措施？", after(f"{PLAN}是谁出台的？"), f"{PLAN}提出了哪些措施？"),
        ("这个会议是谁主持的？", CONGRESS, "2017年自治区科学技术奖励大会是谁主持的？"),
        ("它有多少条？", after("新党办[2017]4号是什么文件？", PLAN), f"{PLAN}有多少条？"),
        ("他是哪个单位的？", after("大会由谁主持？", "兵团政委孙金龙"), "孙金龙是哪个单位的？"),
        ("他担任什么职务？", after("孙金龙主持了什么会议？", "奖励大会"), "孙金龙担任什么职务？"),
        ("他的老师是谁？", after("李宏的导师是谁？", "赵奇"), "李宏的老师是谁？"),
        ("谁给他们颁的奖？", PRIZE, "谁给李宏、赵奇、热娜·卡斯木颁的奖？"),
        ("那里有几个孵化器？", after("会议在哪里召开？", "乌鲁木齐市"), "乌鲁木齐市有几个孵化器？"),
        ("這部法是何時施行的？", LAW, "《中华人民共和国劳动合同法》是何時施行的？"),
    ],
)
def test_a_pronoun_is_replaced_by_what_it_means(question: str, before: Turn, expected: str) -> None:
    assert said(question, before) == expected


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("谁主持的？", CONGRESS, "2017年自治区科学技术奖励大会是谁主持的？"),
        ("那谁主持的呢？", CONGRESS, "2017年自治区科学技术奖励大会是谁主持的？"),
        ("在哪里召开的？", CONGRESS, "2017年自治区科学技术奖励大会在哪里召开的？"),
        ("有多少人参加？", CONGRESS, "2017年自治区科学技术奖励大会有多少人参加？"),
        ("什么时候？", after("会议在哪里召开？", "乌鲁木齐市"), "会议什么时候召开？"),
        ("为什么？", after("办公室什么时候启动编制工作？"), "办公室为什么启动编制工作？"),
        ("一共多少？", after("引导基金每年多少钱？", "6000万元"), "引导基金一共多少钱？"),
        ("有哪些？", after("2017年自治区有多少家众创空间？"), "2017年自治区有哪些众创空间？"),
        ("都在哪些城市？", after("试验区建设了几个孵化器？"), "试验区建设的孵化器都在哪些城市？"),
        ("文号是多少？", after(f"{PLAN}是谁出台的？"), f"{PLAN}的文号是多少？"),
        ("提出了多少项举措？", after(f"{PLAN}是谁出台的？"), f"{PLAN}提出了多少项举措？"),
        ("是哪个单位的？", after("大会由谁主持？", "孙金龙"), "孙金龙是哪个单位的？"),
        ("其中国家级的有几家？", after("众创空间有多少家？"), "众创空间中，国家级的有几家？"),
        ("第三条是怎么规定的？", LAW, "劳动合同法第三条是怎么规定的？"),
    ],
)
def test_what_a_question_leaves_out_is_taken_from_the_one_before(
    question: str, before: Turn, expected: str
) -> None:
    assert said(question, before) == expected


@pytest.mark.parametrize(
    "question", ["还有哪些？", "还有呢？", "还有谁？", "其他的呢？", "除此之外还有哪些人？"]
)
def test_others_are_asked_for_without_the_answers_already_given(question: str) -> None:
    made = asked(question, PRIZE)
    assert (made.question, made.exclude) == (PRIZE.question, (PRIZE.answer,))
    assert asked(question, PRIZE, replace(PRIZE, answer="曹力")).exclude == (PRIZE.answer, "曹力")
    assert asked(question, PRIZE, SPACES).exclude == (SPACES.answer,)


@pytest.mark.parametrize(
    "question",
    [
        "2016年自治区财政科技拨款是多少？",
        "肖刚是哪个单位的？",
        "除了张天霖，还有哪些名模？",
        "长谷川町子获得的其他奖项有哪些？",
        "杨丽音和她的丈夫是如何认识的？",
        "莫斯科公国在哪一年控制了此城镇？",
        "“纽约证券交易所”这个名字是何时出现的？",
        "9月那场科技颁奖大会具体是几号开的？",
        "什么是棱柱？",
        "规定外兴安岭以南为中国领土的是哪个条约？",
        "有多少家公司从孵化器里“毕业”出去了？",
        "蓍的别名是什么？",
        "科学之父是谁？",
        "好的，谢谢",
        "  带空格的问题是什么？ ",
    ],
)
@pytest.mark.parametrize("before", [SPACES, CONGRESS, PRIZE, LAW], ids=lambda turn: turn.question)
def test_a_question_that_stands_on_its_own_is_left_alone(question: str, before: Turn) -> None:
    made = asked(question, before)
    assert made == Understood(question=question, rewritten=False, because="", document_ids=None)


def test_the_topic_is_carried_through_several_turns() -> None:
    first = said("国家级的呢？", SPACES)
    second = said("那2016年呢？", SPACES, after(first, "14家"))
    assert second == "2016年自治区国家级众创空间有多少家？"


def test_a_pronoun_reaches_back_past_a_turn_that_names_nobody() -> None:
    who = after("大会由谁主持？", "孙金龙")
    assert said("他是什么职务？", who, SPACES) == "孙金龙是什么职务？"


def test_the_user_is_told_what_was_taken_over() -> None:
    assert asked("那2016年呢？", SPACES).because == "沿用上一问“2017年自治区众创空间有多少家”"
    assert asked("谁主持的？", CONGRESS).because == "沿用上一问的“2017年自治区科学技术奖励大会”"
    assert asked("他是哪里人？", after("大会由谁主持？", "孙金龙")).because == "“他”指“孙金龙”"


@pytest.mark.parametrize(
    ("question", "before", "documents"),
    [
        ("第三条呢？", LAW, (7,)),
        ("这部法从什么时候起施行？", LAW, (7,)),
        ("它从什么时候起施行？", LAW, (7,)),
        ("那2016年呢？", replace(SPACES, document_ids=(3,), title="年鉴"), None),
        ("谁给他们颁的奖？", PRIZE, None),
    ],
)
def test_only_what_is_about_the_cited_document_itself_is_limited_to_it(
    question: str, before: Turn, documents: tuple[int, ...] | None
) -> None:
    assert asked(question, before).document_ids == documents


def test_an_article_without_a_law_in_the_question_is_of_the_cited_law() -> None:
    made = asked("第二十条呢？", TRIAL)
    assert made.question == "《中华人民共和国劳动合同法》第二十条规定了什么？"
    assert (
        asked("这部法从什么时候起施行？", TRIAL).question == "《中华人民共和国劳动合同法》从什么时候起施行？"
    )


def test_no_question_of_the_sample_set_is_rewritten_behind_any_other() -> None:
    found = rewritten_alone(SEEDS / "questions.jsonl", ANALYZER)
    assert (found.questions, found.rewritten) == (253, ())


def test_most_written_follow_ups_become_the_question_that_a_person_would_ask() -> None:
    dialogues = [d for d in load_dialogues(SEEDS / "dialogues.jsonl") if d.split == "dev"]
    found = measure_rewriting(dialogues, ANALYZER)
    assert found.later_turns == 62
    assert found.equal is not None and found.equal >= 0.65


def test_no_word_is_cut_in_two_when_words_are_known() -> None:
    before = after("个人所得税综合所得的税率是多少？")
    assert said("经营所得呢？", before) == "个人所得税经营所得的税率是多少？"


PIECES = [
    *"那呢它他的第三条谁家《》·、是有？满",
    "2017年",
    "自治区",
    "多少",
    "还有",
    "哪些",
    "其中",
    "如果",
    "10年",
]
TEXTS = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=10).map("".join)
TURNS = st.lists(st.builds(Turn, question=TEXTS, answer=TEXTS, title=TEXTS), max_size=3)


@settings(max_examples=100)
@given(question=TEXTS, turns=TURNS)
def test_any_text_is_understood_somehow_and_always_alike(question: str, turns: list[Turn]) -> None:
    made = asked(question, *turns)
    assert made == asked(question, *turns)
    assert made.rewritten == (made.question != question) == bool(made.because)


@given(question=TEXTS)
def test_without_a_conversation_every_question_stays_as_it_is(question: str) -> None:
    assert asked(question) == Understood(question=question, rewritten=False, because="", document_ids=None)
