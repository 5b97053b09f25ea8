"""Other doors to the same answers: OpenAI's and Dify's APIs and the Model Context Protocol, by their real clients."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from fastapi.testclient import TestClient
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from api.app import create_app
from api.asker import Asker
from api.context import Context
from api.security.principal import Scope
from api.state.conversations import TurnRecord
from conftest import KeyFor
from index.errors import ModelError
from rag.build import open_service
from rag.faq import FaqPair
from rag.settings import Settings, load_settings
from service_process import environment
from serving import PATIENCE, GatedReader, serving, until

WHO = "自治区科学技术奖励大会是谁主持的？"
WHEN = "它是哪天召开的？"
WHEN_UNDERSTOOD = "自治区科学技术奖励大会是哪天召开的？"
NO_DOCUMENTS = "这里还没有文档，要先添加文档才能回答。"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", cache=tmp_path / "cache", threshold=0.0, asks_per_minute=24)


@pytest.fixture
def address(context: Context, yearbook: Path) -> Iterator[str]:
    """Of a real server that holds one document."""
    list(context.service.add([yearbook]))
    context.collections.create("空的", title="空的", description="")
    with serving(create_app(context)) as address:
        yield address


def quote_at(url: str, headers: dict[str, str]) -> str:
    """What stands at the place that a link for people leads to."""
    assert request("GET", url, headers={}).headers["content-type"].startswith("text/html")
    page, _, fragment = url.partition("#")
    place = f"{page.replace('/view/', '/v1/documents/')}/place?{fragment}"
    quote: str = request("GET", place, headers=headers).json()["quote"]
    return quote


@pytest.fixture
def chat(address: str, key_for: KeyFor) -> openai.OpenAI:
    return client_of(address, key_for(Scope.ASK))


def client_of(address: str, headers: dict[str, str]) -> openai.OpenAI:
    key = headers["Authorization"].removeprefix("Bearer ")
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0, timeout=PATIENCE)


def request(method: str, url: str, **more: Any) -> httpx2.Response:
    return httpx2.request(method, url, timeout=PATIENCE, trust_env=False, **more)


def user(content: Any) -> Any:
    return {"role": "user", "content": content}


def asked(context: Context) -> list[TurnRecord]:
    """The newest first."""
    return list(context.questions.page(None, limit=20).items)


# --- OpenAI ---


def test_an_openai_client_gets_the_verbatim_answer_with_its_place(
    chat: openai.OpenAI, context: Context, key_for: KeyFor
) -> None:
    done = chat.chat.completions.create(
        model="yuanwen", messages=[user(WHO)], temperature=0.7, max_tokens=5, tools=[], seed=1
    )
    message = done.choices[0].message
    body = done.model_extra["yuanwen"]
    assert message.content == body["text"] == body["citations"][0]["quote"]
    assert done.choices[0].finish_reason == "stop"
    (citation,) = [annotation.url_citation for annotation in message.annotations]
    assert (citation.start_index, citation.end_index) == (0, len(message.content))
    assert citation.title == "年鉴"
    assert quote_at(citation.url, key_for(Scope.READ)) == message.content
    assert done.usage.prompt_tokens == len(WHO)
    assert done.usage.total_tokens == len(WHO) + len(message.content)
    (turn,) = asked(context)
    assert (turn.id, turn.question, turn.conversation) == (body["id"], WHO, None)


def test_a_stream_gives_the_same_in_chunks(chat: openai.OpenAI) -> None:
    whole = chat.chat.completions.create(model="yuanwen", messages=[user(WHO)])
    chunks = list(
        chat.chat.completions.create(
            model="yuanwen", messages=[user(WHO)], stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    assert deltas[1].model_extra["annotations"] == [
        annotation.model_dump() for annotation in whole.choices[0].message.annotations
    ]
    assert [chunk.choices[0].finish_reason for chunk in chunks[:3]] == [None, None, "stop"]
    assert chunks[2].model_extra["yuanwen"]["text"] == whole.choices[0].message.content
    assert chunks[3].choices == []
    assert chunks[3].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_ends_as_openai_ends_it(address: str, key_for: KeyFor) -> None:
    response = request(
        "POST",
        f"{address}/v1/chat/completions",
        headers=key_for(Scope.ASK),
        json={"model": "yuanwen", "messages": [user(WHO)], "stream": True},
    )
    assert response.headers["content-type"].startswith("text/event-stream")
    events = response.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(json.loads(event.removeprefix("data: ")) for event in events[:-2])
    assert len(events) == 5


def test_a_follow_up_is_understood_from_the_messages_alone(chat: openai.OpenAI) -> None:
    first = chat.chat.completions.create(model="yuanwen", messages=[user(WHO)]).choices[0].message
    told = [{"role": "system", "content": "你是助手。"}, user(WHO), first]
    done = chat.chat.completions.create(model="yuanwen", messages=[*told, user(WHEN)])
    assert done.model_extra["yuanwen"]["understood"]["question"] == WHEN_UNDERSTOOD
    assert done.model_extra["yuanwen"]["question"] == WHEN
    alone = chat.chat.completions.create(model="yuanwen", messages=[user(WHEN)])
    assert alone.model_extra["yuanwen"]["understood"]["question"] == WHEN
    between = user([{"type": "text", "text": WHEN}])
    third = chat.chat.completions.create(model="yuanwen", messages=[*told, between, user("在哪召开的？")])
    # Only the question between says what was left out, and only once it is understood itself.
    assert third.model_extra["yuanwen"]["understood"]["question"] == "自治区科学技术奖励大会在哪召开的？"


def test_a_document_that_an_earlier_answer_named_is_looked_into_only_if_it_may_be_read(
    chat: openai.OpenAI, context: Context
) -> None:
    law = "中华人民共和国测试法\n\n第一条 为了测试,制定本法。\n\n第二条 本法自2020年1月1日起施行。\n"
    outcome = context.service.add_bytes(law.encode(), source="中华人民共和国测试法.txt")
    assert outcome.document is not None
    for number, scope in ((outcome.document.id, (outcome.document.id,)), (4711, None)):
        url = f"http://localhost/view/{number}#start=0&end=4"
        citation = {"start_index": 0, "end_index": 4, "url": url, "title": "中华人民共和国测试法"}
        before = {
            "role": "assistant",
            "content": "为了测试",
            "annotations": [{"type": "url_citation", "url_citation": citation}, {"type": "x"}],
        }
        done = chat.chat.completions.create(
            model="yuanwen", messages=[user("测试法第一条规定了什么？"), before, user("第二条呢？")]
        )
        body = done.model_extra["yuanwen"]
        assert body["understood"]["rewritten"] is True
        found = {candidate["citation"]["document_id"] for candidate in body["candidates"]}
        assert found == set(scope) if scope else found


def test_no_answer_is_said_and_nothing_is_cited(chat: openai.OpenAI) -> None:
    done = chat.chat.completions.create(model="yuanwen:空的", messages=[user(WHO)])
    assert done.choices[0].message.content == NO_DOCUMENTS
    assert done.choices[0].message.annotations == []
    assert done.model_extra["yuanwen"]["abstained"] is True


def test_models_are_everything_and_the_collections_that_one_may_know_of(
    chat: openai.OpenAI, address: str, key_for: KeyFor
) -> None:
    assert [model.id for model in chat.models.list()] == ["yuanwen"]
    reading = client_of(address, key_for(Scope.ASK, Scope.READ, collections=["default"]))
    assert [model.id for model in reading.models.list()] == ["yuanwen", "yuanwen:default"]
    assert chat.models.retrieve("yuanwen:空的").owned_by == "yuanwen"
    done = reading.chat.completions.create(model="yuanwen:default", messages=[user(WHO)])
    assert done.choices[0].message.annotations
    with pytest.raises(openai.NotFoundError):
        reading.models.retrieve("yuanwen:空的")


CITED = {"type": "url_citation", "url_citation": {"url": "/v1/documents/1/place", "title": "法\x00"}}
REFUSALS: list[tuple[dict[str, Any], type[openai.APIStatusError], str]] = [
    ({"model": "gpt-4o"}, openai.NotFoundError, "model_not_found"),
    ({"model": "yuanwen:没有"}, openai.NotFoundError, "model_not_found"),
    ({"messages": [user("？？")]}, openai.BadRequestError, "QuestionError"),
    ({"messages": [user("谁\x00")]}, openai.BadRequestError, "InvalidRequest"),
    (
        {"messages": [user(WHO), {"role": "assistant", "content": "他", "annotations": [CITED]}, user(WHO)]},
        openai.BadRequestError,
        "InvalidRequest",
    ),
    ({"messages": [{"role": "system", "content": "谁？"}]}, openai.BadRequestError, "InputError"),
    (
        {"messages": [user([{"type": "image_url", "image_url": {"url": "data:,"}}])]},
        openai.BadRequestError,
        "InputError",
    ),
    ({"n": 2}, openai.BadRequestError, "InvalidRequest"),
    ({"tool_choice": "required"}, openai.BadRequestError, "InvalidRequest"),
    ({"response_format": {"type": "json_object"}}, openai.BadRequestError, "InvalidRequest"),
]


def test_refusals_are_errors_that_the_client_knows_before_a_stream_begins(
    chat: openai.OpenAI, context: Context
) -> None:
    for stream in (False, True):
        for more, error, code in REFUSALS:
            with pytest.raises(error) as refused:
                chat.chat.completions.create(
                    **{"model": "yuanwen", "messages": [user(WHO)], "stream": stream, **more}
                )
            assert refused.value.code == code
            assert refused.value.type == "invalid_request_error"
            assert refused.value.body["message"]
    until(lambda: context.asker.inside == 0)
    assert asked(context) == []


def test_keys_scopes_limits_and_size_are_told_in_openais_words(
    address: str, context: Context, key_for: KeyFor
) -> None:
    def refusal(headers: dict[str, str], kind: type[openai.APIStatusError], content: str = WHO) -> str:
        with pytest.raises(kind) as refused:
            client_of(address, headers).chat.completions.create(model="yuanwen", messages=[user(content)])
        assert set(refused.value.body) == {"message", "type", "param", "code"}
        return str(refused.value.code)

    assert refusal({"Authorization": "Bearer ywk_wrong"}, openai.AuthenticationError) == "invalid_api_key"
    measuring = key_for(Scope.METRICS)
    assert refusal(measuring, openai.PermissionDeniedError) == "insufficient_permissions"
    asking = key_for(Scope.ASK)
    too_large = "问" * context.settings.max_body_kb * 1024
    assert refusal(asking, openai.APIStatusError, too_large) == "TooLarge"
    unknown = request("GET", f"{address}/v1/chat/completions", headers=asking)
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (405, "HTTPError")
    limited = client_of(address, asking)
    with pytest.raises(openai.RateLimitError) as refused:
        for _ in range(context.settings.asks_per_minute + 1):
            use(limited)
    assert refused.value.code == "rate_limit_exceeded"
    assert int(refused.value.response.headers["retry-after"]) >= 1


def use(client: openai.OpenAI) -> None:
    """One use of the limit, without the work of an answer."""
    try:
        client.chat.completions.create(model="other", messages=[user(WHO)])
    except openai.NotFoundError:
        return


def test_what_fails_once_a_stream_has_begun_is_an_error_of_the_client(
    chat: openai.OpenAI, context: Context
) -> None:
    reader = GatedReader(context.service.reader, failure=ModelError("模型坏了。"))
    reader.gate.set()
    context.service.reader = reader
    with pytest.raises(openai.APIError, match="模型坏了"):
        list(chat.chat.completions.create(model="yuanwen", messages=[user(WHO)], stream=True))
    until(lambda: context.asker.inside == 0)
    with pytest.raises(openai.InternalServerError) as failed:
        chat.chat.completions.create(model="yuanwen", messages=[user(WHO)])
    assert failed.value.type == "server_error"


def test_a_client_that_leaves_a_stream_frees_its_place_in_the_queue(
    address: str, context: Context, key_for: KeyFor
) -> None:
    reader = GatedReader(context.service.reader)
    asker = Asker(threads=1, waiting=1, seconds=PATIENCE)
    context.service.reader = reader
    headers = key_for(Scope.ASK)
    with serving(create_app(replace(context, asker=asker))) as narrow, ThreadPoolExecutor(1) as pool:
        client = client_of(narrow, headers)
        chat: dict[str, Any] = {"model": "yuanwen", "messages": [user(WHO)]}
        under_way = pool.submit(client.chat.completions.create, **chat)
        until(reader.reached.is_set)  # a place alone doesn't say whose turn it is
        with client.chat.completions.create(**chat, stream=True) as leaving:
            chunks = iter(leaving)  # held, as the connection ends with it
            assert next(chunks).choices[0].delta.role == "assistant"
            until(lambda: asker.inside == 2)
            with pytest.raises(openai.InternalServerError) as refused:
                client.chat.completions.create(**chat, stream=True)
            assert (refused.value.status_code, refused.value.code) == (503, "Overloaded")
        until(lambda: asker.inside == 1)
        reader.gate.set()
        assert under_way.result().choices[0].message.content
    asker.close()


# --- Dify ---


def retrieve(address: str, headers: dict[str, str], **more: Any) -> httpx2.Response:
    body = {
        "knowledge_id": "default",
        "query": WHO,
        "retrieval_setting": {"top_k": 2, "score_threshold": 0.0},
        **more,
    }
    return request("POST", f"{address}/retrieval", headers=headers, json=body)


def test_dify_gets_passages_with_scores_between_0_and_1(
    address: str, context: Context, key_for: KeyFor
) -> None:
    context.service.add_bytes("奖励大会的筹备情况。".encode(), source="筹备.txt")
    headers = key_for(Scope.ASK, Scope.READ)
    records = retrieve(address, headers).json()["records"]
    assert len(records) == 2
    assert all(0 < record["score"] <= 1 for record in records)
    best, second = (record["score"] for record in records)
    assert best > second
    metadata = records[0]["metadata"]
    text = context.service.store.content(metadata["document_id"]).text
    assert text[metadata["start"] : metadata["end"]] == records[0]["content"]
    assert (metadata["path"], records[0]["title"], metadata["collection"]) == ("年鉴.txt", "年鉴", "default")
    assert quote_at(metadata["url"], headers) == records[0]["content"]
    between = {"top_k": 2, "score_threshold": (best + second) / 2}
    assert retrieve(address, headers, retrieval_setting=between).json()["records"] == records[:1]
    assert retrieve(address, headers, knowledge_id="*").json()["records"] == records
    assert retrieve(address, headers, knowledge_id="空的").json() == {"records": []}
    empty = {"logical_operator": "and", "conditions": []}
    assert retrieve(address, headers, metadata_condition=empty).json()["records"] == records
    assert asked(context) == []


def test_dify_is_refused_in_its_own_words(address: str, context: Context, key_for: KeyFor) -> None:
    def told(headers: dict[str, str], **more: Any) -> tuple[int, int]:
        response = retrieve(address, headers, **more)
        body = response.json()
        assert set(body) == {"error_code", "error_msg"}
        assert body["error_msg"]
        return response.status_code, body["error_code"]

    assert told({}) == (403, 1001)
    assert told({"Authorization": "ywk_without_bearer"}) == (403, 1001)
    assert told({"Authorization": "Bearer ywk_wrong"}) == (403, 1002)
    assert told(key_for(Scope.METRICS)) == (403, 1002)
    headers = key_for(Scope.ASK, collections=["default"])
    assert told(headers, knowledge_id="没有") == (404, 2001)
    assert told(headers, knowledge_id="空的") == (404, 2001)  # there, but not for this key
    assert told(headers, query="？？") == (422, 422)
    condition = {"name": ["category"], "comparison_operator": "is", "value": "x"}
    assert told(headers, metadata_condition={"conditions": [condition]}) == (422, 422)
    assert told(headers, retrieval_setting={"top_k": 0, "score_threshold": 2}) == (422, 422)
    for _ in range(context.settings.asks_per_minute):
        last = retrieve(address, headers, knowledge_id="没有")
    assert (last.status_code, last.json()["error_code"]) == (429, 429)
    assert int(last.headers["retry-after"]) >= 1


# --- the Model Context Protocol ---


@asynccontextmanager
async def http_tools(address: str, headers: dict[str, str], mode: str = "auto") -> Any:
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    """What the tool gives; its words where it fails."""
    result = await client.call_tool(tool, arguments)
    return result.content[0].text if result.is_error else result.structured_content


async def see_all_tools(client: Client) -> None:
    """Lists them, asks, opens what was cited."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"ask", "search", "open_document"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint is True
        assert "文档" in tool.description or "段落" in tool.description
        assert tool.output_schema["type"] == "object"
        assert "ctx" not in tool.input_schema["properties"]
    answer = await call(client, "ask", question=WHO, collections=["default"])
    assert answer["found"] is True
    citation = answer["citations"][0]
    assert citation["quote"] == answer["answer"]
    assert citation["verified"] is True
    place = {"document_id": citation["document_id"], "start": citation["start"], "end": citation["end"]}
    part = await call(client, "open_document", **place)
    assert part["text"] == answer["answer"]
    assert part["title"] == "年鉴"
    passages = (await call(client, "search", question=WHO, top_k=1))["passages"]
    assert len(passages) == 1


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_mcp_client_asks_over_http(address: str, context: Context, key_for: KeyFor, mode: str) -> None:
    async def see() -> None:
        async with http_tools(address, key_for(Scope.ASK, Scope.READ), mode) as client:
            await see_all_tools(client)

    asyncio.run(see())
    (turn,) = asked(context)
    assert turn.owner.startswith("key:")


