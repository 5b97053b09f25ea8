"""What a pronoun of the question stands for: "它", "他", "该条例", "那里"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.segment import simplify
from rag.dialogue.frame import Span, strip, take_apart
from rag.dialogue.people import Names, is_person, people_answered, people_in
from rag.dialogue.turn import Turn
from rag.dialogue.words import ASKING, DATE, HAN, LONG_VERB, TITLE, any_of, content, ends_phrase
from rag.question import QuestionType, question_type

_REACH = 3
"""Turns back that a pronoun may point; people rarely go further."""

_BEFORE = re.compile(
    "关于|对于|根据|按照|依照|依|按|截至|截止|除了|通过|为了|因为|[底初末]"
    rf"|在?哪[一二两三四五]?[个次场届些][{HAN}]{{1,4}}[上中里]"
)
"""What may stand before a pronoun without being what it means; "在哪个展会上" among it."""

_PERSON = re.compile("(?<![其吉排])[他她]们?(?![人国乡杀])")
_THING = re.compile("(?<!其)它们?")
_ITS = re.compile("其(?![他它实次余间中三二一])")
_OF_ANSWER = (
    (re.compile("那里|那儿|当地"), QuestionType.WHERE),
    (re.compile("那一?天|当天|那一?年|当年|同年|那一?次(?=[是在])"), QuestionType.WHEN),
)
_MEASURES = "[个家项份部次场届条位名种些座所笔只张款篇类批]"
_POINTING = re.compile(
    rf"(?:上述|前述|以上|[这那](?:一{_MEASURES}?|{_MEASURES})?|[该此]{_MEASURES}?|本(?=法|条例|办法|规定|细则))"
)
_BARE = re.compile(rf"[这那]{_MEASURES}?(?=[是有由在]|包括|什么|怎么|为什么|主要|具体|一共)")

_LAWS = "法律 法规 法 条例 办法 规定 细则 规章 解释"
_DOCUMENTS = f"{_LAWS} 意见 方案 通知 规划 纲要 文件 政策 函 决定 制度 措施 备忘录 通告 公告"
_CLASSES = tuple(
    re.compile(any_of(words))
    for words in (
        _DOCUMENTS,
        "大会 会议 推进会 座谈会 洽谈会 交流会 会 活动 论坛",
        "单位 部门 机构 公司 企业 厅 局 委员会 办公室 组织 小组",
        "奖项 奖励 奖",
        "基金 资金 专项资金 拨款 经费 钱 款项",
        "城市 地方 市 地区 区 县 省",
        "项目 工程 行动 计划 工作",
        "平台 网站 网",
        "展会 博览会 科博会 高交会 科洽会",
    )
)
"""Nouns of which one may point to what ends in another of its class."""

_TITLED = re.compile(
    any_of(
        f"{_DOCUMENTS} 书 报告 文章 小说 电影 专辑 作品 漫画 游戏 电视剧 剧 歌曲 歌 杂志 报纸 节目 "
        "漫画作品 电影作品 法案 草案"
    )
)
_LAW = re.compile(any_of(_LAWS))
_PEOPLE = re.compile(any_of("领导 人 同志 专家 代表 先生 女士 老师 官员 干部") + "(?!员|民|数|口|才|类|大)")
_THING_ASKED = re.compile(
    rf"(?:什么|哪[一二两三]?[个份项只部种家]?|哪些)(?:[{HAN}]{{0,8}}$|名字|文件|方案|意见|基金|机构|单位|公司|大学"
    "|计划|规划|活动|体系|研究院)"
)
_DESCRIBING = re.compile("[是为由位于在以].+|.*的.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The question with its pronoun replaced.

    Args:
        pronoun, antecedent: what was replaced, by what.
        turn: the turn that the antecedent is from.
    """

    question: str
    pronoun: str
    antecedent: str
    turn: Turn


_Candidates = Iterator[tuple[str, Turn]]


def resolve(question: str, turns: Sequence[Turn], names: Names) -> Resolved | None:
    """The question with its first pronoun replaced; None where there is none, or nothing that it could mean.

    A pronoun counts only where nothing with a meaning of its own stands before it in the question: behind such
    words it mostly means these.
    """
    plain = simplify(question)
    recent = list(reversed(turns))[:_REACH]
    kinds = ((_PERSON, _people(recent, names)), (_THING, _things(recent)), (_ITS, _things(recent)))
    for pattern, candidates in kinds:
        found = pattern.search(plain)
        chosen = next(candidates, None) if found and _opens(plain, found.start()) else None
        if found and chosen:
            return _replaced(question, found.span(), chosen, after="的" if pattern is _ITS else "")
    return _of_answer(question, plain, recent[0]) or _pointing(question, plain, recent, names)


def topic_of(question: str) -> str:
    """What a question is about, "" where that can't be told."""
    frame = take_apart(question)
    return frame.words(frame.topic)


def titled(title: str) -> str:
    """A document's title as it is written in a sentence."""
    bare = re.sub(r"[(（]\d{4}[^)）]*[)）]$", "", title.strip())
    return bare if bare.startswith("《") else f"《{bare}》"


