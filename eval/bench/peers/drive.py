"""Runs the rounds: every system has its turn in every round, and the next round goes the other way."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.bench.peers.plan import Questions, Sizes, choose_passages, choose_questions, turns
from eval.bench.peers.process import Worker, WorkerError
from eval.bench.peers.records import Records
from eval.dataset import Dataset, EvalQuestion

Json = dict[str, Any]
Launch = Callable[[str, int], Worker]
"""(system's name, threads) -> its worker, not started yet."""

_SHARES = {"ingest": (0.0, 0.48), "ask": (0.48, 0.68), "clients": (0.68, 0.93)}
"""Of the time for one number of threads: where a phase begins if those before took theirs, and where it ends."""

_FASTER = 0.65
"""Time that more threads take, by what one takes; a guess that only divides the minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Documents and questions about them, for raw answers to look at. ``documents``: text by file name."""

    documents: Mapping[str, str]
    questions: tuple[EvalQuestion, ...]


class Budget:
    """How long phases may take, so that the whole run keeps to its minutes.

    A phase that is over early leaves its time to the next ones; the first round of each is always done.
    """

    def __init__(
        self, minutes: float, threads: Sequence[int], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._started = clock()
        weights = [1.0 if count == 1 else _FASTER for count in threads]
        seconds = minutes * 60 / sum(weights)
        self._from = {count: seconds * sum(weights[:at]) for at, count in enumerate(threads)}
        self._length = {count: seconds * weight for count, weight in zip(threads, weights, strict=True)}

    @property
    def elapsed(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._started

    def allows(self, phase: str, threads: int, expected: float, *, part: float = 1.0) -> bool:
        """Whether a round of ``expected`` seconds still fits into the first ``part`` of the phase, in (0, 1]."""
        begin, end = _SHARES[phase]
        share = begin + (end - begin) * part
        return self.elapsed + expected <= self._from[threads] + self._length[threads] * share


class Bench:
    """One run.

    Args:
        systems: names, in the order of turns; the first one's worker also measures the machine's rates.
        models: ``embedder`` and ``reader`` for every system.
        state: folder for what the systems took in, to go on from.
        tell: gets a line of progress now and then.
        timeout: seconds for one request.
    """

    def __init__(
        self,
        *,
        systems: Sequence[str],
        launch: Launch,
        dataset: Dataset,
        sizes: Sizes,
        models: Mapping[str, str | None],
        records: Records,
        state: Path,
        budget: Budget,
        samples: Samples | None = None,
        tell: Callable[[str], None] = lambda _: None,
        timeout: float = 600.0,
    ) -> None:
        self._systems = list(systems)
        self._launch = launch
        self._dataset = dataset
        self._sizes = sizes
        self._models = dict(models)
        self._records = records
        self._state = state
        self._budget = budget
        self._samples = samples
        self._tell = tell
        self._timeout = timeout
        self._blocks = choose_passages(dataset, sizes)
        self._stack = ExitStack()

    def run(self) -> None:
        """Does all rounds that aren't done yet.

        Raises:
            WorkerError: a system failed; the rounds before are kept.
        """
        for threads in self._sizes.threads:
            if self._records.rounds("end", threads):
                continue
            with ExitStack() as stack:
                self._stack = stack
                workers = self._start(threads)
                self._ingest(workers, threads)
                questions = self._questions(threads)
                self._all(workers, "ask", questions=list(questions.warm_up))
                self._ask(workers, threads, questions)
                for place, (clients, rounds) in enumerate(questions.clients.items(), start=1):
                    part = place / len(questions.clients)
                    self._clients(workers, threads, clients, rounds, part)
                self._records.add("stats-asked", threads, 0, self._all(workers, "stats"))
                if threads == self._sizes.threads[0]:
                    self._show(workers, threads)
                self._records.add("end", threads, 0, {}, repeated_questions=questions.repeated)

    def _start(self, threads: int) -> dict[str, Worker]:
        done = len(self._records.rounds("ingest", threads))
        workers = {}
        loaded = {}
        for name in self._systems:
            workers[name], reply = self._start_one(name, threads)
            loaded[name] = {**reply, **workers[name].request("stats", timeout=self._timeout)}
        if not done:
            self._records.add("load", threads, 0, loaded)
        return workers

    def _start_one(self, name: str, threads: int) -> tuple[Worker, Json]:
        """A worker with all that the system has taken in until now, and its reply."""
        self._say(threads, f"启动 {name}")
        done = len(self._records.rounds("ingest", threads))
        worker = self._stack.enter_context(self._launch(name, threads))
        worker.start()
        state = str(self._saved(threads, done) / name) if done else None
        return worker, worker.request(
            "load", timeout=self._timeout, threads=threads, state=state, **self._models
        )

    def _ingest(self, workers: Mapping[str, Worker], threads: int) -> None:
        if self._records.rounds("ask", threads) or self._records.rounds("stats-ingested", threads):
            return  # its questions are about what was in then
        longest = 0.0
        for number in range(len(self._records.rounds("ingest", threads)), len(self._blocks)):
            if number and not self._budget.allows("ingest", threads, longest):
                break
            documents = [{"id": one.id, "text": one.text, "name": ""} for one in self._blocks[number]]
            started = time.monotonic()
            self._round(workers, "ingest", threads, number, op="ingest", documents=documents, save=True)
            longest = max(longest, time.monotonic() - started)
        self._records.add("stats-ingested", threads, 0, self._all(workers, "stats"))

    def _ask_together(
        self, workers: dict[str, Worker], name: str, threads: int, questions: list[str], clients: int
    ) -> Json:
        """Many clients at once. A system that dies of them has answered none, and is started again."""
        started = time.monotonic()
        try:
            return workers[name].request(
                "clients", timeout=self._timeout, questions=questions, clients=clients
            )
        except WorkerError as error:
            seconds = time.monotonic() - started
            self._say(threads, f"{name} 退出：{error.message}")
            workers[name], _ = self._start_one(name, threads)
            each = [seconds * 1000] * len(questions)
            return {"seconds": seconds, "milliseconds": each, "errors": [error.message] * len(questions)}

    def _questions(self, threads: int) -> Questions:
        blocks = self._blocks[: len(self._records.rounds("ingest", threads))]
        taken_in = {passage.id for block in blocks for passage in block}
        return choose_questions(self._dataset, taken_in, self._sizes)

    def _ask(self, workers: Mapping[str, Worker], threads: int, questions: Questions) -> None:
        longest = 0.0
        for number in range(len(self._records.rounds("ask", threads)), len(questions.asked)):
            if number and not self._budget.allows("ask", threads, longest):
                break
            asked = questions.asked[number]
            started = time.monotonic()
            self._round(
                workers,
                "ask",
                threads,
                number,
                op="ask",
                questions=[question.question for question in asked],
                ids=[question.id for question in asked],
            )
            longest = max(longest, time.monotonic() - started)

    def _clients(
        self,
        workers: dict[str, Worker],
        threads: int,
        clients: int,
        rounds: Sequence[Sequence[str]],
        part: float,
    ) -> None:
        phase = f"clients-{clients}"
        longest = 0.0
        for number in range(len(self._records.rounds(phase, threads)), len(rounds)):
            if number and not self._budget.allows("clients", threads, longest, part=part):
                break
            started = time.monotonic()
            rates = workers[self._systems[0]].request("rates", timeout=self._timeout)
            replies = {}
            for name in turns(self._systems, number):
                replies[name] = self._ask_together(workers, name, threads, list(rounds[number]), clients)
                self._say(threads, f"{phase} 第 {number + 1} 轮 {name}:{replies[name]['seconds']:.1f} 秒")
            self._records.add(phase, threads, number, replies, rates=rates, ids=[])
            longest = max(longest, time.monotonic() - started)

    def _show(self, workers: Mapping[str, Worker], threads: int) -> None:
        """Raw answers, untimed: the documents go in after everything else, so that they change no figure."""
        if self._samples is None:
            return
        documents = [
            {"id": name, "text": text, "name": name} for name, text in self._samples.documents.items()
        ]
        self._all(workers, "ingest", documents=documents)
        asked = [question.question for question in self._samples.questions]
        replies = self._all(workers, "ask", questions=asked)
        self._records.add("samples", threads, 0, replies, ids=[one.id for one in self._samples.questions])

    def _round(
        self,
        workers: Mapping[str, Worker],
        phase: str,
        threads: int,
        number: int,
        *,
        op: str,
        save: bool = False,
        ids: Sequence[str] = (),
        **fields: Any,
    ) -> None:
        rates = workers[self._systems[0]].request("rates", timeout=self._timeout)
        replies = {}
        for name in turns(self._systems, number):
            replies[name] = workers[name].request(op, timeout=self._timeout, **fields)
            self._say(threads, f"{phase} 第 {number + 1} 轮 {name}:{replies[name]['seconds']:.1f} 秒")
        if save:
            self._save(workers, threads, number + 1)
        self._records.add(phase, threads, number, replies, rates=rates, ids=list(ids))
        if save and number:
            shutil.rmtree(self._saved(threads, number))

    def _all(self, workers: Mapping[str, Worker], op: str, **fields: Any) -> dict[str, Json]:
        return {name: workers[name].request(op, timeout=self._timeout, **fields) for name in self._systems}

    def _save(self, workers: Mapping[str, Worker], threads: int, rounds: int) -> None:
        folder = self._saved(threads, rounds)
        if folder.exists():  # of a run that ended before the round was kept
            shutil.rmtree(folder)
        for name in self._systems:
            workers[name].request("save", timeout=self._timeout, folder=str(folder / name))

    def _saved(self, threads: int, rounds: int) -> Path:
        return self._state / f"threads-{threads}" / f"rounds-{rounds}"

    def _say(self, threads: int, line: str) -> None:
        self._tell(f"[{self._budget.elapsed / 60:5.1f} 分] {threads} 线程 {line}")
