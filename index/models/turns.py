"""Who may compute next."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A semaphore that serves first come, first served.

    ``threading.Semaphore`` lets a thread that has just let go take it again before the one that waits has woken up:
    a question would wait for the end of a large file's embedding.

    Args:
        count: that may hold it at the same time, 1 or more.
    """

    def __init__(self, count: int) -> None:
        if count < 1:
            raise ValueError("at least one must be able to hold it")
        self._free = count
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if self._free:
                self._free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()  # until somebody hands theirs over
        except BaseException:  # interrupted while waiting
            self._give_up(mine)
            raise

    def __exit__(self, *_: object) -> None:
        with self._guard:
            self._pass_on()

    def _give_up(self, mine: threading.Lock) -> None:
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
            else:  # it was handed over already
                self._pass_on()

    def _pass_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._free += 1
