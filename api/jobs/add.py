"""Taking in files that were uploaded."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial

from api.jobs.report import BUG, Cancelled, HandedBack, Report, Result, trouble_of
from api.jobs.spool import Spool
from api.state.job_rows import FileStatus, Job, JobFile
from api.state.jobs import Jobs
from api.state.leases import LeaseLost
from index.errors import InputError, NotFound, YuanwenError
from index.ingest import Load, Outcome, Upload
from rag.service import QAService

_log = logging.getLogger(__name__)

KIND = "add"
REPLACES = "replaces"
"""In the payload: the document in whose place the file comes, which must still be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFiles:
    """Each file by itself: one that can't be taken in fails, with the reason, and the next one is next.

    A file that is stored already, byte for byte, is "unchanged": so are those that a killed process had stored.

    Args:
        load: reads an upload, in a process that may die of it.
    """

    service: QAService
    jobs: Jobs
    spool: Spool
    load: Load
    kind: str = field(default=KIND, init=False)

    def run(self, job: Job, report: Report) -> Result:
        """Returns how many files came to which end, by :class:`api.state.job_rows.FileStatus`."""
        files = self.jobs.files(job.id)
        if job.attempts == 1 and _may_go_together(job, files):
            try:
                self._add_together(job, files, report)
            except (YuanwenError, Cancelled, HandedBack, LeaseLost):
                raise
            except Exception:  # noqa: BLE001, it may be one file's fault: one at a time shows whose
                report.check()
                _log.exception("job %s", job.id)
        self._add_one_by_one(job, self.jobs.files(job.id), report)
        report.progress(len(files), len(files))
        return Counter(str(file.status) for file in self.jobs.files(job.id))

    def _add_together(self, job: Job, files: Sequence[JobFile], report: Report) -> None:
        """Several times as fast for many small files: the search indexes follow once for a whole group."""
        by_source = {file.source: file for file in files}
        done = sum(file.decided for file in files)

        def uploads() -> Iterator[Upload]:
            for file in files:
                if not file.decided:
                    report.progress(done, len(files), file.source)
                    report.start_file(file.ordinal)
                    yield Upload(source=file.source, read=partial(self._read, job, file))

        outcomes = self.service.add_uploads(
            uploads(),
            collection=job.collection,
            encoding=files[0].encoding,
            on_embedded=lambda _: report.check(),
            load=self.load,
        )
        with closing(outcomes):
            for outcome in outcomes:
                report.finish_file(_with_outcome(by_source[outcome.source], outcome, report))
                done += 1

    def _add_one_by_one(self, job: Job, files: Sequence[JobFile], report: Report) -> None:
        """The sure way: it is known which file a process dies of."""
        waiting = [file for file in files if not file.decided]
        for done, file in enumerate(waiting, start=len(files) - len(waiting)):
            report.progress(done, len(files), file.source)
            report.start_file(file.ordinal)
            report.finish_file(self._finished(job, file, report))

    def _finished(self, job: Job, file: JobFile, report: Report) -> JobFile:
        try:
            return self._taken_in(job, file, report)
        except InputError as error:
            report.check()  # that its reader was closed under it isn't the file's fault
            return failed(file, error)
        except (YuanwenError, Cancelled, HandedBack, LeaseLost):
            raise
        except Exception:  # noqa: BLE001, the other files are to be taken in all the same
            report.check()
            _log.exception("job %s, file %d", job.id, file.ordinal)
            return replace(file, status=FileStatus.FAILED, error=BUG)

    def _taken_in(self, job: Job, file: JobFile, report: Report) -> JobFile:
        self._require_replaced(job, file)
        outcome = self.service.add_bytes(
            self._read(job, file),
            source=file.source,
            collection=job.collection,
            encoding=file.encoding,
            on_embedded=lambda _: report.check(),  # nothing of a file is stored while it is embedded
            before_storing=lambda: self._require_replaced(job, file),  # it may have been deleted meanwhile
            load=self.load,
        )
        return _with_outcome(file, outcome, report)

    def _read(self, job: Job, file: JobFile) -> bytes:
        return self.spool.read(job.id, file.ordinal, sha256=file.sha256, source=file.source)

    def _require_replaced(self, job: Job, file: JobFile) -> None:
        """A document that was deleted after a new version of it was uploaded stays deleted."""
        number = job.payload.get(REPLACES)
        if number is not None and self.service.store.find(file.source, collection=job.collection) is None:
            raise NotFound(f"编号为 {number} 的文档已被删除。", remedy="请作为新文档上传。")


def _may_go_together(job: Job, files: Sequence[JobFile]) -> bool:
    """Whether outcomes can be told by their source, and no file has more to be asked of it."""
    return REPLACES not in job.payload and 1 < len({file.source for file in files}) == len(files)


def _with_outcome(file: JobFile, outcome: Outcome, report: Report) -> JobFile:
    if outcome.error is not None:
        report.check()  # that its reader was closed under it isn't the file's fault
        return failed(file, outcome.error)
    assert outcome.document is not None
    return replace(
        file,
        status=FileStatus(outcome.status),
        document_id=outcome.document.id,
        warnings=outcome.warnings,
    )


def failed(file: JobFile, error: InputError) -> JobFile:
    """``file`` as one that can't be taken in; the reason needn't name it once more."""
    trouble = trouble_of(error)
    trouble = replace(trouble, detail=trouble.detail.removeprefix(f"{file.source}: "))
    return replace(file, status=FileStatus.FAILED, error=trouble)
