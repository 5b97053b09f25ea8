"""Questions with their accepted answers, and the passages that hold them: what every reader of a file makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Format = Literal["squad", "cjrc", "expmrc", "table"]
"""``squad``: SQuAD's JSON and its kin; ``cjrc``, ``expmrc``: those two's dialects; ``table``: JSONL, CSV or XLSX."""

YES_NO = "yes_no"
"""Tag of a question whose accepted answer is a bare YES or NO, which no document says: it is counted apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldAnswer:
    """One accepted answer. ``start`` counts characters of its passage's text; None where the file doesn't tell."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPassage:
    """A passage that comes with the questions. ``id`` is unique within its dataset."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalQuestion:
    """A question and what counts as right.

    Args:
        id: unique within its dataset.
        answers: the accepted ones, any of them is right; none for a question that must be declined.
        passage: id of the :class:`GoldPassage` that it was asked about; None where the file names none.
        document: file name of the user's document that holds the answer; None where the file names none.
        evidences: accepted evidence sentences.
        kind: what the file says of its type ("when", "list", …); empty where it says nothing.
        tags: whatever else the file marks it with.
        row: where it stands in the file, from 1: a line or a worksheet row; the n-th question in JSON.
    """

    id: str
    question: str
    answers: tuple[GoldAnswer, ...]
    row: int
    passage: str | None = None
    document: str | None = None
    evidences: tuple[str, ...] = ()
    kind: str = ""
    tags: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether there is an answer to be found."""
        return bool(self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One file of questions.

    Args:
        name: the file's name without its ending.
        sha256: of the file, hexadecimal.
        notes: what was mended or left out on reading, in words for people ("3 个答案的起点与原文不符,已按文字找到").
    """

    name: str
    format: Format
    sha256: str
    passages: tuple[GoldPassage, ...]
    questions: tuple[EvalQuestion, ...]
    notes: tuple[str, ...] = ()
