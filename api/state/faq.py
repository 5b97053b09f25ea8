"""Questions that curators answered themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from api.clock import Clock, now
from api.errors import Conflict
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.revision import revise
from api.state.tables import faq
from index.errors import NotFound
from rag.faq import FaqPair, FaqPlace

MOST_PAIRS = 20_000
"""Each wording of each is embedded in every process, and kept there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """A pair, and when it was written."""

    pair: FaqPair
    created_at: datetime
    updated_at: datetime


class FaqEntries:
    """Pairs of question and answer in ``service.db``. ``readable``: a reader's collections, None for all: pairs for
    others alone are as if they weren't there."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def add(self, pair: FaqPair) -> FaqEntry:
        """Adds it under a number of its own, in place of the one that it has.

        Raises:
            Conflict: there are too many.
        """
        moment = self._clock()
        values = {**_values(pair), "created_at": moment, "updated_at": moment}
        with self._database.write() as connection:
            if (connection.scalar(select(func.count()).select_from(faq)) or 0) >= MOST_PAIRS:
                raise Conflict(f"已有 {MOST_PAIRS} 条问答。", remedy="请先删除不用的。")
            row = connection.execute(insert(faq).values(values).returning(faq)).one()
            revise(connection)
        return _entry(row)

    def change(self, pair: FaqPair) -> FaqEntry:
        """Puts it in the place of the one of its number.

        Raises:
            NotFound: there is none.
        """
        values = {**_values(pair), "updated_at": self._clock()}
        with self._database.write() as connection:
            row = connection.execute(
                update(faq).where(faq.c.id == pair.id).values(values).returning(faq)
            ).first()
            if row is None:
                raise _none(pair.id)
            revise(connection)
        return _entry(row)

    def remove(self, number: int) -> None:
        """Raises:
        NotFound: no such pair.
        """
        with self._database.write() as connection:
            if not connection.execute(delete(faq).where(faq.c.id == number)).rowcount:
                raise _none(number)
            revise(connection)

    def entry(self, number: int, readable: frozenset[str] | None = None) -> FaqEntry:
        """Raises:
        NotFound: no such pair.
        """
        with self._database.read() as connection:
            row = connection.execute(select(faq).where(faq.c.id == number, answers_in(readable))).first()
        if row is None:
            raise _none(number)
        return _entry(row)

    def page(
        self,
        readable: frozenset[str] | None,
        *,
        said: str | None = None,
        limit: int,
        after: int | None = None,
    ) -> Page[FaqEntry]:
        """The one written last first. ``said`` stands in a wording or the answer."""
        wanted = select(faq).where(answers_in(readable))
        if said is not None:
            wording = func.json_each(faq.c.questions).table_valued("value")
            asked = select(wording.c.value).where(
                cast(wording.c.value, String).contains(said, autoescape=True)
            )
            wanted = wanted.where(
                or_(exists(asked.correlate(faq)), faq.c.answer.contains(said, autoescape=True))
            )
        if after is not None:
            wanted = wanted.where(faq.c.id < after)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(faq.c.id.desc()).limit(limit + 1)).all()
        return page_of([_entry(row) for row in rows], limit, lambda entry: entry.pair.id)


def pair_of(row: Row[*tuple[Any, ...]]) -> FaqPair:
    """The pair of a row."""
    place = None
    if row.document_id is not None:
        place = FaqPlace(document_id=row.document_id, start=row.start, end=row.end)
    return FaqPair(
        id=row.id,
        questions=tuple(row.questions),
        answer=row.answer,
        collections=None if row.collections is None else frozenset(row.collections),
        enabled=row.enabled,
        place=place,
    )


def within(pair: FaqPair, readable: frozenset[str] | None) -> FaqPair:
    """The pair as somebody sees it who doesn't know of other collections."""
    if pair.collections is None or readable is None:
        return pair
    return replace(pair, collections=pair.collections & readable)


def _entry(row: Row[*tuple[Any, ...]]) -> FaqEntry:
    return FaqEntry(pair=pair_of(row), created_at=row.created_at, updated_at=row.updated_at)


def _values(pair: FaqPair) -> dict[str, object]:
    collections: Sequence[str] | None = None if pair.collections is None else sorted(pair.collections)
    place = pair.place
    return {
        "questions": list(pair.questions),
        "answer": pair.answer,
        "collections": collections,
        "enabled": pair.enabled,
        "document_id": None if place is None else place.document_id,
        "start": None if place is None else place.start,
        "end": None if place is None else place.end,
    }


def answers_in(readable: frozenset[str] | None) -> ColumnElement[bool]:
    """Of a pair: that it answers in one of those collections (None: all)."""
    if readable is None:
        return true()
    name = func.json_each(faq.c.collections).table_valued("value")
    known = select(name.c.value).where(name.c.value.in_(sorted(readable))).correlate(faq)
    return or_(faq.c.collections.is_(None), exists(known))


def _none(number: int) -> NotFound:
    return NotFound(f"没有编号为 {number} 的问答。", remedy="")
