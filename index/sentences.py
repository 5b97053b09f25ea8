"""Where sentences and clauses of Chinese text begin and end.

Nothing is cut inside brackets, quotations or numbers. A line break always ends a sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

Range = tuple[int, int]
"""Half-open, in characters."""

LONGEST_PROTECTED = 200
"""Characters of a quotation or bracket that is kept whole; a longer one may be cut inside."""

PAIRS = dict(zip("《〈（(【〔[“‘「『", "》〉）)】〕]”’」』", strict=True))
"""Opening bracket or quotation mark -> closing one."""

_QUOTES = "”’」』"
_CLOSERS = "".join(PAIRS.values())
_BRACKETS = re.compile(r"[《》〈〉（）()【】〔〕\[\]“”‘’「」『』\n]")
_ENDS = re.compile(r"[。！？!?…]+|\.+(?=\s|$)|\n")
_CLAUSE_ENDS = re.compile(r"[，；：]+")
_CONTINUES = "，、；：,;:。的"
_ABBREVIATION = re.compile(
    r"(?:\b[A-Za-z]|\b(?:Mr|Mrs|Ms|Dr|St|No|Nos|vs|etc|Fig|Vol|pp|ed|Inc|Ltd|Co|Jr|Sr|al))$"
)


def sentences(text: str) -> tuple[Range, ...]:
    """The sentences of ``text``, in order; they cover all of it but white space.

    A sentence ends after ``。！？!?…`` and the closing quotation marks that follow, after an English full stop in
    front of a capital, and at line breaks.
    """
    protected = _protected(text)
    return tuple(_trimmed(text, [at for at in _sentence_ends(text) if not _inside(protected, at)]))


def around(ranges: Sequence[Range], start: int, end: int) -> Range:
    """The sentences of ``ranges`` that ``[start, end)`` touches, as one range; the span where it touches none."""
    touched = [(a, b) for a, b in ranges if a < end and b > start]
    if not touched:
        return start, end
    return min(start, touched[0][0]), max(end, touched[-1][1])


def clauses(text: str) -> tuple[Range, ...]:
    """The sentences of ``text``, cut further after ``，；：``."""
    protected = _protected(text)
    ends = [at for at in _sentence_ends(text) if not _inside(protected, at)]
    for match in _CLAUSE_ENDS.finditer(text):
        at = match.end()
        within_number = text[match.start() - 1 : match.start()].isdigit() and text[at : at + 1].isdigit()
        if not within_number and not _inside(protected, at):
            ends.append(at)
    return tuple(_trimmed(text, sorted(ends)))


def safe_cuts(text: str) -> list[tuple[int, int]]:
    """Places inside a sentence where it may be cut, in order, each with how bad that is.

    After ``；`` 0, after ``，：`` 1, after ``、`` 2, anywhere else outside brackets, numbers and Latin words 3.
    """
    protected = _protected(text)
    cuts = []
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        cost = 0 if before == "；" else 1 if before in "，：" else 2 if before == "、" else 3
        glued = _in_word(before) and _in_word(after)
        if not glued and after not in _CLOSERS + "，。、；：！？…" and not _inside(protected, at):
            cuts.append((at, cost))
    return cuts


def _in_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in ".,-%/")


def _sentence_ends(text: str) -> Iterator[int]:
    """Positions after final punctuation and what closes with it; whether they lie in a bracket isn't looked at."""
    for match in _ENDS.finditer(text):
        mark, at = match.group(), match.end()
        if mark == "\n":
            yield match.start()
            continue
        if mark[0] == "." and not _is_full_stop(text, match.start(), at):
            continue
        if mark[0] in "!?" and text[match.start() - 1 : match.start()].isascii() and not _is_edge(text, at):
            continue
        closed = at
        while closed < len(text) and text[closed] in _QUOTES:
            closed += 1
        if closed == at and text[at : at + 1] == '"' and text.count('"', text.rfind("\n", 0, at) + 1, at) % 2:
            closed += 1
        following = text[closed : closed + 1]
        if following in _CONTINUES and following:
            continue
        if closed > at and mark[-1] in "！？!?…" and following and following not in "\n“‘「『 ":
            continue  # “去哪儿？”他问。
        yield closed


def _is_full_stop(text: str, start: int, end: int) -> bool:
    following = text[end:].lstrip(" ")[:1] if end < len(text) and text[end] != "\n" else ""
    if following and not following.isupper() and not "\u3400" <= following <= "\u9fff":
        return False
    before = text[max(0, start - 8) : start]
    return bool(before) and not before.strip().isdigit() and not (following and _ABBREVIATION.search(before))


def _is_edge(text: str, at: int) -> bool:
    return at >= len(text) or text[at].isspace() or text[at] in _CLOSERS + "\"'"


def _protected(text: str) -> list[Range]:
    """Outermost brackets and quotations that close within a paragraph and aren't too long, in order."""
    found: list[Range] = []
    stack: list[tuple[str, int]] = []
    for match in _BRACKETS.finditer(text):
        character, at = match.group(), match.start()
        if character == "\n":
            stack.clear()
        elif character in PAIRS:
            stack.append((PAIRS[character], at))
        else:
            # A bracket that never closes mustn't keep the ones around it from closing.
            recent = range(len(stack) - 1, max(-1, len(stack) - 9), -1)
            depth = next((level for level in recent if stack[level][0] == character), None)
            if depth is not None:
                start = stack[depth][1]
                del stack[depth:]
                if at + 1 - start <= LONGEST_PROTECTED:
                    while found and found[-1][0] > start:
                        found.pop()
                    found.append((start, at + 1))
    return found


def _inside(protected: list[Range], at: int) -> bool:
    """Whether cutting at ``at`` would part one of the ranges."""
    index = bisect_left(protected, (at, -1)) - 1
    return index >= 0 and protected[index][0] < at < protected[index][1]


def _trimmed(text: str, ends: list[int]) -> Iterator[Range]:
    """The stretches between ``ends``, without white space around, the empty ones left out."""
    start = 0
    for end in [*ends, len(text)]:
        if end <= start:
            continue
        stretch = text[start:end]
        left = len(stretch) - len(stretch.lstrip())
        right = len(stretch.rstrip())
        if right > left:
            yield start + left, start + right
        start = end
