"""Figures for Prometheus: requests, questions, stages, queue, jobs, documents.

Each process counts in files that all of them can read (``PROMETHEUS_MULTIPROC_DIR``, set by :mod:`api.serve`) where
there are several, so that whichever answers a scrape tells of all:
https://prometheus.github.io/client_python/multiprocess/
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Refused, status_of
from api.state.tables import jobs
from index.errors import YuanwenError
from rag.answer import Answer

if TYPE_CHECKING:
    from api.context import Context

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "-"


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    FAQ = "faq"  # by a pair that somebody wrote
    REFUSED = "refused"  # too many, or the server is ending
    INVALID = "invalid"  # nothing that can be asked, or not by this caller
    ERROR = "error"


class Metrics:
    """The counts of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "yuanwen_request_seconds",
            "Time to answer a request, by route as it is described, never by path.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._questions = Counter(
            "yuanwen_questions", "Questions, by what became of them.", ["outcome"], registry=self._registry
        )
        self._stages = Histogram(
            "yuanwen_stage_seconds",
            "Time that a question spends in each stage.",
            ["stage"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._inside = Gauge(
            "yuanwen_questions_under_way",
            "Questions that are worked on or wait, over all processes.",
            registry=self._registry,
            multiprocess_mode="livesum",
        )
        for outcome in Outcome:  # so that a rate has something to begin from
            self._questions.labels(outcome)
        self._inside.set(0)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts a response."""
        known = method if method in _METHODS else _NO_ROUTE
        self._requests.labels(known, route, str(status)).observe(seconds)

    def inside(self, questions: int) -> None:
        """Says how many questions this process has now."""
        self._inside.set(questions)

    def question(self, outcome: Outcome, timings_ms: Mapping[str, float] | None = None) -> None:
        """Counts a question, and the milliseconds of its stages."""
        self._questions.labels(outcome).inc()
        for stage, milliseconds in (timings_ms or {}).items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def answered(self, answer: Answer, *, faq: bool = False) -> None:
        """Counts a question that got an answer, or the lack of one."""
        outcome = Outcome.FAQ if faq else Outcome.ABSTAINED if answer.abstained else Outcome.ANSWERED
        self.question(outcome, answer.timings_ms)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """Counts a question that got an error instead, which goes on its way."""
        try:
            yield
        except Exception as error:
            self.question(_outcome_of(error))
            raise

    def exposition(self, context: Context) -> bytes:
        """Everything, in Prometheus' text format, with the state of both databases as it is now.

        Raises:
            StoreBusy, StoreError: one of them can't be read.
        """
        folder = os.environ.get(FOLDER)
        counted = self._registry
        if folder is not None:
            forget_dead(Path(folder))
            counted = CollectorRegistry()
            MultiProcessCollector(counted, path=folder)  # type: ignore[no-untyped-call]
        state = CollectorRegistry(auto_describe=False)
        state.register(_State(context))
        return generate_latest(counted) + generate_latest(state)


def _outcome_of(error: Exception) -> Outcome:
    if isinstance(error, Refused):
        return Outcome.REFUSED
    known = isinstance(error, YuanwenError) and status_of(error) < 500
    return Outcome.INVALID if known else Outcome.ERROR


class _State(Collector):
    """What both databases hold."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def describe(self) -> list[Metric]:
        """Nothing beforehand: describing would read everything once more."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures now."""
        state = self._context.service.status()
        yield GaugeMetricFamily("yuanwen_documents", "Documents.", value=state.documents)
        yield GaugeMetricFamily("yuanwen_passages", "Passages.", value=state.passages)
        sizes = GaugeMetricFamily("yuanwen_index_bytes", "Bytes on disk.", labels=["part"])
        sizes.add_metric(["database"], state.database_bytes)
        sizes.add_metric(["dense"], state.dense_bytes)
        sizes.add_metric(["sparse"], state.sparse_bytes)
        sizes.add_metric(["uploads"], state.upload_bytes)
        yield sizes
        queue = GaugeMetricFamily("yuanwen_jobs", "Jobs, by status.", labels=["status"])
        with self._context.database.read() as connection:
            for status, count in connection.execute(
                select(jobs.c.status, func.count()).group_by(jobs.c.status)
            ):
                queue.add_metric([status], count)
        yield queue
        build = GaugeMetricFamily("yuanwen_build_info", "Always 1.", labels=["version"])
        build.add_metric([metadata.version("yuanwen")], 1)
        yield build


def forget_dead(folder: Path) -> None:
    """Removes what ended processes said of themselves now; what they counted stays, or counters would fall."""
    for number in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        if not _lives(int(number)):
            mark_process_dead(int(number), path=str(folder))  # type: ignore[no-untyped-call]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Measured:
    """Times every response, by the route's template: paths hold names and numbers without end."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            route = str(getattr(scope.get("route"), "path", _NO_ROUTE))
            self._metrics.request(scope["method"], route, status, time.perf_counter() - started)
