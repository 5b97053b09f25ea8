"""Jobs as values, and as rows of ``service.db``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from api.state.tables import job_files, jobs
from index.errors import NotFound

LONGEST_NOTE = 500


class JobStatus(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"  # files of it may have failed
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset({JobStatus.WAITING, JobStatus.RUNNING})


class FileStatus(StrEnum):
    """How far a file of a job is; the last four are those of :class:`index.ingest.Status`."""

    WAITING = "waiting"
    WORKING = "working"
    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    FAILED = "failed"


_UNDECIDED = frozenset({FileStatus.WAITING, FileStatus.WORKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong, as it is told: a class of :mod:`index.errors`, what happened, what to do about it."""

    type: str
    detail: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job.

    Args:
        collection: no two jobs of one collection run at the same time; "" is none.
        payload: what its kind needs to know.
        done, total: in the units of its kind; total 0 while it isn't known.
        attempts: how often it was begun since something of it was last finished.
        cancel: somebody wants it to end.
    """

    id: str
    kind: str
    status: JobStatus
    collection: str
    payload: Mapping[str, Any]
    done: int
    total: int
    note: str
    result: Mapping[str, Any] | None
    error: Trouble | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    cancel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFile:
    """One file of a job. ``ordinal`` counts from 0; ``size`` is in bytes; ``encoding`` is None unless it was told.

    ``warnings`` are what couldn't be read in it, one sentence each.
    """

    ordinal: int
    source: str
    sha256: str
    size: int
    encoding: str | None = None
    status: FileStatus = FileStatus.WAITING
    document_id: int | None = None
    error: Trouble | None = None
    warnings: tuple[str, ...] = ()

    @property
    def decided(self) -> bool:
        """Whether nothing is left to be done with it."""
        return self.status not in _UNDECIDED


def row_of(connection: Connection, job_id: str) -> Row[Any]:
    """Raises:
    NotFound: no such job.
    """
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
    if row is None:
        raise NotFound(f"没有任务 {job_id}。", remedy="")
    return row


def to_job(row: Row[Any]) -> Job:
    """A row of ``jobs``."""
    return Job(
        id=row.id,
        kind=row.kind,
        status=JobStatus(row.status),
        collection=row.collection,
        payload=row.payload,
        done=row.done,
        total=row.total,
        note=row.note,
        result=row.result,
        error=None if row.error is None else Trouble(**row.error),
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=row.attempts,
        cancel=row.cancel,
    )


def to_file(row: Row[Any]) -> JobFile:
    """A row of ``job_files``."""
    return JobFile(
        ordinal=row.ordinal,
        source=row.source,
        sha256=row.sha256,
        size=row.size,
        encoding=row.encoding,
        status=FileStatus(row.status),
        document_id=row.document_id,
        error=None if row.error is None else Trouble(**row.error),
        warnings=tuple(row.warnings or ()),
    )


def file_values(file: JobFile) -> dict[str, Any]:
    """Its columns."""
    return {
        "ordinal": file.ordinal,
        "source": file.source,
        "sha256": file.sha256,
        "size": file.size,
        "encoding": file.encoding,
        "status": file.status,
        "document_id": file.document_id,
        "error": trouble_values(file.error),
        "warnings": list(file.warnings) or None,
    }


def trouble_values(trouble: Trouble | None) -> dict[str, str] | None:
    """As JSON."""
    if trouble is None:
        return None
    return {"type": trouble.type, "detail": trouble.detail, "remedy": trouble.remedy}


def end(
    connection: Connection,
    job_id: str,
    status: JobStatus,
    *,
    moment: datetime,
    result: Mapping[str, Any] | None = None,
    error: Trouble | None = None,
) -> None:
    """Ends a job; files that weren't finished are as if nobody had begun them."""
    reset_working(connection, job_id)
    set_job(
        connection,
        job_id,
        status=status,
        finished_at=moment,
        worker=None,
        leased_until=None,
        note="",
        result=None if result is None else dict(result),
        error=trouble_values(error),
    )


def set_job(connection: Connection, job_id: str, **values: Any) -> None:
    """Changes columns of a job."""
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(values))


def set_file(connection: Connection, job_id: str, ordinal: int, **values: Any) -> None:
    """Changes columns of a file."""
    mine = and_(job_files.c.job_id == job_id, job_files.c.ordinal == ordinal)
    connection.execute(update(job_files).where(mine).values(values))


def reset_working(connection: Connection, job_id: str) -> None:
    """Makes the file that is being worked on wait again."""
    connection.execute(update(job_files).where(working_on(job_id)).values(status=FileStatus.WAITING))


def working_on(job_id: str) -> ColumnElement[bool]:
    """The file of a job that is being worked on."""
    return and_(job_files.c.job_id == job_id, job_files.c.status == FileStatus.WORKING)
