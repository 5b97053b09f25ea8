"""Threads that a model computes in, so that several callers, or one with several parts, use every core.

Why threads and not larger batches: ``docs/decisions/014-batching-across-questions.md``.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import TypeVar

from index.errors import ModelClosed

Part = TypeVar("Part")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Processors that this process may run on, 1 or more; a container's share of their time isn't seen."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ModelWorkers:
    """First come, first served: parts run in the order in which they were handed in, ``count`` at a time.

    Nothing waits for company: a part starts at once where a worker is free. Threads are started as they are
    needed, and end with :meth:`close`, with the object, or with the interpreter.

    Args:
        count: of threads, 1 or more.
        name: of the threads, for those who look at them.
    """

    def __init__(self, count: int, *, name: str) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)

    def run(self, work: Callable[[Part], Result], parts: Iterable[Part], *, ahead: int) -> Iterator[Result]:
        """The result of each part, in order.

        Args:
            ahead: parts handed in at a time. A caller with more gives way to those who came meanwhile.

        Raises:
            ModelClosed: closed before this caller's last part had started.
            Exception: what ``work`` raised for one of these parts; those not started yet are given up.
        """
        pending: deque[Future[Result]] = deque()
        try:
            for part in parts:
                if len(pending) >= ahead:
                    yield self._result(pending.popleft())
                pending.append(self._submit(work, part))
            while pending:
                yield self._result(pending.popleft())
        finally:
            for future in pending:
                future.cancel()

    def close(self) -> None:
        """Ends after the parts that run; who waits for others gets an error. Calling it twice is fine."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _submit(self, work: Callable[[Part], Result], part: Part) -> Future[Result]:
        try:
            return self._pool.submit(work, part)
        except RuntimeError as error:  # the only one: after shutdown
            raise ModelClosed("模型已经关闭。") from error

    @staticmethod
    def _result(future: Future[Result]) -> Result:
        try:
            return future.result()
        except CancelledError as error:
            raise ModelClosed("模型在计算之前关闭了。") from error
