"""What a file looked like when it was last read: so that an unchanged one need not be read again.

Only a shortcut. Whether a document is stored is the store's to say; what is lost here costs reading files again.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import StoreBusy
from index.store.faults import os_faults
from index.sync.folder import Listed, Stamp

_TABLE = """CREATE TABLE IF NOT EXISTS files_1 (
    source TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
    sha256 TEXT NOT NULL
) WITHOUT ROWID"""
_SIGNED = 2**63
"""Inodes of network file systems use all 64 bits; SQLite's integers are signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A file as it was read."""

    stamp: Stamp
    sha256: str


class Memory:
    """The files of one folder and collection, in a small database of their own. For one thread.

    Args:
        path: None for one that is empty and forgets everything.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._connection = self._open()

    @classmethod
    def of(cls, home: Path, folder: str, collection: str) -> Memory:
        """That of a folder, by its source, under the data folder; kept only where :func:`alone` has been."""
        path = _place(home, folder, collection).with_suffix(".db")
        return cls(path if path.parent.is_dir() else None)

    @classmethod
    def copy_of(cls, home: Path, folder: str, collection: str) -> Memory:
        """The same, to be used without leaving a trace."""
        copy = cls(None)
        if _place(home, folder, collection).with_suffix(".db").exists():
            with contextlib.closing(cls.of(home, folder, collection)) as memory:
                copy.note(memory.recall().items())
        return copy

    def recall(self) -> dict[str, Seen]:
        """All files, by source."""
        try:
            rows = self._connection.execute(
                "SELECT source, size, mtime_ns, inode, sha256 FROM files_1"
            ).fetchall()
        except sqlite3.Error:
            self._start_anew()
            return {}
        return {
            source: Seen(stamp=Stamp(size=size, mtime_ns=mtime, inode=inode % 2**64), sha256=sha256)
            for source, size, mtime, inode, sha256 in rows
        }

    def note(self, seen: Iterable[tuple[str, Seen]]) -> None:
        """Remembers files; one that can't be remembered (a full disk) is read again the next time."""
        rows = [
            (source, s.stamp.size, s.stamp.mtime_ns, (s.stamp.inode + _SIGNED) % 2**64 - _SIGNED, s.sha256)
            for source, s in seen
        ]
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO files_1 VALUES (?, ?, ?, ?, ?)", rows)

    def forget(self, sources: Iterable[str]) -> None:
        """Drops files that are gone."""
        with contextlib.suppress(sqlite3.Error), self._connection:
            self._connection.executemany("DELETE FROM files_1 WHERE source = ?", [(s,) for s in sources])

    def close(self) -> None:
        """Calling it twice is fine."""
        self._connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:" if self._path is None else self._path)
        try:
            connection.execute(_TABLE)
        except sqlite3.Error:
            connection.close()
            if self._path is None:
                raise
            self._path.unlink(missing_ok=True)
            connection = sqlite3.connect(self._path)
            connection.execute(_TABLE)
        return connection

    def _start_anew(self) -> None:
        self._connection.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self._connection = self._open()


def trusted(file: Listed, seen: Seen | None) -> str | None:
    """The hash of a file that looks as it did when it was read; None if it has to be read again."""
    return seen.sha256 if seen is not None and seen.stamp == file.stamp else None


@contextlib.contextmanager
def alone(home: Path, folder: str, collection: str) -> Iterator[None]:
    """Keeps a second one from syncing the same folder at the same time.

    Raises:
        StoreBusy: one does.
    """
    path = _place(home, folder, collection).with_suffix(".lock")
    with os_faults(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreBusy(
                f"另一个 yuanwen sync 正在同步目录 {folder}。", remedy="请等它做完，或先停止它。"
            ) from error
    try:
        yield
    finally:
        lock.release()


def _place(home: Path, folder: str, collection: str) -> Path:
    name = hashlib.sha256(f"{collection}\0{folder}".encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return home / "sync" / name
