"""The programs that write what no library here writes: LibreOffice and Chromium."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser

from eval.bench.chromium import CHROMIUM, chromium
from index.errors import YuanwenError

_CONVERT_SECONDS = 120
_FILTERS = {"pdf": "pdf", "docx": "docx:MS Word 2007 XML", "xls": "xls:MS Excel 97"}
"""Filters by ending, where LibreOffice's own choice depends on what it reads."""


class ProgramMissing(YuanwenError):
    """A program that the corpus is made with isn't installed, or didn't do its work."""


@dataclass(slots=True)
class Programs:
    """Starts each program when it is first needed; one caller at a time. Use as a context."""

    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _browser: Browser | None = None
    _profile: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def printed(self, html: str, *, options: Mapping[str, Any]) -> bytes:
        """The page as PDF, as Chromium's "print to PDF" writes it.

        Args:
            options: of Playwright's ``page.pdf``: paper, margins, running heads.

        Raises:
            ProgramMissing: there is no Chromium.
        """
        if self._browser is None:
            if CHROMIUM is None:
                raise ProgramMissing("没有找到 Chromium。", remedy="请安装：apt-get install chromium。")
            self._browser = self._stack.enter_context(chromium())
        page = self._browser.new_page()
        try:
            page.set_content(html)
            return page.pdf(print_background=True, **options)
        finally:
            page.close()

    def converted(self, data: bytes, ending: str, wanted: str) -> bytes:
        """``data``, a file with that ending (without the dot), as LibreOffice saves it under another.

        Raises:
            ProgramMissing: there is no LibreOffice, or it wrote nothing.
        """
        soffice = shutil.which("soffice")
        if soffice is None:
            raise ProgramMissing(
                "没有找到 LibreOffice（soffice）。", remedy="请安装：apt-get install libreoffice。"
            )
        if self._profile is None:
            self._profile = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="soffice-")))
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / f"file.{ending}"
            source.write_bytes(data)
            command = [
                soffice,
                f"-env:UserInstallation={self._profile.as_uri()}",
                "--headless",
                "--convert-to",
            ]
            command += [_FILTERS.get(wanted, wanted), "--outdir", str(Path(folder) / "out"), str(source)]
            done = subprocess.run(command, capture_output=True, timeout=_CONVERT_SECONDS, check=False)
            made = Path(folder) / "out" / f"file.{wanted}"
            if not made.exists():
                told = done.stderr.decode(errors="replace")[-300:]
                raise ProgramMissing(
                    f"LibreOffice 没有把 {ending} 转成 {wanted}：{told}",
                    remedy="请确认装了 libreoffice-writer、-calc、-impress。",
                )
            return made.read_bytes()
