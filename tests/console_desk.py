"""What tests of the console in a real browser share: looks for barriers and what sticks out, and ending sessions."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from api.context import Context
from api.security.principal import LOCAL

_AXE = Axe()


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
    """As when they have been away for too long."""
    user = context.accounts.user_named(name)
    assert user is not None
    for disabled in (True, False):
        context.accounts.change(user.id, by=LOCAL, disabled=disabled)
