"""Pairs of question and answer, synonyms and words over HTTP: kept, in force everywhere, for whom they are meant."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.context import Context, open_context
from api.errors import Conflict
from api.security.principal import Scope
from api.state.knowledge import KnowledgeBase
from api.state.vocabulary import Vocabulary
from conftest import KeyFor, make_service
from rag.settings import Settings
from rag.synonyms import SynonymGroup

PAIR: dict[str, Any] = {"questions": ["几点下班？", "什么时候下班？"], "answer": "下午六点。"}


@pytest.fixture
def curating(client: TestClient, context: Context, key_for: KeyFor, yearbook: Path) -> TestClient:
    list(context.service.add([yearbook]))
    for name in ("a", "b", "c"):
        context.collections.create(name, title=name, description="")
    client.headers.update(key_for())
    return client


@pytest.fixture
def elsewhere(curating: TestClient, settings: Settings) -> Iterator[TestClient]:
    """Another process's worth over the same files."""
    context = open_context(settings, make_service(settings))
    with TestClient(create_app(context), base_url="http://localhost", headers=curating.headers) as client:
        yield client


def ask(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def add(client: TestClient, pair: dict[str, Any] = PAIR, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/faq", json={**pair, **more})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


def test_a_pair_answers_the_next_question_in_every_process_until_it_is_gone(
    curating: TestClient, elsewhere: TestClient
) -> None:
    both = (curating, elsewhere)
    assert [ask(client, "几点下班")["origin"] for client in both] == ["document"] * 2
    pair = add(curating)
    for client in both:
        answer = ask(client, "请问几点下班？")
        assert (answer["text"], answer["origin"], answer["faq_id"]) == ("下午六点。", "faq", pair["id"])
    changed = elsewhere.put(f"/v1/faq/{pair['id']}", json={**PAIR, "answer": "下午五点。"}).json()
    assert changed["updated_at"] >= changed["created_at"] == pair["created_at"]
    assert [ask(client, "几点下班")["text"] for client in both] == ["下午五点。"] * 2
    curating.put(f"/v1/faq/{pair['id']}", json={**PAIR, "enabled": False})
    assert [ask(client, "几点下班")["origin"] for client in both] == ["document"] * 2
    curating.put(f"/v1/faq/{pair['id']}", json=PAIR)
    assert curating.delete(f"/v1/faq/{pair['id']}").status_code == 204
    assert [ask(client, "几点下班")["origin"] for client in both] == ["document"] * 2


def test_what_was_written_before_a_process_began_is_in_force_there(
    curating: TestClient, settings: Settings
) -> None:
    add(curating)
    context = open_context(settings, make_service(settings))
    with TestClient(create_app(context), base_url="http://localhost", headers=curating.headers) as client:
        assert ask(client, "几点下班")["origin"] == "faq"


def test_synonyms_and_words_are_in_force_in_every_process(
    curating: TestClient, elsewhere: TestClient
) -> None:
    group = curating.post("/v1/synonyms", json={"words": ["表彰大会", "奖励大会"]}).json()
    curating.post("/v1/words", json={"words": ["星创天地"]})
    explained = ask(elsewhere, "星创天地的表彰大会谁主持？", explain=True)["explanation"]
    assert any("奖励大会" in wording for wording in explained["wordings"])
    assert explained["names"] == ["星创天地"]
    changed = {"words": ["表彰大会", "颁奖会"], "both_ways": False}
    assert elsewhere.put(f"/v1/synonyms/{group['id']}", json=changed).json()["both_ways"] is False
    assert curating.get(f"/v1/synonyms/{group['id']}").json()["words"] == changed["words"]
    assert curating.delete(f"/v1/synonyms/{group['id']}").status_code == 204
    assert curating.delete("/v1/words/星创天地").status_code == 204
    explained = ask(elsewhere, "星创天地的表彰大会谁主持？", explain=True)["explanation"]
    assert (len(explained["wordings"]), explained["names"]) == (1, [])


def test_a_pair_for_some_collections_answers_there_alone(curating: TestClient, key_for: KeyFor) -> None:
    add(curating, collections=["a", "b"])
    assert ask(curating, "几点下班")["origin"] == "faq"
    assert ask(curating, "几点下班", collections=["a", "c"])["origin"] == "faq"
    assert ask(curating, "几点下班", collections=["c"])["origin"] == "document"
    curating.headers.update(key_for(Scope.ASK, collections=["c"]))
    assert ask(curating, "几点下班")["origin"] == "document"
    curating.headers.update(key_for(Scope.ASK, collections=["b"]))
    assert ask(curating, "几点下班")["origin"] == "faq"


def test_a_pair_cites_its_place_to_those_who_may_read_it(
    curating: TestClient, context: Context, key_for: KeyFor
) -> None:
    (document,) = context.service.list()
    text = context.service.store.content(document.id).text
    start = text.index("孙金龙")
    place = {"document_id": document.id, "start": start, "end": start + 3}
    pair = add(curating, place=place)
    assert (pair["collections"], pair["place"]) == (["default"], place)
    citation = ask(curating, "几点下班")["citations"][0]
    assert (citation["quote"], citation["verified"]) == ("孙金龙", True)
    curating.headers.update(key_for(collections=["other"]))
    assert ask(curating, "几点下班")["origin"] == "document"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"place": {"document_id": 1, "start": 0, "end": 10**9}}, 422),
        ({"place": {"document_id": 1, "start": 5, "end": 5}}, 422),
        ({"place": {"document_id": 99, "start": 0, "end": 1}}, 404),
        ({"place": {"document_id": 1, "start": 0, "end": 1}, "collections": ["a"]}, 422),
        ({"collections": []}, 422),
        ({"collections": ["a", "错字"]}, 404),
        ({"questions": []}, 422),
        ({"questions": ["？"]}, 422),
        ({"answer": " "}, 422),
        ({"answer": "a\x00b"}, 422),
    ],
)
def test_a_pair_that_cant_answer_is_refused(
    curating: TestClient, context: Context, more: dict[str, Any], status: int
) -> None:
    assert context.service.list()[0].id == 1
    response = curating.post("/v1/faq", json={**PAIR, **more})
    assert response.status_code == status
    assert response.json()["detail"]
    assert curating.get("/v1/faq").json()["items"] == []


