"""Something else in the place of the previous question's phrase of the same kind: "那2016年呢？", "第二条呢？"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.segment import simplify
from rag.dialogue.frame import Frame, asks_who, names_aspect, take_apart
from rag.dialogue.people import Names, Words, is_person, people_in
from rag.dialogue.phrases import phrase_start, word_borders
from rag.dialogue.words import (
    ASPECT,
    DATE,
    EACH,
    LEVEL,
    MONTH,
    NUMBER_LIKE,
    NUMBERED,
    ORDINAL,
    ORDINALS,
    QUANTITY,
    REGION,
    TITLE,
    YEAR,
)

_IF = re.compile("如果|要是|假如|假设|倘若|若")
_WHICH = re.compile(r"(?:哪[一二两三四五六七八九十几]*[条款项点个批届次章节类种步位]?|什么|哪些)$")
_CONDITION = re.compile(r"(?P<condition>[^,，]+)的(?=[,，])")
_HEAD_NOUN = re.compile(r"(?:(?:专利|著作|商标|使用|所有|经营|承包)权|保险金?|补助金|许可证|资格证?)$")
"""What a fragment may leave out of a name: "外观设计" for "外观设计专利权"."""

_KINDS = "奖性方厅局部委会院法费税率金权证期者员生案"
"""Last characters that make two words one kind of thing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a rule gets: ``words`` are to go into the question that was taken apart, ``given`` as they were typed."""

    given: str
    frame: Frame
    names: Names
    words_of: Words | None

    @property
    def words(self) -> str:
        """Without the 的 that a head noun would have followed."""
        return self.given.removesuffix("的")

    @property
    def plain(self) -> str:
        """The words in Simplified characters."""
        return simplify(self.words)

    def places(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Where the pattern stands in the question, outside titles and the words that ask."""
        closed = [match.span() for match in TITLE.finditer(self.frame.plain)]
        if self.frame.asks:
            closed.append(self.frame.asks)
        for match in pattern.finditer(self.frame.plain):
            if not any(start < match.end() and match.start() < end for start, end in closed):
                yield match

    def instead(self, pattern: re.Pattern[str]) -> str | None:
        """The question with the words in the first such place; None where there is none."""
        found = next(self.places(pattern), None)
        return self.frame.put(found.span(), self.words) if found else None


def substitute(fragment: str, previous: Frame, names: Names, words_of: Words | None = None) -> str | None:
    """The previous question, asked about ``fragment`` instead; None where no rule tells in whose place it goes."""
    if _IF.match(simplify(fragment)):
        return f"{fragment}，{previous.text}"
    parts = _parts(fragment)
    if parts:
        first = substitute(parts[0], previous, names, words_of)
        return substitute(parts[1], take_apart(first), names, words_of) or first if first else None
    change = Change(given=fragment, frame=previous, names=names, words_of=words_of)
    made = (rule(change) for rule in _RULES)
    return next((words for words in made if words is not None and words != previous.text), None)


def _parts(fragment: str) -> tuple[str, str] | None:
    """A date or a region and what follows it: "2016年的孵化器", "兵团的众创空间"."""
    plain = simplify(fragment)
    first = DATE.match(plain) or re.match(f"{REGION.pattern}(?=的.)", plain)
    if first is None:
        return None
    rest = fragment[first.end() :].removeprefix("的")
    return (fragment[: first.end()], rest) if len(rest) > 1 else None


def _document(change: Change) -> str | None:
    for pattern in (TITLE, NUMBERED):
        if pattern.fullmatch(change.words):
            found = pattern.search(change.frame.plain)
            return change.frame.put(found.span(), change.words) if found else None
    return None


def _ordinal(change: Change) -> str | None:
    wanted = ORDINAL.match(change.plain)
    if wanted is None or not ORDINALS.fullmatch(change.plain):
        return None
    measure = wanted["measure"]
    for given in change.places(ORDINAL):
        if measure is None:
            return change.frame.put(given.span(), change.words + (given["measure"] or ""))
        if measure == given["measure"]:
            return change.frame.put(given.span(), change.words)
        if measure in ("款", "项") and given["measure"] == "条":
            return change.frame.put((given.end(), given.end()), change.words)
    return _chosen(change.words, change.frame)


def _chosen(ordinal: str, frame: Frame) -> str | None:
    """One of those that the previous question asked for: "提出了哪五点要求" gives "提出的第二点要求是什么"."""
    head = frame.text[frame.asks[1] :] if frame.asks else ""
    if frame.asks is None or not _WHICH.match(frame.words(frame.asks)) or not 0 < len(head) <= 8:
        return None
    return f"{frame.text[: frame.asks[0]].removesuffix('了')}的{ordinal}{head}是什么"


def _date(change: Change) -> str | None:
    if not re.fullmatch(rf"(?:{DATE.pattern})[底初末]?", change.plain):
        return None
    for part in (YEAR, MONTH):
        if part.fullmatch(change.plain):
            words = change.instead(part)
            if words:
                return words
    return change.instead(DATE) or change.words + change.frame.text


def _quantity(change: Change) -> str | None:
    if not QUANTITY.fullmatch(change.plain):
        return None
    given = (match for match in change.places(QUANTITY) if not DATE.match(match.group()))
    found = next(given, None)
    return change.frame.put(found.span(), change.words) if found else None


