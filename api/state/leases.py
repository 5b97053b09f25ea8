"""Who does a job now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select, update

from api.clock import Clock, now
from api.state.database import StateDatabase
from api.state.job_rows import (
    LONGEST_NOTE,
    FileStatus,
    Job,
    JobFile,
    JobStatus,
    Trouble,
    end,
    reset_working,
    row_of,
    set_file,
    set_job,
    to_job,
    trouble_values,
    working_on,
)
from api.state.tables import job_files, jobs

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3


class LeaseLost(Exception):
    """The job isn't this worker's any more. For workers alone: they stop, and nobody is told."""


class Leases:
    """Claims on jobs in ``service.db``, by workers of all processes.

    A job is its worker's until the lease ends, which they renew; whoever claims it after that goes on with it.

    Args:
        lease: of a claim.
    """

    def __init__(self, database: StateDatabase, *, clock: Clock = now, lease: timedelta = LEASE) -> None:
        self._database = database
        self._clock = clock
        self.lease = lease

    def claim(self, worker: str, kinds: Iterable[str]) -> Job | None:
        """Takes the oldest job that is free and of one of ``kinds``; None if there is none.

        One that was begun :data:`MOST_ATTEMPTS` times, each time without anything getting finished, is given up: it
        keeps killing the process. If it was at a file, only that file is.
        """
        wanted = self._free(kinds)
        with self._database.read() as connection:  # so that idle workers don't keep writers waiting
            if connection.execute(wanted).first() is None:
                return None
        with self._database.write() as connection:
            while (row := connection.execute(wanted).first()) is not None:
                if row.cancel:
                    end(connection, row.id, JobStatus.CANCELLED, moment=self._clock())
                elif row.attempts >= MOST_ATTEMPTS and not self._gave_up_file(connection, row.id):
                    trouble = _killed("这个任务")
                    end(connection, row.id, JobStatus.FAILED, moment=self._clock(), error=trouble)
                else:
                    return self._begun(connection, row, worker)
        return None

    def free_all(self) -> None:
        """Ends every claim at once, for when no worker lives any more; how often each was begun stays."""
        running = update(jobs).where(jobs.c.status == JobStatus.RUNNING)
        with self._database.write() as connection:
            connection.execute(running.values(leased_until=self._clock() - self.lease))

    def renew(self, job_id: str, worker: str) -> bool:
        """Keeps a claim for another lease; says whether the job is to end.

        Raises:
            LeaseLost: it isn't this worker's any more.
        """
        with self._database.write(durable=False) as connection:
            row = _own(connection, job_id, worker)
            set_job(connection, job_id, leased_until=self._clock() + self.lease)
            return bool(row.cancel)

    def progress(self, job_id: str, worker: str, *, done: int, total: int, note: str = "") -> bool:
        """Writes down how far a job is; says whether it is to end.

        Raises:
            LeaseLost: it isn't this worker's any more.
        """
        with self._database.write(durable=False) as connection:
            row = _own(connection, job_id, worker)
            attempts = 1 if done > row.done else row.attempts
            set_job(connection, job_id, done=done, total=total, note=note[:LONGEST_NOTE], attempts=attempts)
            return bool(row.cancel)

    def start_file(self, job_id: str, worker: str, ordinal: int) -> None:
        """Writes down that a file is being worked on, so that it is known if the process dies of it.

        Raises:
            LeaseLost: the job isn't this worker's any more.
        """
        with self._database.write(durable=False) as connection:
            _own(connection, job_id, worker)
            set_file(connection, job_id, ordinal, status=FileStatus.WORKING)

    def finish_file(self, job_id: str, worker: str, file: JobFile) -> None:
        """Writes down what became of a file.

        Raises:
            LeaseLost: the job isn't this worker's any more.
        """
        error = trouble_values(file.error)
        with self._database.write(
            durable=False
        ) as connection:  # forgotten, it is found unchanged the next time
            _own(connection, job_id, worker)
            set_file(
                connection,
                job_id,
                file.ordinal,
                status=file.status,
                document_id=file.document_id,
                error=error,
                warnings=list(file.warnings) or None,
            )
            set_job(connection, job_id, attempts=1)

    def release(self, job_id: str, worker: str, *, note: str = "") -> None:
        """Hands a job back: whoever claims next goes on with it, and it isn't held against it.

        Raises:
            LeaseLost: it isn't this worker's any more.
        """
        with self._database.write() as connection:
            _own(connection, job_id, worker)
            reset_working(connection, job_id)
            set_job(
                connection,
                job_id,
                status=JobStatus.WAITING,
                worker=None,
                leased_until=None,
                attempts=0,
                note=note[:LONGEST_NOTE],
            )

    def finish(
        self,
        job_id: str,
        worker: str,
        status: JobStatus,
        *,
        result: Mapping[str, Any] | None = None,
        error: Trouble | None = None,
    ) -> None:
        """Ends a job.

        Raises:
            LeaseLost: it isn't this worker's any more.
        """
        with self._database.write() as connection:
            _own(connection, job_id, worker)
            end(connection, job_id, status, moment=self._clock(), result=result, error=error)

    def _free(self, kinds: Iterable[str]) -> Select[Any]:
        moment = self._clock()
        expired = and_(jobs.c.status == JobStatus.RUNNING, jobs.c.leased_until < moment)
        other = jobs.alias("other")
        side_by_side = (
            select(other.c.id)
            .where(
                other.c.status == JobStatus.RUNNING,
                other.c.leased_until >= moment,
                other.c.collection == jobs.c.collection,
                other.c.id != jobs.c.id,
            )
            .exists()
        )
        return (
            select(jobs)
            .where(
                jobs.c.kind.in_(sorted(kinds)),
                or_(jobs.c.status == JobStatus.WAITING, expired),
                or_(jobs.c.collection == "", ~side_by_side),
            )
            .order_by(jobs.c.id)
            .limit(1)
        )

    def _begun(self, connection: Connection, row: Row[Any], worker: str) -> Job:
        moment = self._clock()
        reset_working(connection, row.id)
        set_job(
            connection,
            row.id,
            status=JobStatus.RUNNING,
            worker=worker,
            leased_until=moment + self.lease,
            started_at=moment if row.started_at is None else row.started_at,
            attempts=1 if row.attempts >= MOST_ATTEMPTS else row.attempts + 1,
        )
        return to_job(row_of(connection, row.id))

    def _gave_up_file(self, connection: Connection, job_id: str) -> bool:
        """Whether the job was at a file when its process died; that file has failed now.

        Whoever begins a job again takes its files one by one, so that it is the one.
        """
        error = trouble_values(_killed("这个文件"))
        done = connection.execute(
            update(job_files).where(working_on(job_id)).values(status=FileStatus.FAILED, error=error)
        )
        return bool(done.rowcount)


def _own(connection: Connection, job_id: str, worker: str) -> Row[Any]:
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
    if row is None or row.worker != worker or row.status != JobStatus.RUNNING:
        raise LeaseLost(job_id)
    return row


def _killed(what: str) -> Trouble:
    return Trouble(
        type="ProcessDied",
        detail=f"处理{what}时，服务进程 {MOST_ATTEMPTS} 次异常退出，已放弃。",
        remedy="请查看服务日志；文件过大时请拆分，或给服务更多内存。",
    )
