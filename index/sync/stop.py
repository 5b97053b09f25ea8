"""A request to stop that may come from a signal's handler."""

from __future__ import annotations

import time

_SLICE_SECONDS = 0.1


class StopFlag:
    """Like ``threading.Event``, but without a lock: a handler runs in the main thread, perhaps while that one holds
    the event's lock, and would wait for it forever."""

    def __init__(self) -> None:
        self._set = False

    def set(self) -> None:
        """From here on it is to stop."""
        self._set = True

    def is_set(self) -> bool:
        """Whether it is to stop."""
        return self._set

    def wait(self, seconds: float) -> None:
        """Until it is set, or so many seconds have passed."""
        until = time.monotonic() + seconds
        while not self._set and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE_SECONDS))
