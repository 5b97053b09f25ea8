"""One worker program: started, asked one thing at a time, and ended whatever state it is in."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index.errors import YuanwenError

Json = dict[str, Any]

_LOG_LINES = 12
_FAREWELL = 15.0
"""Seconds to end by itself, then as many for SIGTERM."""


class WorkerError(YuanwenError):
    """A system under measurement failed, ended or doesn't answer."""

    default_remedy = "请看该系统的日志；已完成的轮次都已保存，用同样的命令可以接着跑。"


class Worker:
    """A subprocess that answers each line of JSON with one line of JSON.

    Args:
        name: for messages.
        log: file that gets its standard error.
        environment: all of it, nothing is inherited.
    """

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = name
        self._command = list(command)
        self._environment = dict(environment)
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._replies: queue.Queue[str | None] = queue.Queue()
        self._writer: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Starts the program.

        Raises:
            WorkerError: there is no such program.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._log.open("a", encoding="utf-8") as log:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    encoding="utf-8",
                    start_new_session=True,  # so that what it starts can be ended with it
                )
        except OSError as error:
            raise WorkerError(
                f"{self.name}：启动不了 {self._command[0]}：{error}。",
                remedy="请先运行 python -m eval.bench.peers setup --venv 目录。",
            ) from error
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()

    def request(self, op: str, *, timeout: float, **fields: Any) -> Json:
        """Sends a request and waits for its reply.

        Args:
            timeout: seconds; a worker that takes longer is ended.

        Raises:
            WorkerError: it said that it failed, ended, or took too long.
        """
        process = self._running
        line = json.dumps({"op": op, **fields}, ensure_ascii=False) + "\n"
        self._send(process, line)
        try:
            answer = self._replies.get(timeout=timeout)
        except queue.Empty:
            self._kill()
            raise WorkerError(
                f"{self.name}：{op} 超过 {timeout:.0f} 秒没有回应，已结束它。{self._last_words()}"
            ) from None
        if answer is None:
            code = process.wait()
            raise WorkerError(f"{self.name}：{op} 时进程退出（代码 {code}）。{self._last_words()}")
        reply: Json = json.loads(answer)
        if not reply["ok"]:
            raise WorkerError(f"{self.name}：{op} 失败：{reply['error']}。{self._last_words()}")
        return reply

    def close(self) -> None:
        """Ends the program, kindly first. Calling it twice is fine."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            self._send(process, '{"op": "quit"}\n')
            if not _ended(process, _FAREWELL):
                self._kill()
        if self._writer is not None:
            self._writer.join()  # nobody reads any more, so it has failed if it was stuck
        assert process.stdin is not None
        with suppress(OSError):  # what was never read can't be flushed
            process.stdin.close()
        self._process = None

    @property
    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise WorkerError(f"{self.name}：还没有启动。")
        return self._process

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self._replies.put(line)
        self._replies.put(None)

    def _send(self, process: subprocess.Popen[str], line: str) -> None:
        # Writing blocks when nobody reads at the other end: waiting for the reply must still come to its end.
        self._writer = threading.Thread(target=self._write, args=(process, line), daemon=True)
        self._writer.start()

    @staticmethod
    def _write(process: subprocess.Popen[str], line: str) -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except (OSError, ValueError):
            return  # it has ended; that is told by the end of its output

    def _kill(self) -> None:
        process = self._running
        for step in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, step)
            except ProcessLookupError:
                break
            if _ended(process, _FAREWELL):
                break

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
        return f"\n{self._log}:\n" + "\n".join(f"  {line}" for line in lines) + "\n" if lines else ""


def _ended(process: subprocess.Popen[str], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    return process.poll() is not None
