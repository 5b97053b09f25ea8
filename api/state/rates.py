"""How often something was done lately, counted for all processes of the service together.

Windows are fixed: one begins with the first use and ends ``seconds`` later. The library ``limits`` (5.8) was weighed:
its storages carry out the algorithms themselves, so that one over SQLite would be as long as this module; a check
would take three statements in place of one, count refused uses too, and several limits couldn't be taken together or
not at all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql.dml import ReturningInsert

from api.clock import Clock, now
from api.errors import TooManyRequests
from api.state.database import StateDatabase
from api.state.tables import Moment, rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``most`` uses in ``seconds``. ``key``: of whom, and for what; ``message`` says it to them."""

    key: str
    most: int
    seconds: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What is left of a limit: ``remaining`` of ``most`` uses, until it begins anew in ``seconds``."""

    most: int
    remaining: int
    seconds: int


class Rates:
    """Counts in ``service.db``. They don't wait for the disk: a power cut may give back a few uses."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def take(self, limits: Sequence[Limit]) -> Allowance:
        """One use of each limit; the tightest of what is left.

        Raises:
            TooManyRequests: one of them is used up; nothing is taken of the others then.
        """
        moment = self._clock()
        with self._database.write(durable=False) as connection:
            left = [_take(connection, limit, moment) for limit in limits]
        return min(left, key=lambda allowance: allowance.remaining)

    def forget(self, key: str) -> None:
        """Gives back all uses of a limit."""
        with self._database.write(durable=False) as connection:
            connection.execute(delete(rates).where(rates.c.key == key))

    def sweep(self) -> None:
        """Drops what is over."""
        with self._database.write(durable=False) as connection:
            connection.execute(delete(rates).where(rates.c.expires_at <= self._clock()))


def _counting() -> ReturningInsert[int, datetime]:
    moment, ends = bindparam("moment", type_=Moment), bindparam("ends", type_=Moment)
    over = rates.c.expires_at <= moment
    return (
        insert(rates)
        .values(key=bindparam("of"), count=1, expires_at=ends)
        .on_conflict_do_update(
            index_elements=[rates.c.key],
            set_={
                "count": case((over, 1), else_=rates.c.count + 1),
                "expires_at": case((over, ends), else_=rates.c.expires_at),
            },
            where=over | (rates.c.count < bindparam("most")),
        )
        .returning(rates.c.count.label("used"), rates.c.expires_at)
    )


_COUNTING = _counting()
"""Built once: that takes longer than carrying it out."""


def _take(connection: Connection, limit: Limit, moment: datetime) -> Allowance:
    values = {
        "of": limit.key,
        "most": limit.most,
        "moment": moment,
        "ends": moment + timedelta(seconds=limit.seconds),
    }
    row = connection.execute(_COUNTING, values).first()
    if row is None:
        ends = connection.execute(select(rates.c.expires_at).where(rates.c.key == limit.key)).scalar_one()
        raise TooManyRequests(limit.message, retry_after=(ends - moment).total_seconds())
    seconds = math.ceil((row.expires_at - moment).total_seconds())
    return Allowance(most=limit.most, remaining=max(0, limit.most - row.used), seconds=seconds)
