"""The service's log: one line for a request whatever is in it, one chain for all, no secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog
from fastapi.testclient import TestClient

from api.context import Context
from api.depends import COOKIE
from api.logs import configure_logs
from api.middleware import REQUEST_ID
from api.security.principal import Scope
from conftest import KeyFor

Format = Literal["text", "json"]
PASSWORD = "这是一个密码 hunter2-hunter2"


class Log:
    """What was logged since :meth:`begin`."""

    def __init__(self) -> None:
        self._stream = io.StringIO()

    def begin(self, log_format: Format) -> None:
        configure_logs(log_format, stream=self._stream)
        logging.getLogger("httpx2").setLevel(logging.WARNING)  # the caller's side, in the same process here

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.split("\n")[:-1]]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield Log()
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_a_request_is_one_line_with_its_id_and_what_became_of_it(log: Log, client: TestClient) -> None:
    log.begin("json")
    client.get("/healthz", headers={REQUEST_ID: "my-request-1"})
    (line,) = log.objects
    assert {name: line[name] for name in ("event", "method", "path", "status", "request_id", "who")} == {
        "event": "request",
        "method": "GET",
        "path": "/healthz",
        "status": 200,
        "request_id": "my-request-1",
        "who": "-",
    }
    assert line["milliseconds"] > 0


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize(
    "path",
    [
        "/a%0Ab%0D%0Ainfo forged",
        "/a%1B[31mred",
        "/a%00b",
        "/a%E2%80%A8b%C2%85c",  # line separator, next line
        "/a%E2%80%AEdesrever",  # right-to-left override
        '/a" status=200 x="',
        "/" + "a" * 5000,
    ],
)
def test_what_a_path_holds_stays_on_its_line(
    log: Log, client: TestClient, log_format: Format, path: str
) -> None:
    log.begin(log_format)
    client.get(path)
    assert len(log.lines) == 1  # by every kind of line break that there is
    assert len(log.text) < 1000
    assert all(character.isprintable() for character in log.text[:-1])


def test_text_quotes_what_could_be_taken_for_another_field(log: Log) -> None:
    log.begin("text")
    logging.getLogger("a").info("said %s", "x\ny")
    structlog.get_logger("b").info("did", path="/a status=200", status=404, plain="值")
    first, second = log.lines
    assert first.endswith(r"info a said x\ny")
    assert second.endswith('info b did path="/a status=200" status=404 plain=值')


def test_other_libraries_lines_go_through_the_same_chain(log: Log) -> None:
    log.begin("json")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        logging.getLogger("uvicorn.error").warning("odd %s", "thing")
        structlog.get_logger("yuanwen.x").warning("ours", count=3)
    theirs, ours = log.objects
    assert (theirs["event"], theirs["logger"], theirs["request_id"]) == ("odd thing", "uvicorn.error", "r-1")
    assert (ours["event"], ours["level"], ours["count"]) == ("ours", "warning", 3)
    assert theirs.keys() <= ours.keys()


def test_what_a_request_logs_on_another_thread_has_its_id(
    log: Log, client: TestClient, context: Context, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retrieve(*_: object, **__: object) -> list[object]:
        logging.getLogger("deep.below").warning("here")
        return []

    monkeypatch.setattr("rag.service.QAService.retrieve", retrieve)
    headers = key_for(Scope.ASK)
    log.begin("json")
    client.post("/v1/retrieve", json={"question": "谁？"}, headers=headers)
    below, request = log.objects
    assert (below["event"], request["event"]) == ("here", "request")
    assert below["request_id"] == request["request_id"]
    assert request["who"].startswith("key:")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_no_secret_and_no_question_is_logged(
    log: Log, client: TestClient, key_for: KeyFor, log_format: Format
) -> None:
    headers = key_for()
    key = headers["Authorization"].removeprefix("Bearer ")
    log.begin(log_format)
    client.post("/v1/ask?question=网址里的问题", json={"question": "正文里的问题？"}, headers=headers)
    client.post("/v1/ask", json={"question": "正文里的问题？", key: PASSWORD}, headers=headers)
    client.get(f"/v1/keys/{key}", headers={"Authorization": f"Bearer {key}"})
    client.get("/v1/settings", headers={"Cookie": f"{COOKIE}=yws_cookiecookiecookie; other={PASSWORD[8:]}"})
    client.post("/v1/session", json={"name": "admin", "password": PASSWORD})
    assert len(log.lines) >= 5
    for secret in (key, PASSWORD, "hunter2", "yws_cookie", "问题"):
        assert secret not in log.text


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_bug_is_told_once_with_its_traceback_and_its_request(
    log: Log, client: TestClient, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch, log_format: Format
) -> None:
    headers = key_for(Scope.ASK)
    key = headers["Authorization"].removeprefix("Bearer ")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {key}\ninfo yuanwen forged line")

    monkeypatch.setattr("rag.service.QAService.ask", fail)
    log.begin(log_format)
    response = client.post("/v1/ask", json={"question": "谁？"}, headers=headers)
    assert response.status_code == 500
    assert response.headers[REQUEST_ID] == response.json()["request_id"]
    assert log.text.count("Traceback") == 1
    assert log.text.count(response.headers[REQUEST_ID]) == 2  # of the error and of the request
    assert key not in log.text
    starts = [line for line in log.lines if not line.startswith("  | ")]
    assert len(starts) == 2


def test_fields_named_like_secrets_are_hidden_however_deep(log: Log) -> None:
    log.begin("json")
    structlog.get_logger("x").info(
        "slip",
        password=PASSWORD,
        body={"csrf_token": "abc", "items": [{"Authorization": "Bearer x"}], "n": 1},
    )
    (line,) = log.objects
    assert line["password"] == "[…]"
    assert line["body"] == {"csrf_token": "[…]", "items": [{"Authorization": "[…]"}], "n": 1}


def test_importing_the_service_configures_no_log() -> None:
    import subprocess
    import sys

    script = (
        "import logging, structlog, api.serve, api.cli\n"
        "print(logging.getLogger().handlers, structlog.is_configured())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"
