"""Whether two questions ask the same, told from their words. Pure functions, no model in here.

An embedding can't tell: "长柄艾纳香的上部叶有什么特点" and "…的下部叶…" have a cosine of .986, more than most
questions have with themselves in other words. So two questions are the same where nothing that carries meaning
differs: the same words in the same order, the same dates and numbers, the same kind of thing asked for. What may
differ is politeness, spelling, how the asking words are put and where an adverbial one stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.segment import fold
from rag.answer import answer_key

_OPENING = re.compile(
    r"^(?:(?:你好|您好|请问|请教|麻烦|劳驾|谁知道|有谁知道|我?想?(?:问|请教|咨询|查|了解|知道)一?下?|问一?下|查一?下|"
    r"(?:请|请你|请您)?(?:告诉我|帮我查|帮忙看看|帮我看看)(?:一下)?|关于|那个(?=[\s,]))(?:一下)?[\s,.:;!]*)+"
)
_CLOSING = re.compile(r"(?:[\s,.;:!?。、~]|谢谢|多谢|呢|吗|吧|啊|呀|么(?<!什么)(?<!怎么)|来着)+$")
_YES_NO = re.compile(r"(?:吗|么(?<!什么)(?<!怎么))[\s,.;:!?。~]*(?:谢谢)?[\s,.;:!?。~]*$")

_PLAIN = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"(\w)(?:不|没)\1", r"\1<问>"),  # 能不能, 可不可以, 有没有
        (r"是否", "<问>"),
        (r"[能可]否", "能<问>"),
        (r"可以|能够", "能"),
        (r"(?<![体出表呈实发])现在|如今|当前|现今", "目前"),
        (r"一共|总共|共计", ""),
        (r"坐落[于在]|位于", "在"),
        (r"需要|须要", "要"),
        (r"逝世|过世", "去世"),
        (r"名字", "名称"),
        (r"(\d)年度", r"\1年"),
        (r"(\d)月份", r"\1月"),
        (r"(\d)号", r"\1日"),
    )
)
"""Spellings of the same, of the closed classes; what an organisation calls its own things is for its synonyms."""

_MEASURE = "家个名项次件条所岁元天种亩吨米层份篇场位人"
_ADVERBS = frozenset(("<时>", "<地>", "<因>", "<法>"))
"""Asking words that may stand anywhere; the others ask for a part of the sentence, whose place tells."""

_ASKING = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"什么时[候间]|啥时候|几时|何时|多会儿?|哪一?个?[年月天日]份?|几几年|什么年份|几[月日]", "时"),
        (r"什么地[方点]|啥地方|哪里|哪儿|何[地处]|(?<=在)哪(?![些个年月天位种家一几])", "地"),
        (r"叫什么名称|(?:是|由|叫)?(?:谁|哪一?[位名]|何人|什么人|哪一?个人)", "人"),
        (r"为什么|为何|为啥|(?:什么|啥)原因|何故", "因"),
        (r"怎么样?|怎样|如何|咋样?", "法"),
        (r"(?:什么|啥)样?|(?<!几)何|哪些|哪几[个种类项家]?|哪一?[个种家类项所条]?", "物"),
    )
)
_HOW_MANY = re.compile(rf"(?:多少|几(?![何乎]))([{_MEASURE}]?)")
_BARE = re.compile(r"^<物>是|(?:是|为|等于)(?:<物>|<量.?>)$")
""""众创空间是什么", "什么是众创空间", "众创空间": a thing asked for by its name alone."""

_TOKEN = re.compile(r"<[^>]*>|\d+(?:\.\d+)?[%‰℃°]?|-(?=\d)|[a-z]+|\w")
_SIGNS = str.maketrans({"<": "小于", ">": "大于", "+": "加", "#": "井"})
"""Signs that make a question another; angle brackets are free to mark asking words then."""
_DATE = re.compile(r"\d{2,4}年(?:\d{1,2}月)?(?:\d{1,2}日)?|\d{1,2}月(?:\d{1,2}日)?")
_EMPTY = frozenset("的了呢之在于是有和与及跟这那该此")
"""Characters that don't make a question another, once the order of the others is the same."""


@dataclass(frozen=True, slots=True)
class Gist:
    """What a question asks, less how it is put; two that are equal ask the same.

    Args:
        words: characters, numbers and words of other scripts that carry meaning, in order, with the places of
            asking words that ask for a part of the sentence.
        dates: written with digits, sorted: they may stand anywhere.
        asks: kinds of the asking words whose place tells nothing, sorted.
    """

    words: tuple[str, ...]
    dates: tuple[str, ...]
    asks: tuple[str, ...]


def question_key(question: str) -> str:
    """What the same question in another spelling agrees in: folded, without politeness and punctuation."""
    return answer_key(_bare(_folded(question)))


def gist_of(question: str) -> Gist:
    """The question's gist; of a question without any word that carries meaning it holds no words."""
    folded = _folded(question)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", _bare(folded))
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    dates = tuple(sorted(_DATE.findall(text)))
    text = _DATE.sub(" ", text)
    asks: set[str] = {"<问>"} if "<问>" in text else set()
    text = text.replace("<问>", "")
    for pattern, kind in _ASKING:
        text = pattern.sub(f"<{kind}>", text)
    text = _HOW_MANY.sub(r"<量\1>", text)
    if not asks and "<" not in text and _YES_NO.search(folded):
        asks.add("<问>")
    text = re.sub(r"^<人>是(.+)$", r"\1<人>", _BARE.sub("", text.replace(" ", "")))
    words, moved = _apart(text)
    return Gist(words=words, dates=dates, asks=tuple(sorted(asks | moved)))


def _folded(question: str) -> str:
    return fold(question).translate(_SIGNS)


def _bare(folded: str) -> str:
    """The question without openings and closings; all of it where nothing else is there."""
    return _CLOSING.sub("", _OPENING.sub("", folded.strip())).strip() or folded


def _apart(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The tokens that stay in their places, and the asking words whose place tells nothing.

    In front of "的" an adverb tells more ("哪里的苹果"); a number asked for may stand at either end ("有多少家企业",
    "企业有多少家"), in the middle its place tells ("每家企业有多少人").
    """
    tokens = [match for match in _TOKEN.finditer(text) if match.group() not in _EMPTY]
    kept: list[str] = []
    moved: set[str] = set()
    for place, match in enumerate(tokens):
        token = match.group()
        adverb = token in _ADVERBS
        owner = adverb and text.startswith("的", match.end())
        at_an_end = token.startswith("<量") and place in (0, len(tokens) - 1)
        if at_an_end or (adverb and not owner):
            moved.add(token)
        else:
            kept.append(f"{token}的" if owner else token)
    return tuple(kept), frozenset(moved)
