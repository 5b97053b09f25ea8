"""What people said of the answers that they got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.dialects.sqlite import insert

from api.clock import Clock, now
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.questions import asked_within
from api.state.tables import feedback, turns
from index.errors import NotFound


class Verdict(StrEnum):
    """What somebody holds of an answer."""

    HELPFUL = "helpful"
    WRONG = "wrong"
    BETTER = "better"  # there is a better one, which is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody said of the answer that they got.

    Args:
        better: the answer that they would have wanted; may be empty.
        question: as it was understood; ``text``, ``abstained``, ``answer``: what they got, see :class:`TurnRecord`.
    """

    id: int
    turn: str
    verdict: Verdict
    better: str
    comment: str
    created_at: datetime
    question: str
    text: str
    abstained: bool
    answer: Mapping[str, Any]


class FeedbackRecords:
    """Feedback in ``service.db``; at most one for each answer."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def give(
        self, owner: str, turn: str, verdict: Verdict, *, better: str = "", comment: str = ""
    ) -> Feedback:
        """Keeps it; what the same one said of that answer before is replaced.

        Raises:
            NotFound: that owner was given no such answer.
        """
        mine = turns.c.owner == owner
        return self._keep(mine, turn, owner=owner, verdict=verdict, better=better, comment=comment)

    def judge(
        self,
        by: str,
        readable: frozenset[str] | None,
        turn: str,
        verdict: Verdict,
        *,
        better: str = "",
        comment: str = "",
    ) -> Feedback:
        """The same by a curator, on anybody's question within those collections (None: all).

        Raises:
            NotFound: no such question within them.
        """
        theirs = asked_within(readable)
        return self._keep(theirs, turn, owner=by, verdict=verdict, better=better, comment=comment)

    def _keep(
        self,
        allowed: ColumnElement[bool],
        turn: str,
        *,
        owner: str,
        verdict: Verdict,
        better: str,
        comment: str,
    ) -> Feedback:
        said = {
            "verdict": verdict.value,
            "better": better,
            "comment": comment,
            "owner": owner,
            "created_at": self._clock(),
        }
        keep = insert(feedback).values(turn_id=turn, **said)
        with self._database.write() as connection:
            if connection.execute(select(turns.c.id).where(turns.c.id == turn, allowed)).first() is None:
                raise NotFound("没有这次提问。", remedy="请用提问时返回的 id。")
            connection.execute(keep.on_conflict_do_update(index_elements=["turn_id"], set_=said))
            return _feedback(connection.execute(_with_turn().where(feedback.c.turn_id == turn)).one())

    def of(self, turn: str) -> Feedback | None:
        """What was said of that answer, if anything; whoever asks may see the question."""
        with self._database.read() as connection:
            row = connection.execute(_with_turn().where(feedback.c.turn_id == turn)).first()
        return None if row is None else _feedback(row)

    def page(
        self,
        readable: frozenset[str] | None,
        *,
        verdict: Verdict | None = None,
        limit: int,
        after: int | None = None,
    ) -> Page[Feedback]:
        """What was said of questions within those collections (None: all), the one given last first."""
        wanted = _with_turn().where(asked_within(readable))
        if verdict is not None:
            wanted = wanted.where(feedback.c.verdict == verdict.value)
        if after is not None:
            wanted = wanted.where(feedback.c.id < after)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(feedback.c.id.desc()).limit(limit + 1)).all()
        return page_of([_feedback(row) for row in rows], limit, lambda one: one.id)


def _with_turn() -> Select[*tuple[Any, ...]]:
    told = (turns.c.understood, turns.c.text, turns.c.abstained, turns.c.answer)
    return select(feedback, *told).join_from(feedback, turns)


def _feedback(row: Row[*tuple[Any, ...]]) -> Feedback:
    return Feedback(
        id=row.id,
        turn=row.turn_id,
        verdict=Verdict(row.verdict),
        better=row.better,
        comment=row.comment,
        created_at=row.created_at,
        question=row.understood,
        text=row.text,
        abstained=row.abstained,
        answer=row.answer,
    )
