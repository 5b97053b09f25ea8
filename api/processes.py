"""Several processes of one service: started, replaced when they die, told to end.

Uvicorn has such a supervisor too. It asks each process every half second whether it is still there, takes one that is
slow to start for dead, waits for the answer of one that has died, and starts one that can't start again and again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from types import FrameType

import structlog

_log = structlog.get_logger("yuanwen.processes")

CANNOT_START = 3
"""Exit code of a process whose successors couldn't start either, like uvicorn's own."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_EVERY = 0.2
_YOUNG_SECONDS = 60.0
_LONGEST_PAUSE = 30.0


@dataclass(slots=True)
class _Place:
    """One of the processes, and those before it. ``failures``: how many of them in a row died young."""

    process: SpawnProcess
    begun: float
    failures: int = 0
    next_at: float | None = None


class Processes:
    """Runs ``work(listening)`` in processes of their own, which share the socket.

    Args:
        work: what can be sent to another process: a function that can be imported by its name, or a part of one; it
            ends when its process is sent SIGTERM.
        seconds: after which a process that was told to end is killed.
    """

    def __init__(
        self, work: Callable[[socket.socket], None], listening: socket.socket, *, count: int, seconds: float
    ) -> None:
        self._work = work
        self._listening = listening
        self._count = count
        self._seconds = seconds
        self._told = 0

    def run(self) -> bool:
        """Until told to end by a signal; told once more, it kills them. False where one couldn't start."""
        before = {number: signal.signal(number, self._tell) for number in _SIGNALS}
        try:
            places = [self._start() for _ in range(self._count)]
            able = True
            while able and not self._told:
                connection.wait([place.process.sentinel for place in places if place.next_at is None], _EVERY)
                able = all(self._keep(place) for place in places)
            self._end([place.process for place in places])
            return able
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _tell(self, _signal: int, _frame: FrameType | None) -> None:
        self._told += 1

    def _start(self) -> _Place:
        process = multiprocessing.get_context("spawn").Process(target=self._work, args=(self._listening,))
        process.start()
        return _Place(process, time.monotonic())

    def _keep(self, place: _Place) -> bool:
        """Sees to it that somebody is in the place, before long; False where nobody can be."""
        moment, process = time.monotonic(), place.process
        if process.exitcode is None or self._told:
            return True
        if process.exitcode == CANNOT_START:
            return False
        if place.next_at is None:
            young = moment - place.begun < _YOUNG_SECONDS
            place.failures = place.failures + 1 if young else 0
            pause = min(_LONGEST_PAUSE, 2.0 ** (place.failures - 1)) if place.failures > 1 else 0.0
            place.next_at = moment + pause
            _log.error("process died", pid=process.pid, exit=process.exitcode, next_in_seconds=pause)
        if moment >= place.next_at:
            new = self._start()
            place.process, place.begun, place.next_at = new.process, new.begun, None
        return True

    def _end(self, processes: list[SpawnProcess]) -> None:
        for process in processes:
            if process.exitcode is None:
                process.terminate()
        told, deadline = self._told, time.monotonic() + self._seconds
        for process in processes:
            while process.exitcode is None:
                if self._told > told or time.monotonic() > deadline:
                    process.kill()
                process.join(_EVERY)


def begin_process() -> None:
    """At the beginning of ``work``: told to end before it serves, or after, the process leaves quietly; and it ends
    when its parent does: one that was killed can't tell it to, and it would keep the port to itself."""
    leave_quietly()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def leave_quietly() -> None:
    """Told to end before there is anything to end, or once more after all has ended, as uvicorn tells its process, it
    ends with exit code 0."""
    for number in _SIGNALS:
        signal.signal(number, _leave)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
