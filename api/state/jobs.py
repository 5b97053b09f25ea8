"""Work that takes long, as those see it who want it done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, delete, insert, select

from api.clock import Clock, now
from api.errors import Conflict
from api.state.database import StateDatabase
from api.state.ids import first_id, new_id
from api.state.job_rows import (
    UNDER_WAY,
    Job,
    JobFile,
    JobStatus,
    end,
    file_values,
    row_of,
    set_job,
    to_file,
    to_job,
)
from api.state.page import Page, page_of
from api.state.tables import job_files, jobs

KEPT = timedelta(days=90)


class Jobs:
    """Jobs in ``service.db``; :class:`api.state.leases.Leases` is for those who do them."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def new_id(self) -> str:
        """For a job whose files are to be kept before it is created."""
        return new_id(self._clock())

    def create(
        self,
        kind: str,
        *,
        created_by: str,
        collection: str = "",
        payload: Mapping[str, Any] | None = None,
        files: Iterable[JobFile] = (),
        job_id: str | None = None,
        total: int = 0,
        alone: bool = False,
    ) -> Job:
        """A new job, durable when this returns.

        Args:
            alone: only if none of its kind and collection is under way.

        Raises:
            Conflict: one is.
        """
        moment = self._clock()
        rows = [file_values(file) for file in files]
        values = {
            "id": new_id(moment) if job_id is None else job_id,
            "kind": kind,
            "status": JobStatus.WAITING,
            "collection": collection,
            "payload": dict(payload or {}),
            "done": 0,
            "total": len(rows) if rows else total,
            "note": "",
            "created_by": created_by,
            "created_at": moment,
            "attempts": 0,
            "cancel": False,
        }
        with self._database.write() as connection:
            same = _under_way(collection).where(jobs.c.kind == kind)
            if alone and connection.execute(same).first() is not None:
                raise Conflict("已经有一个同样的任务。", remedy="请等它完成，或先取消它。")
            row = connection.execute(insert(jobs).values(values).returning(jobs)).one()
            if rows:
                connection.execute(insert(job_files), [{"job_id": row.id, **file} for file in rows])
        return to_job(row)

    def job(self, job_id: str) -> Job:
        """Raises:
        NotFound: no such job.
        """
        with self._database.read() as connection:
            return to_job(row_of(connection, job_id))

    def several(self, job_ids: Iterable[str]) -> dict[str, Job]:
        """Those of them that are still known, by id."""
        wanted = select(jobs).where(jobs.c.id.in_(list(job_ids)))
        with self._database.read() as connection:
            return {row.id: to_job(row) for row in connection.execute(wanted)}

    def files(self, job_id: str) -> list[JobFile]:
        """In order; empty for a job without any."""
        mine = select(job_files).where(job_files.c.job_id == job_id).order_by(job_files.c.ordinal)
        with self._database.read() as connection:
            return [to_file(row) for row in connection.execute(mine)]

    def page(
        self,
        *,
        limit: int,
        after: str | None = None,
        owner: str | None = None,
        status: JobStatus | None = None,
    ) -> Page[Job]:
        """The newest first. ``owner``: only those that they created; ``after``: the id of the last one seen."""
        wanted: Select[Any] = select(jobs).order_by(jobs.c.id.desc()).limit(limit + 1)
        if after is not None:
            wanted = wanted.where(jobs.c.id < after)
        if owner is not None:
            wanted = wanted.where(jobs.c.created_by == owner)
        if status is not None:
            wanted = wanted.where(jobs.c.status == status)
        with self._database.read() as connection:
            found = [to_job(row) for row in connection.execute(wanted)]
        return page_of(found, limit, lambda job: job.id)

    def cancel(self, job_id: str) -> Job:
        """Ends a job that waits; tells one that runs to end where it can.

        Raises:
            NotFound: no such job. Conflict: it has ended.
        """
        with self._database.write() as connection:
            row = row_of(connection, job_id)
            if row.status not in UNDER_WAY:
                raise Conflict("任务已经结束，不能取消。", remedy="")
            set_job(connection, job_id, cancel=True)
            if row.status == JobStatus.WAITING:
                end(connection, job_id, JobStatus.CANCELLED, moment=self._clock())
            return to_job(row_of(connection, job_id))

    def concern(self, collection: str) -> bool:
        """Whether a job of that collection waits or runs."""
        with self._database.read() as connection:
            return connection.execute(_under_way(collection)).first() is not None

    def under_way(self) -> frozenset[str]:
        """Ids of all that wait or run."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(select(jobs.c.id).where(jobs.c.status.in_(UNDER_WAY))))

    def sweep(self) -> None:
        """Drops what ended :data:`KEPT` ago."""
        old = and_(jobs.c.id < first_id(self._clock() - KEPT), jobs.c.status.not_in(UNDER_WAY))
        with self._database.write() as connection:
            connection.execute(delete(jobs).where(old))


def _under_way(collection: str) -> Select[Any]:
    return select(jobs.c.id).where(jobs.c.collection == collection, jobs.c.status.in_(UNDER_WAY)).limit(1)
