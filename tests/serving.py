"""What tests of the running service share: a real server, a reader that waits, events as they come."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from index.retrieve import Found
from rag.read import Mark, Promise, Question, Reader, ReaderInfo

PATIENCE = 60.0
"""Seconds that anything may take on a busy machine."""


class GatedReader:
    """A reader that reads as another does, but not before the gate is opened.

    Args:
        failure: raised in place of reading.
    """

    def __init__(self, reader: Reader, *, failure: Exception | None = None) -> None:
        self._reader = reader
        self._failure = failure
        self.reached, self.gate = threading.Event(), threading.Event()

    @property
    def info(self) -> ReaderInfo:
        return self._reader.info

    def threshold(self, promise: Promise) -> float:
        return self._reader.threshold(promise)

    def read(self, question: Question, found: Sequence[Found]) -> list[Mark]:
        self.reached.set()
        if not self.gate.wait(PATIENCE):
            raise TimeoutError("the gate stayed shut")
        if self._failure is not None:
            raise self._failure
        return self._reader.read(question, found)


@contextmanager
def serving(app: FastAPI, **options: Any) -> Iterator[str]:
    """The application on a port of its own; the address. ``options``: uvicorn's."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, **options))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def until(happened: Callable[[], bool]) -> None:
    """Waits for it."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def events(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Name and data of each server-sent event."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))
