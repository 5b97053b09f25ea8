"""Enumerations: a span of a list question grows to the whole list, and comes apart into its items.

Two forms are known: items side by side ("甲、乙和丙") and numbered clauses ("一是…；二是…"). Numpy-free and
model-free; all ranges are half-open, in characters of the text at hand.
"""

from __future__ import annotations

import re
from itertools import pairwise

from index.sentences import PAIRS
from rag.reader.spans import CLOSING

Range = tuple[int, int]

LONGEST_ITEM = 40
"""Characters of an item in a list of the first form; what is longer is a clause, not an item."""

LONGEST_LIST = 500
"""Characters of a list of the second form; what is longer is a page, not an answer."""

_MANY = re.compile(
    r"哪一?些|哪[几两二三四五六七八九十\d]"
    r"|(?<![第\d一二三四五六七八九十])[几两二三四五六七八九十\d]+[大项个点条种类]\S{0,12}(?:是什么|是哪|分别)"
    r"|分别[是为]|包括(?:什么|哪)|有什么(?:人|单位|部门|条件|要求|材料|措施)|都有谁|有谁|列出"
)
_STOP = "，,。；;：:！!？?\n"
_AND = re.compile(
    r"以及|(?<![共新呼总饱温缓调随平])(?<!住房)和(?![田平谐硕静龙布])|(?<![参给赋])与(?![会否其])|(?<![普涉以危波])及(?![时其格])"
)
"""Words that join the last item, where they aren't part of another word."""

_AND_SO_ON = re.compile(r"(?<![特一二三四五优高中初同平甲乙丙丁])等(?![奖级教学院职候待])")
_COUNTED = re.compile(r"(?<![第十百\d])[两三四五六七八九十][大个家项类种位方名]")
"""Sums up the list behind its last item: 甲、乙、丙三个园区."""

_LEADING = re.compile(r"了|为|是|有|由|在|向|对|包括|包含|分别|即|与|和")
"""What may stand before the first item without being part of it."""

_NUMBER = r"(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_ORDINAL = re.compile(
    rf"(?:(?<=[，。；：:;,\n\s“])|^)(?:{_NUMBER}(?:是|要|、)|[（(]{_NUMBER}[)）]|第{_NUMBER}[，、,]|\d{{1,2}}[.、．](?!\d))"
)
_ARTICLE = re.compile(rf"第(?:{_NUMBER}|[\d一二三四五六七八九十百]+)条")
_HEADING_STYLES = ("#、", "#.", "#．")
"""Numbers that also stand before headings, with other text below them."""

_ORDER = "一二三四五六七八九十"


def asks_for_several(question: str) -> bool:
    """Whether a question asks for more than one thing."""
    return _MANY.search(question) is not None


def whole_list(text: str, start: int, end: int) -> Range:
    """The enumeration that ``[start, end)`` is a part of; the span itself where it is part of none.

    Args:
        text: with the sentences around the span.
    """
    numbered = _numbered(text, start, end)
    if numbered is not None:
        return numbered[0][0], numbered[-1][1]
    end = _widened_right(text, start, end)
    return _widened_left(text, start, end), end


def items(text: str, start: int, end: int) -> list[Range]:
    """The items of an enumeration, without numbers and conjunctions; none where it isn't one."""
    numbered = _numbered(text, start, end)
    if numbered is not None:
        found = [_without_number(text, a, b) for a, b in numbered if a >= start and b <= end]
    else:
        found = _side_by_side(text, start, end)
    found = [(a, b) for a, b in found if a < b]
    return found if len(found) > 1 else []


# --- numbered clauses ---


def _numbered(text: str, start: int, end: int) -> list[Range] | None:
    """The clauses of the numbered run that the span belongs to, each with its number, or None.

    A run counts up from one in one style, within an article. A span belongs to it that touches several of its
    clauses, or begins one of them and isn't itself a list of items.
    """
    marks = [(m.start(), m.end(), _style(m.group()), _value(m.group())) for m in _ORDINAL.finditer(text)]
    for at, (first, _, style, value) in enumerate(marks):
        if value != 1:
            continue
        run = [first]
        for begin, _, other, number in marks[at + 1 :]:
            if (other == style and number == 1) or _ARTICLE.search(text, run[-1], begin):
                break
            if other == style and number == len(run) + 1:
                run.append(begin)
        if len(run) < 2:
            continue
        bounds = [(a, _last_end(text, a, b)) for a, b in pairwise(run)]
        bounds.append((run[-1], _clause_end(text, run[-1])))
        if bounds[-1][1] - bounds[0][0] > LONGEST_LIST or (
            style in _HEADING_STYLES and _parted(text, bounds)
        ):
            continue
        touched = [(a, b) for a, b in bounds if start < b and end > a]
        if len(touched) > 1 or (touched and _begins(text, touched[0], start, end)):
            return bounds
    return None


def _parted(text: str, bounds: list[Range]) -> bool:
    """Whether the marks are headings: a line without one stands between them."""
    return any("\n" in text[a:b] for a, b in bounds)


def _begins(text: str, clause: Range, start: int, end: int) -> bool:
    """Whether a span is a clause's beginning, and no list of its own."""
    return start <= _without_number(text, *clause)[0] and not _commas(text, start, end)


def _style(mark: str) -> str:
    return re.sub(rf"{_NUMBER}|\d+", "#", mark)


