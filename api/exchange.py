"""A question that comes in, and the answer that goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.confidence import Confidence
from rag.answer import Answer
from rag.dialogue import Turn, Understood

NEW = "new"
"""As a conversation's name: begin one with this question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it comes in.

    Args:
        conversation: its id, or :data:`NEW`; None for a question on its own.
        told: what was said before it, oldest first, by the account of whoever asks, questions as they were asked; for
            one without a conversation that is kept here.
        collections, documents: look only there; None for all that may be read.
        top_k: passages that are read, in place of the settings'.
        explain: tell how the answer came about; needs :attr:`Scope.KNOWLEDGE`.
    """

    question: str
    conversation: str | None = None
    told: Sequence[Turn] = ()
    collections: Sequence[str] | None = None
    documents: Sequence[int] | None = None
    top_k: int | None = None
    explain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that was recorded.

    Args:
        turn_id: under which, for feedback.
        question: as it was asked.
        conversation: that it belongs to, if any.
        answer: to ``understood.question``.
    """

    turn_id: str
    question: str
    conversation: str | None
    asked_at: datetime
    understood: Understood
    answer: Answer
    confidence: Confidence
