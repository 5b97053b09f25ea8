"""A question as it was meant in its conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.segment import simplify
from rag.dialogue.complete import complete, is_bare
from rag.dialogue.frame import strip, take_apart
from rag.dialogue.people import Names, Words
from rag.dialogue.refer import is_law, resolve, titled
from rag.dialogue.slots import substitute
from rag.dialogue.turn import Turn, Understood
from rag.dialogue.words import ASKING, ASPECT, DATE, LEVEL, ORDINAL, ORDINALS, QUANTITY, VERB, content

_LONGEST = 200
"""Characters that a rewritten question may have; longer ones come from questions that aren't conversation."""

_LONGEST_FRAGMENT = 24
_THEN = re.compile(
    r"^(?:(?:那么?(?![年天次个些里儿时位份家项场届条种座所本张部首只一])|还有(?=.+呢)|至于|嗯|哦|对了)[，,\s]*)+"
)
_SO = re.compile("那|至于")
_PARTICLES = re.compile(r"[呢啊呀嘛吧哈]+$")
_ALONE = re.compile(
    rf"(?:{DATE.pattern})[底初末]?|{ORDINALS.pattern}|{QUANTITY.pattern}的|{LEVEL.pattern}的?"
)
"""What is taken for a follow-up even without a word for it: "2016年？"."""

_MORE = re.compile(
    r"(?:(?:除此之?外|除此以外|此外|另外|除了?[这那他她它][些个们]?(?:之外|以外|外)?)[，,]?)?"
    r"(?:还有(?:没有)?|其他的?|其它的?|其余的?|别的|另外的?|剩下的?)(?:别的|其他的?|其它的?|另外的?)?"
    r"(?:是|有|都有|还有|包括)?(?P<what>哪些|哪几[个位家项]|哪[个位家项]|谁|什么|吗)?(?P<noun>.*)"
)
_ANY = re.compile(r"(?:的|人|单位|部门|内容|方面|情况|东西|地方|吗|没有)*")


def understand(
    question: str, turns: Sequence[Turn], *, names: Names, words: Words | None = None
) -> Understood:
    """What the question asks, with whatever it leaves to the earlier turns put in.

    A question that stands on its own comes back as it is, to the character. Rules on the surface of the text, in the
    order: others of the same ("还有哪些"), something else in the same question ("那2016年呢"), pronouns ("它的文号"),
    what is left out ("谁主持的").

    Args:
        turns: oldest first; only the last few count.
        names: proper nouns of a text, such as :meth:`index.segment.HanAnalyzer.names`.
        words: words of a text, such as :meth:`index.segment.HanAnalyzer.words`, so that none is cut in two; without
            it the borders are guessed from the characters.
    """
    same = Understood(question=question, rewritten=False, because="", document_ids=None)
    if not turns or not turns[-1].question.strip():
        return same
    text = _THEN.sub("", strip(question))
    said = _PARTICLES.sub("", text).strip()
    last = turns[-1]
    made = (
        _more(said, turns)
        or _article(said, last)
        or _instead(question, text, said, last, names, words)
        or _meant(said, turns, names)
        or _completed(said, last, names)
    )
    if made is None or len(made.question) > _LONGEST or made.question == question:
        return same
    return made


def _ended(words: str) -> str:
    return words + ("" if words.endswith(("?", "？")) else "？")


def _more(said: str, turns: Sequence[Turn]) -> Understood | None:
    """The previous question once more, for others than the answers given to it so far."""
    last = turns[-1]
    match = _MORE.fullmatch(simplify(said))
    if match is None or (match["what"] is None and not _ANY.fullmatch(match["noun"])):
        return None
    noun = _ANY.sub("", match["noun"], count=1)
    if noun and noun not in simplify(last.question):
        return None
    given: list[str] = []
    for turn in reversed(turns):
        if turn.question != last.question:
            break
        if turn.answer and turn.answer not in given:
            given.insert(0, turn.answer)
    but = "，并排除已经给出的答案" if given else ""
    return Understood(
        question=last.question,
        rewritten=True,
        because=f"沿用上一问“{strip(last.question)}”{but}",
        document_ids=None,
        exclude=tuple(given),
    )


def _instead(
    question: str, text: str, said: str, last: Turn, names: Names, words_of: Words | None
) -> Understood | None:
    """The previous question about something else."""
    plain = simplify(said)
    if not 0 < len(plain) <= _LONGEST_FRAGMENT or ASKING.search(plain):
        return None
    if text == said and not _ALONE.fullmatch(plain) and (len(plain) > 10 or not _SO.match(strip(question))):
        return None
    if not content(plain) and not _ALONE.fullmatch(plain) and not ASPECT.fullmatch(plain):
        return None
    previous = take_apart(last.question)
    ordinal = ORDINAL.match(plain)
    article = ordinal is not None and ordinal["measure"] in ("条", "款", "章", "节")
    words = (
        substitute(said, previous, names, words_of) if not article or ORDINAL.search(previous.plain) else None
    )
    if words is None and article and is_law(last.title):
        words = f"{titled(last.title)}{said}规定了什么"
    if words is None:
        return None
    return Understood(
        question=_ended(words),
        rewritten=True,
        because=f"沿用上一问“{previous.text}”",
        document_ids=_ids(last) if article else None,
    )


def _article(said: str, last: Turn) -> Understood | None:
    """ "第二条规定了什么" of the document that was talked about."""
    plain = simplify(said)
    first = ORDINALS.match(plain)
    if first is None or plain[first.end() - 1] not in "条款章节" or not is_bare(plain[first.end() :]):
        return None
    previous = take_apart(last.question)
    given = ORDINALS.search(previous.plain)
    law = titled(last.title) if is_law(last.title) else previous.words(previous.topic)
    of = previous.text[: given.start()] if given else law
    if not of:
        return None
    return Understood(
        question=_ended(of + said), rewritten=True, because=f"沿用上一问的“{of}”", document_ids=_ids(last)
    )


def _meant(said: str, turns: Sequence[Turn], names: Names) -> Understood | None:
    """The question with its pronoun replaced."""
    if not ASKING.search(simplify(said)) and not re.search(VERB, simplify(said)):
        return None
    found = resolve(said, turns, names)
    if found is None:
        return None
    return Understood(
        question=_ended(found.question),
        rewritten=True,
        because=f"“{found.pronoun}”指“{found.antecedent}”",
        document_ids=_ids(found.turn) if _names_document(found.antecedent, found.turn) else None,
    )


def _completed(said: str, last: Turn, names: Names) -> Understood | None:
    previous = take_apart(last.question)
    words = complete(said, previous, last, names)
    if words is None or words == previous.text:
        return None
    topic = previous.words(previous.topic)
    about = topic if topic and topic in words else previous.text
    return Understood(
        question=_ended(words),
        rewritten=True,
        because=f"沿用上一问的“{about}”",
        document_ids=_ids(last) if _names_document(topic, last) else None,
    )


def _ids(turn: Turn) -> tuple[int, ...] | None:
    return turn.document_ids or None


def _names_document(words: str, turn: Turn) -> bool:
    """Whether the words name the document that the turn's answer is from."""
    title = _bare_title(turn.title)
    named = _bare_title(words)
    return min(len(title), len(named)) >= 3 and (title in named or named == title)


def _bare_title(words: str) -> str:
    plain = re.sub(r"[(（]\d{4}[^)）]*[)）]$|[《》“”\s]", "", simplify(words))
    return plain.removeprefix("中华人民共和国")
