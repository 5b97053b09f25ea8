"""People whom a text names, and whom an answer gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.segment import simplify
from rag.dialogue.frame import Span, strip
from rag.dialogue.turn import Turn
from rag.dialogue.words import ASPECT, HAN, LONG_VERB, REGION, ROLE, TAKING
from rag.question import QuestionType, question_type

Names = Callable[[str], Sequence[str]]
"""Proper nouns of a text, folded; :meth:`index.segment.HanAnalyzer.names` is one."""

Words = Callable[[str], Sequence[str]]
"""Words of two characters or more of a text; :meth:`index.segment.HanAnalyzer.words` is one."""

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤艾丘"
)
_NOT_PEOPLE = re.compile(
    rf"江苏|江西|安徽|云南|贵州|{REGION.pattern}|[省市县区州盟镇乡村国厅局部委院会奖师]$"
)
_DOTS = "·•・‧"
_DOTTED = re.compile(rf"[{HAN}]{{1,6}}(?:[{_DOTS}][{HAN}]{{1,6}})+")
_BEFORE_NAME = re.compile(
    rf"[^{_DOTS}]*(?:{ASPECT.pattern}|{LONG_VERB}|{TAKING}|[者和与是由谁请给])(?=[^{_DOTS}])"
)
_NO_NAME = "在是的有与和为被由于作曾何哪谁当时怎什等担出所对给将"
"""Characters that no name goes on with."""

_SEVERAL = 60
"""Characters up to which an answer may be a list of people."""


def is_person(word: str) -> bool:
    """Whether a proper noun looks like a person's: a common surname and one to three characters, or parts with dots.

    A transliterated name without dots isn't told from a place.
    """
    if _DOTTED.fullmatch(word):
        return True
    return 2 <= len(word) <= 4 and word[0] in _SURNAMES and not _NOT_PEOPLE.search(word)


def people_in(text: str, names: Names) -> list[Span]:
    """Where people are named, in text order; for names with dots without a title before them."""
    plain = simplify(text)
    spans = []
    for match in _DOTTED.finditer(plain):
        before = _BEFORE_NAME.match(match.group())
        start = match.start() + (before.end() if before else 0)
        spans.append((start, _name_end(plain, start, match.end())))
    for name in names(plain):
        at = plain.find(name)
        if at >= 0 and is_person(name) and not any(a <= at < b for a, b in spans):
            end = at + len(name) - (len(name) > 2 and name[-1] in _NO_NAME)
            spans.append((at, end))
    return sorted(spans)


def _name_end(plain: str, start: int, end: int) -> int:
    """Where a name with dots ends: its last part reaches to the next word that is no part of a name."""
    last = max(plain.rfind(dot, start, end) for dot in _DOTS) + 1
    stops = (at for at in range(last + 1, end) if plain[at] in _NO_NAME or re.match(LONG_VERB, plain[at:end]))
    return next(stops, end)


def people_answered(turn: Turn, names: Names) -> str:
    """The people that the answer is, without the offices before a single one; "" when it is anything else."""
    answer = strip(turn.answer).removesuffix("等")
    parts = [part for part in re.split(r"[、，,]", answer) if part]
    if not parts or len(answer) > _SEVERAL:
        return ""
    found = [people_in(part, names) for part in parts]
    ends = [bool(spans) and spans[-1][1] == len(part) for spans, part in zip(found, parts, strict=True)]
    if len(parts) > 1 and all(ends):
        return answer
    if ends[-1] and all(re.search(f"{ROLE}$", part) for part in parts[:-1]):
        return parts[-1][slice(*found[-1][-1])]
    asked = question_type(turn.question) is QuestionType.WHO
    return answer if asked and len(parts) == 1 and is_person(answer) else ""