def is_law(title: str) -> bool:
    """Whether a document's title is that of a law or rule, which has articles."""
    return bool(_LAW.search(title))


def _opens(plain: str, at: int) -> bool:
    before = plain[:at]
    if re.search('[“”‘’「」『』"《]', before):
        return False
    return not content(DATE.sub("", _BEFORE.sub("", before)))


def _replaced(question: str, span: Span, chosen: tuple[str, Turn], *, after: str = "") -> Resolved:
    words, turn = chosen
    return Resolved(
        question=question[: span[0]] + words + after + question[span[1] :],
        pronoun=question[slice(*span)],
        antecedent=words,
        turn=turn,
    )


def _people(turns: Sequence[Turn], names: Names) -> _Candidates:
    """Whom the turns name, the last turn first.

    Who was talked about goes before who was the answer, as the centre of a conversation tends to stay (Grosz, Joshi
    and Weinstein 1995).
    """
    for turn in turns:
        topic = topic_of(turn.question)
        if topic and is_person(simplify(topic)):
            yield topic, turn
        answered = people_answered(turn, names)
        if answered:
            yield answered, turn
        for start, end in people_in(turn.question, names):
            yield turn.question[start:end], turn


def _things(turns: Sequence[Turn]) -> _Candidates:
    """What the turns are about: a document that was asked for and found before what it was asked of."""
    for turn in turns:
        titles = TITLE.findall(turn.answer)
        if len(titles) == 1 and _THING_ASKED.search(simplify(strip(turn.question))):
            yield titles[0], turn
        topic = topic_of(turn.question)
        if topic and not is_person(simplify(topic)):
            yield topic, turn


def _of_answer(question: str, plain: str, last: Turn) -> Resolved | None:
    """ "那里" for a place, "当年" for a date that was the last answer."""
    for pattern, kind in _OF_ANSWER:
        found = pattern.match(plain)
        if found and 0 < len(last.answer) <= 20 and question_type(last.question) is kind:
            return _replaced(question, found.span(), (strip(last.answer), last))
    return None


def _pointing(question: str, plain: str, turns: Sequence[Turn], names: Names) -> Resolved | None:
    """ "该条例", "这个会议", "上述措施": with a noun that fits what was talked about."""
    for found in _POINTING.finditer(plain):
        if not _opens(plain, found.start()):
            return None
        rest = plain[found.end() :]
        person = _PEOPLE.match(rest)
        if person:
            chosen = next(_people(turns, names), None)
            return (
                _replaced(question, (found.start(), found.end() + person.end()), chosen) if chosen else None
            )
        for candidate in _named(turns):
            length = _noun_for(candidate[0], rest)
            if length:
                return _replaced(question, (found.start(), found.end() + length), candidate)
        for turn in (
            () if found.group().startswith("那") else turns
        ):  # "那场颁奖大会" mostly says which itself
            mentioned = _mentioned(rest, turn)
            if mentioned:
                noun, phrase = mentioned
                return _replaced(question, (found.start(), found.end() + len(noun)), (phrase, turn))
    bare = _BARE.match(plain)
    chosen = next(_things(turns), None) if bare else None
    return _replaced(question, bare.span(), chosen) if bare and chosen else None


def _named(turns: Sequence[Turn]) -> _Candidates:
    """What a noun may point to: a topic, an answer that is a name, the law that the answer is from."""
    for turn in turns:
        yield from _things([turn])
        answer = strip(turn.answer)
        if (
            2 <= len(answer) <= 20
            and not _DESCRIBING.fullmatch(answer)
            and not ASKING.search(simplify(answer))
        ):
            yield answer, turn
        if is_law(turn.title):
            yield titled(turn.title), turn


def _mentioned(rest: str, turn: Turn) -> tuple[str, str] | None:
    """The noun at the start of ``rest`` and the phrase of the turn's question that ends in it, where there is one."""
    plain = simplify(strip(turn.question))
    for length in range(min(6, len(rest)), 1, -1):
        noun = rest[:length]
        at = plain.rfind(noun)
        if at > 0 and content(noun) and ends_phrase(rest[length:]):
            before = re.split(rf"{LONG_VERB}[了过]?|{ASKING.pattern}|[在是有对给把为将的，,、]", plain[:at])[
                -1
            ]
            return (noun, strip(turn.question)[at - len(before) : at + length]) if before else None
    return None


def _noun_for(antecedent: str, rest: str) -> int:
    """How many characters at the start of ``rest`` are a noun that may stand for the antecedent; 0 for none."""
    ending = simplify(antecedent).rstrip("》”」』")
    for length in range(min(8, len(rest)), 1, -1):
        if ending.endswith(rest[:length]):
            return length
    titled_noun = _TITLED.match(rest) if antecedent.endswith("》") else None
    if titled_noun:
        return titled_noun.end()
    for words in _CLASSES:
        noun = words.match(rest)
        if noun and re.search(f"{words.pattern}$", ending):
            return noun.end()
    return 0
