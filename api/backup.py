"""Everything that a service remembers in one backup, taken while it runs; and such a backup put in place again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path

from sqlalchemy import select

from api.archive import (
    EVALUATIONS,
    FORMAT,
    INCOMING,
    MANIFEST,
    SETTINGS,
    Archive,
    Manifest,
    new_archive,
    unpack,
)
from api.clock import Clock, now
from api.jobs.evaluation_files import EvaluationFiles
from api.state.database import FILE, StateDatabase, driver_connection, known_versions, version_in
from api.state.home import JOBS_LOCK, LOCK, alone
from api.state.job_rows import UNDER_WAY
from api.state.tables import evaluations, job_files, jobs
from index.backup import UPLOADS, copy_database, copy_index
from index.embed import Progress
from index.errors import InputError, NewerStore, NotFound
from index.store import schema
from index.store.embedded import DATABASE_NAME
from index.store.faults import os_faults
from index.store.locks import WriterLock
from index.store.sqlite import Database

_OURS = (DATABASE_NAME, FILE, UPLOADS, INCOMING, EVALUATIONS, "dense.snapshot", "sparse-*")
"""What a restored backup takes the place of: databases with their logs, files, and what is derived from them."""

_LOCKS = frozenset({"write.lock", LOCK, JOBS_LOCK, f"{FILE}.lock", "lost+found"})
"""A folder that holds nothing else counts as empty."""

_WRITER_SECONDS = 5.0


def back_up(home: Path, target: Path, *, clock: Clock = now, progress: Progress | None = None) -> Manifest:
    """Writes a backup of ``home``: both databases as of one moment, the uploads, files that wait to be taken in,
    evaluations, and ``settings.toml``. Services go on; who adds a document waits for a moment.

    Args:
        target: ``….tar``, ``….tar.gz``, or a folder that isn't there yet.

    Raises:
        NotFound: there is nothing in ``home``. InputError: ``target`` is there already.
        StoreBusy, DamagedStore, StorageFull, StoreError: it couldn't be done; nothing is left of it.
    """
    if not any((home / name).exists() for name in (DATABASE_NAME, FILE)):
        raise NotFound(f"{home} 里没有可以备份的数据。", remedy="请用 --home 或 YUANWEN_HOME 指明数据目录。")
    with new_archive(target) as archive, ExitStack() as stack:
        service = _Service(home, archive, stack)
        service.copy_waiting_files()
        state = copy_index(home, archive, at_the_moment=service.fix, progress=progress)
        version = service.copy()
        if (home / SETTINGS).is_file():
            archive.put(SETTINGS, (home / SETTINGS).read_bytes())
        manifest = Manifest(
            format=FORMAT,
            yuanwen=metadata.version("yuanwen"),
            made_at=clock(),
            index=None if state is None else state.version,
            service=version,
            documents=0 if state is None else state.documents,
            passages=0 if state is None else state.passages,
            files=archive.entries,
        )
        archive.finish(manifest)
    return manifest


class _Service:
    """The service's database as of the index's moment, so that what it says of documents is so.

    A job's file is removed once it has been taken in, which nobody can do at the moment: so those that still wait as
    of then are there to be copied.
    """

    def __init__(self, home: Path, archive: Archive, stack: ExitStack) -> None:
        self._home = home
        self._archive = archive
        self._stack = stack
        self._database: StateDatabase | None = None
        if (home / FILE).exists():
            self._database = StateDatabase(home / FILE, prepare=False)
            stack.callback(self._database.close)

    def copy_waiting_files(self) -> None:
        """Those there are; called twice, it copies the new ones."""
        if self._database is None or self._database.version() is None:
            return
        with self._database.read() as connection:
            waiting = connection.execute(
                select(job_files.c.job_id, job_files.c.ordinal)
                .join(jobs, jobs.c.id == job_files.c.job_id)
                .where(jobs.c.status.in_(sorted(UNDER_WAY)), job_files.c.document_id.is_(None))
            ).all()
        for job_id, ordinal in waiting:
            name = f"{INCOMING}/{job_id}/{ordinal}"
            if name not in self._archive.entries and (self._home / name).is_file():
                self._archive.put(name, (self._home / name).read_bytes())

    def fix(self) -> None:
        """From here on :meth:`copy` copies what there is now."""
        if self._database is None:
            return
        self._connection = self._stack.enter_context(self._database.read())
        self._version = version_in(self._connection)  # its first read fixes what it sees
        self.copy_waiting_files()

    def copy(self) -> str | None:
        """Copies the database; returns its version."""
        if self._database is None:
            return None
        path = self._archive.scratch(FILE)
        copy_database(driver_connection(self._connection), path)
        self._archive.take(FILE, path)
        self._copy_evaluations()
        return self._version

    def _copy_evaluations(self) -> None:
        """Those that the copy of the database has. One that ends meanwhile is, in the copy, still to be gone on with,
        and finds itself finished."""
        if self._version is None or not (self._home / EVALUATIONS).is_dir():
            return
        known = self._connection.scalars(select(evaluations.c.id)).all()
        files = EvaluationFiles(self._home)
        for one in known:
            for name, data in files.copied(one).items():
                self._archive.put(name, data)


# --- restoring ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put in place. ``kept``: the folder that what was there before has been moved to, if anything."""

    manifest: Manifest
    kept: Path | None


