"""People, keys and widgets for tests of who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from api.context import Context
from api.depends import CSRF_HEADER
from api.security.principal import LOCAL, Role
from api.state.accounts import User
from api.state.channels import Channel

PASSWORD = "correct horse battery"
PAGE = "https://www.example.cn"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""In place of the real one, which takes its time, and 64 MiB."""


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def move(self, **by: float) -> None:
        self._now += timedelta(**by)


def person(
    context: Context, name: str, role: Role = Role.READER, grants: Mapping[str, bool] | None = None
) -> User:
    """Somebody who has changed their password already."""
    return context.accounts.create(name, PASSWORD, role, grants=grants or {}, by=LOCAL, must_change=False)


def sign_in(client: TestClient, name: str, password: str = PASSWORD) -> dict[str, str]:
    """Leaves the cookie with the client; returns the header that changes need."""
    response = client.post("/v1/session", json={"name": name, "password": password})
    assert response.status_code == 200, response.text
    return {CSRF_HEADER: response.json()["csrf"]}


def channel(context: Context, collections: Iterable[str] = ("default",), **more: Any) -> tuple[Channel, str]:
    """A widget on :data:`PAGE`, and its publish token."""
    given = {"origins": [PAGE], "appearance": {}, "minute_limit": 10, "day_limit": 100, "by": LOCAL, **more}
    return context.channels.create("官网", collections=collections, **given)


def visit(client: TestClient, published: str, origin: str = PAGE) -> dict[str, str]:
    """The headers of a visitor's requests."""
    headers = {"Authorization": f"Bearer {published}", "Origin": origin}
    response = client.post("/v1/widget/session", headers=headers)
    assert response.status_code == 201, response.text
    return {"Authorization": f"Bearer {response.json()['token']}", "Origin": origin}
