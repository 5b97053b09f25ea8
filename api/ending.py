"""How a process of the service ends: told to (SIGTERM, SIGINT), it takes nothing new, finishes what it has, leaves.

Told a second time it leaves at once, which is safe: what was acknowledged survives ``kill -9``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Overloaded, response_of

_log = structlog.get_logger("yuanwen.ending")

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_EVERY = 0.05
"""Seconds between two looks at what is still under way."""
CLOSING_SECONDS = 5.0
"""Given to the closing of files and queues when the time for requests is over."""
RETRY_SECONDS = 5.0
"""Told to who comes while the process ends: another one may serve by then."""
_ALWAYS = frozenset({"/healthz", "/metrics"})


class Ending:
    """Whether the process has been told to end, and how many requests are under way.

    Work that goes on for long (a job, a stream) looks at :attr:`begun` where it can stop, and does.
    """

    def __init__(self) -> None:
        self._begun = False  # no threading.Event: a signal may come while its lock is held
        self._under_way = 0

    @property
    def begun(self) -> bool:
        """Whether it has been told."""
        return self._begun

    @property
    def under_way(self) -> int:
        """Requests whose response isn't complete."""
        return self._under_way

    def begin(self) -> None:
        """Tells it; a second time is fine."""
        self._begun = True

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around a request; on the event loop only."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def drained(self, seconds: float) -> bool:
        """Waits until nothing is under way; says whether that was so in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self._under_way:
            if asyncio.get_running_loop().time() >= deadline:
                return False
            await asyncio.sleep(_EVERY)
        return True


class Gate:
    """Counts requests, and once the process is to end refuses new ones (503), readiness among them."""

    def __init__(self, app: ASGIApp, *, ending: Ending) -> None:
        self._app = app
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._ending.begun and scope["path"] not in _ALWAYS:
            error = Overloaded("服务正在停止。", retry_after=RETRY_SECONDS)
            response = response_of(error, request_id=scope.get("state", {}).get("request_id", ""))
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        with self._ending.request():
            await self._app(scope, receive, send)


@contextmanager
def ending_by_signals(ending: Ending, *, seconds: float, insist: bool) -> Iterator[None]:
    """Inside the event loop of a server's main thread: its own way of ending comes after ours. Nothing elsewhere.

    Args:
        seconds: given to requests under way.
        insist: a second signal ends the process at once; for one that somebody else ends, which may hand on the same
            signal twice, it doesn't.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    tasks: set[asyncio.Task[None]] = set()

    async def end(number: int) -> None:
        _log.info("ending", signal=signal.Signals(number).name, under_way=ending.under_way)
        _at_the_latest(seconds + CLOSING_SECONDS)
        if not await ending.drained(seconds):
            _log.warning("out of time", under_way=ending.under_way)
        _hand_on(number, before[signal.Signals(number)])

    def told(number: int, _frame: FrameType | None) -> None:
        if not ending.begun:
            ending.begin()
            loop.call_soon_threadsafe(lambda: tasks.add(loop.create_task(end(number))))
        elif insist:
            os._exit(128 + number)

    for number in _SIGNALS:
        signal.signal(number, told)
    try:
        yield
    finally:
        # Not put back: a second signal must end the process while it closes its files, too.
        ending.begin()


def _hand_on(number: int, handler: object) -> None:
    """Does what would have been done without us."""
    if callable(handler):
        handler(number, None)
    else:
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)


def _at_the_latest(seconds: float) -> None:
    """Ends the process then, whatever still runs in it; nothing happens if it has ended by itself."""

    def give_up() -> None:
        _log.error("gave up waiting", seconds=seconds)
        os._exit(1)

    timer = threading.Timer(seconds, give_up)
    timer.daemon = True
    timer.start()
