"""What a conversation is made of, and what is made of a question asked in one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier exchange.

    Args:
        question: as it was understood, that is self-contained.
        answer: "" when none was found.
        document_ids: of the documents that the answer cites, best first.
        title: of the first of them; "" when none.
    """

    question: str
    answer: str
    document_ids: tuple[int, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A question as it is to be asked.

    Args:
        question: self-contained; the very same string when nothing was missing.
        because: in Chinese, what was taken from the conversation; "" when nothing was.
        document_ids: look only there, because the question is about that very document; None for everywhere.
        exclude: answers given already to this question, when others are asked for.
    """

    question: str
    rewritten: bool
    because: str
    document_ids: tuple[int, ...] | None
    exclude: tuple[str, ...] = ()
