"""Long spans shrink to the one date or quantity that is asked for, and to no more and no less than that."""

from __future__ import annotations

import numpy as np
import pytest

from rag.question import question_type
from rag.reader.model import WindowScores
from rag.reader.tighten import MOST_BESIDE, MOST_LOST, tightened


def shrunk(question: str, text: str, span: str, *, liked: str = "", loss: float = 0.0, first: int = 0) -> str:
    """What becomes of ``span``, whose score is 0, where ``liked`` scores ``-loss`` and everything else far less.

    ``first`` is the window's first character in the text.
    """
    start, end = text.index(span), text.index(span) + len(span)
    scores = WindowScores(
        first=first,
        start=np.full(len(text) - first + 1, -50, dtype=np.float32),
        end=np.full(len(text) - first + 1, -50, dtype=np.float32),
        relevance=None,
    )
    scores.start[0], scores.end[0] = 2.0, 3.0
    if liked:
        at = text.index(liked) - first
        scores.start[at + 1] = 2.0 - loss
        scores.end[at + len(liked)] = 3.0
    a, b = tightened(question, question_type(question), text, (start, end), scores, score=0.0)
    return text[a:b]


CASES = [
    ("新增多少家?", "新增13家，自治区众创空间达到27家。", "13家，自治区众创空间达到27家", "13家"),
    ("众创空间达到多少家?", "新增13家，自治区众创空间达到27家。", "13家，自治区众创空间达到27家", "27家"),
    ("何时上映的?", "本片于2002年在美国和香港先后上映。", "本片于2002年在美国和香港先后上映", "2002年"),
    ("何时独立?", "该国昭和21年起自行管理，并获得独立。", "昭和21年起自行管理，并获得独立", "昭和21年"),
    ("何时上市的?", "公司1999年成立及于深圳证券交易所上市。", "1999年成立及于深圳证券交易所上市", "1999年"),
    (
        "何时入职?",
        "他在1970年3月5日，在台北取得学位后入职。",
        "1970年3月5日，在台北取得学位后入职",
        "1970年3月5日",
    ),
    (
        "什么时候?",
        "在承光元年（577年），北齐亡，杨坚当宰相。",
        "承光元年（577年），北齐亡，杨坚当宰相",
        "承光元年（577年）",
    ),
    (
        "什么时候?",
        "播出於2001年至2003年，前後共有一百餘集之多。",
        "2001年至2003年，前後共有一百餘集之多",
        "2001年至2003年",
    ),
    ("第几张专辑?", "这是第20张原创专辑，也是最后一张专辑。", "第20张原创专辑，也是最后一张专辑", "第20张"),
    ("速度是多少?", "速度为4.7 GHz，比上一代产品快了不少。", "4.7 GHz，比上一代产品快了不少", "4.7 GHz"),
    ("有多少家承認?", "有14家承認，另外有不少還在討論之中。", "14家承認，另外有不少還在討論之中", "14家"),
    (
        "人口密度是多少?",
        "今街道的人口密度达到了每平方公里69670人。",
        "街道的人口密度达到了每平方公里69670人",
        "每平方公里69670人",
    ),
]


@pytest.mark.parametrize(("question", "text", "span", "answer"), CASES)
def test_span_shrinks_to_the_expression_that_the_scores_like(
    question: str, text: str, span: str, answer: str
) -> None:
    assert shrunk(question, text, span, liked=answer) == answer


@pytest.mark.parametrize(("question", "text", "span", "answer"), CASES)
def test_window_that_begins_later_counts_from_there(question: str, text: str, span: str, answer: str) -> None:
    assert shrunk(question, text, span, liked=answer, first=1) == answer


@pytest.mark.parametrize(
    ("loss", "answer"), [(MOST_LOST, "27家"), (MOST_LOST + 0.1, "达到27家，比上年增加不少")]
)
def test_span_stays_where_the_expression_scores_far_below_it(loss: float, answer: str) -> None:
    text = "众创空间达到27家，比上年增加不少。"
    assert shrunk("有多少家?", text, "达到27家，比上年增加不少", liked="27家", loss=loss) == answer


@pytest.mark.parametrize(("beside", "shrinks"), [(MOST_BESIDE - 1, False), (MOST_BESIDE, True)])
def test_short_companions_stay(beside: int, shrinks: bool) -> None:
    span = "27家" + "甲" * beside
    assert shrunk("有多少家?", f"有{span}。", span, liked="27家") == ("27家" if shrinks else span)


@pytest.mark.parametrize(
    ("question", "span"),
    [
        ("谁在2001年任厅长?", "张三2001年任厅长，2003年离任"),  # asks for somebody
        ("27家众创空间之后又有多少?", "众创空间27家，仍在增加之中"),  # stands in the question
        ("多少家?", "众创空间不少，仍在不断增加之中"),  # holds none
    ],
)
def test_span_stays_where_no_expression_can_answer(question: str, span: str) -> None:
    assert shrunk(question, f"据报{span}。", span, liked=span) == span
