"""The numbers that Chinese headings, articles and list items start with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from index.encoding import INVISIBLE

_NUMERAL = "〇零一二三四五六七八九十百千两"
_DIGIT = "0-9０-９"
_WORD = r"[\u3400-\u9fffA-Za-z《“]"
_MEASURE = "年月日时分秒号次届期个家名人条项件万亿元岁天周米吨"


class Scheme(IntEnum):
    """Ways to number, outermost first where a document doesn't show otherwise."""

    PART = 1
    DIVISION = 2
    CHAPTER = 3
    SECTION = 4
    HAN = 5
    HAN_BRACKET = 6
    DECIMAL = 7
    DIGIT = 8
    DIGIT_BRACKET = 9
    TITLE = 10
    ARTICLE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """The number a line starts with.

    Args:
        end: where it ends in the line.
        value: what it counts, 0 if unknown.
        depth: how many numbers a decimal one (``1.2.3``) has, else 1.
    """

    scheme: Scheme
    end: int
    value: int
    depth: int = 1


_PATTERNS: tuple[tuple[Scheme, re.Pattern[str]], ...] = tuple(
    (scheme, re.compile(pattern))
    for scheme, pattern in (
        (Scheme.PART, rf"第\s?([{_NUMERAL}{_DIGIT}]+)\s?[编篇卷]"),
        (Scheme.DIVISION, rf"第\s?([{_NUMERAL}{_DIGIT}]+)\s?部\s?分"),
        (Scheme.CHAPTER, rf"第\s?([{_NUMERAL}{_DIGIT}]+)\s?章(?:之[{_NUMERAL}]+)?"),
        (Scheme.SECTION, rf"第\s?([{_NUMERAL}{_DIGIT}]+)\s?节(?:之[{_NUMERAL}]+)?"),
        (Scheme.ARTICLE, rf"第\s?([{_NUMERAL}{_DIGIT}]+)\s?条(?:之[{_NUMERAL}{_DIGIT}]+)?(?![约款例件目])"),
        (Scheme.HAN_BRACKET, rf"[（(]([{_NUMERAL}]+)[）)]"),
        (Scheme.HAN, rf"([{_NUMERAL}]+)、"),
        (Scheme.DIGIT_BRACKET, rf"[（(]([{_DIGIT}]+)[）)]"),
        (
            Scheme.DECIMAL,
            rf"([{_DIGIT}]{{1,3}}(?:[.．][{_DIGIT}]{{1,3}})+)(?=[\s、\u3400-\u9fff“《])[.．、]?",
        ),
        (Scheme.DIGIT, rf"([{_DIGIT}]{{1,3}})(?:[、．]|\.(?![{_DIGIT}])|(?=\s+(?![{_MEASURE}]){_WORD}))"),
    )
)
_START = re.compile(rf"[第（(0-9０-９{_NUMERAL}]")
_BLANK = re.compile(rf"[\s{INVISIBLE}]")
_PREFIX_WINDOW = 24


def number_of(text: str) -> Number | None:
    """The number ``text`` starts with."""
    if not _START.match(text):
        return None
    for scheme, pattern in _PATTERNS:
        match = pattern.match(text)
        if match:
            counted = match.group(1)
            depth = len(re.split("[.．]", counted)) if scheme is Scheme.DECIMAL else 1
            return Number(scheme=scheme, end=match.end(), value=_value(counted), depth=depth)
    return None


def prefix_end(raw: str, start: int, end: int) -> int:
    """Where the number at ``raw[start:end]``'s beginning ends if white space follows it, else -1."""
    number = number_of(raw[start : min(end, start + _PREFIX_WINDOW)])
    if number is None or start + number.end >= end or not _BLANK.match(raw[start + number.end]):
        return -1
    return start + number.end


_VALUES = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def _value(counted: str) -> int:
    """``十二`` -> 12; of a decimal number, its last part."""
    last = re.split("[.．]", counted)[-1]
    if last.isdecimal():
        return int(last)
    total = current = 0
    for character in last:
        if character in _UNITS:
            total += max(current, 1) * _UNITS[character]
            current = 0
        else:
            current = current * 10 + _VALUES.get(character, 0)
    return total + current