def test_tools_do_what_the_key_may_and_tell_what_it_may_not(
    address: str, context: Context, key_for: KeyFor
) -> None:
    number = context.service.list()[0].id

    async def see() -> None:
        async with http_tools(address, key_for(Scope.ASK, collections=["空的"])) as client:
            assert (await call(client, "ask", question=WHO))["found"] is False
            for tool in ("ask", "search"):
                hidden = await call(client, tool, question=WHO, collections=["default"])
                absent = await call(client, tool, question=WHO, collections=["没有"])
                assert hidden.replace("default", "没有") == absent
            assert "documents:read" in await call(client, "open_document", document_id=number)
            assert "只有标点" in await call(client, "ask", question="？？")
        async with http_tools(address, key_for(Scope.READ, collections=["空的"])) as client:
            assert "“ask”" in await call(client, "ask", question=WHO)
            assert f"{number} 的文档" in await call(client, "open_document", document_id=number)
        async with http_tools(address, key_for(Scope.READ)) as client:
            whole = await call(client, "open_document", document_id=number)
            assert (whole["start"], whole["end"]) == (0, whole["characters"])
            beyond = whole["characters"] + 1
            assert "不是这个文档的一段" in await call(
                client, "open_document", document_id=number, start=beyond
            )
        async with http_tools(address, key_for(Scope.ASK)) as client:
            for _ in range(context.settings.asks_per_minute + 1):
                last = await call(client, "search", question=WHO, collections=["没有"])
            assert "太频繁" in last

    asyncio.run(see())


