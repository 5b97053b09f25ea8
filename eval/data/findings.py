"""What reading a file turns up: what makes it unusable, and what was mended or left out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from eval.dataset import EvalQuestion, GoldPassage
from eval.measures.text import squeeze
from index.encoding import INVISIBLE

YES_OR_NO = frozenset({"YES", "NO"})
YES_NO_NOTE = "{} 题的答案只有 YES 或 NO，原文不会有这样的话，单独统计（标签 yes_no）"
_EXAMPLES = 5


class Findings:
    """Collects while a file is read, so that all that is wrong with it is told at once.

    Args:
        place: names the n-th row in words ("第 5 行").
    """

    def __init__(self, place: Callable[[int], str]) -> None:
        self.place = place
        self.problems: list[str] = []
        self._tallies: dict[str, list[str]] = {}
        self._remarks: list[str] = []
        self._rows: dict[str, int] = {}

    def problem(self, row: int, what: str) -> None:
        """That row can't be used."""
        self.problems.append(f"{self.place(row)}: {what}")

    def tally(self, what: str, where: str) -> None:
        """One more case of ``what``, a sentence with ``{}`` for how many there are."""
        self._tallies.setdefault(what, []).append(where)

    def remark(self, what: str) -> None:
        """Something to know about the file as a whole."""
        self._remarks.append(what)

    def claim(self, question_id: str, row: int) -> bool:
        """Whether the id is new; if not, that row is a problem, which names the first row that has it."""
        first = self._rows.setdefault(question_id, row)
        if first != row:
            self.problem(row, f"编号“{question_id}”与{self.place(first)}重复。")
        return first == row

    def notes(self) -> tuple[str, ...]:
        """All of it in words, with a few places for each."""
        return (*self._remarks, *(_counted(what, where) for what, where in self._tallies.items()))


def _counted(what: str, where: list[str]) -> str:
    distinct = list(dict.fromkeys(where))
    more = "……" if len(distinct) > _EXAMPLES else ""
    return f"{what.format(len(where))}({'、'.join(distinct[:_EXAMPLES])}{more})"


class BadRow(Exception):
    """What is wrong with a row, in words; caught where rows are gone through, and never seen outside."""


class Passages:
    """The distinct passages of a file, in order of appearance."""

    def __init__(self) -> None:
        self._by_id: dict[str, GoldPassage] = {}

    def add(self, text: str, *, title: str = "", given_id: str | None = None) -> str:
        """The passage's id: the one given, unless another text has it already; without one, made from the text."""
        kept = (
            None
            if given_id is None
            else self._by_id.setdefault(given_id, GoldPassage(id=given_id, text=text, title=title))
        )
        if kept is not None and kept.text == text:
            return kept.id
        made = text_id(text)
        self._by_id.setdefault(made, GoldPassage(id=made, text=text, title=title))
        return made

    def all(self) -> tuple[GoldPassage, ...]:
        """In order of appearance."""
        return tuple(self._by_id.values())


Questions = tuple[tuple[GoldPassage, ...], tuple[EvalQuestion, ...]]
"""What each reader makes."""


def text_id(text: str) -> str:
    """An id for a passage that has none: the same text gets the same one, in any file."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def broken(text: str) -> bool:
    """Whether it holds half a surrogate pair, which JSON can write and no encoding can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def blank(text: str) -> bool:
    """Whether nothing in it can be seen."""
    kept = text.strip()
    return not kept or not kept.strip(INVISIBLE).strip()


def says(passage: str, text: str) -> bool:
    """Whether ``passage`` holds ``text``; line breaks and spaces don't count."""
    return text in passage or squeeze(text) in squeeze(passage)
