"""Deleting what has been kept for long enough, now and then, in the background."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from index.errors import YuanwenError

_log = logging.getLogger(__name__)

_EVERY_SECONDS = 3600.0


class Sweeper:
    """A thread that calls each of ``tasks`` when it starts and then every hour; several processes may each have one.

    Args:
        tasks: each deletes something; quick, and harmless when there is nothing to do.
    """

    def __init__(self, tasks: Sequence[Callable[[], object]], *, seconds: float = _EVERY_SECONDS) -> None:
        self._tasks = tuple(tasks)
        self._seconds = seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the thread; calling it twice is fine."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            for task in self._tasks:
                try:
                    task()
                except YuanwenError as error:  # the next hour may go better
                    _log.warning("sweeping: %s", error)
            if self._ending.wait(self._seconds):
                return
