"""Model work off the event loop: a bounded number of threads, and a queue of bounded length before them."""

from __future__ import annotations

import asyncio
import contextvars
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from statistics import fmean
from typing import Self, TypeVar

from api.errors import Overloaded

T = TypeVar("T")

_TOLD, _REMEMBERED = 8, 32
"""Ends of works that the pace is told from, at least (a first question may wait for a model to load) and at most."""

_ASSUMED = 0.5
"""Seconds, before it can be told: what a question takes on two cores."""

_CERTAIN = 0.5
"""Share of the seconds that an expected wait may take: the estimate errs, and who is let in should get an answer."""


class Asker:
    """Runs blocking work for coroutines. What would wait too long is refused at once.

    How long is told by the pace of late: the seconds between two ends of works while there is always one under way.
    It holds whether works share one model or each has its own core (Little's law: wait = number inside x pace).

    Args:
        threads: works at the same time.
        waiting: that may wait beyond them.
        seconds: after which a waiting one is refused, and one under way isn't waited for any more. Whoever is
            expected to need over half of that isn't let in.
        watch: told how many are inside, whenever that changes.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        *,
        threads: int,
        waiting: int,
        seconds: float,
        watch: Callable[[int], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.threads = threads
        self._capacity = threads + waiting
        self._seconds = seconds
        self._watch = watch
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ask")
        self._guard = threading.Lock()
        self._clock = clock
        self._inside = 0
        self._since = clock()  # the last end of a work, or the first's beginning after a pause
        self._intervals: deque[float] = deque(maxlen=_REMEMBERED)
        self._closing = False

    @property
    def inside(self) -> int:
        """Works that run or wait; one that nobody waits for any more counts until its thread is free."""
        return self._inside

    @property
    def expected(self) -> float:
        """Seconds until all that is inside should be done."""
        with self._guard:
            known = len(self._intervals) >= _TOLD
            return self._inside * (fmean(self._intervals) if known else _ASSUMED)

    def place(self) -> Place:
        """A place in the queue, held until its work is done, or the ``with`` block ends without any.

        Raises:
            Overloaded: one more would have to wait too long, or the server is ending.
        """
        if self._closing:
            raise _ending()
        expected = self.expected
        if self._inside >= self._capacity or expected > _CERTAIN * self._seconds:
            # Those who are refused at the same time mustn't come back at the same time.
            later = expected + random.uniform(0.0, _CERTAIN * self._seconds)
            raise Overloaded(f"已有 {self._inside} 个问题在排队。", retry_after=later)
        self._moved(1)
        return Place(self)

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns, run on a thread.

        Raises:
            Overloaded: see :meth:`place`; or it took longer than ``seconds``.
        """
        with self.place() as place:
            return await place.run(work)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        here = contextvars.copy_context()
        try:
            future = self._pool.submit(here.run, work)
        except RuntimeError as error:  # closed between the place and its work
            raise _ending() from error
        future.add_done_callback(self._ended)
        return future

    async def _wait(self, future: Future[T]) -> T:
        try:
            # A thread can't be stopped, but what still waits when time is up is taken out of the queue.
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            raise Overloaded(
                f"{self._seconds:g} 秒内没有轮到，或没有做完。", retry_after=self.expected
            ) from error

    def close(self) -> None:
        """Refuses new work and waits for what is under way; calling it twice is fine."""
        self._closing = True
        self._pool.shutdown(wait=True)

    def _ended(self, future: Future[T]) -> None:
        with self._guard:
            # One that was taken out of the queue took no time, so the next end tells for both.
            if not future.cancelled():
                now = self._clock()
                self._intervals.append(now - self._since)
                self._since = now
        self._moved(-1)

    def _moved(self, by: int) -> None:
        with self._guard:
            if self._inside == 0:
                self._since = self._clock()
            self._inside += by
            self._watch(self._inside)


class Place:
    """One work's place in an asker's queue, taken before it is known what the work will be."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._held = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._held:
            self._held = False
            self._asker._moved(-1)

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns, run on a thread; once for each place. Cancelled, it leaves the queue.

        Raises:
            Overloaded: it took longer than the asker's ``seconds``, or the server is ending.
        """
        if not self._held:
            raise RuntimeError("the place is given up")
        future = self._asker._submit(work)
        self._held = False  # from here on the work's own end frees it
        return await self._asker._wait(future)


def _ending() -> Overloaded:
    return Overloaded("服务正在停止。", retry_after=5)
