"""The HTTP edge: one shape for errors, headers, hosts, bodies, and asking."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import api.errors
from api.context import Context
from api.errors import PROBLEM_JSON, STATUSES, Refused, add_error_handlers, status_of
from api.middleware import HEADERS, REQUEST_ID
from api.security.principal import Scope
from conftest import KeyFor
from index.errors import YuanwenError


@pytest.fixture
def asking(client: TestClient, context: Context, key_for: KeyFor, yearbook: Path) -> TestClient:
    list(context.service.add([yearbook]))
    client.headers.update(key_for(Scope.ASK))
    return client


def classes(kind: type[YuanwenError] = YuanwenError) -> Iterator[type[YuanwenError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from classes(child)


def test_an_answer_has_the_shape_that_the_documentation_promises(asking: TestClient) -> None:
    response = asking.post("/v1/ask", json={"question": "奖励大会是谁主持的？"})
    assert response.status_code == 200
    answer = response.json()
    assert answer["citations"][0]["verified"] is True
    assert answer["citations"][0]["quote"] == answer["text"]


def test_nobody_is_told_where_on_the_server_a_document_was(
    asking: TestClient, yearbook: Path, key_for: KeyFor
) -> None:
    told = asking.post("/v1/ask", json={"question": "奖励大会是谁主持的？"}).json()
    shown = f"{yearbook.parent.name}/{yearbook.name}"
    assert {one["source"] for one in told["citations"]} == {shown}
    (listed,) = asking.get("/v1/documents", headers=key_for(Scope.READ)).json()["items"]
    assert listed["source"] == shown
    assert str(yearbook.parent.parent) not in json.dumps(told)


def test_health_needs_no_key_and_readiness_counts_what_is_indexed(asking: TestClient) -> None:
    asking.headers.pop("Authorization")
    assert asking.get("/healthz").json() == {"status": "ok"}
    assert asking.get("/readyz").json()["documents"] == 1


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"question": "？？"}, "QuestionError"),
        ({"question": "问" * 2000}, "QuestionError"),
        ({"question": "问" * 20_000}, "InvalidRequest"),
        ({}, "InvalidRequest"),
        ({"question": "谁", "topk": 3}, "InvalidRequest"),
    ],
)
def test_bad_requests_are_problem_documents(asking: TestClient, body: dict[str, object], title: str) -> None:
    response = asking.post("/v1/ask", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == PROBLEM_JSON
    problem = response.json()
    assert (problem["title"], problem["status"]) == (title, 422)
    assert problem["remedy"]
    assert problem["request_id"] == response.headers[REQUEST_ID]


def test_asking_in_a_collection_that_is_not_there_declines(asking: TestClient) -> None:
    answer = asking.post("/v1/ask", json={"question": "谁主持大会？", "collections": ["没有"]}).json()
    assert answer["abstained"] is True
    assert answer["candidates"] == []


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/v1/ask", 405)])
def test_what_is_not_there_is_a_problem_document(
    asking: TestClient, method: str, path: str, status: int
) -> None:
    response = asking.request(method, path)
    assert response.status_code == status
    assert response.json()["status"] == status
    assert response.headers["content-type"] == PROBLEM_JSON


def test_a_method_that_a_path_has_not_is_told_all_that_it_has(asking: TestClient) -> None:
    refused = asking.patch("/v1/collections")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")
    assert asking.options("/v1/documents/7").headers["allow"] == "DELETE, GET, PUT"


@pytest.mark.parametrize("body", [b'"\xff"', b"[" * 100_000])
def test_a_body_that_is_no_json_is_a_request_that_is_wrong(asking: TestClient, body: bytes) -> None:
    refused = asking.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.headers["content-type"]) == (422, PROBLEM_JSON)


def test_a_bug_is_a_problem_document_without_details(
    asking: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("rag.service.QAService.ask", fail)
    response = asking.post("/v1/ask", json={"question": "谁主持大会？"})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["title"] == "InternalError"


@pytest.mark.parametrize("kind", sorted(classes(), key=lambda kind: kind.__name__))
def test_every_class_of_error_comes_out_in_the_one_shape(kind: type[YuanwenError]) -> None:
    def fail() -> None:
        raise kind("坏了", retry_after=3) if issubclass(kind, Refused) else kind("坏了")

    app = FastAPI()
    add_error_handlers(app)
    app.get("/fails")(fail)
    response = TestClient(app, raise_server_exceptions=False).get("/fails")
    assert response.status_code == status_of(
        kind("", retry_after=1) if issubclass(kind, Refused) else kind("")
    )
    assert response.headers["content-type"] == PROBLEM_JSON
    later = response.status_code in (429, 503)
    told = {"type", "title", "status", "detail", "remedy", "request_id", *(["retry_after"] if later else [])}
    assert response.json().keys() == told
    assert response.json()["detail"] == "坏了"
    assert response.headers.get("retry-after") == (str(response.json()["retry_after"]) if later else None)
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)


def test_the_table_of_statuses_names_children_before_their_parents() -> None:
    named = [kind for kind, _ in STATUSES]
    for place, kind in enumerate(named):
        assert not any(issubclass(kind, earlier) for earlier in named[:place])
    assert {kind for kind in vars(api.errors).values() if isinstance(kind, type)} & set(classes()) >= set(
        named
    )


def test_many_questions_at_once_are_all_answered(asking: TestClient) -> None:
    def ask(_: int) -> str:
        text: str = asking.post("/v1/ask", json={"question": "奖励大会是谁主持的？"}).json()["text"]
        return text

    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(ask, range(24)))
    assert len(texts) == 1


def test_every_response_has_strict_headers(asking: TestClient) -> None:
    for response in (asking.get("/healthz"), asking.get("/nothing"), asking.post("/v1/ask", json={})):
        assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


def test_a_foreign_host_name_is_refused(asking: TestClient) -> None:
    refused = asking.get("/healthz", headers={"Host": "evil.example"})
    assert (refused.status_code, refused.headers["content-type"]) == (400, PROBLEM_JSON)
    assert refused.json()["title"] == "ForeignHost"


def test_an_id_of_the_callers_is_kept_only_if_it_is_plain(asking: TestClient) -> None:
    assert asking.get("/healthz", headers={REQUEST_ID: "abc-12345"}).headers[REQUEST_ID] == "abc-12345"
    for odd in ("a b c d e f g", "x" * 100, "ab"):
        assert asking.get("/healthz", headers={REQUEST_ID: odd}).headers[REQUEST_ID] != odd


@pytest.mark.parametrize("told", [True, False])
def test_a_body_above_the_limit_is_refused_whether_its_length_is_told_or_not(
    asking: TestClient, told: bool
) -> None:
    large = b" " * (2 * 2**20)
    body = large if told else iter([large[: 2**20], large[2**20 :]])
    response = asking.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["title"] == "TooLarge"
