"""Questions that leave out what they ask about: "谁主持的？", "什么时候？", "文号是多少？", "有哪些？"."""

from __future__ import annotations

import re

from index.segment import simplify
from rag.dialogue.frame import Frame
from rag.dialogue.people import Names, people_answered
from rag.dialogue.turn import Turn
from rag.dialogue.words import (
    ASKING,
    ASPECT,
    ATTRIBUTE,
    HOW_MANY,
    LEVEL,
    QUANTITY,
    TAKING,
    VERB,
    WHEN,
    WHERE,
    WHY,
    any_of,
    content,
)

_OF_PEOPLE = re.compile(
    r"^(?:现在|当时|目前)?(?:是|在|叫|来自)?(?:哪个|哪家|什么)单位|干什么的|做什么的|什么职务|什么官|哪里人|多大[了年岁]|几岁"
)
_WHICH = re.compile(
    r"^(?:都|分别|具体|主要)*(?:是|有|包括|叫|为)?(?:哪些人?|什么|谁|哪几[个位家项条种类点]|哪[二两三四五六七八九十][个位家项条种类点])$"
)
_STATES = re.compile(
    "(?:一共|总共|共|主要|具体|又|都)?"
    + any_of("提出 规定 包括 包含 涉及 明确 适用 举办 开展 获得 吸纳 提供 凝练提出 拥有")
    + f"了?(?={ASKING.pattern})"
)
_OF_ALL = re.compile("(?:都|分别)(?:是|在|有|叫|由|属于)")
_ASPECT_ALONE = re.compile(rf"(?:[^的]{{2}})?{ATTRIBUTE}(?:一?共|总共)?(?:是|有|为|叫)?{ASKING.pattern}$")
"""An aspect with at most one word before it: "保障措施有几项"."""

_TOTAL = re.compile(r"一共|总共|总计|合计|共计|平均")
_EACH = re.compile(r"每[年月日天次人个家]$|(?:一共|总共|总计|合计|共计|共)有?$")
_BEFORE = re.compile(r"[在于从由自]$")


def is_bare(plain: str) -> bool:
    """Whether a simplified question asks, and names nothing that it asks about."""
    return bool(ASKING.search(plain)) and not content(plain)


def complete(question: str, previous: Frame, turn: Turn, names: Names) -> str | None:
    """The question with what it leaves out, from the previous one; None where it leaves nothing out."""
    plain = simplify(question)
    topic = previous.words(previous.topic)
    if plain.startswith("其中") and ASKING.search(plain) and topic:
        return f"{topic}中，{question[2:].lstrip('，,')}"
    if _headless(plain) and topic:
        return f"{topic}中，{question}"
    if _STATES.match(plain) and "的" not in plain and topic:
        return topic + question
    if _OF_ALL.match(plain) and is_bare(plain):
        of = _counted(previous)
        return of + question if of else None
    if _ASPECT_ALONE.match(plain) and topic and not names(plain):
        return f"{topic}的{question}"
    if not is_bare(plain):
        return None
    if _OF_PEOPLE.search(plain):
        people = people_answered(turn, names)
        if people:
            return people + question
    if not re.search(VERB, ASKING.sub("", plain)) and not ASPECT.search(plain):
        return _swapped(question, plain, previous)
    return _prefixed(question, plain, topic) if topic else None


def _counted(previous: Frame) -> str | None:
    """What the previous question counted or listed, with what was said of it: "在内地建设的离岸孵化器"."""
    if previous.asks is None:
        return None
    head = previous.text[previous.asks[1] :]
    before = previous.text[: previous.asks[0]].removesuffix("了")
    if not head or len(head) > 12 or re.search("[了的吗，,]", head):
        return None
    owned = re.match("(.+?)(?:一共|总共|共)?有$", simplify(before))
    return f"{before[: owned.end(1)]}的{head}" if owned else f"{before}的{head}"


def _headless(plain: str) -> bool:
    """ "国家级的有几家？" """
    found = re.match(rf"(?:{LEVEL.pattern}|{QUANTITY.pattern})的(?:一?共|又)?[有是占]", plain)
    return bool(found) and bool(ASKING.search(plain))


def _prefixed(question: str, plain: str, topic: str) -> str:
    """Verb or aspect and asking words, behind what they are said of."""
    if ASPECT.match(plain):
        return f"{topic}的{question}"
    taking = re.match(rf"{TAKING}(?=的)", plain)
    if taking:
        return question[: taking.end()] + topic + question[taking.end() :]
    if ASKING.match(plain) and plain.endswith("的"):
        return f"{topic}是{question}"
    return topic + question


def _swapped(question: str, plain: str, previous: Frame) -> str | None:
    """Only words that ask: in place of the previous question's where both ask for a circumstance, or a number."""
    topic = previous.words(previous.topic)
    asks = ASKING.search(plain)
    if asks is None or previous.asks is None:
        return None
    given = previous.plain[slice(*previous.asks)]
    if _WHICH.match(plain) and HOW_MANY.match(given):
        return previous.put(previous.asks, "哪些人" if given.endswith("人") else "哪些")
    if HOW_MANY.match(asks.group()):
        return _recounted(plain, previous, asks) if HOW_MANY.match(given) else _joined(topic, question)
    circumstances = (WHEN, WHERE, WHY)
    if not any(kind.match(asks.group()) for kind in circumstances):
        return _joined(topic, question)
    words = question.removeprefix("是").removesuffix("的")
    if any(kind.match(given) for kind in circumstances):
        before = _BEFORE.search(previous.plain[: previous.asks[0]])
        return previous.put((previous.asks[0] - (1 if before else 0), previous.asks[1]), words)
    if WHY.match(asks.group()):
        return f"{topic}的原因是什么" if topic else None
    return _joined(topic, question if plain.startswith(("在", "是")) else f"是{question}")


def _joined(topic: str, question: str) -> str | None:
    return topic + question if topic else None


def _recounted(plain: str, previous: Frame, asks: re.Match[str]) -> str | None:
    """ "一共多少？" after "每年多少钱？" """
    if previous.asks is None:
        return None
    start, end = previous.asks
    each = _EACH.search(previous.plain[:start])
    if each:
        start = each.start()
    total = _TOTAL.search(plain)
    number = asks.group() if len(asks.group()) > 2 else previous.text[slice(*previous.asks)]
    if not total and number == previous.text[slice(*previous.asks)]:
        return None
    return previous.put((start, end), (total.group() if total else "") + number)
