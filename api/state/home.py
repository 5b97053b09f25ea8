"""Who works in a data folder: any number of services at the same time, or one that replaces everything in it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import StoreBusy
from index.store.faults import os_faults

LOCK = "serving.lock"
JOBS_LOCK = "jobs.lock"


@contextmanager
def serving(home: Path) -> Iterator[None]:
    """Around a service on ``home``, in each of its processes; the system lets go when the process dies.

    Raises:
        StoreBusy: the folder is being restored or upgraded. StoreError: it can't be written to.
    """
    with _locked(home, fcntl.LOCK_SH, "数据目录正在恢复或升级。", "请等它完成后再启动服务。"):
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Around what no service may see half done.

    Raises:
        StoreBusy: a service runs on ``home``. StoreError: it can't be written to.
    """
    with _locked(home, fcntl.LOCK_EX, "有服务正在使用这个数据目录。", "请先停止服务，再运行此命令。"):
        yield


@contextmanager
def doing_jobs(home: Path, *, first: Callable[[], object]) -> Iterator[None]:
    """Around whatever does jobs of ``home``, in each process; the system lets go when the process dies.

    Args:
        first: called before, where nobody else does any: those that were begun are nobody's any more.

    Raises:
        StoreError: it can't be written to; or whatever ``first`` raises.
    """
    with os_faults(home):
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / JOBS_LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # shared by those at work, or for a moment another's who comes first
            pass
        else:
            first()
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _locked(home: Path, kind: int, message: str, remedy: str) -> Iterator[None]:
    with os_faults(home):
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(f"{home}: {message}", remedy=remedy) from error
        yield
    finally:
        os.close(descriptor)