def test_mcp_needs_a_key_and_no_page_elsewhere(address: str, key_for: KeyFor) -> None:
    def post(**headers: str) -> httpx2.Response:
        ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
        return request("POST", f"{address}/mcp", headers=headers, json=ping)

    key = key_for(Scope.ASK)
    assert post().status_code == 401
    assert post().headers["www-authenticate"].startswith("Bearer")
    assert post(Authorization="Bearer ywk_wrong").status_code == 401
    assert post(**key, Origin="https://evil.example").status_code == 403
    assert post(**key, Host="evil.example").status_code == 400
    accepting = {"Accept": "application/json, text/event-stream"}
    assert post(**key, **accepting, Origin=address).json()["result"] == {}
    for method in ("GET", "DELETE"):
        response = request(method, f"{address}/mcp", headers=key)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_a_service_without_the_extra_says_what_to_install(
    client: TestClient, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.mcp_door.find_spec", lambda _: None)
    response = client.post("/mcp", headers=key_for(Scope.ASK), json={})
    assert response.status_code == 404
    assert "yuanwen[mcp]" in response.json()["remedy"]


def test_an_mcp_client_starts_yuanwen_itself(
    tmp_path: Path, tiny_model: Path, yearbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = environment(tmp_path, embedder=str(tiny_model), quantize="none")
    for name, value in variables.items():
        if name.startswith("YUANWEN_"):
            monkeypatch.setenv(name, value)
    with open_service(load_settings()) as service:
        list(service.add([yearbook]))
    started = StdioServerParameters(
        command=sys.executable, args=["-c", "from api.cli import main; main()", "mcp"], env=variables
    )

    async def see() -> None:
        async with Client(stdio_client(started)) as client:
            await see_all_tools(client)

    asyncio.run(see())


# --- all of them ---


def test_a_curators_answer_comes_through_every_door(
    address: str, chat: openai.OpenAI, context: Context, key_for: KeyFor
) -> None:
    context.faq.add(FaqPair(id=0, questions=("奖励大会是谁主持的",), answer="孙金龙书记。"))

    async def see() -> Any:
        async with http_tools(address, key_for(Scope.ASK)) as client:
            return await call(client, "ask", question="奖励大会是谁主持的？")

    done = chat.chat.completions.create(model="yuanwen", messages=[user("奖励大会是谁主持的？")])
    assert done.choices[0].message.content == asyncio.run(see())["answer"] == "孙金龙书记。"


def test_without_the_extra_the_service_can_be_loaded_and_the_command_says_what_to_install() -> None:
    """Nothing else needs it."""
    script = "import sys\nsys.modules['mcp'] = None\nimport api.app\nfrom api.cli import main\nmain()\n"
    done = subprocess.run(
        [sys.executable, "-c", script, "mcp"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert "yuanwen[mcp]" in done.stderr
