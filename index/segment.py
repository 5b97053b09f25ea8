"""Terms for lexical search: the same for passages and questions, never shown to anybody."""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib import metadata, resources
from itertools import pairwise
from typing import Any, Protocol

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"[{_HAN}]+|\d+(?:[.,]\d+)*|[^\W\d_{_HAN}]+")
_VERSION = 1
"""Raise it when the same text may give other terms."""


class Analyzer(Protocol):
    """Turns text into terms, the same way for passages and questions. Terms hold no white space."""

    @property
    def fingerprint(self) -> str:
        """Differs whenever the terms could; the lexical index is rebuilt when it changes."""

    def grams(self, text: str) -> Sequence[str]:
        """Han single characters and bigrams, Latin words and numbers."""

    def words(self, text: str) -> Sequence[str]:
        """Words of two characters or more, user dictionary included."""

    def names(self, text: str) -> Sequence[str]:
        """Proper nouns, folded."""


@cache
def _simplified() -> dict[int, int]:
    table = resources.files("index.data").joinpath("t2s.txt").read_text(encoding="utf-8")
    traditional, simplified = table.split()
    return {ord(t): ord(s) for t, s in zip(traditional, simplified, strict=True)}


def fold(text: str) -> str:
    """A form in which spellings of the same thing agree: NFKC, lower case, Simplified characters.

    For comparing only: its length may differ from ``text``'s. Traditional to Simplified goes character by
    character (OpenCC's ``t2s`` without its phrases), which is the same for passages and questions.
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_simplified())


def simplify(text: str) -> str:
    """Simplified characters for Traditional ones, character by character: as long as ``text``, offsets hold."""
    return text.translate(_simplified())


def is_han(text: str) -> bool:
    """Whether the first character is a Han character."""
    return re.match(f"[{_HAN}]", text) is not None


def _runs(text: str) -> list[str]:
    """Stretches of Han characters, numbers (thousands separators taken out) and words of other scripts."""
    return [run.replace(",", "") if run[0].isdecimal() else run for run in _RUN.findall(fold(text))]


def grams(text: str) -> list[str]:
    """Han single characters and bigrams, numbers and words of other scripts whole, in text order."""
    terms: list[str] = []
    for run in _runs(text):
        if is_han(run):
            terms.extend(run)
            terms.extend(map("".join, pairwise(run)))
        else:
            terms.append(run)
    return terms


_NAME_TAGS = frozenset({"nr", "nrt", "ns", "nt"})
"""Part-of-speech tags of jieba's dictionary for people, places and organisations."""

_NO_NAMES = frozenset(
    ("城市", "国家", "地区", "省份", "县城", "首都", "地方", "乡镇", "街道", "村庄", "大学", "学院", "医院")
)
"""Words that the dictionary tags like names and that name nothing."""

_ASKING = re.compile(
    "请问|请告诉我|我想知道|(?:是|为|有|在)?(?:什么时候|什么时间|什么地方|什么样|什么|何时|何地|何处|何人|为何|多少|"
    "哪里|哪儿|哪些|哪几|哪位|哪个|哪年|哪月|哪天|哪一?|谁|怎么样|怎么|怎样|如何|啥)|第?几(?![何内])|是不是|有没有"
    r"|[吗呢吧么](?=\W|$)"
)


def without_asking(question: str) -> str:
    """The question less the words that only ask ("多少", "什么时候", "请问"), each replaced by a space.

    Those words hardly stand in a passage that answers; counted as terms they would be the rarest of all. A
    question that holds nothing else comes back whole.
    """
    rest = _ASKING.sub(" ", fold(question))
    return rest if _RUN.search(rest) else question


class HanAnalyzer:
    """Bigrams and single characters, and jieba's words (search mode, no HMM) with a user dictionary.

    Without HMM rjieba and jieba give the same words (18,438 of 18,438 passages), so an index may be shared
    between machines that have one or the other.

    Args:
        user_words: extra words, as an administrator would list them.
    """

    def __init__(self, user_words: Sequence[str] = ()) -> None:
        self._user_words = tuple(sorted({fold(word.strip()) for word in user_words} - {""}))
        self._lock = threading.Lock()
        self._segmenter: Any = None

    @property
    def fingerprint(self) -> str:
        """Of the code's version, the dictionary's release and the user's words."""
        parts = [str(_VERSION), metadata.version("rjieba"), *self._user_words]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def grams(self, text: str) -> list[str]:
        """See :func:`grams`."""
        return grams(text)

    def words(self, text: str) -> list[str]:
        """Words of two characters or more, with the shorter words inside long ones."""
        segmenter = self._load()
        found: list[str] = []
        for run in _runs(text):
            if is_han(run):
                found.extend(word for word in segmenter.cut_for_search(run, False) if len(word) > 1)
        return found

    def names(self, text: str) -> list[str]:
        """Proper nouns (people, places, organisations) of the folded text, as the dictionary and HMM tell them."""
        tagged = self._load().tag(fold(text), True)
        return [word for word, tag in tagged if tag in _NAME_TAGS and len(word) > 1 and word not in _NO_NAMES]

    def _load(self) -> Any:
        with self._lock:
            if self._segmenter is None:
                import rjieba

                segmenter = rjieba.Jieba()
                for word in self._user_words:
                    segmenter.add_word(word, None, None)
                self._segmenter = segmenter
            return self._segmenter
