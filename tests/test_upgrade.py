"""Versions of both databases: up, down, and the first one still opens."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, delete, insert, select, text

import api.state.database
from api.app import create_app
from api.backup import restore
from api.context import open_context
from api.security.principal import LOCAL
from api.state.database import EMPTY, FILE, StateDatabase, head, known_versions, step_names
from api.state.evaluations import Evaluations
from api.state.home import serving
from api.state.tables import grants, metadata, users
from api.upgrade import backup_name, carry_out, plan
from index.errors import NewerStore, StoreBusy, StoreError
from index.store import catalog, schema
from index.store.embedded import DATABASE_NAME
from index.store.sqlite import Database
from rag.service import QAService
from rag.settings import Settings

FIRST = Path(__file__).with_name("service_0001.sql")
"""``service.db`` of the first version, after a little use; made by ``tests/make_service_0001.py``."""
FIRST_KEY = "ywk_first-version-key-of-the-tests"


def first_version(home: Path) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(home / FILE)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(FIRST.read_text(encoding="utf-8"))
    return home / FILE


def tables_of(path: Path) -> dict[str, tuple[str, ...]]:
    """What SQLite was told to create; white space, quotes and the order of constraints aside."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
    return {name: _normalised(sql) for name, sql in rows}


def _normalised(sql: str) -> tuple[str, ...]:
    plain = " ".join(sql.replace('"', "").split()).replace("( ", "(").replace(" )", ")").removesuffix(")")
    columns, *constraints = plain.split(", CONSTRAINT ")
    return (columns, *sorted(constraints))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    with closing(StateDatabase(tmp_path / FILE)) as database:
        yield database


def test_the_tables_are_what_the_migrations_make(database: StateDatabase) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_migrations_make_them_in_every_detail(database: StateDatabase, tmp_path: Path) -> None:
    """Also what Alembic doesn't compare: names of constraints, deletions that go on, AUTOINCREMENT."""
    engine = create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    metadata.create_all(engine)
    engine.dispose()
    migrated = tables_of(database.path)
    assert migrated.pop("alembic_version")
    assert migrated == tables_of(tmp_path / "made.db")


def test_every_step_goes_down_and_up_again(database: StateDatabase) -> None:
    versions = known_versions()
    made = {head(): tables_of(database.path)}
    for version in reversed(versions[:-1]):
        database.migrate(version)
        assert database.version() == version
        made[version] = tables_of(database.path)
    for version in versions[1:]:
        database.migrate(version)
        assert tables_of(database.path) == made[version]
    database.migrate(EMPTY)
    assert database.version() is None
    assert tables_of(database.path).keys() == {"alembic_version"}
    database.migrate(head())
    assert tables_of(database.path) == made[head()]


def test_the_first_version_has_not_been_changed_since(tmp_path: Path) -> None:
    with closing(StateDatabase(tmp_path / FILE, prepare=False)) as database:
        database.migrate("0001")
    assert tables_of(tmp_path / FILE) == tables_of(first_version(tmp_path / "first"))


def test_a_service_on_the_first_version_answers_the_same(
    settings: Settings, service: QAService, yearbook: Path
) -> None:
    list(service.add([yearbook]))
    before = service.ask("奖励大会是谁主持的？")
    assert not before.abstained
    first_version(settings.home)
    context = open_context(settings, service)
    headers = {"Authorization": f"Bearer {FIRST_KEY}"}
    with TestClient(create_app(context), base_url="http://localhost") as client:
        asked = client.post("/v1/ask", json={"question": "奖励大会是谁主持的？"}, headers=headers).json()
        faq = client.post("/v1/ask", json={"question": "怎样联系管理员？"}, headers=headers).json()
        conversations = client.get("/v1/conversations", headers=headers).json()
        assert context.database.version() == head()
    assert asked["text"] == before.text
    assert faq["text"] == "请拨打总机。"
    assert [one["title"] for one in conversations["items"]] == ["谁主持大会？"]


