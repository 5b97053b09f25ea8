"""Words that mean the same within an organisation, as an administrator lists them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, islice, product

from index.errors import KnowledgeError
from index.segment import fold

LONGEST_WORD = 40
MOST_WORDS = 20
"""Words of one group."""

MOST_WORDINGS = 8
"""Other wordings of one question; each is one more lexical search."""

_REMEDY = "每组至少写两个不同的词；同一个词只能写在一组里，相关的组请合并。"
_LATIN = re.compile(r"[a-z0-9]")


def clean_word(word: str) -> str:
    """A word as it is compared: folded, white space at its ends and runs of it inside taken out.

    Raises:
        KnowledgeError: nothing to look for in it, or too long.
    """
    cleaned = " ".join(fold(word).split())
    if not re.search(r"\w", cleaned):
        raise KnowledgeError(f"“{word}”不是词：里面没有字。")
    if len(cleaned) > LONGEST_WORD:
        raise KnowledgeError(f"“{word[:20]}……”太长，词的上限是 {LONGEST_WORD} 字。")
    return cleaned


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymGroup:
    """Words that stand for each other.

    Args:
        words: two or more.
        both_ways: each stands for each. Otherwise a question that says the first is looked for in the others'
            words too, and not the other way round: ("创新主体", "企业", "高校").

    Raises:
        KnowledgeError: fewer than two words, too many, one empty, too long, or there twice.
    """

    words: tuple[str, ...]
    both_ways: bool = True

    def __post_init__(self) -> None:
        cleaned = [clean_word(word) for word in self.words]
        named = "、".join(self.words)
        if len(cleaned) < 2:
            raise KnowledgeError(f"同义词组“{named}”不到两个词。", remedy=_REMEDY)
        if len(cleaned) > MOST_WORDS:
            raise KnowledgeError(f"同义词组“{named[:40]}……”超过 {MOST_WORDS} 个词。", remedy=_REMEDY)
        if len(set(cleaned)) < len(cleaned):
            raise KnowledgeError(
                f"同义词组“{named}”里有重复的词（不分大小写、全半角和简繁）。", remedy=_REMEDY
            )

    def ways(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """(a word of a question, the others that stand for it), all as they are compared."""
        cleaned = [clean_word(word) for word in self.words]
        for word in cleaned if self.both_ways else cleaned[:1]:
            yield word, tuple(other for other in cleaned if other != word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Synonyms:
    """All groups.

    Raises:
        KnowledgeError: two groups say what the same word stands for.
    """

    groups: tuple[SynonymGroup, ...] = ()
    _others: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _longest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        others: dict[str, tuple[str, ...]] = {}
        for group in self.groups:
            for word, stand_for in group.ways():
                if word in others:
                    raise KnowledgeError(f"“{word}”写在了两个同义词组里。", remedy=_REMEDY)
                others[word] = stand_for
        object.__setattr__(self, "_others", others)
        object.__setattr__(self, "_longest", max(map(len, others), default=0))

    def same(self, question: str) -> tuple[tuple[str, str], ...]:
        """(a word that the question says, another that stands for it), folded, each pair once, in text order."""
        folded = fold(question)
        words = dict.fromkeys(folded[start:end] for start, end in self._places(folded))
        return tuple((word, other) for word in words for other in self._others[word])

    def expand(self, question: str) -> tuple[str, ...]:
        """The question in other words, folded, itself not among them: those that exchange least come first.

        At most :data:`MOST_WORDINGS`. Of words that overlap the first and longest is exchanged, and a word that a
        question repeats is exchanged everywhere.
        """
        folded = fold(question)
        places = self._places(folded)
        return tuple(
            _exchange(folded, places, chosen)
            for chosen in islice(self._choices(folded, places), MOST_WORDINGS)
        )

    def _choices(self, folded: str, places: list[tuple[int, int]]) -> Iterator[dict[str, str]]:
        words = list(dict.fromkeys(folded[start:end] for start, end in places))
        for count in range(1, len(words) + 1):
            for some in combinations(words, count):
                for others in product(*(self._others[word] for word in some)):
                    yield dict(zip(some, others, strict=True))

    def _places(self, folded: str) -> list[tuple[int, int]]:
        """Where a word stands, from the left, the longest first; Latin words and numbers only whole."""
        places, start = [], 0
        while start < len(folded):
            longest = min(self._longest, len(folded) - start)
            ends = (start + length for length in range(longest, 0, -1))
            end = next(
                (e for e in ends if folded[start:e] in self._others and _whole(folded, start, e)), start
            )
            if end > start:
                places.append((start, end))
            start = max(end, start + 1)
        return places


def _exchange(folded: str, places: list[tuple[int, int]], chosen: Mapping[str, str]) -> str:
    parts, at = [], 0
    for start, end in places:
        word = folded[start:end]
        parts += [folded[at:start], chosen.get(word, word)]
        at = end
    return "".join((*parts, folded[at:]))


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit of a Latin word or number is cut off at either end."""
    return not (
        (_LATIN.match(text, start) and start > 0 and _LATIN.match(text, start - 1))
        or (_LATIN.match(text, end - 1) and end < len(text) and _LATIN.match(text, end))
    )