def test_pairs_are_listed_in_pages_and_searched(curating: TestClient) -> None:
    made = [add(curating, answer=f"答案{n}")["id"] for n in range(3)]
    other = add(curating, {"questions": ["在哪里盖章？"], "answer": "二楼100%"})["id"]
    page = curating.get("/v1/faq", params={"limit": 3}).json()
    rest = curating.get("/v1/faq", params={"limit": 3, "after": page["next"]}).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [other, *made[::-1]]
    assert rest["next"] is None
    for said, wanted in (("盖章", [other]), ("0%", [other]), ("案1", made[1:2]), ("什么时候", made[::-1])):
        found = curating.get("/v1/faq", params={"q": said}).json()["items"]
        assert [one["id"] for one in found] == wanted


def test_a_curator_of_some_collections_changes_what_answers_in_them_alone(
    curating: TestClient, key_for: KeyFor
) -> None:
    general, shared = add(curating)["id"], add(curating, collections=["a", "b"])["id"]
    hidden = add(curating, collections=["b"])["id"]
    curating.headers.update(key_for(collections=["a"]))
    assert curating.post("/v1/faq", json=PAIR).status_code == 403
    assert curating.post("/v1/faq", json={**PAIR, "collections": ["a", "b"]}).status_code == 404
    own = add(curating, collections=["a"])["id"]

    listed = {one["id"]: one["collections"] for one in curating.get("/v1/faq").json()["items"]}
    assert listed == {own: ["a"], shared: ["a"], general: None}
    mine = {**PAIR, "collections": ["a"]}
    for number, status in ((hidden, 404), (shared, 403), (general, 403), (own, 200)):
        assert curating.put(f"/v1/faq/{number}", json=mine).status_code == status
        assert curating.get(f"/v1/faq/{number}").status_code == (404 if number == hidden else 200)
    for number, status in ((hidden, 404), (shared, 403), (general, 403), (own, 204)):
        assert curating.delete(f"/v1/faq/{number}").status_code == status


