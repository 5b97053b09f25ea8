"""What tests in a real browser share: Debian's Chromium, pages in one language and theme, and their faults."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from eval.bench.chromium import CHROMIUM, DESK, PHONE, TABLET, chromium
from serving import PATIENCE

__all__ = ["DESK", "PHONE", "TABLET", "Watched", "chromium", "needs_chromium"]

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")


expect.set_options(timeout=1000 * PATIENCE)


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
