"""A question taken apart: what it is about, which aspect of that, and the words that ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.segment import simplify
from rag.dialogue.words import (
    ASKING,
    ASPECT,
    DATE,
    EVENT,
    HAN,
    LONG_VERB,
    REGION,
    STATING,
    TAKING,
    TITLE,
    VERB,
    WHO_LIKE,
    content,
)

Span = tuple[int, int]

_END = re.compile(r"[\s?？!！。.…,，;；]+$")
_POLITE = re.compile(r"^(?:请问一下|请问|我想知道|我想问一?下?|想问一?下?|麻烦问一?下?|你好|您好|[\s,，])+")

_LINKING = re.compile(
    rf"(?:{LONG_VERB}(?:了|过|的)?|(?:{VERB}|{EVENT})[了过]|一共|总共|总计|共计|合计|共|分别|都|具体|最[多少高低长短早晚]|一般|应当|应该"
    r"|可以|必须|需要|不得|不能|不应|不?(?:超过|低于|高于|早于|晚于|少于|多于)|年?满|达到了?|达|(?<![纪主摘概纲])要|须|应|定|是[干份个]?"
    r"|因?为|因|有|由|与|和|跟|被|在|从|自|于|叫做?|(?<![名简全别])称|将|把|给|对|向|(?<!目)的|得|了|并|每[年月日天次人]|具有?|以|(?<![大议协学委员论谈进流洽博易社都晚运动览])会|曾经?|还|常|通常|主要|本来|原来|一直|可|最(?:重要|主要|早|初)"
    r"|到底|究竟|当时|现在|目前|后来|时候|期间|[上中里时]|[,，:：、\s])$"
)
"""Words at the end of a subject that already belong to what is said of it."""

_DATED = re.compile(
    rf"(?:(?:截至|截止到?|到|自|从)(?:{DATE.pattern})[底初末]?(?:以来|为止)?"
    rf"|在?(?:{DATE.pattern})[底初末]?(?=[,，]))[,，、]?"
)
_GENERIC_HEAD = re.compile(
    r"(?:个|位|名|家|些|项|次|种|份)?(?:人员?|单位|部门|领导|机构|会议|地方|公司|企业|文件)?"
)
_PLACED = re.compile(r"^在(.+?)(?:[上中里]|期间|时)(?=\D)")
_TAKING = re.compile(rf"^{TAKING}[了过]?(?P<object>..+?)(?:的[^的]*)?$")
_MEETING = re.compile(r"^(.+?会议?)[上中期]")
_STATED = re.compile(rf"^(?P<subject>.{{2,}}?)(?:{STATING}(?:了|的)?)(?=.)")
_GENERIC = re.compile(rf"(?:{DATE.pattern}|{REGION.pattern}|[底初末共各中内\s,，])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One question, without what is polite before it and the marks after it.

    Args:
        text: as it was written; ``plain`` the same in Simplified characters, as long.
        asks: the first word that asks, None where there is none.
        topic: what it is about; None where that can't be told.
        aspect: what it asks of the topic ("文号", "厅长"), where it names that.

    Spans are half-open, in characters of ``text``.
    """

    text: str
    plain: str
    asks: Span | None
    topic: Span | None
    aspect: Span | None

    def words(self, span: Span | None) -> str:
        """The words of a span, as written; "" for None."""
        return "" if span is None else self.text[slice(*span)]

    def put(self, span: Span, words: str) -> str:
        """The text with other words in the span's place."""
        return self.text[: span[0]] + words + self.text[span[1] :]


def strip(question: str) -> str:
    """The question without politeness before it and punctuation after it."""
    bare = _END.sub("", question.strip())
    polite = _POLITE.match(simplify(bare))
    return bare[polite.end() :] if polite else bare


def take_apart(question: str) -> Frame:
    """The question's topic, aspect and asking words."""
    text = strip(question)
    plain = simplify(text)
    found = ASKING.search(plain)
    asks = found.span() if found else None
    topic, aspect = next((parts for parts in _readings(plain, asks) if parts[0] is not None), (None, None))
    return Frame(text=text, plain=plain, asks=asks, topic=topic, aspect=aspect)


