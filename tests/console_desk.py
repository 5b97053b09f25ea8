"""What tests of the console in a real browser share: the service with somebody signed in, and a look for barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from access import PASSWORD
from api.context import Context
from browser import Watched

_AXE = Axe()


@contextmanager
def signed_in(browser: Browser, url: str, name: str, **options: Any) -> Iterator[Page]:
    """A page of somebody who has a session already, to be opened anywhere."""
    watched = Watched(browser, **options)
    answer = watched.context.request.post(f"{url}/v1/session", data={"name": name, "password": PASSWORD})
    assert answer.ok, answer.text()
    yield watched.context.new_page()
    watched.close()


def go(page: Page, address: str, heading: str) -> None:
    """Opens a screen by its address."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical on a page that has come to rest."""
    expect(page.get_by_text(re.compile("请稍候|One moment"))).to_have_count(0)
    found = _AXE.run(page).response["violations"]
    return [
        f"{one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return wide


def end_sessions(context: Context, name: str) -> None:
    """As if they had been away for too long: nothing but the sessions ends."""
    user = context.accounts.user_named(name)
    assert user is not None
    context.accounts.change(user.id, by=_local(), disabled=True)
    context.accounts.change(user.id, by=_local(), disabled=False)


def _local() -> Any:
    from api.security.principal import LOCAL

    return LOCAL
