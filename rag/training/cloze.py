"""Questions made from sentences: a date, a number, a name or a list in them is asked for.

Chinese asks in place: "张三作工作报告" with the person gone is "谁作工作报告", a question as good as any. So every
paragraph asks for hundreds of things nobody annotated, each answered by exactly what was taken out, beside others of
its kind in the same sentence ("甲主持会议，乙作报告"). In the sense of Lewis et al., "Unsupervised question answering
by cloze translation" (ACL 2019), without the translation, which Chinese doesn't need.

What makes it harder than looking the sentence up: only the clause is asked, without what brackets hold; words are
left out; the asking words move to the front or the end; and :mod:`rag.training.wording` says the rest otherwise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.segment import simplify
from index.sentences import clauses, sentences
from rag.question import QuestionType
from rag.reader.tighten import Range, expressions
from rag.training.squad import Example
from rag.training.windows import Asked

LONGEST_QUESTION = 60
"""Characters; what is longer quotes the passage."""

_LEAST_SAID = 6
"""Characters beside the asking words, for a question that can be told from others."""


class Blank(StrEnum):
    """What is taken out of a sentence."""

    WHEN = "when"
    HOW_MANY = "how_many"
    WHO = "who"
    WHERE = "where"
    WHICH_BODY = "which_body"
    TITLE = "title"
    LIST = "list"
    WHAT = "what"
    WHY = "why"


_ASKING: dict[Blank, tuple[str, ...]] = {
    Blank.WHEN: ("什么时候", "何时", "什么时间", "哪一天", "哪年"),
    Blank.WHO: ("谁", "哪位", "什么人", "哪个人"),
    Blank.WHERE: ("哪里", "什么地方", "哪儿", "哪个地方", "何处"),
    Blank.WHICH_BODY: ("哪个单位", "哪个机构", "什么机构", "哪个部门", "哪个组织", "谁"),
    Blank.TITLE: ("什么", "哪部作品", "哪个文件", "哪一部"),
    Blank.LIST: ("哪些", "什么", "哪几个"),
    Blank.WHAT: ("什么",),
    Blank.WHY: ("为什么", "为何", "什么原因"),
}
_LAST: dict[Blank, tuple[str, ...]] = {
    Blank.WHEN: ("是什么时候", "是在哪一年", "是哪天", "，时间是"),
    Blank.WHO: ("的是谁", "的人是谁", "，是谁", "的是哪位"),
    Blank.WHERE: ("是在哪里", "在什么地方", "，在哪"),
    Blank.WHICH_BODY: ("的是哪个单位", "的是谁", "的是什么机构"),
    Blank.TITLE: ("的是什么", "的是哪部作品"),
    Blank.LIST: ("的有哪些", "的分别是什么", "的都有谁"),
    Blank.WHAT: ("的是什么",),
}
"""Asking words behind everything else, for what stood first, or behind "在"."""

_QUANTITY = re.compile(
    r"(?P<about>约|大约|超过|近|至少|第|达|共)?(?P<number>\d[\d,.]*|[一二两三四五六七八九十百千]+)(?P<much>[万亿千百余多]*)(?P<unit>\D{0,5})$"
)
_ONE = re.compile(r"一\D?$|每")
_BEFORE = re.compile(r"[\d.,:/×－-]$|[A-Za-z]$")
"""In front of a number that is only a part."""

_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫雷侯龙史陶黎贺顾毛郝龚邵钱严武戴莫孔向汤"
)
_ASIDE = re.compile(r"[（(][^（()）]*[)）]")
_BODY = re.compile(
    r"(?:公司|大学|学院|中学|小学|委员会|协会|学会|集团|医院|银行|出版社|政府|法院|部队|研究所|研究院|中心|俱乐部|局|厅|署|院|部|社|军|党)$"
)
_IS = re.compile(
    r"(?:称为|称作|叫做|名为|改名为|更名为|命名为|担任|出任|是|为)(?P<what>[^，。；：、是为]{2,25})(?=[，。；])"
)
_WHY = re.compile(r"(?:^|(?<=[，。；]))(?:因为|由于|因)(?P<why>[^。；，]{4,40})，(?P<what>[^。；]{6,40})")
_ITEM = r"[^，。；：、！？\s（）()]"
_LIST = re.compile(rf"{_ITEM}{{2,10}}(?:、{_ITEM}{{2,10}}){{1,8}}(?:(?:和|及|以及|与|、){_ITEM}{{2,10}})?")
_NO_NAME = "作任说与和在则即为是率将被于曰之同令使"
"""What the tagger likes to take for the end of a name."""

_FOREIGN = re.compile(r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,7})+$")
_NOUNS = ("n", "j", "x", "eng", "l", "b")
_KEPT = ("v", "n", "m", "e", "x")
"""First letters of the tags of words that are left out at the lower rate."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    tag: str