def restore(source: Path, home: Path, *, replace: bool = False, clock: Clock = now) -> Restored:
    """Puts a backup in place. Everything is written within ``home`` and checked before anything is moved; what was
    there is moved aside, not deleted. Search indexes are made anew when the service starts.

    Args:
        replace: even if ``home`` holds something.

    Raises:
        NotFound: no such backup. InputError: ``home`` isn't empty. DamagedBackup: it isn't whole.
        NewerStore: it was made by a newer version. StoreBusy: a service runs on ``home``.
        StorageFull, StoreError: from the disk. With all of them ``home`` is as it was.
    """
    if not source.exists():
        raise NotFound(f"没有备份 {source}。", remedy="请检查路径。")
    with alone(home), os_faults(home):
        if not replace and any(path.name not in _LOCKS for path in home.iterdir()):
            raise InputError(
                f"{home} 不是空的。", remedy="请换一个目录；或加上 --replace，原有的数据会移到一边。"
            )
        with _beside(home) as folder:
            manifest = unpack(source, folder)
            _require_known(folder)
            os.sync()
            with WriterLock(home / "write.lock", timeout=_WRITER_SECONDS).hold():
                kept = _exchange(home, folder, clock())
            os.sync()
    return Restored(manifest=manifest, kept=kept)


@contextmanager
def _beside(home: Path) -> Iterator[Path]:
    """A folder of the same file system, gone afterwards. Within ``home``, which may be a volume of its own."""
    folder = home / ".restoring"
    shutil.rmtree(folder, ignore_errors=True)  # left by one that was killed
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_known(folder: Path) -> None:
    """Raises NewerStore for databases that this version can't bring to its own."""
    if (folder / DATABASE_NAME).exists():
        index = Database(folder / DATABASE_NAME)
        try:
            version = index.version()
        finally:
            index.close()
        if version is not None and version > schema.VERSION:
            raise NewerStore(f"备份里索引的版本是 {version}，此程序只认识到版本 {schema.VERSION}。")
    if (folder / FILE).exists():
        service = StateDatabase(folder / FILE, prepare=False)
        try:
            revision = service.version()
        finally:
            service.close()
        if revision is not None and revision not in known_versions():
            raise NewerStore(f"备份里服务数据库的版本是 {revision}，此程序不认识。")


def _exchange(home: Path, folder: Path, moment: datetime) -> Path | None:
    """Moves what is in the way aside and the restored files in; returns where the old ones are."""
    replaced = home / f"replaced-{moment:%Y%m%d-%H%M%S}"
    old = [path for pattern in _OURS for path in (*home.glob(pattern), *home.glob(f"{pattern}-*"))]
    if (folder / SETTINGS).exists() and (home / SETTINGS).exists():
        old.append(home / SETTINGS)
    if old:
        replaced.mkdir(mode=0o700)
    for path in dict.fromkeys(old):
        path.rename(replaced / path.name)
    for path in folder.iterdir():
        if path.name != MANIFEST:
            path.rename(home / path.name)
    return replaced if old else None
