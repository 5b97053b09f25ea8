"""What all workers share: the protocol, the clock, and the count of what is encoded.

A request is one line of JSON on standard input with ``op``; the reply is one line on standard output, with ``ok``,
and ``error`` where that is false. Whatever a library prints goes to standard error instead.

=========  =========================================  ====================================================
op         takes                                      gives
=========  =========================================  ====================================================
load       embedder, reader, threads, state           seconds, versions, configuration
ingest     documents ``[{id, text, name}]``           seconds, documents, passages, encoded
ask        questions                                  seconds, answers, encoded
clients    questions, clients                         seconds, milliseconds, errors, encoded
save       folder                                     (nothing)
stats      (nothing)                                  peak_mb, rss_mb
rates      (nothing)                                  float32, int8: operations a second
quit       (nothing)                                  (nothing), and ends
=========  =========================================  ====================================================
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol, TextIO

from eval.bench.peers.workers.counting import Counter

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``embedder``, ``reader``: folders; without a reader the best-ranked piece is the answer. ``threads``: of every
    library. ``state``: what :meth:`System.save` wrote, to go on from."""

    embedder: Path
    reader: Path | None
    threads: int
    state: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text to take in. ``name`` is a file's, empty for a loose passage, which has none."""

    id: str
    text: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a system answers: ``text``, empty when it declines, at ``start`` of ``context`` where it says so.

    ``score`` is on the system's own scale.
    """

    text: str = ""
    score: float | None = None
    context: str = ""
    start: int | None = None


class System(Protocol):
    """One system under measurement. Only :meth:`ask` is called from several threads."""

    def load(self, options: Options) -> Json:
        """Loads all models; returns the configuration in words."""

    def ingest(self, documents: Sequence[Document]) -> int:
        """Takes the documents in, searchable when it returns; the number of pieces they were cut into."""

    def ask(self, question: str) -> Given:
        """Answers one question."""

    def save(self, folder: Path) -> None:
        """Writes what was taken in, for ``load`` to go on from."""


def versions(names: Iterable[str]) -> dict[str, str]:
    """Of the installed packages among ``names``."""
    installed = {}
    for name in names:
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return installed


def memory() -> dict[str, float]:
    """Resident memory of this process now and at its highest, MiB.

    ``getrusage`` isn't used where the kernel tells better: its peak starts at the parent's.
    """
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return {name: int(fields[key].split()[0]) / 1024 for name, key in _FIELDS.items()}
    unit = 2**20 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"peak_mb": peak, "rss_mb": peak}


_FIELDS = {"peak_mb": "VmHWM", "rss_mb": "VmRSS"}


class Server:
    """Answers requests for one system.

    Args:
        packages: whose versions are told.
    """

    def __init__(self, system: System, packages: Sequence[str]) -> None:
        self._system = system
        self._packages = packages
        self._counter = Counter()

    def run(self, requests: Iterable[str], replies: TextIO) -> None:
        """Until ``quit`` or the end of the requests."""
        operations: dict[str, Callable[[Json], Json]] = {
            "load": self._load,
            "ingest": self._ingest,
            "ask": self._ask,
            "clients": self._clients,
            "save": self._save,
            "stats": lambda _: dict(memory()),
            "rates": self._rates,
            "quit": lambda _: {},
        }
        for line in requests:
            request = json.loads(line)
            try:
                reply = {"ok": True, **operations[request["op"]](request)}
            except Exception as error:  # noqa: BLE001, the driver decides what a failure means
                traceback.print_exc()
                reply = {"ok": False, "error": f"{type(error).__name__}: {error}"}
            replies.write(json.dumps(reply, ensure_ascii=False) + "\n")
            replies.flush()
            if request["op"] == "quit":
                return

    def _load(self, request: Json) -> Json:
        started = time.perf_counter()
        reader, state = request["reader"], request["state"]
        options = Options(
            embedder=Path(request["embedder"]),
            reader=Path(reader) if reader else None,
            threads=request["threads"],
            state=Path(state) if state else None,
        )
        import torch

        torch.set_num_threads(options.threads)
        self._counter.watch(options.embedder)
        if options.reader is not None:
            self._counter.watch(options.reader)
        configuration = self._system.load(options)
        self._counter.take()  # probes and warming up are nobody's passages
        return {
            "seconds": time.perf_counter() - started,
            "versions": versions(self._packages),
            "configuration": configuration,
            "torch_threads": torch.get_num_threads(),
        }

    def _ingest(self, request: Json) -> Json:
        documents = [Document(**document) for document in request["documents"]]
        started = time.perf_counter()
        passages = self._system.ingest(documents)
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "documents": len(documents),
            "passages": passages,
            "encoded": asdict(self._counter.take()),
        }

    def _ask(self, request: Json) -> Json:
        started = time.perf_counter()
        answers = [self._timed(question) for question in request["questions"]]
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "answers": answers, "encoded": asdict(self._counter.take())}

    def _clients(self, request: Json) -> Json:
        """So many threads, each asking its next question as soon as it has an answer."""
        with ThreadPoolExecutor(request["clients"]) as pool:
            started = time.perf_counter()
            answers = list(pool.map(self._timed, request["questions"]))
            seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "milliseconds": [answer["milliseconds"] for answer in answers],
            "errors": [answer["error"] for answer in answers if answer["error"]],
            "encoded": asdict(self._counter.take()),
        }

    def _timed(self, question: str) -> Json:
        started = time.perf_counter()
        error = ""
        given = Given()
        try:
            given = self._system.ask(question)
        except Exception as raised:  # noqa: BLE001, a system that fails on a question is a figure, not our failure
            traceback.print_exc()
            error = f"{type(raised).__name__}: {raised}"
        milliseconds = (time.perf_counter() - started) * 1000
        return {**asdict(given), "milliseconds": milliseconds, "error": error}

    def _save(self, request: Json) -> Json:
        folder = Path(request["folder"])
        folder.mkdir(parents=True, exist_ok=True)
        self._system.save(folder)
        return {}

    def _rates(self, _: Json) -> Json:
        from eval.bench.peers.workers.rates import measure

        return dict(measure())


def serve(system: System, *, packages: Sequence[str]) -> None:
    """Serves ``system`` on this process's standard streams."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    Server(system, ("torch", "transformers", "tokenizers", "numpy", *packages)).run(sys.stdin, replies)
