"""Training examples of the span reader: windows cut out of paragraphs, as the splitter would leave them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.segment import grams
from index.sentences import sentences
from rag.training.squad import Example, load_squad

SHORTEST, LONGEST = 120, 400
"""Characters of a window: as long as the passages that a store holds."""

WHOLE, WHOLE_SHARE = 700, 0.15
"""Characters of the longest windows, and the share of them: readers are also given whole paragraphs."""

_LONGEST_TRANSLATED = 30
"""Characters of a machine-translated answer; longer ones are mostly whole clauses, cut at the wrong place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question with a text that answers it at ``[start, end)``, or, where ``start == end``, doesn't.

    ``kind`` tells where it comes from, for counting.
    """

    question: str
    text: str
    start: int
    end: int
    kind: str

    @property
    def answerable(self) -> bool:
        return self.end > self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about a paragraph. ``translated`` marks the noisy sets."""

    example: Example
    text: str
    translated: bool


def load_asked(files: Sequence[Path]) -> Iterator[Asked]:
    """All questions of SQuAD-form files, clean text; of translated ones only those with a believable span."""
    for file in files:
        translated = file.name.startswith("squad2_zh")
        for document, _, examples in load_squad(file):
            for example in examples:
                asked = Asked(example=example, text=document.text, translated=translated)
                if not translated or believable(asked):
                    yield asked


def believable(asked: Asked) -> bool:
    """Whether a machine-translated answer stands where the question points to.

    Its text was found by searching, so short ones often stand in the wrong sentence, or inside a longer word.
    """
    start, end = asked.example.start, asked.example.end
    if start == end:
        return True
    answer = asked.text[start:end]
    if len(answer) > _LONGEST_TRANSLATED or re.search(r"^[\W的了]|[，。；：、的和]$", answer):
        return False
    if re.fullmatch(r"[\dA-Za-z]{2}", asked.text[max(start - 1, 0) : start + 1]):
        return False
    sentence = next((asked.text[a:b] for a, b in sentences(asked.text) if a <= start < b), "")
    shared = set(grams(asked.example.question)) & set(grams(sentence))
    return sum(len(gram) > 1 for gram in shared) >= 2


def answered(asked: Asked, rng: random.Random) -> Item:
    """A window around the answer (the whole paragraph where it is short), or around nothing for one without."""
    example, text = asked.example, asked.text
    kind = "translated" if asked.translated else "asked"
    if example.start == example.end:
        first, after = _window(text, *_anywhere(text, rng), rng)
        return Item(question=example.question, text=text[first:after], start=0, end=0, kind="impossible")
    first, after = _window(text, example.start, example.end, rng)
    return Item(
        question=example.question,
        text=text[first:after],
        start=example.start - first,
        end=example.end - first,
        kind=kind,
    )


def elsewhere(asked: Asked, rng: random.Random) -> Item | None:
    """A window of the same paragraph with nothing of the answer; None where there is too little besides it."""
    text, start, end = asked.text, asked.example.start, asked.example.end
    answer = text[start:end]
    bounds = [(a, b) for a, b in sentences(text) if (b <= start or a >= end) and answer not in text[a:b]]
    if not answer or not bounds:
        return None
    first, after = _window(text, *rng.choice(bounds), rng, without=(start, end))
    piece = text[first:after]
    if answer in piece or len(piece) < SHORTEST // 2:
        return None
    return Item(question=asked.example.question, text=piece, start=0, end=0, kind="elsewhere")


def _anywhere(text: str, rng: random.Random) -> tuple[int, int]:
    at = rng.randrange(len(text))
    while text[at].isspace():
        at = (at + 1) % len(text)
    return at, at + 1


def _window(
    text: str, start: int, end: int, rng: random.Random, *, without: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Whole sentences around ``[start, end)``, of a random length, cut short at ``without``."""
    wanted = WHOLE if rng.random() < WHOLE_SHARE else rng.randint(SHORTEST, LONGEST)
    bounds = sentences(text)
    if without is not None:
        bounds = tuple((a, b) for a, b in bounds if b <= without[0] or a >= without[1])
    inside = [i for i, (a, b) in enumerate(bounds) if a < end and b > start]
    low, high = inside[0], inside[-1]
    while True:
        sides = []
        if low > 0 and _fits(bounds, low - 1, high, wanted, without):
            sides.append((low - 1, high))
        if high + 1 < len(bounds) and _fits(bounds, low, high + 1, wanted, without):
            sides.append((low, high + 1))
        if not sides:
            return min(bounds[low][0], start), max(bounds[high][1], end)
        low, high = rng.choice(sides)


def _fits(
    bounds: Sequence[tuple[int, int]], low: int, high: int, wanted: int, without: tuple[int, int] | None
) -> bool:
    start, end = bounds[low][0], bounds[high][1]
    return end - start <= wanted and (without is None or end <= without[0] or start >= without[1])
