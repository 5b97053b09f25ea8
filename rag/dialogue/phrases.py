"""Where the phrase begins that ends in a given word."""

from __future__ import annotations

import re

from rag.dialogue.people import Words
from rag.dialogue.words import DATE, LONG_VERB, REGION, TAKING

_NOUN_END = "器间会厅局院所校奖"
"""Last characters of words behind which the next word of a name begins."""


def word_borders(plain: str, words_of: Words | None) -> frozenset[int]:
    """Where a word may begin in simplified text: everywhere but inside of one, as far as words are known."""
    known = frozenset(words_of(plain)) if words_of else frozenset()
    longest = max(map(len, known), default=1)
    borders, at = set(), 0
    while at < len(plain):
        borders.add(at)
        sizes = range(min(longest, len(plain) - at), 1, -1)
        at += next((size for size in sizes if plain[at : at + size] in known), 1)
    return frozenset(borders)


def phrase_start(plain: str, at: int, wanted: int, borders: frozenset[int]) -> int | None:
    """Where the phrase begins whose last word starts at ``at``; about ``wanted`` before it where nothing tells."""
    near = [start for start in range(at, max(-1, at - wanted - 4), -1) if start in borders]
    for start in near:
        before = plain[:start]
        if not before or before[-1] in f"的、,，与和及有是{_NOUN_END}":
            return start
        ends = rf"(?:{LONG_VERB}|{TAKING}|{DATE.pattern}|{REGION.pattern})[了过]?$"
        if start < at and re.search(ends, before):
            return start
    return min(near, key=lambda start: abs(at - wanted - start), default=None)
