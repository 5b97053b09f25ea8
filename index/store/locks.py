"""One writer at a time, across threads and processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import StoreBusy
from index.store.faults import from_os


class WriterLock:
    """Held by whoever changes a store; readers never take it.

    Threads of this process wait for one another on a lock of their own, and the one that has it for the file
    lock, which the system releases when its process dies. A thread may take it again while it has it.

    Args:
        path: of the lock file; the file itself stays.
        timeout: seconds to wait before :class:`~index.errors.StoreBusy`.
    """

    def __init__(self, path: Path, *, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._threads = threading.RLock()
        self._processes = FileLock(path, thread_local=False)
        self._depth = 0

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Waits for the lock and holds it for the block.

        Raises:
            StoreBusy: somebody else held it all the time.
        """
        if not self._acquire(self._timeout):
            raise StoreBusy(f"等待 {self._timeout:g} 秒后，索引仍被另一个任务占用。")
        try:
            yield
        finally:
            self._release()

    @contextmanager
    def try_hold(self) -> Iterator[bool]:
        """Holds the lock for the block if it is free at this moment; says whether it was."""
        acquired = self._acquire(0.0)
        try:
            yield acquired
        finally:
            if acquired:
                self._release()

    def _acquire(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        if not self._threads.acquire(timeout=timeout):
            return False
        try:
            if self._depth == 0:
                self._processes.acquire(timeout=max(0.0, deadline - time.monotonic()))
            self._depth += 1
        except Timeout:
            self._threads.release()
            return False
        except OSError as error:
            self._threads.release()
            raise from_os(error, self._path.parent) from error
        except BaseException:
            self._threads.release()
            raise
        return True

    def _release(self) -> None:
        self._depth -= 1
        try:
            if self._depth == 0:
                self._processes.release()
        finally:
            self._threads.release()
