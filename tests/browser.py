"""What tests in a real browser share: Debian's Chromium, pages in one language and theme, and their faults."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

CHROMIUM = (
    os.environ.get("YUANWEN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

_OPTIONS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""It mustn't look for anything on the network of its own accord."""

DESK, TABLET, PHONE = (1440, 900), (768, 1024), (390, 844)
"""Widths and heights that pages are looked at in."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. As root, which Chromium's sandbox refuses, it goes without."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(_OPTIONS), chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


class Watched:
    """Pages of one person's browser. :meth:`close` fails for what went wrong in them unnoticed.

    Args:
        language: of the browser. theme: of the system. size: width and height.
    """

    def __init__(
        self,
        browser: Browser,
        *,
        language: str = "zh-CN",
        theme: Literal["light", "dark"] = "light",
        size: tuple[int, int] = DESK,
        **options: Any,
    ) -> None:
        viewport: ViewportSize = {"width": size[0], "height": size[1]}
        self.context: BrowserContext = browser.new_context(
            locale=language, color_scheme=theme, viewport=viewport, **options
        )
        self.faults: list[str] = []
        self.requests: list[str] = []
        """Addresses of everything that any page asked for."""
        self.context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        self.context.on("console", self._heard)
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.context.on("response", self._answered)

    def open(self, url: str) -> Page:
        """A new page at that address."""
        page = self.context.new_page()
        page.goto(url)
        return page

    def close(self) -> None:
        """Raises AssertionError for scripts' errors and whatever a content security policy stopped."""
        self.context.close()
        assert self.faults == []

    def _answered(self, response: Any) -> None:
        if "/static/" in response.url and response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")

    def _heard(self, message: Any) -> None:
        # What the service refuses, Chromium writes as an error, too: pages show it, and tests look at that.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")
