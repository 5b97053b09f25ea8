"""A copy of an index as of one moment, taken while it is read and written to.

Copied are the database and the uploads that its documents came from; the derived indexes are made anew from these
when a store opens without them (``docs/decisions/005-sqlite-is-the-truth.md``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.embed import Progress
from index.errors import DamagedStore
from index.store import catalog, changes
from index.store.embedded import DATABASE_NAME
from index.store.faults import from_sqlite
from index.store.locks import WriterLock
from index.store.sqlite import Database
from index.store.uploads import Uploads

UPLOADS = "uploads"
_WRITER_SECONDS = 300.0
"""How long to wait for whoever writes at the moment: a batch holds the lock for seconds."""


class Sink(Protocol):
    """Takes in what makes up a copy. Names are relative paths with forward slashes, each given once."""

    def scratch(self, name: str) -> Path:
        """A path at which a file that will be :meth:`take`-n may be made."""

    def take(self, name: str, path: Path) -> None:
        """Takes a file over, which is gone from ``path`` afterwards."""

    def put(self, name: str, data: bytes) -> None:
        """Takes bytes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """What a copy holds. ``version``: of the tables."""

    version: int
    generation: int
    documents: int
    passages: int


def upload_name(sha256: str) -> str:
    """What an upload is called, within an index's folder and within a copy."""
    return f"{UPLOADS}/{sha256[:2]}/{sha256}"


def copy_index(
    folder: Path,
    sink: Sink,
    *,
    at_the_moment: Callable[[], None] = lambda: None,
    progress: Progress | None = None,
) -> IndexState | None:
    """Copies the index in ``folder``; None where there is none yet.

    Uploads never change and are most of the bytes: they are copied first, without anybody having to wait. Then the
    writer's lock is held for as long as it takes to fix one state of the database and to copy the few uploads that
    came meanwhile. The database itself is copied after that, still as of that state, by SQLite's online backup
    (https://www.sqlite.org/backup.html).

    Args:
        at_the_moment: called while the state is fixed and nobody can add or delete a document.
        progress: called with (uploads copied, uploads in all).

    Raises:
        StoreBusy: somebody has been writing all the time.
        DamagedStore: the index isn't sound enough to be copied.
        StorageFull, StoreError: from the disk.
    """
    database = Database(folder / DATABASE_NAME)
    uploads = _Uploads(Uploads(folder / UPLOADS), sink, progress)
    try:
        version = database.version()
        if version is None:
            at_the_moment()
            return None
        with database.read() as connection:
            wanted = catalog.uploads(connection).keys()
        uploads.copy(wanted, missing_ok=True)  # a document may be deleted meanwhile
        with ExitStack() as locked, _fixed(database, locked, folder) as connection:
            uploads.copy(catalog.uploads(connection).keys(), missing_ok=False)
            at_the_moment()
            locked.close()
            state = _state(connection, version)
            copy = sink.scratch(DATABASE_NAME)
            copy_database(connection, copy)
    finally:
        database.close()
    sink.take(DATABASE_NAME, copy)
    return state


def copy_database(source: sqlite3.Connection, path: Path) -> None:
    """Copies a whole database as the connection sees it, inside its read transaction if it has one.

    Raises:
        StorageFull, StoreError: the copy can't be written; DamagedStore: the source can't be read.
    """
    copy = sqlite3.connect(path)
    try:
        copy.execute("PRAGMA synchronous = OFF")  # whoever keeps it makes it durable
        source.backup(copy)
    except sqlite3.Error as error:
        raise from_sqlite(error, path.parent) from error
    finally:
        copy.close()


@contextmanager
def _fixed(database: Database, locked: ExitStack, folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection that goes on seeing the state that there is once ``locked`` has the writer's lock."""
    lock = WriterLock(folder / "write.lock", timeout=_WRITER_SECONDS)
    locked.enter_context(lock.hold())
    with database.read() as connection:
        changes.tip(connection)  # SQLite's read transaction begins with the first row read
        yield connection


def _state(connection: sqlite3.Connection, version: int) -> IndexState:
    counts = catalog.counts(connection)
    return IndexState(
        version=version,
        generation=changes.tip(connection).generation,
        documents=counts.documents,
        passages=counts.passages,
    )


class _Uploads:
    """Copies each upload once."""

    def __init__(self, uploads: Uploads, sink: Sink, progress: Progress | None) -> None:
        self._uploads = uploads
        self._sink = sink
        self._progress = progress
        self._copied: set[str] = set()

    def copy(self, wanted: Set[str], *, missing_ok: bool) -> None:
        """Copies those that aren't yet, checked against their names."""
        for sha256 in sorted(wanted - self._copied):
            try:
                data = self._uploads.read(sha256)
            except DamagedStore:
                if missing_ok:  # if it is still wanted, the second round says so
                    continue
                raise
            self._sink.put(upload_name(sha256), data)
            self._copied.add(sha256)
            if self._progress is not None:
                self._progress(len(self._copied), max(len(wanted), len(self._copied)))
