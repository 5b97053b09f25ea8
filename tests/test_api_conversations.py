"""Conversations, feedback, and what was asked: kept, shown to whom it concerns, handed on, forgotten."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from access import channel, person, sign_in, visit
from api.clock import now
from api.context import Context, open_context
from api.security.principal import LOCAL, Role, Scope
from api.state.feedback import Verdict
from conftest import KeyFor, make_service
from eval.data import load_dataset
from rag.faq import FaqPair
from rag.settings import Settings
from serving import PATIENCE, GatedReader, until

WHO = "自治区科学技术奖励大会是谁主持的？"


@pytest.fixture
def asking(client: TestClient, context: Context, key_for: KeyFor, yearbook: Path) -> TestClient:
    list(context.service.add([yearbook]))
    client.headers.update(key_for(Scope.ASK, Scope.FEEDBACK))
    return client


def ask(client: TestClient, question: str = WHO, **more: Any) -> dict[str, Any]:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def say(client: TestClient, turn: str, verdict: str, **more: str) -> int:
    return client.post("/v1/feedback", json={"turn": turn, "verdict": verdict, **more}).status_code


def test_a_conversation_begins_with_its_first_question_and_understands_the_next(asking: TestClient) -> None:
    first = ask(asking, conversation="new")
    second = ask(asking, "它是哪天召开的？", conversation=first["conversation"])
    assert second["understood"]["question"] == "自治区科学技术奖励大会是哪天召开的？"
    assert second["understood"]["rewritten"] is True
    assert second["understood"]["because"]
    assert second["question"] == "它是哪天召开的？"
    assert second["conversation"] == first["conversation"]
    alone = ask(asking, "它是哪天召开的？")
    assert alone["understood"]["rewritten"] is False

    kept = asking.get(f"/v1/conversations/{first['conversation']}").json()
    assert kept["title"] == WHO
    assert [turn["answer"] for turn in kept["turns"]["items"]] == [second, first]
    assert kept["turns"]["next"] is None


def test_others_of_the_same_are_not_those_that_were_given(asking: TestClient) -> None:
    first = ask(asking, conversation="new")
    more = ask(asking, "还有谁？", conversation=first["conversation"])
    assert more["understood"]["question"] == WHO
    assert first["text"] not in (more["text"], *(candidate["text"] for candidate in more["candidates"]))


def test_a_conversation_about_a_document_goes_on_when_that_was_replaced(
    asking: TestClient, context: Context
) -> None:
    law = "# 中华人民共和国气象法\n\n第一条 本法自2000年1月1日起施行。\n\n第二条 气象事业是公益事业。\n".encode()
    context.service.add_bytes(law, source="中华人民共和国气象法.md")
    first = ask(asking, "《中华人民共和国气象法》自哪天起施行？", conversation="new")
    assert first["citations"][0]["document"] == "中华人民共和国气象法.md"

    def documents() -> set[str]:
        more = ask(asking, "它的第二条规定了什么？", conversation=first["conversation"])
        assert more["understood"]["rewritten"] is True
        return {candidate["citation"]["document"] for candidate in more["candidates"]}

    assert documents() == {"中华人民共和国气象法.md"}
    context.service.add_bytes(law + "第三条 略。\n".encode(), source="中华人民共和国气象法.md")
    assert "中华人民共和国气象法.md" in documents()


def test_conversations_are_listed_in_pages_the_newest_first(asking: TestClient) -> None:
    made = [asking.post("/v1/conversations", json={"title": f"第{n}个"}).json()["id"] for n in range(3)]
    page = asking.get("/v1/conversations", params={"limit": 2}).json()
    rest = asking.get("/v1/conversations", params={"limit": 2, "after": page["next"]}).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_one_begun_empty_takes_its_first_question_for_title(asking: TestClient) -> None:
    made = asking.post("/v1/conversations", json={}).json()
    assert made["title"] == ""
    ask(asking, conversation=made["id"])
    ask(asking, "哪天召开的？", conversation=made["id"])
    kept = asking.get(f"/v1/conversations/{made['id']}", params={"limit": 1}).json()
    assert kept["title"] == WHO
    assert kept["updated_at"] > kept["created_at"]
    after = kept["turns"]["next"]
    earlier = asking.get(f"/v1/conversations/{made['id']}", params={"limit": 1, "after": after}).json()
    assert [turn["answer"]["question"] for turn in earlier["turns"]["items"]] == [WHO]


def test_somebody_elses_conversation_is_not_there(asking: TestClient, key_for: KeyFor) -> None:
    turn = ask(asking, conversation="new")
    path = f"/v1/conversations/{turn['conversation']}"
    own = asking.headers["Authorization"]
    asking.headers.update(key_for())
    assert asking.get("/v1/conversations").json()["items"] == []
    body = {"question": "哪天召开的？", "conversation": turn["conversation"]}
    refused = (
        asking.get(path),
        asking.delete(path),
        asking.post("/v1/ask", json=body),
        asking.post("/v1/ask/stream", json=body),
        asking.post("/v1/feedback", json={"turn": turn["id"], "verdict": "wrong"}),
    )
    assert [response.status_code for response in refused] == [404] * 5
    asking.headers["Authorization"] = own
    assert len(asking.get(path).json()["turns"]["items"]) == 1


def test_a_deleted_conversation_is_gone_with_its_questions(asking: TestClient, context: Context) -> None:
    turn = ask(asking, conversation="new")
    assert say(asking, turn["id"], "helpful") == 201
    path = f"/v1/conversations/{turn['conversation']}"
    assert asking.delete(path).status_code == 204
    assert asking.get(path).status_code == asking.delete(path).status_code == 404
    assert context.questions.page(None, limit=5).items == ()
    assert context.feedback.page(None, limit=5).items == ()


def test_what_is_deleted_while_it_is_answered_stays_deleted(asking: TestClient, context: Context) -> None:
    conversation = asking.post("/v1/conversations", json={}).json()["id"]
    reader = context.service.reader = GatedReader(context.service.reader)
    with ThreadPoolExecutor(1) as pool:
        body = {"question": WHO, "conversation": conversation}
        answering = pool.submit(asking.post, "/v1/ask", json=body)
        assert reader.reached.wait(PATIENCE)
        assert asking.delete(f"/v1/conversations/{conversation}").status_code == 204
        reader.gate.set()
        assert answering.result().status_code == 404
    assert context.questions.page(None, limit=5).items == ()


def test_a_refused_question_begins_nothing(asking: TestClient) -> None:
    assert asking.post("/v1/ask", json={"question": "？", "conversation": "new"}).status_code == 422
    assert asking.get("/v1/conversations").json()["items"] == []


def test_feedback_on_the_same_answer_replaces_what_was_said(asking: TestClient, key_for: KeyFor) -> None:
    turn = ask(asking, conversation="new")
    assert say(asking, turn["id"], "wrong", comment="不对") == 201
    assert say(asking, turn["id"], "better", better=" 孙金龙 ") == 201
    shown = asking.get(f"/v1/conversations/{turn['conversation']}").json()["turns"]["items"][0]
    assert shown["verdict"] == "better"
    assert asking.get("/v1/feedback").status_code == 403
    asking.headers.update(key_for(Scope.KNOWLEDGE))
    (kept,) = asking.get("/v1/feedback").json()["items"]
    assert (kept["verdict"], kept["better"], kept["comment"]) == ("better", "孙金龙", "")
    assert (kept["turn"], kept["question"]) == (turn["id"], WHO)


@pytest.mark.parametrize(
    "more",
    [
        {"verdict": "better"},
        {"verdict": "better", "better": "  "},
        {"verdict": "helpful", "better": "他"},
        {"verdict": "great"},
        {"verdict": "wrong", "better": "a\x00b"},
    ],
)
def test_feedback_that_says_nothing_clear_is_refused(asking: TestClient, more: dict[str, str]) -> None:
    turn = ask(asking)["id"]
    assert asking.post("/v1/feedback", json={"turn": turn, **more}).status_code == 422


def test_a_curator_judges_anybodys_answer_and_makes_it_a_question_for_an_evaluation(
    asking: TestClient, key_for: KeyFor
) -> None:
    turn = ask(asking)
    assert say(asking, turn["id"], "wrong", comment="不对") == 201
    url = f"/v1/questions/{turn['id']}"
    assert asking.put(f"{url}/feedback", json={"verdict": "helpful"}).status_code == 403
    curator = key_for(Scope.KNOWLEDGE)
    assert asking.get(url, headers=curator).json()["feedback"]["comment"] == "不对"
    judged = {"verdict": "better", "better": " 孙金龙 ", "comment": "核对过"}
    assert asking.put(f"{url}/feedback", json=judged, headers=curator).json()["better"] == "孙金龙"
    said = asking.get(url, headers=curator).json()["feedback"]
    assert (said["verdict"], said["better"], said["comment"]) == ("better", "孙金龙", "核对过")
    (line,) = asking.get("/v1/feedback/export", headers=curator).text.splitlines()
    assert json.loads(line)["answers"] == ["孙金龙"]
    elsewhere = key_for(Scope.KNOWLEDGE, collections=["别处"])
    assert asking.put(f"{url}/feedback", json=judged, headers=elsewhere).status_code == 404


def test_exported_feedback_is_a_set_of_questions_for_an_evaluation(
    asking: TestClient, context: Context, key_for: KeyFor, tmp_path: Path
) -> None:
    context.faq.add(FaqPair(id=0, questions=("几点下班？",), answer="六点。"))
    helpful = ask(asking, conversation="new")
    follow_up = ask(asking, "它是哪天召开的？", conversation=helpful["conversation"])
    refusal = ask(asking, "谁？", collections=["没有"])
    by_hand = ask(asking, "几点下班？")
    wrong, corrected = ask(asking, "场地面积？"), ask(asking, "多少个创业团队？")
    for turn in (helpful, refusal, by_hand):
        assert say(asking, turn["id"], "helpful") == 201
    assert say(asking, follow_up["id"], "better", better="2017年 9月 22日上午") == 201
    assert say(asking, wrong["id"], "wrong") == 201
    assert say(asking, corrected["id"], "wrong", better="1011个|团队") == 201

    asking.headers.update(key_for(Scope.KNOWLEDGE))
    response = asking.get("/v1/feedback/export")
    assert response.headers["content-type"].startswith("application/x-ndjson")
    path = tmp_path / "feedback.jsonl"
    path.write_bytes(response.content)
    questions = {question.id: question for question in load_dataset(path).questions}
    assert questions.keys() == {t["id"] for t in (helpful, refusal, by_hand, follow_up, corrected)}
    answers = {key: [answer.text for answer in one.answers] for key, one in questions.items()}
    assert answers[helpful["id"]] == [helpful["text"]]
    assert answers[refusal["id"]] == []
    assert answers[by_hand["id"]] == ["六点。"]
    assert answers[follow_up["id"]] == ["2017年 9月 22日上午"]
    assert answers[corrected["id"]] == ["1011个|团队"]
    assert questions[follow_up["id"]].question == "自治区科学技术奖励大会是哪天召开的？"
    assert questions[helpful["id"]].document == "年鉴.txt"
    assert questions[helpful["id"]].evidences == (helpful["citations"][0]["evidence"].strip(),)


def test_all_feedback_is_exported_however_much_there_is(
    asking: TestClient, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.feedback._READ_AT_ONCE", 2)
    turns = [ask(asking)["id"] for _ in range(5)]
    assert [say(asking, turn, "helpful") for turn in turns] == [201] * 5
    asking.headers.update(key_for(Scope.KNOWLEDGE))
    assert asking.get("/v1/feedback/export").text.count("\n") == 5


def test_what_was_asked_can_be_looked_through(asking: TestClient, key_for: KeyFor) -> None:
    start = now()
    answered, refused = ask(asking), ask(asking, "谁发言？100%", collections=["没有"])
    say(asking, answered["id"], "wrong")
    assert asking.get("/v1/questions").status_code == 403
    asking.headers.update(key_for(Scope.KNOWLEDGE))

    def found(**filters: Any) -> list[str]:
        response = asking.get("/v1/questions", params=filters)
        assert response.status_code == 200
        return [one["id"] for one in response.json()["items"]]

    both = [refused["id"], answered["id"]]
    assert found() == both
    assert found(abstained=True) == both[:1]
    assert found(abstained=False) == both[1:]
    assert found(verdict="wrong") == both[1:]
    assert found(verdict="helpful") == []
    assert found(since=start.isoformat()) == both
    assert found(since=(now() + timedelta(hours=1)).isoformat()) == []
    assert found(q="主持") == both[1:]
    assert found(q="100%") == both[:1]
    assert found(q="%") == both[:1]
    assert found(limit=1) == both[:1]
    assert found(limit=1, after=both[0]) == both[1:]
    assert asking.get("/v1/questions", params={"since": "2026-01-01T00:00:00"}).status_code == 422

    whole = asking.get(f"/v1/questions/{answered['id']}").json()
    assert whole["answer"] == answered
    assert (whole["understood"], whole["verdict"], whole["collections"]) == (WHO, "wrong", None)
    assert asking.get("/v1/questions/0").status_code == 404


def test_a_curator_of_some_collections_sees_what_was_asked_within_them(
    asking: TestClient, key_for: KeyFor
) -> None:
    everywhere = ask(asking)
    asking.headers.update(key_for(collections=["a", "b"]))
    both = ask(asking)
    one = ask(asking, collections=["a"])
    for turn in (both, one):
        assert say(asking, turn["id"], "helpful") == 201

    def seen() -> tuple[set[str], set[str], int]:
        asked = {item["id"] for item in asking.get("/v1/questions").json()["items"]}
        judged = {item["turn"] for item in asking.get("/v1/feedback").json()["items"]}
        return asked, judged, asking.get("/v1/feedback/export").text.count("\n")

    assert seen() == ({both["id"], one["id"]}, {both["id"], one["id"]}, 2)
    asking.headers.update(key_for(Scope.KNOWLEDGE, collections=["a"]))
    assert seen() == ({one["id"]}, {one["id"]}, 1)
    assert asking.get(f"/v1/questions/{both['id']}").status_code == 404
    asking.headers.update(key_for(Scope.KNOWLEDGE, collections=["c"]))
    assert seen() == (set(), set(), 0)
    asking.headers.update(key_for(Scope.KNOWLEDGE))
    assert seen()[0] == {everywhere["id"], both["id"], one["id"]}


def test_curators_see_where_a_question_came_from_what_was_said_and_whether_it_is_answered_by_now(
    client: TestClient, context: Context, key_for: KeyFor, yearbook: Path
) -> None:
    list(context.service.add([yearbook]))
    person(context, "editor", Role.ADMIN)
    asker = person(context, "reader", grants={"default": False})
    visitor = visit(client, channel(context)[1])
    for headers, question in (
        (key_for(Scope.ASK), "甲？"),
        (visitor, "乙？"),
        (sign_in(client, "reader"), "丙？"),
    ):
        asked = client.post("/v1/ask", json={"question": question}, headers=headers).json()
        context.feedback.judge("local", None, asked["id"], Verdict.WRONG, comment=question)
    kept = context.faq.add(FaqPair(id=0, questions=("一？", "乙？"), answer="是。"))
    context.faq.add(FaqPair(id=0, questions=("丙？",), answer="是。", enabled=False))

    def told(*scopes: Scope) -> list[tuple[str, str | None, str, int | None]]:
        items = client.get("/v1/questions", headers=key_for(*scopes)).json()["items"]
        return [
            (one["asked_by"]["kind"], one["asked_by"]["name"], one["comment"], one["faq"]) for one in items
        ]

    key, widget, user = told(Scope.KNOWLEDGE, Scope.ADMIN)[::-1]
    assert (key[0], key[2:]) == ("key", ("甲？", None))
    assert key[1]
    assert widget == ("widget", "官网", "乙？", kept.pair.id)
    assert user == ("user", "reader", "丙？", None)
    assert told(Scope.KNOWLEDGE)[0][1] is None  # people's names are for administrators
    context.accounts.remove(asker.id, by=LOCAL)
    assert told(Scope.KNOWLEDGE, Scope.ADMIN)[0][:2] == ("user", None)


def test_questions_are_forgotten_after_the_days_that_are_set(
    asking: TestClient, context: Context, settings: Settings
) -> None:
    old, silent = ask(asking), ask(asking, conversation="new")
    say(asking, old["id"], "helpful")
    asking.post("/v1/conversations", json={})
    for days, left in ((0, 2), (2, 2), (1, 0)):
        later = open_context(
            settings.model_copy(update={"keep_questions_days": days}),
            make_service(settings),
            clock=lambda: now() + timedelta(hours=30),
        )
        if left == 0:
            until(lambda: not context.questions.page(None, limit=5).items)
        later.close()
        assert len(context.questions.page(None, limit=5).items) == left
    assert context.feedback.page(None, limit=5).items == ()
    assert asking.get(f"/v1/conversations/{silent['conversation']}").status_code == 404
    assert asking.get("/v1/conversations").json()["items"] == []
