"""Whether a question can be asked, and what kind of answer it asks for, told from its words."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from index.errors import QuestionError
from index.segment import fold


class QuestionType(StrEnum):
    """The kind of expression that answers."""

    DOCUMENT_NUMBER = "document_number"
    WHEN = "when"
    HOW_MANY = "how_many"
    LIST = "list"
    WHO = "who"
    WHERE = "where"
    OTHER = "other"


_MEASURE = "家个名项人次场件条位岁元年天月日号届期倍所座种类级批块篇部本台套点章辆口户亩吨米里页成层等"
_ASKS: tuple[tuple[QuestionType, str], ...] = (
    (QuestionType.DOCUMENT_NUMBER, r"文号|发文字号|编号|几号文|文件.{0,6}(?:几|多少)号|红头"),
    (QuestionType.WHEN, r"何时|什么时[候间]|啥时|几时|哪一?个?[年月日天]|几[月日号]|多会儿?|日期|when"),
    (
        QuestionType.HOW_MANY,
        rf"多少|几[{_MEASURE}十百千万]|第几|多[大高长久宽深重远]|占比|比例|百分之|how (many|much)",
    ),
    (QuestionType.LIST, r"哪些|哪几|分别是|分别为|包括什么|有什么|都有谁|有谁|列出"),
    (QuestionType.WHO, r"谁|哪[位名]|何人|什么人|哪个人|who"),
    (QuestionType.WHERE, r"哪里|哪儿|何[地处]|什么地[方点]|在哪|地点|哪[个座]?[省市县区国城]|where"),
)
_ASKS_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _ASKS)

_DATE = (
    r"\d{2,4}年(?:\d{1,2}月)?(?:\d{1,2}[日号])?|\d{1,2}月(?:\d{1,2}[日号])?|\d{1,2}日|世纪|\d0年代"
    r"|[去今明当前]年"
)
_QUANTITY = (
    rf"\d[\d,.]*(?!\d|[年月日号])(?:\s*[%％‰万亿余多{_MEASURE}])?"
    rf"|[一二两三四五六七八九十百千]+[{_MEASURE}大]|百分之"
)
_ANY_QUANTITY = re.compile(_QUANTITY)
_MEASURED = re.compile(rf"(?:多少|几)(?:多)?([{_MEASURE}])")
_ALIKE = ("家个", "名人位", "项个种类件", "次场届")
"""Measure words that stand for each other."""

_ANSWERS = {
    QuestionType.DOCUMENT_NUMBER: re.compile(r"[〔\[(【]\d{4}[〕\])】]|第?\d+号"),
    QuestionType.WHEN: re.compile(_DATE),
    QuestionType.LIST: re.compile(r"、|；|一是|一要|\(一\)"),
    QuestionType.WHO: re.compile(
        r"·|主席|书记|主任|厅长|部长|局长|院长|教授|先生|女士|总统|导演|作者|[由被]"
    ),
    QuestionType.WHERE: re.compile(r"[省市县区州镇乡村路街国洲岛山河湖海港城馆院]|在"),
}


_LIKELY = {
    QuestionType.DOCUMENT_NUMBER: _ANSWERS[QuestionType.DOCUMENT_NUMBER],
    QuestionType.WHEN: re.compile(
        _DATE
        + r"|\d{3,4}(?!\d)|公元|时期|时代|年间|期间|[之以][前后]|[一二三四五六七八九十]+[年月日]"
        + r"|星期|周[一二三四五六日]"
    ),
    QuestionType.HOW_MANY: re.compile(
        _QUANTITY
        + r"|\d[\d,.]*(?![\d,.年月日号])|分之|[一二两三四五六七八九十百千万亿半]+(?=[\u4e00-\u9fff])"
    ),
}


def question_type(question: str) -> QuestionType:
    """The first kind whose asking words stand in the question, most telling first."""
    folded = fold(question)
    for kind, asks in _ASKS_COMPILED:
        if asks.search(folded):
            return kind
    return QuestionType.OTHER


def answering_expressions(kind: QuestionType, text: str, question: str) -> list[tuple[int, int]]:
    """Half-open ranges of ``text`` that look like an answer of ``kind`` and don't stand in the question itself.

    A question that asks with a measure word ("几家", "多少项") is answered by a number with that measure or one used
    like it. Empty for :attr:`QuestionType.OTHER`. Where folding changes the length of ``text`` it is searched as
    it is, so that the ranges are always those of ``text``.
    """
    asked = fold(question)
    pattern = _quantity(_measure_of(asked)) if kind is QuestionType.HOW_MANY else _ANSWERS.get(kind)
    if pattern is None:
        return []
    folded = fold(text)
    searched = folded if len(folded) == len(text) else text
    return [match.span() for match in pattern.finditer(searched) if match.group() not in asked]


def may_answer(kind: QuestionType, text: str, question: str) -> bool:
    """Whether ``text`` holds anything that could be an answer of ``kind``, seen more generously.

    True for kinds that have no form of their own.
    """
    pattern = _LIKELY.get(kind)
    if pattern is None:
        return True
    asked = fold(question)
    return any(match.group() not in asked for match in pattern.finditer(fold(text)))


def _measure_of(asked: str) -> str:
    """The measure word that a folded question asks with, "" where it has none."""
    measure = _MEASURED.search(asked)
    return measure.group(1) if measure else ""


@cache
def _quantity(measure: str) -> re.Pattern[str]:
    """Numbers that can answer a question with that measure word."""
    if not measure:
        return _ANY_QUANTITY
    alike = next((group for group in _ALIKE if measure in group), measure)
    return re.compile(rf"(?:\d[\d,.]*|[一二两三四五六七八九十百千]+)[万亿余多来]*[{alike}]")


def checked(question: str, *, longest: int) -> str:
    """The question without white space at its ends.

    Args:
        longest: characters that it may have.

    Raises:
        QuestionError: nothing in it to look for, or too long.
    """
    question = question.strip()
    if not question:
        raise QuestionError("问题是空的。")
    if len(question) > longest:
        raise QuestionError(
            f"问题有 {len(question)} 个字，上限是 {longest}。",
            remedy="请缩短问题，或调大设置 YUANWEN_MAX_QUESTION_CHARS。",
        )
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise QuestionError("问题里有无效的字符。", remedy="请检查输入的编码，应为 UTF-8。")
    if not re.search(r"\w", question):
        raise QuestionError("问题里只有标点，没有可以查找的字词。")
    return question
