"""Carrying out a plan: removals and renames at once, then files, read in parallel, embedded and stored in groups."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.errors import DocumentError, NotFound, StoreBusy, StoreError, UnreadableFile
from index.ingest import GROUP_CHARACTERS, Ingester, Prepared, Status, read_upload
from index.store.protocol import Store
from index.sync.folder import Listed, Stamp, stamp_of
from index.sync.memory import Memory, Seen
from index.sync.plan import Rename, Stored, Take
from index.sync.report import Entry, SyncStatus, failed
from index.sync.stop import StopFlag
from index.sync.survey import Survey, settled

_T = TypeVar("_T")

_AT_ONCE = 256
"""Removals or renames for which the writer's lock is held: who adds documents meanwhile waits no longer."""
_BUSY_PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries to get the writer's lock, each of which waits for it besides."""
_LOOK_SECONDS = 0.25
_KINDS = {Status.ADDED: SyncStatus.ADDED, Status.REPLACED: SyncStatus.REPLACED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A file that is read and parsed, and waits for its vectors."""

    take: Take
    stamp: Stamp
    prepared: Prepared
    seconds: float


class Runner:
    """Does what a survey found to be done.

    Args:
        ingester: for the collection; its loader is called from several threads.
        jobs: files read at the same time, 1 or more. So many and two more at most are in memory before they are
            embedded, beside the group that is.
        stop: when set, the group under way is stored and nothing else begun.
        abandon: called then, to end loaders at work.
    """

    def __init__(
        self,
        store: Store,
        ingester: Ingester,
        memory: Memory,
        *,
        upload_bytes: int,
        jobs: int = 1,
        stop: StopFlag | None = None,
        abandon: Callable[[], object] = lambda: None,
        group_characters: int = GROUP_CHARACTERS,
    ) -> None:
        self._store = store
        self._ingester = ingester
        self._memory = memory
        self._upload_bytes = upload_bytes
        self._jobs = jobs
        self._stop = StopFlag() if stop is None else stop
        self._abandon = abandon
        self._group_characters = group_characters

    def run(
        self, survey: Survey, *, on_bytes: Callable[[int], None] = lambda _: None
    ) -> Generator[Entry, None, None]:
        """Tells what became of each file, of a stored one as soon as that is durable.

        Args:
            on_bytes: called with the bytes of files done since it was last called, as work goes on.

        Raises:
            StorageFull, StoreBusy, StoreError: what was told before is stored, the rest isn't.
        """
        yield from survey.left
        for source in survey.plan.kept:
            yield Entry(source=source, status=SyncStatus.UNCHANGED, document=survey.documents[source])
        yield from self._remove(survey)
        yield from self._rename(survey)
        yield from self._take(survey, on_bytes)

    # --- removals and renames ---

    def _remove(self, survey: Survey) -> Iterator[Entry]:
        for some in _batches(survey.plan.removed, _AT_ONCE):
            if self._stop.is_set():
                return
            with self._writing():
                entries = [self._remove_one(document, survey) for document in some]
            yield from entries

    def _remove_one(self, document: Stored, survey: Survey) -> Entry:
        source = document.source
        if source not in survey.files and Path(source).is_file():  # it came back meanwhile
            return _later(source)
        with suppress(NotFound):  # somebody else was quicker
            self._store.delete(document.id)
        return Entry(source=source, status=SyncStatus.REMOVED, document=survey.documents[source])

    def _rename(self, survey: Survey) -> Iterator[Entry]:
        names: dict[int, str] = {}
        for some in _batches(survey.plan.renames, _AT_ONCE):
            if self._stop.is_set():
                return
            with self._writing():
                entries = [self._rename_one(step, names, survey) for step in some]
            yield from (entry for entry in entries if entry is not None)

    def _rename_one(self, step: Rename, names: dict[int, str], survey: Survey) -> Entry | None:
        """None for the first half of an exchange of names."""
        before = names.setdefault(step.id, step.before)
        try:
            record = self._store.rename(step.id, step.source)
        except (NotFound, ValueError):  # somebody else changed these documents since the survey
            return _later(step.source)
        listed = survey.files.get(step.source)
        if listed is None:
            return None
        self._note([(listed, record.sha256)])
        return Entry(source=step.source, status=SyncStatus.RENAMED, before=before, document=record)

    # --- files ---

    def _take(self, survey: Survey, on_bytes: Callable[[int], None]) -> Iterator[Entry]:
        group: list[_Read] = []
        for result in self._read_all(survey):
            if isinstance(result, Entry):
                on_bytes(survey.files[result.source].stamp.size)
                yield result
                continue
            group.append(result)
            if sum(len(one.prepared.document.text) for one in group) >= self._group_characters:
                yield from self._store_group(group, on_bytes)
                group = []
            if self._stop.is_set():
                return
        if group and not self._stop.is_set():
            yield from self._store_group(group, on_bytes)

    def _read_all(self, survey: Survey) -> Iterator[_Read | Entry]:
        """What was read, in the order in which it is ready; ends early when it is to stop."""
        takes = iter(survey.plan.takes)
        pending: set[Future[_Read | Entry]] = set()
        pool = ThreadPoolExecutor(self._jobs, thread_name_prefix="sync")
        try:
            while not self._stop.is_set():
                while len(pending) < self._jobs + 2 and (take := next(takes, None)) is not None:
                    pending.add(pool.submit(self._read, take, survey))
                if not pending:
                    return
                done, pending = wait(pending, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            if pending:
                pool.shutdown(wait=False, cancel_futures=True)
                self._abandon()
            pool.shutdown()

    def _read(self, take: Take, survey: Survey) -> _Read | Entry:
        started = time.monotonic()
        source, listed = take.source, survey.files[take.source]
        kept = source in survey.documents
        try:
            before = stamp_of(listed.path)
            data = read_upload(listed.path, maximum=self._upload_bytes)
            if stamp_of(listed.path) != before or before.inode != listed.stamp.inode:
                return _later(source)
            prepared = self._ingester.prepare(source, data)
        except FileNotFoundError:
            return _later(source)
        except OSError as error:
            return failed(source, UnreadableFile(f"读不了：{error.strerror or error}。"), kept=kept)
        except DocumentError as error:
            return failed(source, error, kept=kept, seconds=time.monotonic() - started)
        return _Read(take=take, stamp=before, prepared=prepared, seconds=time.monotonic() - started)

    def _store_group(self, group: Sequence[_Read], on_bytes: Callable[[int], None]) -> Iterator[Entry]:
        characters = sum(len(one.prepared.document.text) for one in group)
        told = _Scaled(sum(one.stamp.size for one in group), characters, on_bytes)
        vectors = self._ingester.embed([one.prepared for one in group], told.add)
        entries: list[Entry] = []
        stopped: StoreError | None = None
        try:
            with self._writing():
                for one, rows in zip(group, vectors, strict=True):
                    outcome = self._ingester.store_one(one.prepared, rows)
                    if one.take.drop is not None:
                        with suppress(NotFound):
                            self._store.delete(one.take.drop)
                    status = _KINDS[outcome.status] if one.take.before is None else SyncStatus.RENAMED
                    entries.append(
                        Entry(
                            source=one.take.source,
                            status=status,
                            before=one.take.before or "",
                            document=outcome.document,
                            warnings=one.prepared.document.warnings,
                            seconds=one.seconds,
                        )
                    )
        except StoreError as error:
            stopped = error
        stored = group[: len(entries)]
        self._note(
            [
                (
                    Listed(path=Path(), source=one.take.source, stamp=one.stamp),
                    one.prepared.document.sha256,
                )
                for one in stored
            ]
        )
        yield from entries  # also those that were stored before the disk was full
        if stopped is not None:
            raise stopped

    # --- inside ---

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The writer's lock, which others may hold for a while."""
        with ExitStack() as stack:
            for pause in (*_BUSY_PAUSES, None):
                try:
                    stack.enter_context(self._store.batch())
                    break
                except StoreBusy:
                    if pause is None or self._stop.is_set():
                        raise
                    self._stop.wait(pause)
            yield

    def _note(self, files: Sequence[tuple[Listed, str]]) -> None:
        self._memory.note(
            (file.source, Seen(stamp=file.stamp, sha256=sha256)) for file, sha256 in files if settled(file)
        )


class _Scaled:
    """Turns characters embedded into bytes of the files done, all of them in the end."""

    def __init__(self, size: int, characters: int, report: Callable[[int], None]) -> None:
        self._size, self._characters, self._report = size, max(characters, 1), report
        self._done = 0

    def add(self, characters: int) -> None:
        before, after = (
            self._size * done // self._characters for done in (self._done, self._done + characters)
        )
        self._done += characters
        self._report(after - before)


def _batches(values: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (values[first : first + size] for first in range(0, len(values), size))


def _later(source: str) -> Entry:
    return Entry(source=source, status=SyncStatus.LATER, error="正在写入或移动，留到下次。")
