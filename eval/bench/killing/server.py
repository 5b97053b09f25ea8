"""A real ``yuanwen serve``, to be killed with all its processes and started again on the same data."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from pathlib import Path

import psutil

from eval.bench.served import Served, free_port, start

_GONE_SECONDS = 30.0
_SETTINGS = {"asks_per_minute": "1000000", "sign_ins": "1000000"}
"""Limits that one client must not meet; all else is as it comes."""


class Server:
    """The service on ``folder / "home"``, at one port throughout; its log is ``folder / "log"``."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        self.home = folder / "home"
        self.log = folder / "log"
        self._workers = workers
        self._port = free_port()
        self._served: Served | None = None

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return self._running.url

    def start(self) -> None:
        """Begins to start."""
        settings = {**_SETTINGS, "workers": str(self._workers)}
        self._served = start(self.home, log=self.log, settings=settings, port=self._port)

    def wait_until_ready(self) -> None:
        """Raises:
        RuntimeError: it ended, or took too long.
        """
        self._running.wait_until_ready()

    def password(self) -> str:
        """The first administrator's, as the first start told it."""
        found = re.search(r"密码\s+(\S+)", self.log.read_text(encoding="utf-8"))
        if found is None:
            raise RuntimeError(f"no password in {self._running.tail()}")
        return found[1]

    def kill(self, *, children: bool) -> list[str]:
        """SIGKILL to the process group; what is left of it after a while, in words.

        Args:
            children: to the processes that parse, too, which have groups of their own; they else have to find out.
        """
        all_of_it = self._running.processes()[1:]
        self._running.kill()
        if children:
            for process in all_of_it:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        _, alive = psutil.wait_procs(all_of_it, timeout=_GONE_SECONDS)
        left = []
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                left.append(f"process {process.pid} outlived the service: {' '.join(process.cmdline())}")
                process.kill()
        return left

    def kill_worker(self, chance: random.Random) -> None:
        """SIGKILL to one of several processes, for which the service then starts another; else nothing."""
        below = self._running.processes()[1:]
        workers = [process for process in below if "--multiprocessing-fork" in process.cmdline()]
        if workers:
            chance.choice(workers).kill()

    def close(self) -> None:
        """Ends it, if it runs; calling it twice is fine."""
        if self._served is not None and self._served.process.poll() is None:
            self.kill(children=True)

    def errors(self) -> list[str]:
        """Lines of the log that tell of a bug."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in lines if re.search(r"^Traceback|Z error |Z critical ", line)]
        return [line for line in told if "process died" not in line or "exit=-9" not in line]  # that was us

    @property
    def _running(self) -> Served:
        assert self._served is not None, "not started"
        return self._served
