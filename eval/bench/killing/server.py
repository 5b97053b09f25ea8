"""A real ``yuanwen serve``, to be killed with all its processes and started again on the same data."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx2 as httpx
import psutil

_READY_SECONDS = 600.0
_GONE_SECONDS = 30.0
_SETTINGS = {"ASKS_PER_MINUTE": "1000000", "SIGN_INS": "1000000"}
"""Limits that one client must not meet; all else is as it comes."""


class Server:
    """The service on ``folder / "home"``, at one port throughout; its log is ``folder / "log"``."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        self.home = folder / "home"
        self.log = folder / "log"
        self._workers = workers
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Begins to start."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("YUANWEN_")}
        ours = {**_SETTINGS, "HOME": str(self.home), "WORKERS": str(self._workers)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("yuanwen"), "serve", "--port", str(self._port)],
                env={**kept, **{f"YUANWEN_{name}": value for name, value in ours.items()}},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Raises:
        RuntimeError: it ended, or took too long.
        """
        assert self._process is not None
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"the service ended with status {self._process.returncode}: {self.tail()}")
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=30, trust_env=False).status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the service isn't ready after {_READY_SECONDS:g} s: {self.tail()}")

    def password(self) -> str:
        """The first administrator's, as the first start told it."""
        found = re.search(r"密码\s+(\S+)", self.log.read_text(encoding="utf-8"))
        if found is None:
            raise RuntimeError(f"no password in {self.tail()}")
        return found[1]

    def kill(self, *, children: bool) -> list[str]:
        """SIGKILL to the process group; what is left of it after a while, in words.

        Args:
            children: to the processes that parse, too, which have groups of their own; they else have to find out.
        """
        assert self._process is not None
        all_of_it = self._tree()
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
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
        workers = [process for process in self._tree() if "--multiprocessing-fork" in process.cmdline()]
        if workers:
            chance.choice(workers).kill()

    def close(self) -> None:
        """Ends it, if it runs; calling it twice is fine."""
        if self._process is not None and self._process.poll() is None:
            self.kill(children=True)

    def tail(self) -> str:
        """The end of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def errors(self) -> list[str]:
        """Lines of the log that tell of a bug."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in lines if re.search(r"^Traceback|Z error |Z critical ", line)]
        return [line for line in told if "process died" not in line or "exit=-9" not in line]  # that was us

    def _tree(self) -> list[psutil.Process]:
        assert self._process is not None
        with suppress(psutil.NoSuchProcess):
            return list(psutil.Process(self._process.pid).children(recursive=True))
        return []