def cloze_questions(text: str, source: str, rng: random.Random, *, per_sentence: int = 2) -> Iterator[Asked]:
    """Questions about the sentences of a paragraph.

    Args:
        text: clean text, whose characters the examples count.
        per_sentence: at most as many questions a sentence, each asking for something of another kind where it can.
    """
    plain = simplify(text)
    for first, after in sentences(text):
        found = blanks(plain, first, after)
        kinds = sorted({kind for kind, _ in found})
        rng.shuffle(kinds)
        for kind in kinds[:per_sentence]:
            start, end = rng.choice([span for one, span in found if one is kind])
            answer = plain[start:end]
            if plain.count(answer) > 1:
                continue
            question = ask(plain, (first, after), kind, (start, end), rng)
            if question is not None and answer not in question:
                example = Example(source=source, question=question, start=start, end=end)
                yield Asked(example=example, text=text, translated=False)


def blanks(text: str, first: int, after: int) -> list[tuple[Blank, Range]]:
    """What can be taken out of the sentence ``text[first:after]`` (simplified), each as a range of ``text``."""
    sentence = text[first:after]
    words = _tagged(sentence)
    when = expressions(QuestionType.WHEN, sentence)
    found = [(Blank.WHEN, span) for span in when if span[1] - span[0] > 2]
    found += [
        (Blank.HOW_MANY, span)
        for span in expressions(QuestionType.HOW_MANY, sentence)
        if _countable(sentence, span) and not any(a < span[1] and span[0] < b for a, b in when)
    ]
    found += [(Blank.TITLE, m.span()) for m in re.finditer(r"《[^《》]{2,30}》", sentence)]
    found += [
        (Blank.WHAT, m.span("what")) for m in _IS.finditer(sentence) if _noun_at(words, m.start("what"))
    ]
    found += [(Blank.WHY, m.span("why")) for m in _WHY.finditer(sentence)]
    found += [(Blank.LIST, span) for m in _LIST.finditer(sentence) if (span := _listed(words, m))]
    found += _names(sentence, words)
    asides = [match.span() for match in _ASIDE.finditer(sentence)]
    return [
        (kind, (first + a, first + b))
        for kind, (a, b) in found
        if sentence[a:b].strip() == sentence[a:b] and not any(x < b and a < y for x, y in asides)
    ]


def _countable(sentence: str, span: Range) -> bool:
    """Whether a quantity stands there whole, with its unit, and says more than "one"."""
    amount = sentence[slice(*span)]
    match = _QUANTITY.fullmatch(amount)
    whole = match is not None and bool(match["unit"]) and not _BEFORE.search(sentence[: span[0]])
    return whole and not _ONE.match(amount)


def _noun_at(words: Sequence[_Word], at: int) -> bool:
    """Whether a word begins there that a description may begin with."""
    return any(word.start == at and word.tag[0] in "nabmjlxeist" for word in words)


def _tagged(sentence: str) -> list[_Word]:
    import rjieba

    words, at = [], 0
    for word, tag in rjieba.tag(sentence, True):
        words.append(_Word(at, at + len(word), tag))
        at += len(word)
    return words


def _listed(words: Sequence[_Word], listed: re.Match[str]) -> Range | None:
    """The list without what stands in front of its first item; None where a verb hangs on its last one."""
    first = listed.start() + listed.group().index("、")
    fore = [word for word in words if listed.start() <= word.start and word.end <= first]
    start = next((word.end for word in reversed(fore) if word.tag[0] not in _NOUNS), listed.start())
    last = next((word for word in words if word.end == listed.end()), None)
    whole = any(word.start == start for word in fore) and last is not None and last.tag[0] in _NOUNS
    return (start, listed.end()) if whole else None


def _names(sentence: str, words: Sequence[_Word]) -> list[tuple[Blank, Range]]:
    """Persons, places and bodies, names in several words as one."""
    found: list[tuple[Blank, Range]] = []
    at = 0
    while at < len(words):
        kind = words[at].tag[:2]
        after = at + 1
        if kind == "nr":
            while (
                after + 1 < len(words) and sentence[words[after].start] == "·" and words[after + 1].tag != "x"
            ):
                after += 2
            name = sentence[words[at].start : words[after - 1].end]
            if len(name) == 3:
                name = name.rstrip(_NO_NAME)
            if _FOREIGN.match(name) or (name[0] in _SURNAMES and len(name) <= 3):
                found.append((Blank.WHO, (words[at].start, words[at].start + len(name))))
        elif words[at].tag[0] == "n":
            while after < len(words) and words[after].tag[0] == "n" and words[after].tag[:2] != "nr":
                after += 1
            span = (words[at].start, words[after - 1].end)
            if _BODY.search(sentence[slice(*span)]) and span[1] - span[0] > 3:
                found.append((Blank.WHICH_BODY, span))
            elif all(word.tag[:2] == "ns" for word in words[at:after]):
                found.append((Blank.WHERE, span))
        at = after
    return [(kind, span) for kind, span in found if span[1] - span[0] > 1]