def _each(change: Change) -> str | None:
    """ "每周" for "每日"."""
    return change.instead(EACH) if EACH.fullmatch(change.plain) else None


def _person(change: Change) -> str | None:
    found = people_in(change.frame.text, change.names) if is_person(change.plain) else []
    return change.frame.put(found[0], change.words) if found else None


def _is_region(word: str, names: Names) -> bool:
    if REGION.fullmatch(word):
        return True
    named = list(names(word)) == [word] and not is_person(word)
    return named and len(word) <= 8 and word[-1] not in "厅局部委会院奖司"


def _region(change: Change) -> str | None:
    if not _is_region(change.plain, change.names):
        return None
    plain = change.frame.plain
    given = [match.span() for match in change.places(REGION) if not LEVEL.match(plain, match.start())]
    for name in change.names(plain):
        if _is_region(name, change.names):
            given.extend(match.span() for match in change.places(re.compile(re.escape(name))))
    if given:
        return change.frame.put(min(given), change.words)
    at = _head(change.frame)
    return None if at is None else change.frame.put((at, at), change.words)


def _modifier(change: Change) -> str | None:
    frame, words = change.frame, change.words
    if LEVEL.fullmatch(change.plain):
        replaced = change.instead(LEVEL)
        if replaced:
            return replaced
    if not change.given.endswith(("的", "级")):
        return None
    condition = _CONDITION.match(frame.plain)
    if condition:
        quantity = QUANTITY.search(condition["condition"])
        of = frame.text[: quantity.start() if quantity else condition.end("condition")]
        kept = of[:-2] if len(of) > 2 and of[-2:] in words else ""
        return kept + words + frame.text[condition.end("condition") :]
    owner = _owner(change)
    at = _head(frame)
    if owner or at is None:
        return owner
    return frame.put((at, at), words if len(words) <= 4 else f"{words}的")


def _owner(change: Change) -> str | None:
    """Whose aspect it is, or what is done: "众创空间的" for "孵化器的面积", "醉酒驾驶的" for "饮酒后驾驶"."""
    frame = change.frame
    if frame.aspect and frame.topic and frame.plain[frame.topic[1] : frame.aspect[0]] == "的":
        return frame.put(frame.topic, change.words) if not LEVEL.fullmatch(change.plain) else None
    return _in_place(change, shortest=2)


def _aspect(change: Change) -> str | None:
    """Another aspect of the same thing: "党组书记呢？", "地点呢？"."""
    frame, words = change.frame, change.words
    whole = ASPECT.fullmatch(change.plain)
    who = asks_who(change.plain)
    if frame.topic is None or not (whole or who):
        return None
    if frame.aspect and who and asks_who(frame.words(frame.aspect)):
        head = _head(frame) if not whole else None  # "政协主席" for "人大常委会主任"
        return frame.put((frame.aspect[0] if head is None else head, frame.aspect[1]), words)
    if not whole:
        return None
    what = "谁" if who else "多少" if NUMBER_LIKE.search(change.plain) else "什么"
    return f"{frame.words(frame.topic)}的{words}是{what}"


def _alike(change: Change) -> str | None:
    """In place of the phrase that ends like it: 一等奖 for 突出贡献奖."""
    return _in_place(change, shortest=1 if change.plain[-1:] in _KINDS else 2)


def _in_place(change: Change, *, shortest: int) -> str | None:
    """In place of the phrase with the longest ending in common, which has ``shortest`` characters or more."""
    wanted, plain = change.plain, change.frame.plain
    if wanted in plain:
        return None
    for length in range(len(wanted) - 1, shortest - 1, -1):
        places = change.places(re.compile(re.escape(wanted[-length:])))
        ends = [match.end() for match in places if not ASPECT.match(plain, match.start())]
        if ends:
            borders = word_borders(plain, change.words_of)
            start = phrase_start(plain, ends[-1] - length, len(wanted) - length, borders)
            return None if start is None else change.frame.put((start, ends[-1]), change.words)
    return None


def _head(frame: Frame) -> int | None:
    """Where the topic begins behind the date and the region before it."""
    if frame.topic is None:
        return None
    start, end = frame.topic
    before = re.match(
        rf"(?:(?:{DATE.pattern})[底初末]?|(?!{LEVEL.pattern}){REGION.pattern}|的)*", frame.plain[start:end]
    )
    start += before.end() if before else 0
    return start if start < end else None


def _topic(change: Change) -> str | None:
    """In place of what the previous question was about."""
    frame = change.frame
    at = _head(frame)
    if at is None or frame.topic is None or is_person(change.plain):
        return None
    if frame.aspect and frame.aspect[0] >= frame.topic[1] and not names_aspect(frame.words(frame.aspect)):
        return frame.put(frame.aspect, change.words)  # it is the head noun: "众创空间服务的创业团队"
    kept = _HEAD_NOUN.search(frame.plain, at, frame.topic[1])
    leaves_out = kept and kept.start() > at and not change.plain.endswith(kept.group())
    return frame.put((at, kept.start() if kept and leaves_out else frame.topic[1]), change.words)


_RULES: tuple[Callable[[Change], str | None], ...] = (
    _document,
    _ordinal,
    _date,
    _quantity,
    _each,
    _person,
    _region,
    _modifier,
    _aspect,
    _alike,
    _topic,
)
"""From the most telling form to the least; the first that makes another question decides."""
