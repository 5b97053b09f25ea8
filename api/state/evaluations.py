"""Evaluations: who began them, over what, and what came out in short. The rest of a run is in files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, exists, func, insert, select, true, update

from api.clock import Clock, now
from api.errors import Conflict
from api.security.principal import Principal, Scope
from api.state.database import StateDatabase
from api.state.ids import new_id
from api.state.job_rows import UNDER_WAY
from api.state.page import Page, page_of
from api.state.tables import evaluations, jobs
from index.errors import NotFound

MOST = 1000
"""Evaluations that are kept; they take disk until somebody deletes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One evaluation.

    Args:
        job_id: does it; jobs are forgotten long before evaluations are.
        options: what was asked for, as JSON.
        collections: asked within; None for all.
        summary: what came out, in short; None while nothing has.
    """

    id: str
    job_id: str
    name: str
    task: str
    options: Mapping[str, Any]
    collections: frozenset[str] | None
    summary: Mapping[str, Any] | None
    created_by: str
    created_at: datetime


class Evaluations:
    """Evaluations in ``service.db``.

    They are seen by who began them, and by administrators, as long as these may read all collections that were
    asked: the rows quote their documents. To others they are as if they weren't there.
    """

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def new_id(self) -> str:
        """For an evaluation whose files are to be kept before it is created."""
        return new_id(self._clock())

    def create(
        self,
        evaluation_id: str,
        *,
        job_id: str,
        name: str,
        task: str,
        options: Mapping[str, Any],
        collections: frozenset[str] | None,
        created_by: str,
    ) -> Evaluation:
        """A new one, durable when this returns.

        Raises:
            Conflict: there are :data:`MOST` already.
        """
        values = {
            "id": evaluation_id,
            "job_id": job_id,
            "name": name,
            "task": task,
            "options": dict(options),
            "collections": None if collections is None else sorted(collections),
            "created_by": created_by,
            "created_at": self._clock(),
        }
        with self._database.write() as connection:
            if connection.execute(select(func.count()).select_from(evaluations)).scalar_one() >= MOST:
                raise Conflict(f"已经有 {MOST} 次评测。", remedy="请先删除不再需要的。")
            row = connection.execute(insert(evaluations).values(values).returning(evaluations)).one()
        return _evaluation(row)

    def evaluation(self, evaluation_id: str, *, seen_by: Principal | None = None) -> Evaluation:
        """Raises:
        NotFound: no such evaluation, or none that ``seen_by`` may see.
        """
        wanted = select(evaluations).where(evaluations.c.id == evaluation_id)
        if seen_by is not None:
            wanted = wanted.where(_visible_to(seen_by))
        with self._database.read() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            raise NotFound(f"没有评测 {evaluation_id}。", remedy="")
        return _evaluation(row)

    def page(
        self, principal: Principal, *, limit: int, after: str | None = None, task: str | None = None
    ) -> Page[Evaluation]:
        """Those that ``principal`` may see, the newest first."""
        wanted: Select[Any] = select(evaluations).where(_visible_to(principal))
        if after is not None:
            wanted = wanted.where(evaluations.c.id < after)
        if task is not None:
            wanted = wanted.where(evaluations.c.task == task)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(evaluations.c.id.desc()).limit(limit + 1)).all()
        return page_of([_evaluation(row) for row in rows], limit, lambda one: one.id)

    def finish(self, evaluation_id: str, summary: Mapping[str, Any]) -> None:
        """Keeps what came out; fine if it was deleted meanwhile."""
        mine = update(evaluations).where(evaluations.c.id == evaluation_id)
        with self._database.write() as connection:
            connection.execute(mine.values(summary=dict(summary)))

    def remove(self, evaluation_id: str) -> None:
        """Forgets it; gone already is fine.

        Raises:
            Conflict: its job waits or runs.
        """
        at_it = (
            select(jobs.c.id)
            .join(evaluations, evaluations.c.job_id == jobs.c.id)
            .where(evaluations.c.id == evaluation_id, jobs.c.status.in_(UNDER_WAY))
        )
        with self._database.write() as connection:
            job = connection.scalar(at_it)
            if job is not None:
                raise Conflict(
                    "评测还在进行，不能删除。", remedy=f"请先取消它的任务：POST /v1/jobs/{job}/cancel。"
                )
            connection.execute(delete(evaluations).where(evaluations.c.id == evaluation_id))

    def ids(self) -> frozenset[str]:
        """Of all."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(select(evaluations.c.id)))


def _visible_to(principal: Principal) -> ColumnElement[bool]:
    own = true() if Scope.ADMIN in principal.scopes else evaluations.c.created_by == principal.id
    if principal.readable is None:
        return own
    asked = func.json_each(evaluations.c.collections).table_valued("value")
    beyond = select(asked.c.value).where(asked.c.value.not_in(sorted(principal.readable)))
    return and_(own, evaluations.c.collections.is_not(None), ~exists(beyond.correlate(evaluations)))


def _evaluation(row: Row[Any]) -> Evaluation:
    return Evaluation(
        id=row.id,
        job_id=row.job_id,
        name=row.name,
        task=row.task,
        options=row.options,
        collections=None if row.collections is None else frozenset(row.collections),
        summary=row.summary,
        created_by=row.created_by,
        created_at=row.created_at,
    )
