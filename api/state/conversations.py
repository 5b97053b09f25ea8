"""Conversations, and every question with the answer that was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, case, delete, insert, select, update

from api.clock import Clock, now
from api.state.database import StateDatabase
from api.state.ids import new_id
from api.state.page import Page, page_of
from api.state.tables import conversations, feedback, turns
from index.errors import NotFound

TITLE_CHARS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A row of questions that may lean on each other. ``owner``: :attr:`Principal.id`; ``title`` may be empty."""

    id: str
    owner: str
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """A question that was asked, and what came back.

    Args:
        conversation: None for a question on its own.
        understood: the question as it was looked for, in words of its own.
        milliseconds: until the answer was there, less the time in the queue.
        collections: searched; None for all.
        answer: the body that was sent.
        verdict: of whoever asked, once told.
    """

    id: str
    conversation: str | None
    owner: str
    asked_at: datetime
    question: str
    understood: str
    text: str
    abstained: bool
    probability: float
    milliseconds: float
    collections: tuple[str, ...] | None
    answer: Mapping[str, Any]
    request_id: str
    verdict: str | None = None


class Conversations:
    """Everybody's own conversations in ``service.db``; somebody else's are as if they weren't there."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create(self, owner: str, *, title: str = "") -> Conversation:
        """A new one, without questions."""
        moment = self._clock()
        with self._database.write() as connection:
            return _insert(connection, new_id(moment), owner, title, moment)

    def conversation(self, owner: str, key: str) -> Conversation:
        """Raises:
        NotFound: no such conversation of that owner's.
        """
        with self._database.read() as connection:
            return _own(connection, owner, key)

    def page(self, owner: str, *, limit: int, after: str | None = None) -> Page[Conversation]:
        """The owner's, the one begun last first."""
        wanted = select(conversations).where(conversations.c.owner == owner)
        if after is not None:
            wanted = wanted.where(conversations.c.id < after)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(conversations.c.id.desc()).limit(limit + 1)).all()
        return page_of([_conversation(row) for row in rows], limit, lambda one: one.id)

    def remove(self, owner: str, key: str) -> None:
        """Deletes it with its questions, and what was said of them.

        Raises:
            NotFound: no such conversation of that owner's.
        """
        with self._database.write() as connection:
            _own(connection, owner, key)
            connection.execute(delete(conversations).where(conversations.c.id == key))

    def turns(self, owner: str, key: str, *, limit: int, after: str | None = None) -> Page[TurnRecord]:
        """The questions of a conversation, the latest first.

        Raises:
            NotFound: no such conversation of that owner's.
        """
        wanted = with_verdict().where(turns.c.conversation_id == key)
        if after is not None:
            wanted = wanted.where(turns.c.id < after)
        with self._database.read() as connection:
            _own(connection, owner, key)
            rows = connection.execute(wanted.order_by(turns.c.id.desc()).limit(limit + 1)).all()
        return page_of([turn_of(row) for row in rows], limit, lambda turn: turn.id)

    def record(self, turn: TurnRecord, *, begins: bool = False) -> None:
        """Keeps a question and its answer, and with ``begins`` begins the conversation that they belong to.

        Raises:
            NotFound: the conversation was deleted meanwhile; nothing is kept.
        """
        with self._database.write() as connection:
            if turn.conversation is not None and begins:
                _insert(connection, turn.conversation, turn.owner, _title(turn), turn.asked_at)
            elif turn.conversation is not None:
                _continue(connection, turn.conversation, turn)
            connection.execute(
                insert(turns).values(
                    id=turn.id,
                    conversation_id=turn.conversation,
                    owner=turn.owner,
                    asked_at=turn.asked_at,
                    question=turn.question,
                    understood=turn.understood,
                    text=turn.text,
                    abstained=turn.abstained,
                    probability=turn.probability,
                    milliseconds=turn.milliseconds,
                    collections=None if turn.collections is None else list(turn.collections),
                    answer=dict(turn.answer),
                    request_id=turn.request_id,
                )
            )


def with_verdict() -> Select[*tuple[Any, ...]]:
    """All turns, each with what was said of it; rows for :func:`turn_of`."""
    joined = turns.outerjoin(feedback, feedback.c.turn_id == turns.c.id)
    return select(turns, feedback.c.verdict).select_from(joined)


def turn_of(row: Row[*tuple[Any, ...]]) -> TurnRecord:
    """The turn of a row of :func:`with_verdict`."""
    return TurnRecord(**told_by(row))


def told_by(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """What a row of :func:`with_verdict` tells of a :class:`TurnRecord`, by its names."""
    collections = None if row.collections is None else tuple(row.collections)
    same = {column.name: getattr(row, column.name) for column in turns.columns}
    del same["conversation_id"]
    return {
        **same,
        "conversation": row.conversation_id,
        "collections": collections,
        "verdict": row.verdict,
    }


def _title(turn: TurnRecord) -> str:
    return " ".join(turn.question.split())[:TITLE_CHARS]


def _insert(connection: Connection, key: str, owner: str, title: str, moment: datetime) -> Conversation:
    values = {"id": key, "owner": owner, "title": title, "created_at": moment, "updated_at": moment}
    row = connection.execute(insert(conversations).values(values).returning(conversations)).one()
    return _conversation(row)


def _continue(connection: Connection, key: str, turn: TurnRecord) -> None:
    title = case((conversations.c.title == "", _title(turn)), else_=conversations.c.title)
    _own(connection, turn.owner, key)
    connection.execute(
        update(conversations).where(conversations.c.id == key).values(updated_at=turn.asked_at, title=title)
    )


def _own(connection: Connection, owner: str, key: str) -> Conversation:
    mine = (conversations.c.id == key, conversations.c.owner == owner)
    row = connection.execute(select(conversations).where(*mine)).first()
    if row is None:
        raise NotFound("没有这个会话。", remedy="请新建一个会话，或不带 conversation 提问。")
    return _conversation(row)


def _conversation(row: Row[*tuple[Any, ...]]) -> Conversation:
    return Conversation(
        id=row.id, owner=row.owner, title=row.title, created_at=row.created_at, updated_at=row.updated_at
    )
