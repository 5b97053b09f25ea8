"""The HTTP API does what its description says, tried at random; ``eval/bench/fuzz.py`` tries for longer."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import Status, events, from_schema
from schemathesis.python.asgi import HOST, shutdown_lifespans

from access import QUICK
from api.app import create_app
from api.context import Context
from conftest import KeyFor
from eval.bench.fuzz_rules import add_links, is_meant
from rag.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        home=tmp_path / "home",
        cache=tmp_path / "cache",
        threshold=0.0,
        allowed_hosts=(HOST,),
        asks_per_minute=1_000_000,
        sign_ins=1_000_000,
        max_question_chars=10_000,
    )


LARGE = (
    "/v1/collections",
    "/v1/chat/completions",
    "/v1/channels",
    "/v1/channels/{channel}",
    "/v1/evaluations",
    "/v1/feedback/evaluations",
)
"""Here only their examples are tried: their bodies and queries take as long as those of all others together."""


def configuration(headers: dict[str, str]) -> schemathesis.Config:
    return schemathesis.Config.from_dict(
        {
            "seed": 1,
            "headers": headers,
            "continue-on-failure": True,
            "cache": {"enabled": False},
            "generation": {"max-examples": 1, "database": "none", "no-shrink": True},
            "phases": {
                "coverage": {"unexpected-methods": ["OPTIONS"]},
                "fuzzing": {"enabled": False},
                "stateful": {"enabled": False},
            },
            "checks": {"max_response_time": 120},
            "operations": [{"include-path": list(LARGE), "phases": {"coverage": {"enabled": False}}}],
        }
    )


def failures(schema: Any) -> Iterator[str]:
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            yield f"{event.label}: {event.value!r}"
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            for nodes in event.recorder.checks.values():
                for node in nodes:
                    if node.status is Status.FAILURE and node.failure_info is not None:
                        failure = node.failure_info.failure
                        yield f"{failure.operation}: {failure.title}: {failure.message}"


def test_every_response_is_one_that_the_description_tells_of(
    context: Context, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.security.secrets._HASHER", QUICK)
    app = create_app(context)
    description = copy.deepcopy(app.openapi())
    add_links(description)
    schema = schemathesis.openapi.from_dict(description, config=configuration(key_for()))
    schema.app = app
    schema = schema.exclude(method="DELETE", path="/v1/keys/{key}")  # the key in use might end

    @schema.hook
    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        rejected = type(failure).__name__ == "RejectedPositiveData"
        operation = f"{case.method.upper()} {case.path}"
        return not (rejected and is_meant(operation, response.status_code, response.content))

    try:
        assert list(failures(schema)) == []
    finally:
        shutdown_lifespans()
