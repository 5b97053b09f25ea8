"""A real ``yuanwen serve`` in processes of its own, but for the embedder: torch takes seconds to load in each."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

_HERE = Path(__file__).parent

_FAST = """
import rag.build
from fakes import HashingEmbedder
rag.build.make_embedder = lambda settings, progress=None: HashingEmbedder()
"""

SLOW = """
import time
from rag.evidence import EvidenceReader
read = EvidenceReader.read
def slowly(self, question, found):
    if "慢" in question.text:
        time.sleep(1.5)
    return read(self, question, found)
EvidenceReader.read = slowly
"""
"""A question with 慢 in it takes a second and a half to read for."""

_MAIN = "from api.cli import main\nif __name__ == '__main__':\n    main()\n"


@dataclass(slots=True)
class Served:
    """A running service. ``output``: of all its processes, both streams."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def started(self) -> list[int]:
        """Numbers of the processes that have begun to serve."""
        lines = [line for line in self.output.splitlines() if "Application startup complete" in line]
        return [
            int(pid) for pid in re.findall(r"Started server process \[(\d+)\]", self.output)[: len(lines)]
        ]

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=10, trust_env=False, **options)

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait_until_ready(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output
            try:
                if self.get("/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(self.output)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, **more: str) -> dict[str, str]:
    """For a process whose data is in ``folder / "home"``; ``more`` are settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YUANWEN_")}
    return {
        **kept,
        "YUANWEN_HOME": str(folder / "home"),
        "YUANWEN_CACHE": str(folder / "cache"),
        "YUANWEN_EMBEDDER": "test/hashing",
        "YUANWEN_READER": "yuanwen/sentences",
        "YUANWEN_THRESHOLD": "0",
        "PYTHONPATH": os.pathsep.join((str(_HERE.parent), str(_HERE))),
        **{f"YUANWEN_{name.upper()}": value for name, value in more.items()},
    }


@contextmanager
def served(folder: Path, *, before: str = "", wait: bool = True, **settings: str) -> Iterator[Served]:
    """Serves ``folder / "home"`` on a free port until the block ends; ``before`` runs in each process first."""
    port = free_port()
    script = folder / f"serve-{port}.py"  # a file: processes of several start from it anew
    script.write_text(_FAST + before + _MAIN, encoding="utf-8")
    log = folder / f"serve-{port}.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, str(script), "serve", "--port", str(port)],
            env=environment(folder, **settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        service = Served(process=process, port=port, log=log)
        try:
            if wait:
                service.wait_until_ready()
            yield service
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