@pytest.mark.parametrize("path", ["/v1/faq", "/v1/synonyms", "/v1/words", "/v1/questions"])
def test_knowledge_is_for_those_who_may_write_it(curating: TestClient, key_for: KeyFor, path: str) -> None:
    curating.headers.update(key_for(Scope.ASK, Scope.READ, Scope.WRITE, Scope.FEEDBACK))
    assert curating.get(path).status_code == 403


def test_synonyms_that_contradict_others_change_nothing(curating: TestClient, context: Context) -> None:
    first = curating.post("/v1/synonyms", json={"words": ["孵化器", "创业苗圃"]}).json()
    other = curating.post("/v1/synonyms", json={"words": ["众创空间", "创客空间"]}).json()
    before = KnowledgeBase(context.database).revision()
    refused = (
        curating.post("/v1/synonyms", json={"words": ["苗圃", "孵化器"]}),
        curating.put(f"/v1/synonyms/{other['id']}", json={"words": ["众创空间", "创业苗圃"]}),
        curating.post("/v1/synonyms", json={"words": ["ＡＩ", "ai"]}),
        curating.post("/v1/words", json={"words": ["星创天地", "一"]}),
    )
    told = [(response.status_code, response.json()["title"]) for response in refused]
    assert told == [
        (409, "Conflict"),
        (409, "Conflict"),
        (422, "KnowledgeError"),
        (422, "InvalidRequest"),
    ]
    assert curating.get("/v1/synonyms").json()["items"] == [other, first]
    assert curating.get("/v1/words").json()["items"] == []
    assert KnowledgeBase(context.database).revision() == before


def test_what_isnt_there_cant_be_changed(curating: TestClient) -> None:
    group = {"words": ["甲方", "乙方"]}
    missing = (
        curating.get("/v1/faq/7"),
        curating.put("/v1/faq/7", json=PAIR),
        curating.delete("/v1/faq/7"),
        curating.get("/v1/synonyms/7"),
        curating.put("/v1/synonyms/7", json=group),
        curating.delete("/v1/synonyms/7"),
        curating.delete("/v1/words/没有"),
    )
    assert [response.status_code for response in missing] == [404] * 7


def test_words_are_listed_in_pages_and_may_be_added_again(curating: TestClient) -> None:
    added = curating.post("/v1/words", json={"words": ["丙词", "甲词", " 乙词 ", "甲词"]}).json()["items"]
    assert [one["word"] for one in added] == ["丙词", "甲词", "乙词"]
    again = curating.post("/v1/words", json={"words": ["甲词", "TCP/IP"]}).json()["items"]
    assert again[0] == added[1]
    page = curating.get("/v1/words", params={"limit": 2}).json()
    rest = curating.get("/v1/words", params={"limit": 2, "after": page["next"]}).json()
    assert [one["word"] for one in page["items"] + rest["items"]] == sorted(
        ["TCP/IP", "丙词", "乙词", "甲词"]
    )
    assert curating.delete("/v1/words/TCP/IP").status_code == 204


def test_of_contradicting_groups_written_at_once_one_is_kept(context: Context) -> None:
    def write(number: int) -> bool:
        try:
            Vocabulary(context.database).add_group(SynonymGroup(words=("孵化器", f"词{number}号")))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_every_change_is_in_the_audit_log(curating: TestClient, context: Context) -> None:
    pair = add(curating)["id"]
    curating.put(f"/v1/faq/{pair}", json=PAIR)
    curating.delete(f"/v1/faq/{pair}")
    written = context.audit.entries(limit=5, action="knowledge").items
    assert [(entry.action, entry.target) for entry in written] == [
        ("knowledge.delete", f"faq:{pair}"),
        ("knowledge.change", f"faq:{pair}"),
        ("knowledge.create", f"faq:{pair}"),
    ]
