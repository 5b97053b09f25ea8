"""Answers of training sets, cut as short as Yuanwen promises its own.

CMRC's annotators often marked the whole sentence: one training answer in four ends with its full stop, and many begin
with the question's own words (asked "《X》是谁写的": "《X》是张三写的。"). A reader that learns them marks sentences.
What is taken off here says nothing that was asked.
"""

from __future__ import annotations

import re
from dataclasses import replace

from index.segment import simplify
from rag.question import QuestionType, question_type
from rag.reader.lists import asks_for_several
from rag.reader.spans import trim
from rag.reader.tighten import Range, whole_expressions
from rag.training.windows import Asked

_BESIDE = 5
"""Characters beside the one date or quantity from which on they are taken off; fewer may belong to it."""

_LINKING = frozenset(
    (
        "是",
        "为",
        "有",
        "由",
        "因",
        "即",
        "指",
        "是指",
        "叫",
        "由于",
        "因为",
        "叫做",
        "称为",
        "包括",
        "是由",
        "是因为",
    )
)
_AT = frozenset(("在", "于", "位于", "分布于", "分布在"))
_ASKS = re.compile(r"何时|何地|何|哪|什么|几|多少|谁|怎")
_GOES_ON = "0123456789,，./-–—~～至到零又"
"""In front of an expression: it begins earlier."""

_MOST_TRIMMED = 3
"""Characters of punctuation at the ends; what balancing brackets takes off beyond that was part of the answer."""

_LEAST = 2
"""Characters that must be left."""


def shorter(asked: Asked) -> Asked:
    """The question with its answer cut short; as it is where nothing can be taken off, or there is no answer."""
    start, end = asked.example.start, asked.example.end
    if start == end:
        return asked
    question = simplify(asked.example.question)
    start, end = _trimmed(asked.text, start, end)
    start = _after_echo(question, simplify(asked.text), start, end)
    start, end = _one_expression(question, asked.text, start, end)
    return replace(asked, example=replace(asked.example, start=start, end=end))


def _trimmed(text: str, start: int, end: int) -> Range:
    first, after = trim(text, start, end)
    return (first, after) if 0 < after - first >= end - start - _MOST_TRIMMED else (start, end)


def _after_echo(question: str, text: str, start: int, end: int) -> int:
    """Where the answer goes on after the question's own words and the verb that links them with what is told."""
    import rjieba

    at, said = start, ""
    where = question_type(question) is QuestionType.WHERE
    for word in rjieba.cut(text[start:end], False):
        at += len(word)
        before, said = said, said + word
        if (
            (word in _LINKING or (where and word in _AT))
            and before in question
            and (before or _asked_with(word, question))
        ):
            return at if end - at >= _LEAST else start
        if said not in question:
            break
    return start


def _one_expression(question: str, text: str, start: int, end: int) -> Range:
    """The date or the quantity in the answer, where one is asked for and the answer holds one and much besides."""
    kind = question_type(question)
    if kind not in (QuestionType.WHEN, QuestionType.HOW_MANY) or _asks_otherwise(question):
        return start, end
    found = whole_expressions(question, kind, text, start, end)
    if len(found) != 1:
        return start, end
    first, after = found[0]
    whole = first == start or text[first - 1] not in _GOES_ON
    return (first, after) if whole and (end - start) - (after - first) >= _BESIDE else (start, end)


def _asked_with(word: str, question: str) -> bool:
    """Whether the question asks with the word: "由谁", "因什么"."""
    return any(question[: match.start()].endswith(word) for match in _ASKS.finditer(question))


def _asks_otherwise(question: str) -> bool:
    """Whether a question asks for several things, for two at once ("何时何地"), or why."""
    return asks_for_several(question) or len(_ASKS.findall(question)) > 1 or "为何" in question