def _value(mark: str) -> int:
    digits = re.search(r"\d+", mark)
    if digits:
        return int(digits.group())
    number = re.search(_NUMBER, mark)
    assert number is not None, "every mark holds a number"
    han = number.group()
    if len(han) == 1:
        return _ORDER.index(han) + 1
    tens, _, ones = han.partition("十")
    return (_ORDER.index(tens) + 1 if tens else 1) * 10 + (_ORDER.index(ones) + 1 if ones else 0)


def _last_end(text: str, start: int, end: int) -> int:
    """Before the punctuation and white space that part a clause from the next."""
    return start + len(text[start:end].rstrip(_STOP + " \u3000“"))


def _clause_end(text: str, start: int) -> int:
    """Where the last clause of a run ends: at the end of its sentence."""
    match = re.compile(r"[。！？\n]").search(text, start)
    return _last_end(text, start, match.start() if match else len(text))


def _without_number(text: str, start: int, end: int) -> Range:
    match = _ORDINAL.match(text, start)
    return (match.end() if match else start), end


# --- items side by side ---


def _side_by_side(text: str, start: int, end: int) -> list[Range]:
    """Parts between commas of enumeration outside brackets, the last one also at its conjunction."""
    commas = _commas(text, start, end)
    firsts, afters = [start, *(at + 1 for at in commas)], [*commas, end]
    parts = list(zip(firsts, afters, strict=True))
    a, b = parts.pop()
    if parts and text[a - 2 : a - 1] != "等" and _AND_SO_ON.fullmatch(text, b - 1, b):
        b -= 1
    counted = _COUNTED.search(text, a + 1, b)
    if parts and counted and counted.end() == b:  # "甲、乙和丙三方"
        b = counted.start()
    for match in _AND.finditer(text, a + 1, b - 1):
        if _depth(text, a, match.start()) == 0 and _alike(match.start() - a, b - match.end()):
            return [_stripped(text, *part) for part in (*parts, (a, match.start()), (match.end(), b))]
    return [_stripped(text, *part) for part in (*parts, (a, b))]


def _stripped(text: str, start: int, end: int) -> Range:
    """Without white space at either end."""
    inside = text[start:end]
    return start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip())


def _alike(one: int, other: int) -> bool:
    """Whether two items may stand in one list, by their lengths."""
    return 2 * max(one, other) <= 5 * min(one, other)


def _commas(text: str, start: int, end: int) -> list[int]:
    return [at for at in range(start, end) if text[at] == "、" and _depth(text, start, at) == 0]


def _depth(text: str, start: int, at: int) -> int:
    """How many brackets that open from ``start`` on are open at ``at``."""
    open_: list[str] = []
    for character in text[start:at]:
        if character in PAIRS:
            open_.append(PAIRS[character])
        elif open_ and character == open_[-1]:
            open_.pop()
    return len(open_)


def _longest(text: str, start: int, end: int) -> int:
    return max(b - a for a, b in _side_by_side(text, start, end))


def _widened_right(text: str, start: int, end: int) -> int:
    """Over the items that follow: between commas of enumeration, and one last behind a comma or a conjunction.

    The last one must end where a list does; what runs on into the sentence is left alone.
    """
    while True:
        joined = _AND.match(text, end)
        if joined and not _commas(text, start, end) and not _both_quoted(text, end, joined.end()):
            return end  # two things side by side are seldom a list
        first = end + 1 if text.startswith("、", end) else joined.end() if joined else None
        if first is None:
            return end
        after = _item_end(text, first)
        if not 0 < after - first <= LONGEST_ITEM:
            return end
        if text.startswith("、", after) or _AND.match(text, after):
            if joined:
                return end
            end = after
            continue
        return after if _alike(after - first, _longest(text, start, end)) else end


def _both_quoted(text: str, end: int, first: int) -> bool:
    """Whether one item ends at ``end`` with a bracket and another begins at ``first`` with one."""
    return text[end - 1 : end] in CLOSING and text[first : first + 1] in PAIRS


def _item_end(text: str, start: int) -> int:
    """Where an item ends that begins at ``start``: at the next separator outside brackets."""
    at = start
    while at < len(text):
        if text[at] in PAIRS:
            close = text.find(PAIRS[text[at]], at)
            if close < 0:
                return at
            at = close + 1
            continue
        if text[at] in _STOP or text[at] == "、" or text[at] in CLOSING:
            return at
        if at > start and any(stop.match(text, at) for stop in (_AND_SO_ON, _COUNTED, _AND)):
            return at
        at += 1
    return at


def _widened_left(text: str, start: int, end: int) -> int:
    """Over the items in front, as long as a comma of enumeration leads there."""
    while start > 0 and text[start - 1] == "、":
        before = _item_start(text, start - 1)
        if not 0 < start - 1 - before <= LONGEST_ITEM:
            return start
        first = before == 0 or text[before - 1] != "、"
        if first:
            lead = [match.end() for match in _LEADING.finditer(text, before, start - 1)]
            before = max((at for at in lead if at < start - 1), default=before)
            if not _alike(start - 1 - before, _longest(text, start, end)):
                return start
        start = before
    return start


def _item_start(text: str, end: int) -> int:
    at = end
    while at > 0:
        character = text[at - 1]
        if character in CLOSING:
            opening = text.rfind(CLOSING[character], 0, at - 1)
            if opening < 0:
                return at
            at = opening
            continue
        if character in _STOP or character == "、" or character in PAIRS:
            return at
        at -= 1
    return at