def everything_in(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of all tables."""
    return {
        name: rows(path, name)
        for name, sql in tables_of(path).items()
        if sql[0].startswith("CREATE TABLE") and name != "alembic_version"
    }


EVALUATION = "INSERT INTO evaluations VALUES (?, ?, '题', 'ask', '{}', NULL, 'user:1', 1)"
"""As the first version has them, whose program made none."""


def test_the_first_version_goes_to_this_one_and_back_with_all_its_rows(tmp_path: Path) -> None:
    path = first_version(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(EVALUATION, ("a" * 32, "b" * 32))
        connection.commit()
    tables, before = tables_of(path), everything_in(path)
    assert {name for name, held in before.items() if held} >= {
        "users",
        "turns",
        "feedback",
        "faq",
        "evaluations",
    }
    carry_out(tmp_path, plan(tmp_path), backup=tmp_path / "before.tar")
    assert plan(tmp_path).empty
    after = everything_in(path)
    assert [(*row, None) for row in before["evaluations"]] == after["evaluations"]
    assert [(*row, None) for row in before["job_files"]] == after["job_files"]
    assert {**after, **{name: before[name] for name in ("evaluations", "job_files")}} == before
    with closing(StateDatabase(path)) as database:
        (found,) = Evaluations(database).page(LOCAL, limit=10).items
    assert (found.id, found.collections, found.summary) == ("a" * 32, None, None)
    back = plan(tmp_path, service="0001")
    assert [step.partition("：")[0] for step in back.service.steps] == [
        "0003 → 0002 撤销",
        "0002 → 0001 撤销",
    ]
    carry_out(tmp_path, back, backup=None)
    assert (tables_of(path), everything_in(path)) == (tables, before)
    restored = restore(tmp_path / "before.tar", tmp_path / "new").manifest
    assert (restored.service, everything_in(tmp_path / "new" / FILE)) == ("0001", before)


NEXT = '''"""A nickname for people."""
import sqlalchemy as sa
from alembic import op
revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None
def upgrade() -> None:
    anew = dict(recreate="always", table_kwargs=dict(sqlite_autoincrement=True))
    with op.batch_alter_table("users", **anew) as table:
        table.add_column(sa.Column("nickname", sa.String(), nullable=True))
def downgrade() -> None:
    anew = dict(recreate="always", table_kwargs=dict(sqlite_autoincrement=True))
    with op.batch_alter_table("users", **anew) as table:
        table.drop_column("nickname")
'''


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A program with one more version of ``service.db``; returns the version before."""
    before = head()
    scripts = tmp_path / "migrations"
    shutil.copytree(api.state.database._MIGRATIONS, scripts)
    (scripts / "versions" / "next.py").write_text(NEXT.format(before=before), encoding="utf-8")
    monkeypatch.setattr(api.state.database, "_MIGRATIONS", scripts)
    return before


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


def test_a_table_made_anew_keeps_the_rows_that_refer_to_it(tmp_path: Path, next_version: str) -> None:
    path = first_version(tmp_path)
    with closing(StateDatabase(path, prepare=False)) as database:
        database.migrate(next_version)
        with database.write() as connection:
            user = connection.scalar(select(users.c.id))
            connection.execute(insert(grants).values(user_id=user, collection="年鉴", write=True))
        database.migrate("next")
        assert len(rows(path, "users")[0]) == len(users.c) + 1
        database.migrate(next_version)
        assert rows(path, "grants") == [(user, "年鉴", 1)]
        with database.write() as connection:  # and foreign keys are enforced again
            connection.execute(delete(users))
        assert rows(path, "grants") == []


def test_an_older_database_is_kept_when_a_newer_program_opens_it(tmp_path: Path, next_version: str) -> None:
    path = first_version(tmp_path)
    old = tables_of(path)
    StateDatabase(path).close()
    assert "nickname" in tables_of(path)["users"][0]
    kept = path.with_name("service.db.0001.bak")
    assert kept.stat().st_mode & 0o077 == 0
    assert tables_of(kept) == old


def test_a_service_database_goes_up_and_back_step_by_step(tmp_path: Path, next_version: str) -> None:
    path = first_version(tmp_path)
    up = plan(tmp_path)
    assert (up.service.now, up.service.wanted) == ("0001", "next")
    assert up.service.steps[-1] == f"{next_version} → next A nickname for people."
    carry_out(tmp_path, up, backup=tmp_path / "before.tar")
    assert plan(tmp_path).empty
    carry_out(tmp_path, plan(tmp_path, service="0001"), backup=None)
    assert tables_of(path) == tables_of(first_version(tmp_path / "again"))
    assert rows(path, "faq") == rows(tmp_path / "again" / FILE, "faq") != []
    assert restore(tmp_path / "before.tar", tmp_path / "new").manifest.service == "0001"
    assert step_names()["next"] == "A nickname for people."


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = first_version(tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    for open_it in (lambda: StateDatabase(path), lambda: plan(tmp_path)):
        with pytest.raises(NewerStore):
            open_it()
    assert path.read_bytes() == before


@pytest.fixture
def next_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index whose next version has one more column."""
    steps = {
        **schema.UPGRADES,
        schema.VERSION: lambda connection: connection.execute("ALTER TABLE documents ADD COLUMN note TEXT"),
    }
    back = {
        **schema.DOWNGRADES,
        schema.VERSION + 1: lambda connection: connection.execute("ALTER TABLE documents DROP COLUMN note"),
    }
    monkeypatch.setattr(schema, "UPGRADES", steps)
    monkeypatch.setattr(schema, "DOWNGRADES", back)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)


def has_note(home: Path) -> bool:
    with closing(sqlite3.connect(home / DATABASE_NAME)) as connection:
        return "note" in {row[1] for row in connection.execute("PRAGMA table_info(documents)")}


def test_an_index_goes_up_and_back_with_a_backup_each_time(
    settings: Settings, service: QAService, yearbook: Path, tmp_path: Path, request: Any
) -> None:
    list(service.add([yearbook]))
    service.close()
    home = settings.home
    request.getfixturevalue("next_index")
    up = plan(home)
    assert (up.index.now, up.index.wanted, up.index.steps) == ("2", "3", ("2 → 3",))
    assert not up.empty
    assert not has_note(home)  # nothing was done yet
    carry_out(home, up, backup=tmp_path / "before.tar")
    assert has_note(home)
    assert plan(home).empty
    down = plan(home, index=2)
    assert down.index.steps == ("3 → 2",)
    carry_out(home, down, backup=backup_name(home, down))
    assert not has_note(home)
    assert restore(tmp_path / "before.tar", tmp_path / "a").manifest.index == 2
    (second,) = (home / "backups").iterdir()
    assert restore(second, tmp_path / "b").manifest.index == 3
    assert has_note(tmp_path / "b")


def test_an_index_of_the_first_version_learns_how_its_documents_were_read(
    settings: Settings, service: QAService, yearbook: Path
) -> None:
    (added,) = service.add([yearbook])
    assert added.document is not None
    service.close()
    carry_out(settings.home, plan(settings.home, index=1), backup=None)
    with closing(sqlite3.connect(settings.home / DATABASE_NAME)) as connection:
        assert {row[1] for row in connection.execute("PRAGMA table_info(contents)")} == {
            "document_id",
            "text",
            "blocks",
            "offsets",
        }
    carry_out(settings.home, plan(settings.home), backup=None)
    with closing(Database(settings.home / DATABASE_NAME)) as index, index.read() as connection:
        content = catalog.content(connection, added.document.id)
    assert (content.reading, content.warnings) == (b"", ())


def test_a_step_that_fails_leaves_the_version_that_was(
    settings: Settings, service: QAService, next_index: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE tombstones")
        raise RuntimeError("half way")

    monkeypatch.setattr(schema, "DOWNGRADES", {3: fail})
    home = settings.home
    with closing(Database(home / DATABASE_NAME)) as index:
        index.prepare()
        with pytest.raises(RuntimeError):
            index.migrate(2)
        assert index.version() == 3
        with index.read() as connection:
            assert connection.execute("SELECT count(*) FROM tombstones").fetchone() == (0,)


def test_versions_that_there_are_not_are_refused(settings: Settings, service: QAService) -> None:
    with pytest.raises(StoreError, match="0001"):
        plan(settings.home, service="1234")
    with pytest.raises(StoreError):
        plan(settings.home, index=schema.VERSION + 1)
    assert plan(settings.home / "nothing").empty
    assert not (settings.home / "nothing").exists()


def test_nothing_is_upgraded_under_a_running_service(settings: Settings, service: QAService) -> None:
    with serving(settings.home), pytest.raises(StoreBusy):
        carry_out(settings.home, plan(settings.home), backup=None)


def test_statements_of_the_log_never_hold_values(database: StateDatabase) -> None:
    with pytest.raises(Exception, match="no such table") as caught, database.read() as connection:
        connection.execute(text("SELECT * FROM absent WHERE a = :a"), {"a": "geheim"})
    assert "geheim" not in str(caught.value)