def _readings(plain: str, asks: Span | None) -> Iterator[tuple[Span | None, Span | None]]:
    """Places where the topic may stand, most likely first."""
    titles = [match.span() for match in TITLE.finditer(plain)]
    before = (0, asks[0] if asks else len(plain))
    if len(titles) == 1 and not _starts_noun(plain, titles[0], before):
        yield titles[0], None
    yield _subject(plain, before)
    if asks is not None:
        yield _object(plain, asks[1])


def _starts_noun(plain: str, title: Span, before: Span) -> bool:
    """Whether a title is but part of a longer name that stands as the subject: "贯彻《纲要》的实施意见"."""
    return title[0] > 0 and title[1] < before[1] and bool(content(plain[title[1] : before[1]]))


def _subject(plain: str, span: Span) -> tuple[Span | None, Span | None]:
    start, end = span
    dated = _DATED.match(plain, start, end)
    if dated:
        start = dated.end()
    end = _trim(plain, start, end)
    comma = max(plain.rfind(mark, start, end) for mark in "，,")
    if comma >= 0 and end - comma > 2:
        start = comma + 1
    taking = _TAKING.match(plain[start:end])
    if taking:
        inner = taking.span("object")
        return (start + inner[0], start + inner[1]), None
    placed = _PLACED.match(plain[start:end]) or _MEETING.match(plain[start:end])
    if placed:
        return (start + placed.start(1), start + placed.end(1)), None
    stated = _STATED.match(plain[start:end])
    if stated:
        return _named(plain, start, _trim(plain, start, start + stated.end("subject"))), (
            start + stated.end(),
            end,
        )
    return _aspect(plain, start, end)


def _trim(plain: str, start: int, end: int) -> int:
    """The end of a noun phrase without the verbs and links that follow it."""
    while end > start:
        found = _LINKING.search(plain[start:end])
        if not found:
            break
        end = start + found.start()
    return end


def _aspect(plain: str, start: int, end: int) -> tuple[Span | None, Span | None]:
    """Parts "众创空间的场地面积", "科技厅厅长", "有效期" from what they are of."""
    of = plain.rfind("的", start, end)
    if plain.startswith("目的", of - 1):
        of = plain.rfind("的", start, of)
    inside = any(a < of < b for a, b in (match.span() for match in TITLE.finditer(plain)))
    tail = plain[of + 1 : end]
    if of > start + 1 and not inside and (len(tail) <= 4 or (len(tail) <= 8 and names_aspect(tail))):
        return _named(plain, start, of), (of + 1, end)
    for length in range(min(6, end - start - 2), 1, -1):
        if ASPECT.fullmatch(plain[end - length : end]):
            return _named(plain, start, end - length), (end - length, end)
    return _named(plain, start, end), None


def _object(plain: str, start: int) -> tuple[Span | None, Span | None]:
    """What follows the asking words: "哪些人获得了…", "有多少家…"."""
    end = _trim(plain, start, len(plain))
    head = _GENERIC_HEAD.match(plain, start, end)
    start = head.end() if head else start
    placed = _PLACED.match(plain[start:end])
    if placed:
        return (start + placed.start(1), start + placed.end(1)), None
    asked = re.match(rf"[{HAN}]{{1,4}}?{LONG_VERB}[了过](?=..)", plain[start:end])
    start += asked.end() if asked else 0
    verb = re.match(rf"(?:是|叫|{VERB}[了过]?|的)+", plain[start:end])
    start += verb.end() if verb else 0
    return _named(plain, start, end), None


def _named(plain: str, start: int, end: int) -> Span | None:
    """The span, or None where it names nothing in particular."""
    words = plain[start:end]
    if len(words) < 2 or _GENERIC.fullmatch(words) or not content(words):
        return None
    return start, end


def asks_who(aspect: str) -> bool:
    """Whether an aspect is somebody ("厅长"), told from its words."""
    return bool(WHO_LIKE.search(aspect))


def names_aspect(words: str) -> bool:
    """Whether the words end in what one asks of a thing ("场地面积"), rather than being a thing themselves."""
    return any(ASPECT.fullmatch(words[at:]) for at in range(len(words)))
