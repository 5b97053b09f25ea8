"""Many clients at once against a real service: questions a second, latencies, refusals, memory.

    python -m eval.bench.load --home DIR --questions FILE [--clients 1 8 32 128] [--seconds 300]
        [--variant model_workers=1 --variant model_workers=0] [--turns 1]

``FILE`` has one question a line. The clients begin within two seconds; each asks one after another, as fast as it
gets answers, and stays away for as long as a refusal tells it (``Retry-After``). Everything runs on one machine,
clients included.

With several variants (settings, comma-separated) each has a service of its own over the same data, and they take
``--turns`` turns in every number of clients, so that other work on the machine falls on all: compare the ratios.

Prints JSON: for each variant and number of clients the answers a second, p50/p95/p99/max of answers (ms), the same
of refusals (429, 503) and of ``/healthz`` asked once a second meanwhile, other outcomes by name, and the memory of
all the service's processes (MB) at the start, at most, at the end, and every half minute.
"""

from __future__ import annotations

# ruff: noqa: I001  locust replaces the standard library's sockets, so it comes before whatever uses them
from locust import FastHttpUser, User, events, task
from locust.env import Environment

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent
import numpy as np
from gevent.event import Event

from eval.bench.served import Served, make_key, serving

SEED = 20260101
ANSWER, REFUSAL, HEALTH = "answer", "refusal", "health"
_REFUSED = frozenset({429, 503})
_ARRIVING = 2.0
"""Seconds within which the clients begin: all share one process, and what it needs to send hundreds of first requests
at once would count as the service's time."""

_MEMORY_EVERY = 5.0
_TOLD_EVERY = 6
"""Of the measurements of memory, these are told one by one."""


@dataclass(slots=True)
class Observed:
    """What clients of one variant and number met. Milliseconds by kind; other outcomes are counted by name."""

    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=lambda: {ANSWER: [], REFUSAL: [], HEALTH: []})
    others: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, object]:
        """For the JSON."""
        return {
            "answers_per_second": round(len(self.times[ANSWER]) / self.seconds, 3),
            **{kind: _percentiles(times) for kind, times in self.times.items()},
            "others": dict(self.others),
            "memory_mb": {
                "start": round(self.memory[0]),
                "most": round(max(self.memory)),
                "end": round(self.memory[-1]),
                "over_time": [round(value) for value in self.memory[::_TOLD_EVERY]],
            },
        }


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    if not times:
        return {"count": 0}
    p50, p95, p99 = np.percentile(times, (50, 95, 99))
    return {
        "count": len(times),
        **{
            name: round(float(value), 1)
            for name, value in (("p50", p50), ("p95", p95), ("p99", p99), ("max", max(times)))
        },
    }


def asker_class(
    served: Served, key: str, questions: Sequence[str], observed: Observed, all_there: Event
) -> type[FastHttpUser]:
    """Locust's user that asks that service and writes down what it meets."""

    class Asking(FastHttpUser):
        host = served.url
        network_timeout = connection_timeout = 120.0

        def on_start(self) -> None:
            all_there.wait()
            gevent.sleep(random.uniform(0.0, _ARRIVING))

        @task
        def ask(self) -> None:
            question = random.choice(questions)
            began = time.perf_counter()
            with self.client.post(
                "/v1/ask",
                json={"question": question},
                headers={"Authorization": f"Bearer {key}"},
                catch_response=True,
            ) as response:
                took = 1000 * (time.perf_counter() - began)
                response.success()  # what it was is told here, not by locust
                status = response.status_code
                if status == 200 and "citations" in response.json():
                    observed.times[ANSWER].append(took)
                elif status in _REFUSED:
                    observed.times[REFUSAL].append(took)
                    gevent.sleep(float(response.headers["Retry-After"]) * random.uniform(1.0, 1.2))
                else:
                    observed.others[str(status or type(response.error).__name__)] += 1

    return Asking


def health_class(served: Served, observed: Observed) -> type[FastHttpUser]:
    """One that only looks whether the service is alive, once a second."""

    class Looking(FastHttpUser):
        host = served.url
        fixed_count = 1

        @task
        def look(self) -> None:
            began = time.perf_counter()
            response = self.client.get("/healthz")
            if response.status_code == 200:
                observed.times[HEALTH].append(1000 * (time.perf_counter() - began))
            else:
                observed.others[f"healthz {response.status_code}"] += 1
            gevent.sleep(1.0)

    return Looking


def run(
    served: Served, key: str, questions: Sequence[str], *, clients: int, seconds: float, observed: Observed
) -> None:
    """Lets that many clients ask for that long; adds to ``observed``."""
    all_there = Event()  # making a client takes milliseconds, which is none of the service's time
    asking = asker_class(served, key, questions, observed, all_there)
    users: list[type[User]] = [asking, health_class(served, observed)]
    environment = Environment(user_classes=users, events=events, stop_timeout=0)
    runner = environment.create_local_runner()
    runner.start(clients + 1, spawn_rate=clients + 1)
    while runner.user_count < clients + 1:
        gevent.sleep(0.1)
    all_there.set()
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        observed.memory.append(served.memory_mb())
        gevent.sleep(min(_MEMORY_EVERY, max(0.0, seconds - (time.perf_counter() - began))))
    observed.seconds += time.perf_counter() - began
    runner.quit()


def measure(
    services: Mapping[str, tuple[Served, str]], questions: Sequence[str], options: argparse.Namespace
) -> Iterator[tuple[int, dict[str, Any]]]:
    """For each number of clients: every variant's figures."""
    for clients in options.clients:
        observed = {name: Observed() for name in services}
        for _ in range(options.turns):
            for name, (served, key) in services.items():
                part = options.seconds / options.turns
                run(served, key, questions, clients=clients, seconds=part, observed=observed[name])
                _drain(served)
        yield clients, {name: seen.summary() for name, seen in observed.items()}


def _drain(served: Served) -> None:
    """Until what clients left behind is done: the processor rests for two seconds."""
    while sum(process.cpu_percent(2.0) for process in served.processes()[:1]) > 20:
        pass


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Many clients at once against a real service.")
    parser.add_argument("--home", type=Path, required=True, help="data that `yuanwen add` has filled")
    parser.add_argument("--questions", type=Path, required=True, help="one a line")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32, 128])
    parser.add_argument("--seconds", type=float, default=300.0, help="for each number of clients and variant")
    parser.add_argument("--variant", action="append", default=[], help="settings as NAME=VALUE,NAME=VALUE")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--log", type=Path, default=Path("load.log"), help="what the services print")
    options = parser.parse_args()
    random.seed(SEED)
    questions = [line for line in options.questions.read_text(encoding="utf-8").splitlines() if line]
    result: dict[str, dict[int, object]] = {}
    with ExitStack() as stack:
        services: dict[str, tuple[Served, str]] = {}
        for variant in options.variant or [""]:
            settings = dict(item.split("=", 1) for item in variant.split(",") if item)
            key = make_key(options.home, "load", ["ask"])
            settings = {"asks_per_minute": "1000000", **settings}
            served = stack.enter_context(serving(options.home, log=options.log, settings=settings))
            services[variant or "defaults"] = (served, key)
        for clients, figures in measure(services, questions, options):
            for name, figure in figures.items():
                result.setdefault(name, {})[clients] = figure
                sys.stderr.write(f"{name} {clients} {json.dumps(figure)}\n")
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
