"""Chromium as Debian packages it, without a window, for tests and pictures of the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = (
    os.environ.get("YUANWEN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
"""Where it is; None where there is none."""

DESK, TABLET, PHONE = (1440, 900), (768, 1024), (390, 844)
"""Widths and heights that pages are looked at in."""

_OPTIONS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""It mustn't look for anything on the network of its own accord."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser. As root, which Chromium's sandbox refuses, it goes without one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(_OPTIONS), chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()
