"""One thread in every process that does jobs, one after the other."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from api.jobs.report import BUG, Cancelled, HandedBack, Handler, Report, Result, trouble_of
from api.state.job_rows import Job, JobStatus, Trouble
from api.state.leases import LeaseLost, Leases
from index.errors import StoreBusy, YuanwenError

_log = logging.getLogger(__name__)

_POLL_SECONDS = 1.0
"""Between two looks for a job that another process has created; one of this process wakes the runner."""
_BEATS_A_LEASE = 4
_BUSY = "索引正忙，稍后继续。"


class Runner:
    """Claims jobs and does them.

    Args:
        handlers: by kind; jobs of other kinds are left to those who know them.
        on_end: called with the id of each job that won't be gone on with.
        stopping: whether the process is to end; the runner's own :meth:`close` counts too.
    """

    def __init__(
        self,
        leases: Leases,
        handlers: Mapping[str, Handler],
        *,
        on_end: Callable[[str], None] = lambda _: None,
        stopping: Callable[[], bool] = lambda: False,
        poll: float = _POLL_SECONDS,
    ) -> None:
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leases = leases
        self._handlers = dict(handlers)
        self._on_end = on_end
        self._stopping_from_outside = stopping
        self._poll = poll
        self._closing = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def stopping(self) -> bool:
        """Whether no more is to be begun, and what is under way handed back."""
        return self._closing or self._stopping_from_outside()

    def start(self) -> None:
        """Begins to look for jobs."""
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is a new job: look at once."""
        self._wake.set()

    def close(self) -> None:
        """Hands back what is under way, as soon as it can be left, and ends; calling it twice is fine."""
        self._closing = True
        self.wake()
        if self._thread is not None:
            self._thread.join()

    def run_one(self) -> bool:
        """Does one job, if there is one to be done now; says whether it is worth looking for the next at once."""
        job = self._leases.claim(self.worker, self._handlers)
        if job is None:
            return False
        report = Report(self._leases, job, self.worker, stopping=lambda: self.stopping)
        try:
            with self._heart(report):
                return self._do(job, report)
        except LeaseLost:
            _log.warning("job %s was taken over", job.id)
            return True

    def _run(self) -> None:
        while not self.stopping:
            self._wake.clear()
            if not self._try_one():
                self._wake.wait(self._poll)

    def _try_one(self) -> bool:
        try:
            return self.run_one()
        except YuanwenError as error:  # the database: the next look may go better
            _log.warning("looking for jobs: %s", error)
        except Exception:  # noqa: BLE001, the thread must outlive a bug, or no upload would be read any more
            _log.exception("looking for jobs")
        return False

    def _do(self, job: Job, report: Report) -> bool:
        try:
            result = self._handlers[job.kind].run(job, report)
        except (LeaseLost, HandedBack, Cancelled, StoreBusy) as interruption:
            return self._interrupted(job, interruption)
        except Exception as error:  # noqa: BLE001, whatever a handler meets, its job ends and the next begins
            if self.stopping:  # what it needs may have been closed under it
                return self._interrupted(job, HandedBack(job.id))
            self._end(job, JobStatus.FAILED, error=_told(job, error))
        else:
            self._end(job, JobStatus.DONE, result=result)
        return True

    def _interrupted(self, job: Job, interruption: Exception) -> bool:
        match interruption:
            case LeaseLost():
                raise interruption
            case Cancelled():
                self._end(job, JobStatus.CANCELLED)
                return True
            case StoreBusy():
                self._leases.release(job.id, self.worker, note=_BUSY)
                return False
            case _:
                self._leases.release(job.id, self.worker)
                return False

    def _end(
        self, job: Job, status: JobStatus, *, result: Result | None = None, error: Trouble | None = None
    ) -> None:
        self._leases.finish(job.id, self.worker, status, result=result, error=error)
        self._on_end(job.id)

    @contextmanager
    def _heart(self, report: Report) -> Iterator[None]:
        """Renews the lease, from a thread, for as long as the block lasts."""
        done = threading.Event()
        seconds = self._leases.lease.total_seconds() / _BEATS_A_LEASE

        def beat() -> None:
            while not done.wait(seconds):
                try:
                    report.renew()
                except YuanwenError as error:  # there is time for another beat before the lease ends
                    _log.warning("renewing a lease: %s", error)

        thread = threading.Thread(target=beat, name="jobs-heart", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _told(job: Job, error: Exception) -> Trouble:
    if isinstance(error, YuanwenError):
        return trouble_of(error)
    _log.error("job %s (%s)", job.id, job.kind, exc_info=error)
    return BUG