def ask(text: str, sentence: Range, kind: Blank, answer: Range, rng: random.Random) -> str | None:
    """A question for ``text[answer]``; None where too little would be said."""
    if kind is Blank.WHY:
        return _ask_why(text[slice(*sentence)], rng)
    bounds = [(sentence[0] + a, sentence[0] + b) for a, b in clauses(text[slice(*sentence)])]
    touched = [i for i, (a, b) in enumerate(bounds) if a < answer[1] and b > answer[0]]
    if not touched:
        return None
    low, high = touched[0], touched[-1]
    while low > 0 and (
        _said(text, bounds[low][0], bounds[high][1], answer) < _LEAST_SAID or rng.random() < 0.3
    ):
        low -= 1
    if high + 1 < len(bounds) and (
        _said(text, bounds[low][0], bounds[high][1], answer) < _LEAST_SAID or rng.random() < 0.15
    ):
        high += 1
    rate = rng.choice((0.0, 0.0, 0.0, 0.05, 0.1, 0.15))
    before = _shortened(text[bounds[low][0] : answer[0]], rate, rng)
    behind = _shortened(text[answer[1] : bounds[high][1]], rate, rng).rstrip("，。；：！？!?… \n”」")
    if len(re.findall(r"\w", before + behind)) < _LEAST_SAID:
        return None
    question = _phrased(kind, before, behind, text[slice(*answer)], rng)
    return question + rng.choice(("？", "？", "?", "")) if len(question) <= LONGEST_QUESTION else None


def _said(text: str, start: int, end: int, answer: Range) -> int:
    return len(re.findall(r"\w", text[start : answer[0]] + text[answer[1] : end]))


def _phrased(kind: Blank, before: str, behind: str, answer: str, rng: random.Random) -> str:
    """What stands around the blank, and the asking words: in place, in front or at the end."""
    if kind is Blank.HOW_MANY:
        return before + _how_many(answer, rng) + behind
    place = rng.random()
    asking = _when(answer, rng) if kind is Blank.WHEN else rng.choice(_ASKING[kind])
    if kind in (Blank.WHEN, Blank.WHERE) and place < 0.5 and (not before or before[-1] in "在于"):
        rest = before[:-1] + behind.lstrip("，")
        return asking + rest if kind is Blank.WHEN and place < 0.25 else rest + rng.choice(_LAST[kind])
    if kind in _LAST and place < 0.5 and not before and not behind.startswith(tuple("，、的和与")):
        return behind + rng.choice(_LAST[kind])
    if before.endswith("为"):
        before = before[:-1] + "是"
    return before + asking + behind


def _when(answer: str, rng: random.Random) -> str:
    """Asking words as fine as the date is."""
    if re.search(r"[日号]$", answer):
        return rng.choice(("哪一天", "哪天", "几月几号", "什么时候", "何时"))
    if re.search(r"年$", answer):
        return rng.choice(("哪一年", "哪年", "什么时候", "何时"))
    return rng.choice(("什么时候", "何时", "什么时间"))


def _how_many(answer: str, rng: random.Random) -> str:
    match = _QUANTITY.fullmatch(answer)
    if match is None or not match["unit"] or match["unit"][0] in "%％‰（(-－–—~～至到":
        return "多少"
    if match["about"] == "第":
        return f"第几{match['unit']}"
    return rng.choice(("多少", "多少", "几")) + match["unit"]


def _ask_why(sentence: str, rng: random.Random) -> str | None:
    match = _WHY.search(sentence)
    if match is None:
        return None
    what = re.sub(r"^(?:因此|所以|因而|故|便|就|于是)", "", match["what"])
    return rng.choice(_ASKING[Blank.WHY]) + _shortened(what, 0.1, rng) + "？"


def _shortened(text: str, rate: float, rng: random.Random) -> str:
    """The text, mostly without what its brackets hold, and without some of its words.

    Args:
        rate: of nouns, verbs and numbers left out, [0, 0.5]; of other words, twice that.
    """
    text = _ASIDE.sub("", text) if rng.random() < 0.8 else text
    if rate <= 0:
        return text
    kept = []
    for word in _tagged(text):
        chance = rate if word.tag[0] in _KEPT else 2 * rate
        if rng.random() >= chance:
            kept.append(text[word.start : word.end])
    return "".join(kept)
