"""Enumerations: a span of a list question grows to the whole list, and comes apart into its items.

Two forms are known: items side by side ("甲、乙和丙") and numbered clauses ("一是…；二是…"). Numpy-free and
model-free; all ranges are half-open, in characters of the text at hand.
"""

from __future__ import annotations

import re
from itertools import pairwise

Range = tuple[int, int]

LONGEST_ITEM = 40
"""Characters of an item in a list of the first form; what is longer is a clause, not an item."""

_OPENING = dict(zip("《〈（(【〔[“‘「『", "》〉）)】〕]”’」』", strict=True))
_MANY = re.compile(
    r"哪些|哪[几两二三四五六七八九十\d]|哪[一]?些|[几两二三四五六七八九十\d]+[大项个点条种类]\S{0,12}(?:是什么|是哪|分别)"
    r"|分别[是为]|包括(?:什么|哪)|有什么|都有谁|有谁|列出"
)
_STOP = "，,。；;：:！!？?\n"
_AND = ("以及", "和", "与", "及")
_COUNTED = re.compile(r"[两三四五六七八九十][大个家项类种位方名]")
"""Sums up the list behind its last item: 甲、乙、丙三个园区."""

_NUMBER = r"[一二三四五六七八九十]{1,3}"
_ORDINAL = re.compile(
    rf"(?:(?<=[，。；：:;,\n\s“])|^)(?:{_NUMBER}(?:是|要|、)|[（(]{_NUMBER}[)）]|第{_NUMBER}[，、,]|\d{{1,2}}[.、．](?!\d))"
)
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
    return _widened_left(text, start, end), _widened_right(text, start, end)


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
    """The clauses of the numbered run that the span touches, each with its number, or None.

    A run counts up from one in one style, and the span touches one of its clauses or the words before the first.
    """
    marks = [(m.start(), m.end(), _style(m.group()), _value(m.group())) for m in _ORDINAL.finditer(text)]
    for at, (first, _, style, value) in enumerate(marks):
        if value != 1:
            continue
        run = [first]
        for begin, _, other, number in marks[at + 1 :]:
            if other == style and number == len(run) + 1:
                run.append(begin)
        if len(run) < 2:
            continue
        bounds = [(a, _last_end(text, a, b)) for a, b in pairwise(run)]
        bounds.append((run[-1], _clause_end(text, run[-1])))
        if start < bounds[-1][1] and end > bounds[0][0]:
            return bounds
    return None


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
    ends = [*_commas(text, start, end), end]
    parts = [(a, b) for a, b in zip([start, *(at + 1 for at in ends[:-1])], ends, strict=True)]
    a, b = parts[-1]
    text_of_last = text[a:b]
    b -= len(text_of_last) - len(re.sub(r"等$", "", text_of_last))
    for word in _AND:
        at = text.find(word, a + 1, b - 1)
        if (
            at >= 0
            and _depth(text, a, at) == 0
            and b - at - len(word) <= LONGEST_ITEM
            and _alike(at - a, b - at)
        ):
            return [*parts[:-1], (a, at), (at + len(word), b)]
    return [*parts[:-1], (a, b)]


def _alike(one: int, other: int) -> bool:
    return max(one, other) <= 4 * min(one, other)


def _commas(text: str, start: int, end: int) -> list[int]:
    return [at for at in range(start, end) if text[at] == "、" and _depth(text, start, at) == 0]


def _depth(text: str, start: int, at: int) -> int:
    """How many brackets that open from ``start`` on are open at ``at``."""
    open_: list[str] = []
    for character in text[start:at]:
        if character in _OPENING:
            open_.append(_OPENING[character])
        elif open_ and character == open_[-1]:
            open_.pop()
    return len(open_)


def _widened_right(text: str, start: int, end: int) -> int:
    """Over the items that follow, as long as a comma of enumeration or a conjunction leads on."""
    while True:
        lead = next((word for word in ("、", *_AND) if text.startswith(word, end)), None)
        if lead is None:
            return end
        after = _item_end(text, end + len(lead))
        length = after - end - len(lead)
        last = lead != "、" or text[after : after + 1] != "、"
        if not 0 < length <= LONGEST_ITEM or (last and not _alike(length, _longest(text, start, end))):
            return end
        end = after


def _longest(text: str, start: int, end: int) -> int:
    parts = _side_by_side(text, start, end)
    return max(b - a for a, b in parts)


def _item_end(text: str, start: int) -> int:
    """Where an item ends that begins at ``start``: at the next separator outside brackets."""
    at = start
    while at < len(text):
        if text[at] in _OPENING:
            close = text.find(_OPENING[text[at]], at)
            if close < 0:
                return at
            at = close + 1
            continue
        if text[at] in _STOP or text[at] in "、等" or text[at] in _OPENING.values():
            return at
        if at > start and _COUNTED.match(text, at):
            return at
        if at > start and any(text.startswith(word, at) for word in ("以及", "和", "与")):
            return at
        at += 1
    return at


def _widened_left(text: str, start: int, end: int) -> int:
    """Over the items in front, as long as a comma of enumeration or a conjunction leads there."""
    while True:
        lead = next((word for word in ("、", *_AND) if start > 0 and text.endswith(word, 0, start)), None)
        if lead is None:
            return start
        before = _item_start(text, start - len(lead))
        length = start - len(lead) - before
        if not 0 < length <= LONGEST_ITEM or not _alike(length, _longest(text, start, end)):
            return start
        start = before


def _item_start(text: str, end: int) -> int:
    at = end
    closing = {close: opening for opening, close in _OPENING.items()}
    while at > 0:
        character = text[at - 1]
        if character in closing:
            opening = text.rfind(closing[character], 0, at - 1)
            if opening < 0:
                return at
            at = opening
            continue
        if character in _STOP or character in "、" or character in _OPENING:
            return at
        at -= 1
    return at
