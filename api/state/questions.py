"""What everybody asked, for those who look after the documents; and how long it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    String,
    Table,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from api.state.conversations import TurnRecord, told_by, with_verdict
from api.state.database import StateDatabase
from api.state.faq import answers_in
from api.state.ids import first_id
from api.state.page import Page, page_of
from api.state.tables import api_keys, channels, conversations, faq, feedback, turns, users
from index.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Which questions are wanted; None means no restriction.

    Args:
        said: stands in the question, as asked or as understood, or in the answer.
    """

    abstained: bool | None = None
    verdict: str | None = None
    since: datetime | None = None
    said: str | None = None


EVERYTHING = Asking()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion(TurnRecord):
    """A question with what its curators want to know of it.

    Args:
        asker: name of the person, the key or the widget that it came from; None where these are gone.
        better, comment: what was said of the answer; may be empty.
        faq: number of an enabled pair that answers just this question by now; None without one.
    """

    asker: str | None
    better: str
    comment: str
    faq: int | None


class Questions:
    """All turns in ``service.db``. ``readable`` is what the reader's collections are, None for all: they see what
    was asked within these alone."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def page(
        self,
        readable: frozenset[str] | None,
        wanted: Asking = EVERYTHING,
        *,
        limit: int,
        after: str | None = None,
    ) -> Page[AskedQuestion]:
        """The latest first."""
        found = _told(readable).where(asked_within(readable), *_conditions(wanted))
        if after is not None:
            found = found.where(turns.c.id < after)
        with self._database.read() as connection:
            rows = connection.execute(found.order_by(turns.c.id.desc()).limit(limit + 1)).all()
        return page_of([_asked(row) for row in rows], limit, lambda turn: turn.id)

    def question(self, readable: frozenset[str] | None, key: str) -> AskedQuestion:
        """Raises:
        NotFound: no such question within those collections.
        """
        with self._database.read() as connection:
            row = connection.execute(_told(readable).where(turns.c.id == key, asked_within(readable))).first()
        if row is None:
            raise NotFound("没有这次提问。", remedy="")
        return _asked(row)

    def forget(self, before: datetime) -> int:
        """Deletes questions asked before then, conversations that went silent before then, and what was said of
        them; returns how many questions."""
        with self._database.write() as connection:
            gone = connection.execute(delete(turns).where(turns.c.asked_at < before)).rowcount
            connection.execute(delete(conversations).where(conversations.c.updated_at < before))
        return gone


def asked_within(readable: frozenset[str] | None) -> ColumnElement[bool]:
    """Of a turn: that nothing beyond those collections was searched for it."""
    if readable is None:
        return true()
    searched = func.json_each(turns.c.collections).table_valued("value")
    beyond = select(searched.c.value).where(searched.c.value.not_in(sorted(readable))).correlate(turns)
    return and_(turns.c.collections.is_not(None), ~exists(beyond))


def _told(readable: frozenset[str] | None) -> Select[*tuple[Any, ...]]:
    """Rows for :func:`_asked`."""
    asker = func.coalesce(_named(users, "user:"), _named(api_keys, "key:"), _named(channels, "widget:"))
    wording = func.json_each(faq.c.questions).table_valued("value")
    said = cast(wording.c.value, String)
    same = exists(select(wording.c.value).where(or_(said == turns.c.understood, said == turns.c.question)))
    answering = select(func.max(faq.c.id)).where(
        faq.c.enabled, answers_in(readable), same.correlate(faq, turns)
    )
    return with_verdict().add_columns(
        asker.label("asker"),
        feedback.c.better,
        feedback.c.comment,
        answering.correlate(turns).scalar_subquery().label("faq"),
    )


def _named(table: Table, kind: str) -> ScalarSelect[str]:
    """The name of the one in that table that a turn's owner is, or is a visitor of; see :attr:`Principal.id`."""
    whole = turns.c.owner + ":"
    here = literal(kind) + cast(table.c.id, String) + ":"
    mine = func.substr(whole, 1, func.length(here)) == here
    return select(table.c.name).where(mine).correlate(turns).scalar_subquery()


def _asked(row: Row[*tuple[Any, ...]]) -> AskedQuestion:
    return AskedQuestion(
        **told_by(row),
        asker=row.asker,
        better="" if row.better is None else row.better,
        comment="" if row.comment is None else row.comment,
        faq=row.faq,
    )


def _conditions(wanted: Asking) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.abstained is not None:
        conditions.append(turns.c.abstained == wanted.abstained)
    if wanted.verdict is not None:
        conditions.append(feedback.c.verdict == wanted.verdict)
    if wanted.since is not None:
        conditions.append(turns.c.id >= first_id(wanted.since))
    if wanted.said is not None:
        columns = (turns.c.question, turns.c.understood, turns.c.text)
        conditions.append(or_(*(column.contains(wanted.said, autoescape=True) for column in columns)))
    return conditions
