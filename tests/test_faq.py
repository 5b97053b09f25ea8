"""Pairs of question and answer: which questions are the same, who may be answered, what is refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from fakes import HashingEmbedder
from index.embed import FloatArray
from index.errors import KnowledgeError
from index.store.protocol import ANYTHING, Filter
from rag.faq import BAR, FaqIndex, FaqMatch, FaqPair, FaqPlace
from rag.gist import gist_of, question_key

SPELLINGS = [
    "众创空间有多少家？",
    "请问众创空间有多少家呢?",
    "眾創空間有多少家",
    " 众创空间 有多少家!!谢谢",
    "您好，我想问一下，众创空间有多少家？",
]

SAME = [
    ("众创空间有多少家", "一共有几家众创空间"),
    ("什么是众创空间", "众创空间是什么"),
    ("奖励大会2017年什么时候召开", "2017年奖励大会是哪天召开的"),
    ("奖励大会9月22号在哪里召开", "9月22日奖励大会在什么地方召开"),
    ("厅长是谁", "谁是厅长"),
    ("能不能报销", "可以报销吗"),
    ("科技厅的联系电话是多少", "科技厅联系电话"),
    ("众创空间的地址在哪里", "众创空间地址在哪儿？"),
    ("价格是1,000元的设备有哪些", "价格是1000元的设备有哪些"),
]

DIFFERENT = [
    ("2016年众创空间有多少家", "2017年众创空间有多少家"),
    ("众创空间有多少家", "2017年众创空间有多少家"),
    ("众创空间有多少家", "国家级众创空间有多少家"),
    ("一等奖奖金是多少", "二等奖奖金是多少"),
    ("乌鲁木齐市的面积是多少", "喀什市的面积是多少"),
    ("能报销的费用有哪些", "不能报销的费用有哪些"),
    ("奖励大会是什么时候召开的", "奖励大会是在哪里召开的"),
    ("谁主持奖励大会", "为什么主持奖励大会"),
    ("甲公司打败乙公司是哪一年", "乙公司打败甲公司是哪一年"),
    ("孔子是谁的老师", "孔子的老师是谁"),
    ("每家企业有多少人", "每人有多少家企业"),
    ("哪里的苹果好", "苹果哪里好"),
    ("面积<50平方米的有哪些", "面积>50平方米的有哪些"),
    ("税率为5%的有哪些", "税率为5的有哪些"),
    ("上部叶有什么特点", "下部叶有什么特点"),
    ("处长是谁", "副处长是谁"),
    ("获得第几名", "获得几名"),
    ("C#是什么", "C是什么"),
]


def pair(number: int, *questions: str, answer: str = "27家", **fields: object) -> FaqPair:
    return FaqPair(id=number, questions=questions, answer=answer, **fields)  # type: ignore[arg-type]


def embed(questions: list[str]) -> FloatArray:
    return HashingEmbedder().embed_queries(questions)


def match(
    index: FaqIndex, question: str, *, where: Filter = ANYTHING, wordings: tuple[str, ...] = ()
) -> FaqMatch | None:
    """As if the embedder held every wording for the same: only the words decide."""
    same = np.ones(4, dtype=np.float32) / 2
    alike = FaqIndex((one for one, _ in index._wordings), dict.fromkeys(index.vectors, same))
    return alike.match(question, same, where=where, wordings=wordings)


@pytest.mark.parametrize("question", SPELLINGS)
def test_other_spellings_of_a_question_are_answered_with_certainty(question: str) -> None:
    index = FaqIndex.build([pair(1, SPELLINGS[0])], embed)
    found = index.match(question, embed([question])[0])
    assert found is not None
    assert (found.pair.id, found.score, found.same) == (1, 1.0, True)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_question_put_otherwise_is_answered(one: str, other: str) -> None:
    assert match(FaqIndex.build([pair(1, one)], embed), other) is not None
    assert match(FaqIndex.build([pair(1, other)], embed), one) is not None


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_question_is_not_answered_however_alike(one: str, other: str) -> None:
    assert match(FaqIndex.build([pair(1, one)], embed), other) is None
    assert match(FaqIndex.build([pair(1, other)], embed), one) is None


def test_words_alone_are_not_enough_where_the_vectors_are_apart() -> None:
    vectors = {"厅长是谁": np.array([1.0, 0.0], dtype=np.float32)}
    index = FaqIndex([pair(1, "厅长是谁")], vectors)
    for cosine, answered in ((BAR - 0.01, False), (BAR + 0.01, True)):
        vector = np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)
        found = index.match("谁是厅长", vector)
        assert (found is not None) == answered
        if found is not None:
            assert found.score == pytest.approx(cosine, abs=1e-6)


def test_questions_without_a_word_that_means_anything_never_match() -> None:
    assert match(FaqIndex.build([pair(1, "是什么？")], embed), "是谁") is None
    assert gist_of("是谁").words == ("<人>",)
    assert question_key("请问") == "请问"


def test_any_wording_of_a_pair_is_answered_and_the_lowest_id_wins() -> None:
    index = FaqIndex.build([pair(7, "厅长是谁"), pair(2, "谁管科技厅", "厅长是谁")], embed)
    for question in ("厅长是谁", "谁是厅长"):
        found = match(index, question)
        assert found is not None
        assert found.pair.id == 2


def test_a_question_in_synonyms_is_answered() -> None:
    index = FaqIndex.build([pair(1, "众创空间有多少家")], embed)
    assert match(index, "创客空间有几家") is None
    assert match(index, "创客空间有几家", wordings=("众创空间有几家",)) is not None


def test_a_pair_that_is_not_enabled_stays_silent() -> None:
    index = FaqIndex.build([pair(1, "厅长是谁", enabled=False)], embed)
    assert len(index) == 0
    assert index.match("厅长是谁", embed(["厅长是谁"])[0]) is None
    assert index.nearest(embed(["厅长是谁"])[0]) is None


@pytest.mark.parametrize(
    ("collections", "asked", "answers"),
    [
        (None, None, True),
        (None, {"甲"}, True),
        ({"甲"}, None, True),
        ({"甲", "乙"}, {"乙", "丙"}, True),
        ({"甲"}, {"乙"}, False),
        (set(), {"乙"}, False),
    ],
)
def test_a_pair_answers_in_its_collections(
    collections: set[str] | None, asked: set[str] | None, answers: bool
) -> None:
    one = pair(1, "厅长是谁", collections=None if collections is None else frozenset(collections))
    where = Filter(collections=None if asked is None else frozenset(asked))
    index = FaqIndex.build([one], embed)
    assert (match(index, "厅长是谁", where=where) is not None) == answers
    assert (index.nearest(embed(["厅长是谁"])[0], where=where) is not None) == answers


def test_where_documents_are_named_only_a_pair_with_its_place_there_answers() -> None:
    placed = pair(1, "厅长是谁", place=FaqPlace(document_id=3, start=0, end=2))
    index = FaqIndex.build([placed, pair(2, "众创空间有多少家")], embed)
    assert match(index, "厅长是谁", where=Filter(document_ids=frozenset({3}))) is not None
    assert match(index, "厅长是谁", where=Filter(document_ids=frozenset({4}))) is None
    assert match(index, "众创空间有多少家", where=Filter(document_ids=frozenset({3}))) is None


def test_the_nearest_pair_is_told_even_where_none_answers() -> None:
    index = FaqIndex.build([pair(1, "厅长是谁"), pair(2, "众创空间有多少家")], embed)
    near = index.nearest(embed(["国家级众创空间有多少家"])[0])
    assert near is not None
    assert (near.pair.id, near.same) == (2, False)
    assert 0 < near.score < 1


def test_questions_that_are_known_are_not_embedded_again() -> None:
    embedded: list[str] = []

    def noted(questions: list[str]) -> FloatArray:
        embedded.extend(questions)
        return embed(questions)

    first = FaqIndex.build([pair(1, "厅长是谁")], noted)
    FaqIndex.build([pair(1, "厅长是谁", "谁是厅长"), pair(2, "厅长是谁")], noted, known=first.vectors)
    assert embedded == ["厅长是谁", "谁是厅长"]


@pytest.mark.parametrize(
    "fields",
    [
        {"questions": ()},
        {"questions": ("？",)},
        {"questions": ("厅长是谁", " ")},
        {"questions": ("长" * 1001,)},
        {"questions": tuple(f"厅长{n}是谁" for n in range(51))},
        {"answer": " \n"},
        {"answer": "长" * 10_001},
    ],
)
def test_a_pair_that_says_nothing_or_too_much_is_refused(fields: dict[str, object]) -> None:
    sound = pair(1, "厅长是谁")
    with pytest.raises(KnowledgeError) as caught:
        dataclasses.replace(sound, **fields)  # type: ignore[arg-type]
    assert "问答 1" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 3), (-1, 3)])
def test_a_place_without_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(KnowledgeError):
        FaqPlace(document_id=1, start=start, end=end)
