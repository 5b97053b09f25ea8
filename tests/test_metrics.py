"""Figures for Prometheus: who may see them, what they count, and that none of them grows without end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.context import Context
from api.errors import NotAllowed, Overloaded, TooManyRequests
from api.metrics import CONTENT_TYPE, Metrics, Outcome, forget_dead
from api.security.principal import Scope
from conftest import KeyFor
from index.errors import DamagedStore, NotFound


@pytest.fixture
def scrape(client: TestClient, key_for: KeyFor) -> Any:
    headers = key_for(Scope.METRICS)

    def value(name: str, **labels: str) -> float | None:
        """The sum of the samples of that name with these labels; None without any."""
        text = client.get("/metrics", headers=headers).text
        samples = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return sum(samples) if samples else None

    return value


def test_only_a_key_for_metrics_sees_them(client: TestClient, key_for: KeyFor) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=key_for(Scope.ASK, Scope.READ)).status_code == 403
    response = client.get("/metrics", headers=key_for(Scope.METRICS))
    assert (response.status_code, response.headers["content-type"]) == (200, CONTENT_TYPE)


def test_requests_are_timed_by_route_never_by_path(scrape: Any, client: TestClient) -> None:
    for name in ("甲", "乙", "丙"):
        client.get(f"/nothing/{name}")
        client.get(f"/v1/conversations/{name}")
    client.request("BREW", "/healthz")
    assert scrape("yuanwen_request_seconds_count", route="-", status="404", method="GET") == 3
    by_template = {"route": "/v1/conversations/{conversation}", "status": "401", "method": "GET"}
    assert scrape("yuanwen_request_seconds_count", **by_template) == 3
    assert scrape("yuanwen_request_seconds_count", method="-") == 1
    assert scrape("yuanwen_request_seconds_count", method="BREW") is None


def test_questions_are_counted_by_what_became_of_them(
    scrape: Any,
    client: TestClient,
    context: Context,
    key_for: KeyFor,
    yearbook: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list(context.service.add([yearbook]))
    asks = key_for(Scope.ASK)

    def ask(question: str, **more: object) -> None:
        client.post("/v1/ask", json={"question": question, **more}, headers=asks)

    assert scrape("yuanwen_questions_total", outcome="answered") == 0
    ask("奖励大会是谁主持的？")
    ask("奖励大会是谁主持的？", collections=["没有"])
    ask("？？")
    monkeypatch.setattr("rag.service.QAService.ask", lambda *_, **__: 1 / 0)
    ask("奖励大会是谁主持的？")
    context.asker.close()
    ask("奖励大会是谁主持的？")
    counted = {outcome: scrape("yuanwen_questions_total", outcome=outcome) for outcome in Outcome}
    assert counted == {"answered": 1, "abstained": 1, "invalid": 1, "error": 1, "refused": 1, "faq": 0}
    for stage in ("embed", "retrieve", "read", "cite", "total"):
        assert scrape("yuanwen_stage_seconds_count", stage=stage) == 2
    assert scrape("yuanwen_questions_under_way") == 0


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (TooManyRequests("", retry_after=1), Outcome.REFUSED),
        (Overloaded("", retry_after=1), Outcome.REFUSED),
        (NotAllowed(""), Outcome.INVALID),
        (NotFound(""), Outcome.INVALID),
        (DamagedStore(""), Outcome.ERROR),
        (RuntimeError(), Outcome.ERROR),
    ],
)
def test_what_went_wrong_with_a_question_is_told_apart(error: Exception, outcome: Outcome) -> None:
    metrics = Metrics()
    with pytest.raises(type(error)), metrics.failing():
        raise error
    counted = {
        o: metrics._registry.get_sample_value("yuanwen_questions_total", {"outcome": o}) for o in Outcome
    }
    assert counted == {o: float(o is outcome) for o in Outcome}


def test_the_queue_is_told_while_it_is_full(context: Context, scrape: Any) -> None:
    with context.asker.place(), context.asker.place():
        assert scrape("yuanwen_questions_under_way") == 2
    assert scrape("yuanwen_questions_under_way") == 0


def test_documents_and_jobs_are_told_as_they_are_now(context: Context, scrape: Any, yearbook: Path) -> None:
    assert scrape("yuanwen_documents") == 0
    list(context.service.add([yearbook]))
    context.jobs.create("ingest", created_by="test")
    context.jobs.create("ingest", created_by="test")
    assert scrape("yuanwen_documents") == 1
    assert scrape("yuanwen_passages") == context.service.status().passages
    assert scrape("yuanwen_index_bytes", part="uploads") == yearbook.stat().st_size
    assert scrape("yuanwen_index_bytes", part="database") > 0
    assert scrape("yuanwen_jobs", status="waiting") == 2


WORKER = """
import sys
from api.metrics import Metrics, Outcome
metrics = Metrics()
metrics.question(Outcome.ANSWERED)
metrics.inside(3)
print("ready", flush=True)
sys.stdin.readline()
"""


def test_processes_count_together_and_a_dead_ones_queue_is_forgotten(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", WORKER]
    children = [
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    assert _gathered(tmp_path) == {"answered": 2.0, "inside": 6.0}
    children[0].kill()
    children[0].communicate()
    assert _gathered(tmp_path) == {"answered": 2.0, "inside": 3.0}  # what was counted stays
    children[1].communicate("\n", timeout=30)


def _gathered(folder: Path) -> dict[str, float]:
    from prometheus_client import CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    forget_dead(folder)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    answered = registry.get_sample_value("yuanwen_questions_total", {"outcome": "answered"})
    inside = registry.get_sample_value("yuanwen_questions_under_way")
    assert answered is not None
    assert inside is not None
    return {"answered": answered, "inside": inside}


def test_two_services_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.inside(2)
    assert first._registry.get_sample_value("yuanwen_questions_under_way") == 2
    assert second._registry.get_sample_value("yuanwen_questions_under_way") == 0
