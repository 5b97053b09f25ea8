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

from index.backup import copy_database
from index.errors import NewerStore, StoreError
from index.store.faults import from_sqlite

FILE = "service.db"
_BUSY_SECONDS = 10.0
_OWNER_ONLY = 0o600
"""Hashes of passwords and tokens are in it, and what people asked."""

EMPTY = "base"
"""Alembic's name for what is before the first version."""

_MIGRATIONS = Path(__file__).with_name("migrations")


class StateDatabase:
    """One SQLite file in WAL mode. Many read while one writes; a commit that returned survives a power cut.

    Args:
        path: created, or brought to the present version, when opened; a copy of an older one is kept beside it.
        prepare: False takes it as it is, of whatever version, to copy or to migrate it.

    Raises:
        NewerStore: written by a newer version of Yuanwen; nothing changed.
        StoreError: it can't be opened.
    """

    def __init__(self, path: Path, *, prepare: bool = True) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=_OWNER_ONLY)  # SQLite gives its other files the same
        except OSError as error:
            raise StoreError(
                f"{path} 不能写入：{error.strerror}。", remedy="请检查数据目录的权限。"
            ) from error
        self._engine = _engine(path)
        if not prepare:
            return
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
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end, or rolls back if the block raises.

        Args:
            durable: False doesn't wait for the disk: a power cut may take the commit back, a crash of the process
                doesn't. For what is written often and missed by nobody.

        Raises:
            StorageFull, StoreBusy, StoreError: nothing changed.
        """
        connecting = self._engine.connect().execution_options(writes=True, durable=durable)
        with self._faults(), connecting as connection, connection.begin():
            yield connection

    def version(self) -> str | None:
        """The revision of the tables; None for an empty file."""
        with self.read() as connection:
            return version_in(connection)

    def migrate(self, revision: str) -> None:
        """Up or down to ``revision``, in one transaction; tables that an older version doesn't know are dropped.

        Args:
            revision: :data:`EMPTY` removes all tables.

        Raises:
            StoreError: there is no such revision, or rows would be left without what they refer to.
        """
        steps = [EMPTY, *known_versions()]
        if revision not in steps:
            raise StoreError(
                f"服务数据库没有版本 {revision}。", remedy=f"可用的版本：{'、'.join(steps[1:])}。"
            )
        # SQLite changes a column by making the table anew; with foreign keys enforced, dropping the old one would
        # delete every row that refers to it (https://www.sqlite.org/lang_altertable.html#otheralter).
        connecting = self._engine.connect().execution_options(writes=True, durable=True, enforced=False)
        with self._faults(), connecting as connection, connection.begin():
            now = version_in(connection) or EMPTY
            config = _config()
            config.attributes["connection"] = connection
            forward = steps.index(revision) > steps.index(now)
            (command.upgrade if forward else command.downgrade)(config, revision)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise StoreError(f"{self.path} 升级后有失去所属的行，没有改动。", remedy="请报告此问题。")

    def _prepare(self) -> None:
        newest = head()
        if self.version() == newest:
            return
        with FileLock(f"{self.path}.lock"):  # several workers start at once
            now = self.version()
            if now is not None and now not in known_versions():
                raise NewerStore(f"{self.path} 的版本是 {now}，此程序不认识。")
            if now != newest:
                if now is not None:
                    self._keep_copy(now)
                self.migrate(newest)

    def _keep_copy(self, version: str) -> None:
        """The way back for who didn't make a backup first."""
        copy = self.path.with_name(f"{self.path.name}.{version}.bak")
        copy.unlink(missing_ok=True)
        copy.touch(mode=_OWNER_ONLY)
        with self.read() as connection:
            copy_database(driver_connection(connection), copy)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.IntegrityError) or not isinstance(error.orig, sqlite3.Error):
                raise
            raise from_sqlite(error.orig, self.path.parent) from error


def version_in(connection: Connection) -> str | None:
    """The revision of the tables that the connection sees; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def driver_connection(connection: Connection) -> sqlite3.Connection:
    """The one below, in the same transaction."""
    below = connection.connection.driver_connection
    assert isinstance(below, sqlite3.Connection)
    return below


def known_versions() -> list[str]:
    """Of the tables, the first first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def step_names() -> dict[str, str]:
    """What each version brought, in a few words."""
    return {script.revision: script.doc for script in _scripts().walk_revisions()}


def head() -> str:
    """The present version of the tables."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": _BUSY_SECONDS},
        hide_parameters=True,  # errors end up in logs, and what people asked must not
    )

    # sqlite3 begins transactions too late for a consistent read, and not at all for changes to tables:
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get("writes", False)
        if writes:
            # https://www.sqlite.org/pragma.html#pragma_synchronous: of the connection, and only outside a transaction
            connection.exec_driver_sql(
                f"PRAGMA foreign_keys = {'ON' if options.get('enforced', True) else 'OFF'}"
            )
            connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options['durable'] else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
