"""Questions said otherwise: as people speak, or as they type into a search box.

The training sets' questions were written by people who had the paragraph before them, in its own words. Who asks an
intranet doesn't. By rule, so the meaning stays; what it gives is measured, see docs/decisions/013.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator

from index.segment import simplify
from index.sentences import PAIRS

_OPENINGS = (
    *("请问", "想问一下", "问一下", "我想知道", "帮我查一下", "帮忙看看", "麻烦问下,"),
    *("你好,", "查一下", "谁知道", "请教一下,", "我记得有说过,", "那个,"),
)
_CLOSINGS = ("呢", "啊", "呀", "来着", "吗?", "?谢谢", ",谢谢", "??", "", "", "", "")

_PLAINER = (
    ("什么时候", ("啥时候", "哪天", "几时", "多会儿")),
    ("什么时间", ("啥时候", "几时")),
    ("何时", ("什么时候", "啥时候", "几时")),
    ("哪一年", ("哪年", "几几年", "什么年份")),
    ("哪年", ("哪一年", "几几年")),
    ("什么地方", ("哪儿", "哪里", "啥地方")),
    ("哪里", ("哪儿", "什么地方")),
    ("何处", ("哪里", "哪儿")),
    ("为什么", ("为啥", "怎么会", "咋")),
    ("为何", ("为什么", "为啥")),
    ("怎么样", ("咋样",)),
    ("如何", ("怎么", "怎样", "咋")),
    ("怎么", ("咋", "怎样")),
    ("什么样", ("啥样", "怎样")),
    ("什么", ("啥",)),
    ("多少", ("几", "多少")),
    ("多长时间", ("多久",)),
    ("是谁", ("是哪位", "是哪个人", "叫什么名字")),
    ("谁", ("哪位", "哪个人", "什么人")),
    ("哪些", ("什么", "哪几个", "啥")),
    ("是否", ("是不是", "有没有")),
    ("位于", ("在",)),
    ("坐落于", ("在",)),
    ("出生于", ("生在", "是出生在")),
    ("毕业于", ("是从", "在")),
    ("成立于", ("是成立在", "建于")),
    ("成立", ("建立", "创办", "办起来")),
    ("建立", ("成立", "建起来")),
    ("创办", ("办起来", "成立")),
    ("建成", ("修好", "完工", "盖好")),
    ("建造", ("修", "盖", "修建")),
    ("修建", ("建", "修")),
    ("担任", ("当", "做")),
    ("称为", ("叫", "叫做")),
    ("被称作", ("叫",)),
    ("名称", ("名字",)),
    ("获得", ("拿到", "得到", "拿")),
    ("荣获", ("拿到", "得了")),
    ("去世", ("过世", "死", "走")),
    ("逝世", ("去世", "过世")),
    ("首次", ("第一次", "头一回")),
    ("最初", ("一开始", "最早", "起初")),
    ("目前", ("现在", "如今")),
    ("共有", ("一共有", "总共有")),
    ("总共", ("一共",)),
    ("属于", ("算", "是")),
    ("使用", ("用",)),
    ("采用", ("用",)),
    ("拥有", ("有",)),
    ("包括", ("有", "包含")),
    ("包含", ("有",)),
    ("参加", ("参与", "去")),
    ("发行", ("出", "推出")),
    ("推出", ("出", "发布")),
    ("公布", ("发布", "宣布")),
    ("开始", ("起",)),
    ("结束", ("完",)),
    ("面积", ("有多大的面积", "大小", "面积")),
    ("原因", ("理由", "缘故")),
    ("导致", ("造成", "引起")),
    ("造成", ("导致", "引起")),
    ("主要", ("", "最主要")),
    ("负责", ("管", "负责")),
    ("根据", ("按照", "按")),
    ("由于", ("因为",)),
    ("并且", ("还", "又")),
    ("以及", ("和", "还有")),
    ("可以", ("能",)),
    ("能够", ("能", "可以")),
    ("需要", ("要", "得")),
    ("进行", ("做", "")),
    ("该", ("这个", "那个", "这")),
    ("其", ("它的", "他的")),
    ("此", ("这", "这个")),
    ("与", ("和", "跟")),
    ("于", ("在",)),
)
_PLAIN = dict(_PLAINER)

_FUNCTION = frozenset(
    (
        *("请问", "是否", "是不是", "什么时候", "什么样", "什么", "哪一年", "哪一个", "哪一"),
        *("哪些", "哪个", "哪里", "哪年", "多少", "为什么", "怎么", "如何", "谁", "何时", "何"),
        *("是由", "是在", "是", "有", "的", "了", "在", "于", "被", "把", "呢", "吗", *"?？,，。"),
    )
)
_MOST = 4
"""Words that make up the longest of the phrases above."""

_WHOLE = re.compile(
    "(" + "|".join(rf"{re.escape(a)}[^{re.escape(b)}]*{re.escape(b)}" for a, b in PAIRS.items()) + r'|"[^"]*"'
    r"|\d+(?:[.,]\d+)*)"
)
"""Titles, quotations, what stands in brackets, and numbers."""


def spoken(question: str, rng: random.Random) -> str:
    """The question in plainer words, some of them in place of its own, perhaps with an opening and a closing."""

    def plainer(part: str) -> str:
        return rng.choice(_PLAIN[part]) if part in _PLAIN and rng.random() < 0.7 else part

    asked = question.strip().rstrip("?？。")
    said = "".join(plainer(part) for part in _parts(asked, _PLAIN))
    opening = rng.choice(_OPENINGS) if rng.random() < 0.4 else ""
    closing = rng.choice(_CLOSINGS) if rng.random() < 0.6 else "?"
    return opening + (said if said.strip() else asked) + closing


def keywords(question: str) -> str:
    """What someone types into a search box: the words that carry meaning, set apart by spaces.

    The question itself where fewer than two such words stand in it.
    """
    runs = [""]
    for part in _parts(question.strip(), _FUNCTION):
        if part in _FUNCTION:
            runs.append("")
        else:
            runs[-1] += part
    words = [run.strip() for run in runs if any(map(str.isalnum, run))]
    return " ".join(words) if len(words) > 1 else question


def _parts(text: str, known: Collection[str]) -> Iterator[str]:
    """The words of ``text`` one after the other, those that together make up one of ``known`` as one."""
    words = _words(text)
    at = 0
    while at < len(words):
        taken = next((n for n in range(_MOST, 1, -1) if "".join(words[at : at + n]) in known), 1)
        yield "".join(words[at : at + taken])
        at += taken


def _words(text: str) -> list[str]:
    """The words of ``text``, without loss; so "该" is one, but not in "应该". A title, quotation or number is one."""
    import rjieba

    words: list[str] = []
    for number, stretch in enumerate(_WHOLE.split(text)):
        if number % 2:
            words.append(stretch)
            continue
        at = 0
        for word in rjieba.cut(simplify(stretch), False):
            words.append(stretch[at : at + len(word)])
            at += len(word)
    return words


def reworded(question: str, rng: random.Random, *, share: float) -> str:
    """The question, or for ``share`` of them (in [0, 1]) a wording of it that asks the same."""
    if rng.random() >= share:
        return question
    return keywords(question) if rng.random() < 0.25 else spoken(question, rng)
