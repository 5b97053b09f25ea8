"""Asking over HTTP: answers, streams, refusals, retrieval; and the queue before it all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.asker import Asker
from api.confidence import Confidence, confidence_of
from api.context import Context
from api.errors import PROBLEM_JSON
from api.security.principal import Principal, Scope
from conftest import KeyFor
from index.errors import ModelError, SettingsError
from rag.answer import Answer
from rag.faq import FaqPair
from rag.read import Promise
from serving import GatedReader, events, serving, until

WHO = {"question": "奖励大会是谁主持的？"}


@pytest.fixture
def asking(client: TestClient, context: Context, key_for: KeyFor, yearbook: Path) -> TestClient:
    list(context.service.add([yearbook]))
    client.headers.update(key_for(Scope.ASK))
    return client


@pytest.fixture
def gated(context: Context) -> Iterator[GatedReader]:
    """Nothing is read before its gate opens; it does at the end."""
    reader = GatedReader(context.service.reader)
    context.service.reader = reader
    yield reader
    reader.gate.set()


@pytest.fixture
def narrow(context: Context) -> Iterator[Context]:
    """One question at a time, and one that waits."""
    asker = Asker(threads=1, waiting=1, seconds=60)
    yield replace(context, asker=asker)
    asker.close()


def streamed(client: TestClient, body: dict[str, Any]) -> list[tuple[str, Any]]:
    with client.stream("POST", "/v1/ask/stream", json=body) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(events(response.iter_lines()))


def test_an_answer_says_what_it_is_and_how_sure(asking: TestClient) -> None:
    body = asking.post("/v1/ask", json=WHO).json()
    assert body["question"] == body["understood"]["question"] == WHO["question"]
    assert (body["origin"], body["conversation"], body["message"]) == ("document", None, "")
    assert body["confidence"] in ("high", "medium", "low")
    assert body["explanation"] is None
    assert len(body["id"]) == 32


def test_no_answer_says_so_in_plain_words(asking: TestClient) -> None:
    nowhere = asking.post("/v1/ask", json={**WHO, "collections": ["没有"]}).json()
    assert (nowhere["abstained"], nowhere["nothing_to_search"], nowhere["confidence"]) == (True, True, "low")
    assert nowhere["message"] == "这里还没有文档，要先添加文档才能回答。"
    assert asking.post("/v1/ask", json=WHO).json()["nothing_to_search"] is False


def test_what_documents_dont_hold_is_told_from_there_being_none(
    asking: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context.service.reader, "read", lambda *_: [])
    body = asking.post("/v1/ask", json=WHO).json()
    assert (body["abstained"], body["nothing_to_search"]) == (True, False)
    assert body["message"] == "文档中没有找到答案。"


def test_a_lost_upload_is_told(asking: TestClient, context: Context) -> None:
    for kept in (context.settings.home / "uploads").rglob("*"):
        if kept.is_file():
            kept.unlink()
    assert "没能重新核对" in asking.post("/v1/ask", json=WHO).json()["message"]


def test_a_stream_tells_question_passages_and_answer_in_this_order(asking: TestClient) -> None:
    got = streamed(asking, WHO)
    assert [name for name, _ in got] == ["understood", "passages", "answer"]
    (_, understood), (_, found), (_, answer) = got
    assert understood == {"question": WHO["question"], "rewritten": False, "because": ""}
    assert found["passages"][0]["document"] == "年鉴.txt"
    at_once = asking.post("/v1/ask", json=WHO).json()
    own = ("id", "timings_ms")
    assert {k: v for k, v in answer.items() if k not in own} == {
        k: v for k, v in at_once.items() if k not in own
    }


def test_a_stream_that_a_pair_answers_has_no_passages(asking: TestClient, context: Context) -> None:
    context.faq.add(FaqPair(id=0, questions=("奖励大会是谁主持的",), answer="孙金龙。"))
    (_, _), (name, answer) = streamed(asking, WHO)
    assert (name, answer["text"], answer["origin"]) == ("answer", "孙金龙。", "faq")
    assert (answer["message"], answer["confidence"]) == ("这是管理员写好的答案。", "high")


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/ask/stream"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"question": "？？"}, 422),
        ({"question": "谁\x00"}, 422),
        ({**WHO, "conversation": "0" * 32}, 404),
        ({**WHO, "documents": [99]}, 404),
        ({**WHO, "explain": True}, 403),
    ],
)
def test_refusals_are_statuses_at_once_and_in_a_stream(
    asking: TestClient, context: Context, path: str, body: dict[str, Any], status: int
) -> None:
    response = asking.post(path, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM_JSON
    assert context.asker.inside == 0
    asking.headers.pop("Authorization")
    assert asking.post(path, json=WHO).status_code == 401


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/retrieve"])
def test_a_document_that_may_not_be_read_is_like_one_that_isnt_there(
    asking: TestClient, context: Context, key_for: KeyFor, path: str
) -> None:
    number = context.service.list()[0].id
    assert asking.post(path, json={**WHO, "documents": [number]}).status_code == 200
    asking.headers.update(key_for(Scope.ASK, collections=["别的"]))
    hidden = asking.post(path, json={**WHO, "documents": [number]})
    absent = asking.post(path, json={**WHO, "documents": [number + 1]})
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.json()["detail"] == absent.json()["detail"].replace(str(number + 1), str(number))
    assert hidden.json()["remedy"] == absent.json()["remedy"]


def test_an_explanation_is_for_those_who_look_after_the_documents(
    asking: TestClient, context: Context, key_for: KeyFor
) -> None:
    asking.headers.update(key_for(Scope.ASK, Scope.KNOWLEDGE))
    body = asking.post("/v1/ask", json={**WHO, "explain": True}).json()
    assert body["explanation"]["found"][0]["read"] is True
    assert body["explanation"]["kind"] == "who"
    assert context.questions.question(None, body["id"]).answer["text"] == body["text"]


def test_retrieval_tells_where_passages_stand_and_how_they_scored(
    asking: TestClient, context: Context, key_for: KeyFor
) -> None:
    passages = asking.post("/v1/retrieve", json={**WHO, "top_k": 1}).json()["passages"]
    assert len(passages) == 1
    best = passages[0]
    text = context.service.store.content(best["document_id"]).text
    assert text[best["start"] : best["end"]] == best["text"]
    assert best["heading_path"]
    assert (best["collection"], best["title"]) == ("default", "年鉴")
    weight = context.settings.dense_weight
    scores = best["scores"]
    assert scores["fused"] == pytest.approx(weight * scores["dense"] + scores["sparse"])
    asking.headers.update(key_for(Scope.ASK, collections=["别的"]))
    assert asking.post("/v1/retrieve", json=WHO).json() == {"passages": []}
    assert asking.post("/v1/retrieve", json={**WHO, "collections": ["default"]}).status_code == 404


@pytest.mark.parametrize(
    ("failure", "title", "detail"),
    [
        (ModelError("模型坏了。"), "ModelError", "模型坏了。"),
        (RuntimeError("secret"), "InternalError", "服务内部错误。"),
    ],
)
def test_what_fails_once_a_stream_has_begun_is_its_last_event(
    asking: TestClient, context: Context, failure: Exception, title: str, detail: str
) -> None:
    reader = GatedReader(context.service.reader, failure=failure)
    reader.gate.set()
    context.service.reader = reader
    *_, (name, problem) = streamed(asking, WHO)
    assert (name, problem["title"], problem["detail"]) == ("error", title, detail)
    assert problem["status"] == 500
    assert context.asker.inside == 0


class Promising:
    """Promises what it is told to."""

    def __init__(self, **bars: float) -> None:
        self._bars = {"wrong-5%": bars.get("high"), "wrong-10%": bars.get("medium")}

    def threshold(self, promise: Promise) -> float:
        bar = self._bars.get(promise)
        if bar is None:
            raise SettingsError("no such promise")
        return bar


@pytest.mark.parametrize(
    ("bars", "probability", "wanted"),
    [
        ({"high": 0.8, "medium": 0.5}, 0.8, Confidence.HIGH),
        ({"high": 0.8, "medium": 0.5}, 0.79, Confidence.MEDIUM),
        ({"high": 0.8, "medium": 0.5}, 0.49, Confidence.LOW),
        ({"medium": 0.5}, 0.9, Confidence.MEDIUM),
        ({}, 1.0, Confidence.LOW),
    ],
)
def test_confidence_is_what_the_reader_promises(
    bars: dict[str, float], probability: float, wanted: Confidence
) -> None:
    answer = Answer(question="谁？", text="他", probability=probability, abstained=False)
    reader: Any = Promising(**bars)
    assert confidence_of(answer, reader) is wanted
    assert confidence_of(replace(answer, abstained=True), reader) is Confidence.LOW
    assert confidence_of(replace(answer, origin="faq"), reader) is Confidence.HIGH


def test_one_question_too_many_is_refused_at_once_while_the_others_get_answers(
    asking: TestClient, narrow: Context, gated: GatedReader
) -> None:
    with (
        TestClient(create_app(narrow), base_url="http://localhost", headers=asking.headers) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        answers = [pool.submit(client.post, "/v1/ask", json=WHO) for _ in range(2)]
        until(lambda: narrow.asker.inside == 2)
        for path in ("/v1/ask", "/v1/ask/stream", "/v1/retrieve"):
            refused = client.post(path, json=WHO)
            assert refused.status_code == 503
            assert refused.json()["title"] == "Overloaded"
            assert int(refused.headers["retry-after"]) >= 1
        assert narrow.asker.inside == 2
        gated.gate.set()
        assert [answer.result().status_code for answer in answers] == [200, 200]
        until(lambda: narrow.asker.inside == 0)


def test_passages_come_before_anything_is_read(
    asking: TestClient, context: Context, gated: GatedReader
) -> None:
    with (
        serving(create_app(context)) as address,
        httpx2.stream(
            "POST", f"{address}/v1/ask/stream", json=WHO, headers=asking.headers, timeout=60
        ) as response,
    ):
        coming = events(response.iter_lines())
        assert [next(coming)[0], next(coming)[0]] == ["understood", "passages"]
        gated.gate.set()
        assert next(coming)[0] == "answer"


def test_a_client_that_leaves_frees_its_place_in_the_queue(
    asking: TestClient, narrow: Context, gated: GatedReader
) -> None:
    with serving(create_app(narrow)) as address, ThreadPoolExecutor(1) as pool:
        url = f"{address}/v1/ask"
        under_way = pool.submit(httpx2.post, url, json=WHO, headers=asking.headers, timeout=60)
        until(gated.reached.is_set)  # a place alone doesn't say whose turn it is
        with httpx2.stream("POST", f"{url}/stream", json=WHO, headers=asking.headers, timeout=60) as waiting:
            coming = events(waiting.iter_lines())  # held, as the connection ends with it
            assert next(coming)[0] == "understood"
            until(lambda: narrow.asker.inside == 2)
        until(lambda: narrow.asker.inside == 1)
        gated.gate.set()
        assert under_way.result().status_code == 200
    assert len(narrow.questions.page(None, limit=5).items) == 1


def test_a_question_under_way_is_kept_though_its_client_left(
    asking: TestClient, narrow: Context, gated: GatedReader
) -> None:
    with serving(create_app(narrow)) as address:
        with httpx2.stream(
            "POST", f"{address}/v1/ask/stream", json=WHO, headers=asking.headers, timeout=60
        ) as leaving:
            coming = events(leaving.iter_lines())
            assert [next(coming)[0], next(coming)[0]] == ["understood", "passages"]
        gated.gate.set()
        until(lambda: narrow.asker.inside == 0)
        assert [turn.question for turn in narrow.questions.page(None, limit=5).items] == [WHO["question"]]


def test_while_the_queue_is_full_nobody_is_looked_up(
    context: Context, asking: TestClient, narrow: Context, gated: GatedReader
) -> None:
    with (
        TestClient(create_app(narrow), base_url="http://localhost") as client,
        ThreadPoolExecutor(2) as pool,
    ):
        headers = dict(asking.headers)
        answers = [pool.submit(client.post, "/v1/ask", json=WHO, headers=headers) for _ in range(2)]
        until(lambda: narrow.asker.inside == 2)
        assert client.post("/v1/ask", json=WHO).status_code == 503
        gated.gate.set()
        assert [answer.result().status_code for answer in answers] == [200, 200]
        assert client.post("/v1/ask", json=WHO).status_code == 401
        assert narrow.asker.inside == 0


def test_who_is_being_looked_up_has_a_place_in_the_queue_already(
    asking: TestClient, narrow: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, keys = threading.Event(), narrow.keys.principal_of

    def slow(key: str) -> Principal | None:
        found.wait(60)
        return keys(key)

    monkeypatch.setattr(narrow.keys, "principal_of", slow)
    with (
        TestClient(create_app(narrow), base_url="http://localhost", headers=asking.headers) as client,
        ThreadPoolExecutor(2) as pool,
    ):
        answers = [pool.submit(client.post, "/v1/ask", json=WHO) for _ in range(2)]
        until(lambda: narrow.asker.inside == 2)
        assert [client.post("/v1/ask", json=WHO).status_code for _ in range(5)] == [503] * 5
        found.set()
        assert [answer.result().status_code for answer in answers] == [200, 200]
