"""The most memory that child processes have had, seen from outside (Linux)."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_EVERY = 0.02
"""Seconds between two looks: a child that is killed has its last one missing."""


class ChildMemory:
    """Looks at this process's children while it is open; 0 where there is no ``/proc``."""

    def __init__(self) -> None:
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def peak_mb(self) -> float:
        """Of resident memory, of any one child, in MB, since the last time it was asked."""
        self._look()
        peak, self._peak = self._peak, 0
        for child in psutil.Process().children():
            with suppress(OSError):  # the kernel counts anew from here
                Path(f"/proc/{child.pid}/clear_refs").write_text("5", encoding="ascii")
        return peak / 1024

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY):
            self._look()

    def _look(self) -> None:
        for child in psutil.Process().children():
            with suppress(OSError, psutil.Error):
                found = _PEAK.search(Path(f"/proc/{child.pid}/status").read_text(encoding="ascii"))
                self._peak = max(self._peak, int(found[1]) if found else 0)
