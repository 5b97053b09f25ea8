"""The SQLite database: connections, transactions, opening and creating."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DamagedStore, NewerStore, StoreError
from index.store import schema
from index.store.faults import from_sqlite
from index.store.files import size_of

_BUSY_SECONDS = 10.0
_PAGE_BYTES = 8192
"""Five vectors of 384 numbers fill such a page to 94 %; the usual 4,096 bytes would hold two and waste a
quarter."""


class Database:
    """Transactions on one database file, from any thread.

    Connections are kept in a pool: each transaction has one to itself, so threads read at the same time. WAL
    lets them read while one writes; ``synchronous=FULL`` makes a commit that returned survive a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a read transaction: it sees one state of the database throughout."""
        with self._transaction("BEGIN DEFERRED") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction that commits at the end, or rolls back if the block raises.

        Raises:
            StorageFull, StoreBusy, StoreError: nothing changed.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Closes idle connections now, others when their transactions end."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def bytes(self) -> int:
        """Of the database file and its write-ahead log."""
        return size_of(self.path) + size_of(self.path.with_name(f"{self.path.name}-wal"))

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = None
        try:
            connection = self._take()
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path.parent) from error
        except BaseException:
            if connection is not None and connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            if connection is not None:
                self._give_back(connection)

    def _take(self) -> sqlite3.Connection:
        with self._guard:
            if self._closed:
                raise StoreError("索引已经关闭。", remedy="")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        # A connection still in a transaction met an error of SQLite's: closing it rolls back.
        healthy = not connection.in_transaction
        with self._guard:
            if healthy and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
        return connection

    def is_current(self) -> bool:
        """Whether the tables are of the present version; :meth:`prepare` deals with all else."""
        return self.version() == schema.VERSION

    def version(self) -> int | None:
        """Of the tables; None for a database that has none yet.

        Raises:
            DamagedStore: it isn't ours.
        """
        if size_of(self.path) == 0:
            return None
        with self.read() as connection:
            tables = {
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            if not tables:
                return None
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application != schema.APPLICATION_ID or "meta" not in tables:
                raise DamagedStore(f"{self.path} 不是原文的数据库。")
            (version,) = connection.execute("SELECT schema_version FROM meta").fetchone()
            return int(version)

    def prepare(self) -> None:
        """Creates or upgrades the tables; the caller holds the writer's lock.

        Raises:
            NewerStore, DamagedStore, StorageFull, StoreError: nothing changed.
        """
        version = self.version()
        if version is None:
            self._create()
        elif version > schema.VERSION:
            raise NewerStore(f"{self.path} 的版本是 {version}，此程序只认识到版本 {schema.VERSION}。")
        elif version < schema.VERSION:
            with self.write() as connection:
                schema.migrate(connection, version, schema.VERSION)

    def migrate(self, wanted: int) -> None:
        """Up or down to version ``wanted``; the caller holds the writer's lock.

        Raises:
            StoreError: there is no such version.
            NewerStore, DamagedStore, StorageFull: nothing changed.
        """
        version = self.version()
        if version is None or version > schema.VERSION:
            raise NewerStore(f"{self.path} 的版本是 {version}，此程序只认识到版本 {schema.VERSION}。")
        if not 1 <= wanted <= schema.VERSION:
            raise StoreError(f"索引没有版本 {wanted}。", remedy=f"可用的版本：1 到 {schema.VERSION}。")
        with self.write() as connection:
            schema.migrate(connection, version, wanted)

    def _create(self) -> None:
        connection = None
        try:
            connection = self._connect()
            # Both last in the file and can't be set inside a transaction.
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            raise from_sqlite(error, self.path.parent) from error
        finally:
            if connection is not None:
                connection.close()
        with self.write() as connection:
            schema.create(connection)
