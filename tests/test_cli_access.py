"""``yuanwen keys`` and ``yuanwen users``: the way in for who has no browser."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from access import QUICK
from api.cli import app
from api.errors import Conflict
from api.security.principal import Scope
from api.state.audit import Audit
from api.state.database import FILE, StateDatabase
from api.state.keys import Keys
from api.state.sessions import Sessions
from index.errors import NotFound


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.security.secrets._HASHER", QUICK)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    database = StateDatabase(tmp_path / "home" / FILE)
    yield database
    database.close()


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def shown(*arguments: str) -> str:
    return CliRunner().invoke(app, arguments).output


def test_a_key_is_made_listed_and_revoked(database: StateDatabase) -> None:
    made = run("keys", "create", "[red]官网", "-s", "ask", "-s", "feedback", "-c", "年鉴", "--days", "3")
    principal = Keys(database).principal_of(made["token"])
    assert principal is not None
    assert principal.scopes == {Scope.ASK, Scope.FEEDBACK}
    assert principal.readable == {"年鉴"}
    assert [key["id"] for key in run("keys", "list")["keys"]] == [made["key"]["id"]]
    listed = shown("keys", "list")
    assert "[red]官网" in listed
    assert made["token"] not in listed
    run("keys", "revoke", str(made["key"]["id"]))
    assert Keys(database).principal_of(made["token"]) is None
    assert "已吊销" in shown("keys", "list")


def test_an_operator_lets_people_in_and_out(database: StateDatabase) -> None:
    sessions = Sessions(database)
    boss = run("users", "create", "boss", "--role", "admin")
    li = run("users", "create", "李", "--role", "editor", "--read", "公报", "--write", "年鉴")
    assert li["user"]["grants"] == [
        {"collection": "公报", "access": "read"},
        {"collection": "年鉴", "access": "write"},
    ]
    fresh = run("users", "reset", "李")["password"]
    token, session = sessions.sign_in("李", fresh)
    assert session.user.must_change
    assert run("users", "disable", "李")["user"]["disabled"] is True
    assert sessions.session(token) is None
    run("users", "disable", "李", "--undo")
    assert sessions.sign_in("李", fresh)
    assert [user["name"] for user in run("users", "list")["users"]] == ["boss", "李"]
    assert boss["password"] not in shown("users", "list")


def test_what_is_done_there_is_in_the_audit_log_without_secrets(database: StateDatabase) -> None:
    password = run("users", "create", "boss", "--role", "admin")["password"]
    token = run("keys", "create", "k", "-s", "ask")["token"]
    entries = Audit(database).entries(limit=9).items
    assert [(entry.actor, entry.action) for entry in entries] == [
        ("local", "key.create"),
        ("local", "user.create"),
    ]
    assert password not in repr(entries)
    assert token not in repr(entries)


def test_what_cant_be_done_is_told(database: StateDatabase) -> None:
    run("users", "create", "boss", "--role", "admin")
    with pytest.raises(Conflict):
        run("users", "disable", "boss")
    with pytest.raises(NotFound):
        run("users", "reset", "nobody")
    with pytest.raises(NotFound):
        run("keys", "revoke", "7")
    assert "documents:read" in shown("keys", "create", "k", "--scope", "everything")
    assert "reader" in shown("users", "create", "x", "--role", "everything")


def test_help_waits_for_no_library_of_the_service() -> None:
    script = "import sys, api.cli; print({'fastapi', 'sqlalchemy', 'alembic', 'argon2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
