"""How a job that is being done tells how far it is, and learns that it is to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from api.errors import problem_of
from api.state.job_rows import Job, JobFile, Trouble
from api.state.leases import LeaseLost, Leases
from index.errors import YuanwenError

Result = Mapping[str, Any]
"""What a job leaves behind, as JSON."""


class Cancelled(Exception):
    """Somebody wants the job to end. For handlers alone: they let it through."""


class HandedBack(Exception):
    """The process ends; another one goes on with the job. For handlers alone: they let it through."""


class Handler(Protocol):
    """One kind of job; frozen, for it serves many. Doing a job again from the start, after a crash, must be fine."""

    @property
    def kind(self) -> str:
        """Its name in ``jobs.kind``."""

    def run(self, job: Job, report: Report) -> Result:
        """Does the job, in the runner's thread. Between its steps it calls ``report``, and lets through what that
        raises.

        Raises:
            YuanwenError: the job has failed. StoreBusy: it is to be tried again.
        """


class Report:
    """One job in the hands of one worker.

    Args:
        stopping: whether the process is to end.
    """

    def __init__(self, leases: Leases, job: Job, worker: str, *, stopping: Callable[[], bool]) -> None:
        self._leases = leases
        self._job = job
        self._worker = worker
        self._stopping = stopping
        self._cancelled = job.cancel
        self._lost = False

    def check(self) -> None:
        """Quick: call it often.

        Raises:
            Cancelled, HandedBack: stop, leaving what is finished as it is.
            LeaseLost: the same, and another worker is at it already.
        """
        if self._lost:
            raise LeaseLost(self._job.id)
        if self._cancelled:
            raise Cancelled(self._job.id)
        if self._stopping():
            raise HandedBack(self._job.id)

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tells how far it is; a write to the database, so a few times a second at most.

        Raises:
            Cancelled, HandedBack, LeaseLost: see :meth:`check`.
        """
        self._cancelled |= self._leases.progress(
            self._job.id, self._worker, done=done, total=total, note=note
        )
        self.check()

    def start_file(self, ordinal: int) -> None:
        """A file is being worked on.

        Raises:
            LeaseLost: see :meth:`check`.
        """
        self._leases.start_file(self._job.id, self._worker, ordinal)

    def finish_file(self, file: JobFile) -> None:
        """What became of a file.

        Raises:
            LeaseLost: see :meth:`check`.
        """
        self._leases.finish_file(self._job.id, self._worker, file)

    def renew(self) -> None:
        """Keeps the lease; for the heartbeat."""
        try:
            self._cancelled |= self._leases.renew(self._job.id, self._worker)
        except LeaseLost:
            self._lost = True


def trouble_of(error: YuanwenError) -> Trouble:
    """An error as jobs keep it, in the words that a response would have."""
    told = problem_of(error, request_id="")
    return Trouble(type=told["title"], detail=told["detail"], remedy=told["remedy"])


BUG = Trouble(type="InternalError", detail="服务内部错误。", remedy="请查看服务日志并报告此问题。")
"""What is told of an error that nobody expected; the log has the rest."""
