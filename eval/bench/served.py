"""A real ``yuanwen serve`` in a process group of its own, for benchmarks that ask over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import psutil

COMMAND = Path(sys.executable).with_name("yuanwen")
"""The installed program beside the running Python."""

SCOPES = ("ask", "documents:read", "documents:write", "feedback", "knowledge", "evaluate", "metrics", "admin")
"""All that a key may be for."""

START_SECONDS = 600.0
"""The first start after an installation makes the models ready, which takes a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running service.

    Args:
        url: without a slash at the end.
        log: what all its processes print.
    """

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def wait_until_ready(self, seconds: float = START_SECONDS) -> float:
        """Returns after how many seconds ``/readyz`` said yes.

        Raises:
            RuntimeError: it ended, or took longer; the message has the log's end.
        """
        began = time.monotonic()
        while time.monotonic() - began < seconds and self.process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=30, trust_env=False).status_code == 200:
                    return time.monotonic() - began
            time.sleep(0.05)
        ended = self.process.returncode
        raise RuntimeError(f"not ready after {time.monotonic() - began:.0f} s, status {ended}: {self.tail()}")

    def tail(self) -> str:
        """The end of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def processes(self) -> list[psutil.Process]:
        """All that live of it."""
        try:
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def memory_mb(self) -> float:
        """What all its processes have in memory; shared pages count in each."""
        total = 0
        for process in self.processes():
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total / 2**20

    def end(self, seconds: float = 60) -> None:
        """Asks it to end, and kills it if it doesn't."""
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL to all its processes at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def environment_for(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """This process's, with that home; ``settings`` by name, without the prefix."""
    return {
        **os.environ,
        "YUANWEN_HOME": str(home),
        **{f"YUANWEN_{name.upper()}": value for name, value in settings.items()},
    }


def free_port() -> int:
    """One that nobody listens on just now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path, *, log: Path, settings: Mapping[str, str], port: int | None = None) -> Served:
    """Starts it on ``port``, or a free one; it isn't ready yet."""
    port = free_port() if port is None else port
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(COMMAND), "serve", "--port", str(port)],
            env=environment_for(home, settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Served(process=process, url=f"http://127.0.0.1:{port}", log=log)


@contextmanager
def serving(home: Path, *, log: Path, settings: Mapping[str, str]) -> Iterator[Served]:
    """Ready inside the block, ended after it."""
    service = start(home, log=log, settings=settings)
    try:
        service.wait_until_ready()
        yield service
    finally:
        if service.process.poll() is None:
            service.end()


def make_key(home: Path, name: str, scopes: Sequence[str]) -> str:
    """A new key of that home, by the command that an operator uses."""
    command = [str(COMMAND), "keys", "create", name, "--json"]
    for scope in scopes:
        command += ["--scope", scope]
    made = subprocess.run(command, env=environment_for(home, {}), check=True, capture_output=True)
    key: str = json.loads(made.stdout)["token"]
    return key
