"""Model work off the event loop: a bounded number of threads, and a queue of bounded length before them."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self, TypeVar

from api.errors import Overloaded

T = TypeVar("T")

_REMEMBERED = 0.9
"""Share of the running mean duration that a new one leaves."""


class Asker:
    """Runs blocking work for coroutines. What would wait too long is refused at once.

    Args:
        threads: works at the same time.
        waiting: that may wait beyond them.
        seconds: after which a waiting one is refused, and one under way isn't waited for any more.
        watch: told how many are inside, whenever that changes.
    """

    def __init__(
        self, *, threads: int, waiting: int, seconds: float, watch: Callable[[int], None] = lambda _: None
    ) -> None:
        self.threads = threads
        self._capacity = threads + waiting
        self._seconds = seconds
        self._watch = watch
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ask")
        self._guard = threading.Lock()
        self._inside = 0
        self._mean = 1.0
        self._closing = False

    @property
    def inside(self) -> int:
        """Works that run or wait; one that nobody waits for any more counts until its thread is free."""
        return self._inside

    def admit(self) -> None:
        """Raises:
        Overloaded: one more would have to wait too long, or the server is ending.
        """
        if self._closing:
            raise _ending()
        if self._inside >= self._capacity:
            raise Overloaded(
                f"已有 {self._inside} 个问题在排队。", retry_after=self._inside * self._mean / self.threads
            )

    def place(self) -> Place:
        """A place in the queue, held until its work is done, or the ``with`` block ends without any.

        Raises:
            Overloaded: see :meth:`admit`.
        """
        self.admit()
        self._moved(1)
        return Place(self)

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` returns, run on a thread.

        Raises:
            Overloaded: see :meth:`admit`; or it took longer than ``seconds``.
        """
        with self.place() as place:
            return await place.run(work)

    def _submit(self, work: Callable[[], T]) -> Future[T]:
        here = contextvars.copy_context()
        try:
            future = self._pool.submit(here.run, self._timed, work)
        except RuntimeError as error:  # closed between the place and its work
            raise _ending() from error
        future.add_done_callback(self._left)
        return future

    async def _wait(self, future: Future[T]) -> T:
        try:
            # A thread can't be stopped, but what still waits when time is up is taken out of the queue.
            return await asyncio.wait_for(asyncio.wrap_future(future), self._seconds)
        except TimeoutError as error:
            raise Overloaded(
                f"{self._seconds:g} 秒内没有轮到,或没有做完。", retry_after=self._mean * 2
            ) from error

    def close(self) -> None:
        """Refuses new work and waits for what is under way; calling it twice is fine."""
        self._closing = True
        self._pool.shutdown(wait=True)

    def _timed(self, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            return work()
        finally:
            seconds = time.perf_counter() - started
            with self._guard:
                self._mean = _REMEMBERED * self._mean + (1 - _REMEMBERED) * seconds

    def _left(self, _: object = None) -> None:
        self._moved(-1)

    def _moved(self, by: int) -> None:
        with self._guard:
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
            self._asker._left()

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
