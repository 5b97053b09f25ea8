"""Spans that answer "when" and "how many", without what else they carry.

The commonest error of the reader is a span that goes on behind the answer ("13家，自治区众创空间达到27家") or begins
before it ("主跑道是08/26，长1,980米"). Where a question asks for one date or one quantity, the form of the answer is
known: the span shrinks to the expression in it that the reader's own scores like best, if nearly as well as the span.
"""

from __future__ import annotations

import re

from index.segment import simplify
from rag.question import QuestionType, answering_expressions
from rag.reader.model import WindowScores

Range = tuple[int, int]

MOST_BESIDE = 10
"""Characters beside the expression from which on a span is too long; fewer are mostly units or names of eras."""

MOST_LOST = 3.0
"""How far the expression's score may be below the span's: about what one end of another span costs."""

_CHINESE = "零〇一二两三四五六七八九十百千"
_NUMBER = rf"(?:\d[\d,.]*\d|\d|[{_CHINESE}]+|半)"
_UNIT = (
    r"(?:平方公里|平方公尺|平方千米|平方米|立方米|公里|公尺|公分|公斤|公顷|公亩|英里|英尺|英寸|英亩|英哩|海里|千米"
    r"|厘米|毫米|千克|小时|分钟|秒|分|度|周岁|岁|日圆|日元|美元|美金|欧元|英镑|港元|港币|加元|人民币|台币|元|吨|克|升"
    r"|磅|马力|千瓦|瓦|km²|km|cm|mm|kg|GHz|MHz|[mg](?![A-Za-z])"
    r"|[家个名项人次场件条位年天月日号届期倍所座种类级批块篇部本台套点章辆口户亩米里页成层等只头匹棵颗枚艘架列张幅首集季"
    r"回卷册间处国省市县区镇乡村站门步楼轮局胜支队排根道组代])"
)
_AMOUNT = (
    r"(?:每[\u4e00-\u9fff]{1,4})?(?:大?约|第|超过|近|至少|±|US\$|\$|百分之)?\s*"
    rf"{_NUMBER}\s*[万亿千百余多来]*\s*(?:[%％‰]|{_UNIT})?[余多半]?"
)
_COUNT = rf"(?:\d+|[{_CHINESE}元正]+)"
_ERA = r"(?:(?![于在自从至到约即是为])[\u4e00-\u9fff]){2}"
"""Two characters that may name an era; a preposition in front of a year doesn't."""

_DATE = (
    rf"(?:公元|西元|民国)?前?\s*(?:\d{{1,4}}|{_ERA}(?:\d{{1,2}}(?!\d)|[{_CHINESE}元正]+))年代?(?:\s*[（(][^（()）]{{1,14}}[)）])?"
    rf"(?:\s*{_COUNT}月)?(?:\s*{_COUNT}[日号])?"
    rf"|{_COUNT}月(?:\s*{_COUNT}[日号])?|{_COUNT}日"
)
_ASIDE = r"(?:\s*[（(][^（()）]{1,16}[)）])?"
_TO = r"\s*[-－–—~～至到]\s*"
_FORMS = {
    QuestionType.HOW_MANY: re.compile(rf"{_AMOUNT}(?:{_TO}{_AMOUNT})?{_ASIDE}"),
    QuestionType.WHEN: re.compile(
        rf"(?:{_DATE}){_ASIDE}(?:[之以]?[前后]|初期?|末期?|中期|底|年间|上午|下午|[早晚]上|凌晨)?"
        rf"(?:{_TO}(?:{_DATE}))?(?:以?来)?"
    ),
}


def tightened(
    question: str, kind: QuestionType, text: str, span: Range, window: WindowScores, *, score: float
) -> Range:
    """The expression in the span that answers; the span itself where it is short, or none is nearly as good.

    Args:
        kind: of the question, which asks for one thing.
        text: of the passage, whose characters ``span`` counts.
        window: where the span was found, with the reader's scores.
        score: of the span as the reader had it, above the null answer (:class:`rag.reader.spans.ScoredSpan`).
    """
    start, end = span
    if kind not in _FORMS or end - start <= MOST_BESIDE:
        return span
    null = float(window.start[0]) + float(window.end[0])
    scored = [
        (_score(window, *one) - null, one) for one in whole_expressions(question, kind, text, start, end)
    ]
    if not scored:
        return span
    best, (first, after) = max(scored, key=lambda one: one[0])
    long = (end - start) - (after - first) >= MOST_BESIDE
    return (first, after) if long and best >= score - MOST_LOST else span


def whole_expressions(question: str, kind: QuestionType, text: str, start: int, end: int) -> list[Range]:
    """Dates or quantities in ``text[start:end]`` that may answer, with their units and as far as a range goes."""
    piece = simplify(text[start:end])  # as long as it was
    asked_for = answering_expressions(kind, piece, question)
    return [
        (start + first, start + after)
        for first, after in expressions(kind, piece)
        if any(first <= a and b <= after for a, b in asked_for)
    ]


def expressions(kind: QuestionType, text: str) -> list[Range]:
    """All dates (:attr:`QuestionType.WHEN`) or quantities (``HOW_MANY``) of a simplified text."""
    return [match.span() for match in _FORMS[kind].finditer(text)]


def _score(window: WindowScores, first: int, after: int) -> float:
    return float(window.start[first - window.first + 1]) + float(window.end[after - window.first])
