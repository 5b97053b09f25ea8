"""What goes wrong below the store, told as the errors of :mod:`index.errors`."""

from __future__ import annotations

import errno
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DamagedStore, StorageFull, StoreBusy, StoreError

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_PERMISSION = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_OS_ERROR = re.compile(r"os error (\d+)|code: (\d+)")
_NEARLY_FULL = 1 << 20
"""Bytes free below which an unspecific I/O error is put down to a full disk."""


def not_writable(folder: Path) -> StoreError:
    """The error for a folder in which nothing can be written."""
    return StoreError(f"没有权限写入索引目录 {folder}。", remedy="请检查目录的所有者和权限，或换一个目录。")


def _from_number(number: int, detail: str, folder: Path) -> StoreError:
    if number in _NO_SPACE:
        return StorageFull(f"索引目录 {folder} 所在磁盘已满。")
    if number in _NO_PERMISSION:
        return not_writable(folder)
    return StoreError(f"读写索引目录 {folder} 时出错：{detail}。")


def from_os(error: OSError, folder: Path) -> StoreError:
    """What an ``OSError`` below ``folder`` means."""
    number = -1 if error.errno is None else error.errno
    return _from_number(number, error.strerror or str(error), folder)


def from_sqlite(error: sqlite3.Error, folder: Path) -> Exception:
    """What an SQLite error means; misuse of the interface is a bug and comes back as it is."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return error
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy("数据库正被另一个进程占用。")
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return DamagedStore(f"{folder} 中的数据库已损坏，或不是原文的数据库：{error}。")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return not_writable(folder)
    if primary == sqlite3.SQLITE_FULL:
        return _from_number(errno.ENOSPC, str(error), folder)
    if primary in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        # SQLite has no code of its own for a shared-memory file that can't grow, or a file not made, for want
        # of space.
        if folder.exists() and shutil.disk_usage(folder).free < _NEARLY_FULL:
            return _from_number(errno.ENOSPC, str(error), folder)
        return StoreError(f"读写 {folder} 中的数据库时出错：{error}。")
    return error


class DamagedIndex(StoreError):
    """A derived index can't be read or carried on. Inside the store only: it is rebuilt from the database."""


@contextmanager
def tantivy_faults(folder: Path) -> Iterator[None]:
    """Turns what tantivy raises in the block into a :class:`~index.errors.StoreError`."""
    try:
        yield
    except ValueError as error:
        # tantivy's only kind of error carries the system's error number in its text alone.
        match = _OS_ERROR.search(str(error))
        number = -1 if match is None else int(match[1] or match[2])
        if number in _NO_SPACE | _NO_PERMISSION:
            raise _from_number(number, str(error), folder) from error
        raise DamagedIndex(f"词汇索引已损坏：{error}。") from error
    except BaseException as error:
        # Damaged segments make its code panic, and that class can't be imported.
        if type(error).__name__ == "PanicException":
            raise DamagedIndex(f"词汇索引已损坏：{error}。") from error
        raise


@contextmanager
def os_faults(folder: Path) -> Iterator[None]:
    """Turns every ``OSError`` of the block into a :class:`~index.errors.StoreError`."""
    try:
        yield
    except OSError as error:
        raise from_os(error, folder) from error
