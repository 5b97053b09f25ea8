"""Waiting until something changes in a folder, by the system's word or by looking again from time to time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from index.sync.folder import Listed, Stamp
from index.sync.stop import StopFlag
from index.sync.survey import SETTLED_SECONDS, settled

_log = logging.getLogger(__name__)

_DEBOUNCE_MS = 1000
_LOOK_SECONDS = 0.25


class Watcher:
    """Wakes whoever waits when something below a folder changes.

    Told by the system through ``watchfiles``. Network shares tell nothing, and a large tree may need more watches
    than the system gives: then :meth:`wait` simply comes back when its time is up.

    Args:
        stop: ends the waiting.
    """

    def __init__(self, folder: Path, stop: StopFlag) -> None:
        self._folder = folder
        self._stop = stop
        self._changed = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def wait(self, seconds: float) -> None:
        """Until something has changed since the last call, it is to stop, or so many seconds have passed."""
        until = time.monotonic() + seconds
        while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
            if self._changed.wait(min(left, _LOOK_SECONDS)):
                break
        self._changed.clear()

    def listen(self) -> None:
        """Listens to the system from here on, if it doesn't yet and the folder can be listened to."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._listen, name="watch", daemon=True)
            self._thread.start()

    def _listen(self) -> None:
        try:
            from watchfiles import watch

            changes = watch(
                self._folder,
                watch_filter=None,
                debounce=_DEBOUNCE_MS,
                stop_event=self._ended,
                rust_timeout=1000,
                raise_interrupt=False,
                ignore_permission_denied=True,
            )
            for _ in changes:
                self._changed.set()
        except Exception as error:  # noqa: BLE001, whatever it is, looking from time to time still works
            _log.info("no events from %s: %s", self._folder, error)


class Settling:
    """Which files have come to rest: changed some time ago, or looking the same for as long.

    The second is for clocks that differ: a file server's may be ahead of ours.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: dict[str, tuple[Stamp, float]] = {}

    def ready(self, file: Listed) -> bool:
        """Whether the file isn't being written, as far as can be told."""
        if settled(file):
            self._first.pop(file.source, None)
            return True
        now = self._clock()
        stamp, since = self._first.get(file.source, (None, now))
        if stamp != file.stamp:
            since = now
        self._first[file.source] = (file.stamp, since)
        return now - since >= SETTLED_SECONDS
