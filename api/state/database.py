"""``service.db``: transactions from any thread or process, and its versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from index.errors import NewerStore, StoreError
from index.store.faults import from_sqlite

FILE = "service.db"
_BUSY_SECONDS = 10.0
_MIGRATIONS = Path(__file__).with_name("migrations")


class StateDatabase:
    """One SQLite file in WAL mode. Many read while one writes; a commit that returned survives a power cut.

    Args:
        path: created, or brought to the present version, when opened.

    Raises:
        NewerStore: written by a newer version of Yuanwen; nothing changed.
        StoreError: it can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = _engine(path)
        try:
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Closes idle connections; calling it twice is fine."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout.

        Raises:
            StoreBusy, StoreError: from the database.
        """
        with self._faults(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end, or rolls back if the block raises.

        Raises:
            StorageFull, StoreBusy, StoreError: nothing changed.
        """
        connecting = self._engine.connect().execution_options(writes=True)
        with self._faults(), connecting as connection, connection.begin():
            yield connection

    def version(self) -> str | None:
        """The revision of the tables; None for an empty file."""
        with self.read() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def migrate(self, revision: str) -> None:
        """Up or down to ``revision``, in one transaction; tables that an older version doesn't know are dropped.

        Raises:
            StoreError: there is no such revision.
        """
        steps = [script.revision for script in _scripts().walk_revisions()]
        if revision not in steps:
            raise StoreError(f"没有版本 {revision}。", remedy=f"可用的版本:{'、'.join(reversed(steps))}。")
        with self.write() as connection:
            now = MigrationContext.configure(connection).get_current_revision()
            config = _config()
            config.attributes["connection"] = connection
            forward = now is None or steps.index(revision) < steps.index(now)
            (command.upgrade if forward else command.downgrade)(config, revision)

    def _prepare(self) -> None:
        head = _scripts().get_current_head()
        assert head is not None
        if self.version() == head:
            return
        with FileLock(f"{self.path}.lock"):  # several workers start at once
            now = self.version()
            if now is not None and now not in {script.revision for script in _scripts().walk_revisions()}:
                raise NewerStore(f"{self.path} 的版本是 {now},此程序不认识。")
            if now != head:
                self.migrate(head)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.IntegrityError) or not isinstance(error.orig, sqlite3.Error):
                raise
            raise from_sqlite(error.orig, self.path.parent) from error


def head() -> str:
    """The present version of the tables."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})

    # sqlite3 begins transactions too late for a consistent read, and not at all for changes to tables:
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
