"""A running service with the yearbook in it, for tests that keep one for all of a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from access import PASSWORD, QUICK, person
from api.app import create_app
from api.context import Context, open_context
from api.security.principal import Role
from browser import Watched
from conftest import YEARBOOK, make_service
from rag.settings import Settings
from serving import serving

SOURCE = "年鉴.txt"


@dataclass(frozen=True)
class Served:
    """A running service, in which "editor" is an administrator, and "reader" reads the default collection."""

    address: str
    context: Context
    yearbook: int

    def sign_in(self, browser: Browser, name: str = "editor", **options: Any) -> Watched:
        """A browser in which they are signed in."""
        watched = Watched(browser, **options)
        signed = watched.context.request.post(
            f"{self.address}/v1/session", data={"name": name, "password": PASSWORD}
        )
        assert signed.ok, signed.text()
        return watched


@contextmanager
def served(folder: Path, *, threshold: float) -> Iterator[Served]:
    """Over the real store; the threshold decides what isn't answered."""
    settings = Settings(home=folder / "home", cache=folder / "cache", threshold=threshold)
    with pytest.MonkeyPatch.context() as patched, make_service(settings) as service:
        outcome = service.add_bytes(YEARBOOK.encode(), source=SOURCE)
        assert outcome.document is not None
        patched.setattr("api.security.secrets._HASHER", QUICK)
        context = open_context(settings, service)
        person(context, "editor", Role.ADMIN)
        person(context, "reader", grants={"default": False})
        with serving(create_app(context)) as address:
            yield Served(address=address, context=context, yearbook=outcome.document.id)
        context.close()
