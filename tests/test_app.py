"""The HTTP edge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import STATUSES, create_app
from index import errors
from index.errors import YuanwenError
from rag.build import open_service
from rag.settings import Settings


@pytest.fixture
def client(settings: Settings, tiny_model: Path, yearbook: Path) -> Iterator[TestClient]:
    settings = settings.model_copy(update={"embedder": str(tiny_model), "quantize": "none"})
    service = open_service(settings)
    list(service.add([yearbook]))
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


def test_an_answer_has_the_shape_that_the_documentation_promises(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": "奖励大会是谁主持的？"})
    assert response.status_code == 200
    answer = response.json()
    assert answer["citations"][0]["verified"] is True
    assert answer["citations"][0]["quote"] == answer["text"]


def test_health_counts_what_is_indexed(client: TestClient) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["documents"] == 1


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
def test_bad_requests_are_problem_documents(client: TestClient, body: dict[str, object], title: str) -> None:
    response = client.post("/v1/ask", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (problem["title"], problem["status"]) == (title, 422)
    assert problem["remedy"]


def test_asking_in_a_collection_that_is_not_there_declines(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": "谁主持大会？", "collections": ["没有"]}).json()
    assert answer["abstained"] is True
    assert answer["candidates"] == []


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nothing", 404), ("GET", "/v1/ask", 405)])
def test_what_is_not_there_is_a_problem_document(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.json()["status"] == status


def test_a_bug_is_a_problem_document_without_details(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("rag.service.QAService.ask", fail)
    response = client.post("/v1/ask", json={"question": "谁主持大会？"})
    assert response.status_code == 500
    assert "secret" not in response.text
    assert response.json()["title"] == "InternalError"


def test_every_class_of_error_has_a_status() -> None:
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, YuanwenError)]
    assert len(classes) > 15
    for kind in classes:
        assert next(status for parent, status in STATUSES if issubclass(kind, parent)) in range(400, 600)


def test_many_questions_at_once_are_all_answered(client: TestClient) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(_: int) -> str:
        text: str = client.post("/v1/ask", json={"question": "奖励大会是谁主持的？"}).json()["text"]
        return text

    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(ask, range(24)))
    assert len(texts) == 1
