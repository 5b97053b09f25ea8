"""Evaluations over HTTP: a file of questions in, a run out, and who may see it."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

import api.evaluating
import api.state.evaluations
from api.app import create_app
from api.backup import back_up, restore
from api.context import Context, open_context
from api.jobs.evaluate import KIND
from api.security.principal import Scope
from conftest import YEARBOOK, KeyFor, make_service
from eval.data.isolated import IsolatedDatasets
from eval.data.template import EXAMPLES
from eval.store import load_run
from index.errors import DatasetError
from index.isolation.process import ParseLimits
from rag.service import QAService
from rag.settings import Settings
from uploads import ended

QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "奖励大会是谁主持的？", "answers": ["孙金龙"], "type": "谁"},
    {"id": "2", "question": "众创空间达到多少家？", "answers": ["27家"], "document": "年鉴.txt"},
    {"id": "3", "question": "众创空间场地面积是多少？", "answers": ["76595平方米"]},
    {"id": "4", "question": "火星上有几座图书馆？", "answerable": False},
]


def jsonl(questions: list[dict[str, Any]] = QUESTIONS) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in questions).encode()


def begin(
    client: TestClient, data: bytes | None = None, file_name: str = "题.jsonl", **query: Any
) -> dict[str, Any]:
    """Starts an evaluation of a file; what was accepted."""
    file = {"file": (file_name, jsonl() if data is None else data)}
    response = client.post("/v1/evaluations", params=query, files=file)
    assert response.status_code == 202, response.text
    begun: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/v1/evaluations/{begun['id']}"
    return begun


def finished(client: TestClient, begun: Mapping[str, Any]) -> dict[str, Any]:
    """The evaluation once its job has ended well."""
    job = ended(client, {"id": begun["job_id"]})
    assert job["status"] == "done", job
    found: dict[str, Any] = client.get(f"/v1/evaluations/{begun['id']}").json()
    return found


@pytest.fixture
def service(service: QAService) -> QAService:
    service.add_bytes(YEARBOOK.encode(), source="年鉴.txt")
    return service


@pytest.fixture
def evaluator(client: TestClient, key_for: KeyFor) -> TestClient:
    client.headers.update(key_for(Scope.EVALUATE))
    return client


@pytest.fixture
def idle(context: Context, key_for: KeyFor) -> TestClient:
    """Without its lifespan the application takes evaluations, and nobody does them."""
    return TestClient(create_app(context), base_url="http://localhost", headers=key_for())


# --- from a file to figures ---


def test_a_file_of_questions_becomes_figures_rows_and_a_report(
    evaluator: TestClient, context: Context
) -> None:
    begun = begin(evaluator, file_name="年终.jsonl")
    assert (begun["name"], begun["task"], begun["total"]) == ("年终", "ask", 4)
    assert begun["headline"] is None
    done = finished(evaluator, begun)
    assert (done["status"], done["done"], done["error"]) == ("done", 4, None)
    assert done["options"]["file"] == "年终.jsonl"
    assert done["options"]["sha256"] == hashlib.sha256(jsonl()).hexdigest()
    summary = done["summary"]
    by_name = {figure["measure"]: figure for figure in summary["figures"]}
    assert by_name["EM"]["low"] <= by_name["EM"]["value"] <= by_name["EM"]["high"]
    assert by_name["EM"]["n"] == 4
    assert by_name["Recall@1"]["title"]
    assert sum(summary["bins"].values()) == summary["questions"] == 4
    assert done["headline"]["bins"] == summary["bins"]
    assert done["headline"]["settings"]["top_k"] == str(context.settings.top_k)
    assert (summary["data"][0]["name"], summary["index"]["documents"]) == ("年终.jsonl", 1)
    rows = evaluator.get(f"/v1/evaluations/{begun['id']}/rows").json()
    assert [row["id"] for row in rows["items"]] == ["1", "2", "3", "4"]
    assert rows["next"] is None
    best = rows["items"][0]["candidates"][0]
    assert best["context"][best["start"] : best["end"]] == best["text"]
    assert (best["document"], best["verified"]) == ("年鉴.txt", True)
    assert rows["items"][3]["bin"] in ("right", "should_have_declined")
    job = evaluator.get(f"/v1/jobs/{begun['job_id']}").json()
    assert (job["kind"], job["done"], job["total"]) == (KIND, 4, 4)
    assert job["result"] == {"questions": 4, **summary["bins"]}


def test_the_empty_form_can_be_filled_in_and_sent_back(evaluator: TestClient) -> None:
    form = evaluator.get("/v1/evaluation-template")
    assert form.headers["content-disposition"] == 'attachment; filename="questions.xlsx"'
    assert begin(evaluator, form.content, "questions.xlsx")["total"] == len(EXAMPLES)


def test_nothing_of_the_machine_is_told(evaluator: TestClient, context: Context) -> None:
    begun = begin(evaluator)
    finished(evaluator, begun)
    home = str(context.settings.home.parent)
    for path in ("", "/rows", "/report"):
        assert home not in evaluator.get(f"/v1/evaluations/{begun['id']}{path}").text
    folder = context.evaluation_files.run_folder(begun["id"])
    assert folder.parent.stat().st_mode & 0o077 == 0


def test_retrieval_alone_is_measured_by_ranks(evaluator: TestClient) -> None:
    done = finished(evaluator, begin(evaluator, task="retrieve", depth=5))
    assert done["summary"]["bins"] == {}
    rows = evaluator.get(f"/v1/evaluations/{done['id']}/rows", params={"outcome": "right"}).json()["items"]
    assert rows
    assert all(row["depth"] == 5 and row["bin"] is None for row in rows)


def test_options_are_in_force_for_that_evaluation_alone(evaluator: TestClient, context: Context) -> None:
    done = finished(evaluator, begin(evaluator, threshold=1.0, top_k=2, retrieval="sparse", limit=2, seed=3))
    settings = done["headline"]["settings"]
    assert (settings["threshold"], settings["top_k"], settings["retrieval"]) == ("1.0", "2", "sparse")
    rows = evaluator.get(f"/v1/evaluations/{done['id']}/rows").json()["items"]
    assert len(rows) == 2
    assert all(row["declined"] and row["read"] <= 2 for row in rows)
    assert (context.service.settings.threshold, context.service.settings.top_k) == (0.0, 8)
    assert any("抽取了 2 题" in note for note in done["summary"]["data"][0]["notes"])


def test_a_question_is_asked_again_without_its_document(evaluator: TestClient) -> None:
    done = finished(evaluator, begin(evaluator, absent=True))
    rows = evaluator.get(f"/v1/evaluations/{done['id']}/rows").json()["items"]
    assert [row["id"] for row in rows] == ["1", "2", "2#absent", "3", "4"]
    assert "年鉴.txt" not in {one["document"] for one in rows[2]["candidates"]}


def test_a_published_sets_answers_are_looked_for_in_the_documents_that_there_are(
    evaluator: TestClient, context: Context
) -> None:
    passage = "孙金龙主持大会。"
    answer = {"text": "孙金龙", "answer_start": 0}
    qas = [{"id": "a", "question": "大会是谁主持的?", "answers": [answer]}]
    data = {"data": [{"title": "t", "paragraphs": [{"context": passage, "qas": qas}]}]}
    done = finished(evaluator, begin(evaluator, json.dumps(data).encode(), "集.json"))
    (row,) = evaluator.get(f"/v1/evaluations/{done['id']}/rows").json()["items"]
    assert row["relevant"] >= 1
    assert row["bin"] != "not_in_index"
    assert done["summary"]["index"]["documents"] == 1
    assert any("没有放进索引" in note for note in done["summary"]["data"][0]["notes"])


def test_what_an_administrator_wrote_answers_there_too(evaluator: TestClient, key_for: KeyFor) -> None:
    pair = {"questions": ["怎样联系管理员？"], "answer": "请拨打总机。"}
    assert evaluator.post("/v1/faq", json=pair, headers=key_for()).status_code == 201
    asked = [{"id": "1", "question": "怎样联系管理员？", "answers": ["请拨打总机。"]}]
    done = finished(evaluator, begin(evaluator, jsonl(asked)))
    (row,) = evaluator.get(f"/v1/evaluations/{done['id']}/rows").json()["items"]
    assert (row["prediction"], row["candidates"], row["bin"]) == ("请拨打总机。", [], "right")
    assert done["headline"]["settings"]["eval.knowledge"].startswith("问答 1、")


# --- files ---


def workbook(rows: list[list[str]]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in [["编号", "问题", "答案"], *rows]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("题.xlsx", workbook([["1", "奖励大会是谁主持的？", "孙金龙"]])),
        ("题.csv", "编号,问题,答案\n1,奖励大会是谁主持的？,孙金龙\n".encode("gb18030")),
        ("a/b/题.JSON", json.dumps([{"question": "奖励大会是谁主持的？", "answers": ["孙金龙"]}]).encode()),
    ],
)
def test_every_kind_of_file_that_the_command_line_reads(idle: TestClient, name: str, data: bytes) -> None:
    begun = begin(idle, data, name)
    assert (begun["total"], begun["name"], begun["status"]) == (1, "题", "waiting")


def test_every_bad_row_is_named_and_nothing_is_begun(idle: TestClient, context: Context) -> None:
    bad = [{"id": "1", "question": ""}, QUESTIONS[0], {"id": "1", "question": "几时?", "answerable": True}]
    response = idle.post("/v1/evaluations", files={"file": ("题.jsonl", jsonl(bad))})
    assert response.status_code == 422
    problem = response.json()
    assert problem["title"] == "DatasetError"
    assert problem["detail"].startswith("题.jsonl: 有 ")
    assert [one["message"][:5] for one in problem["errors"]] == [
        "第 1 行",
        "第 2 行",
        "第 3 行",
        "第 3 行",
    ]
    assert problem["detail"].count("第 1 行: ") == 1
    assert idle.get("/v1/evaluations").json()["items"] == []
    assert idle.get("/v1/jobs").json()["items"] == []
    home = context.settings.home
    assert not list((home / "incoming").iterdir())
    assert not (home / "evaluations").exists()


@pytest.mark.parametrize(
    ("files", "query", "status"),
    [
        ({"file": ("题.jsonl", b"")}, {}, 422),
        ({"file": ("题.exe", b"MZ")}, {}, 422),
        ({"file": ("题.xlsx", b"PK\x03\x04 no workbook")}, {}, 422),
        ({"file": ("a\u202eb.jsonl", jsonl())}, {}, 422),
        ({"file": ("..", jsonl())}, {}, 422),
        ({"files": ("题.jsonl", jsonl())}, {}, 422),
        ([("file", ("a.jsonl", jsonl())), ("file", ("b.jsonl", jsonl()))], {}, 422),
        ({"file": ("题.jsonl", b"[" * 100_000)}, {}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"name": "a\0"}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"name": "x" * 201}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"task": "read"}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"task": "retrieve", "absent": True}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"limit": 0}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"seed": 2**31}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"threshold": "nan"}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"format": "squad"}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"unknown": 1}, 422),
        ({"file": ("题.jsonl", jsonl())}, {"collections": "没有"}, 404),
    ],
)
def test_what_cant_be_evaluated_is_refused(idle: TestClient, files: Any, query: Any, status: int) -> None:
    response = idle.post("/v1/evaluations", params=query, files=files)
    assert response.status_code == status, response.text
    assert response.json()["remedy"] or status == 404
    assert idle.get("/v1/evaluations").json()["items"] == []


def test_too_much_is_refused(idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(api.evaluating, "MOST_QUESTIONS", 3)
        refused = idle.post("/v1/evaluations", files={"file": ("题.jsonl", jsonl())})
        assert (refused.status_code, "limit" in refused.json()["remedy"]) == (422, True)
        assert begin(idle, limit=3)["total"] == 3
    with monkeypatch.context() as patched:
        patched.setattr(api.evaluating, "_MOST_BYTES", 100)
        assert idle.post("/v1/evaluations", files={"file": ("题.jsonl", jsonl())}).status_code == 413
    monkeypatch.setattr(api.state.evaluations, "MOST", 1)
    assert idle.post("/v1/evaluations", files={"file": ("题.jsonl", jsonl())}).status_code == 409
    folders = [folder.name for folder in (context.settings.home / "evaluations").iterdir()]
    assert folders == [one["id"] for one in idle.get("/v1/evaluations").json()["items"]]


def test_without_documents_there_is_nothing_to_evaluate(idle: TestClient, context: Context) -> None:
    context.collections.create("空", title="空", description="")
    refused = idle.post(
        "/v1/evaluations", params={"collections": "空"}, files={"file": ("题.jsonl", jsonl())}
    )
    assert (refused.status_code, "文档" in refused.json()["detail"]) == (422, True)


def test_a_file_that_kills_its_reader_costs_an_error() -> None:
    limits = ParseLimits(seconds=20, memory_bytes=600 * 2**20)
    with pytest.raises(DatasetError, match=r"内存|中止"):
        IsolatedDatasets(limits).read(b"[" + b'"a",' * 50_000_000 + b'"a"]', name="大.json")
    closed = IsolatedDatasets(limits)
    closed.close()
    with pytest.raises(DatasetError, match="正在结束"):
        closed.read(jsonl(), name="题.jsonl")


# --- what people said ---


def test_feedback_is_a_set_of_questions(client: TestClient, key_for: KeyFor) -> None:
    everything = key_for()
    client.headers.update(everything)
    refused = client.post("/v1/feedback/evaluations")
    assert (refused.status_code, "反馈" in refused.json()["detail"]) == (422, True)
    asked = client.post("/v1/ask", json={"question": "奖励大会是谁主持的？"}).json()
    client.post("/v1/feedback", json={"turn": asked["id"], "verdict": "helpful"}).raise_for_status()
    response = client.post("/v1/feedback/evaluations", params={"name": "反馈一"})
    assert response.status_code == 202, response.text
    done = finished(client, response.json())
    assert (done["name"], done["options"]["source"], done["headline"]["bins"]) == (
        "反馈一",
        "feedback",
        {"right": 1},
    )
    alone = key_for(Scope.EVALUATE)
    assert client.post("/v1/feedback/evaluations", headers=alone).status_code == 403


# --- rows, reports, comparisons ---


@pytest.fixture
def two(evaluator: TestClient) -> tuple[str, str]:
    """Two evaluations of the same questions; in the second, nothing is answered."""
    runs = [finished(evaluator, begin(evaluator, **query)) for query in ({}, {"threshold": 1.0})]
    return runs[0]["id"], runs[1]["id"]


def test_rows_are_paged_and_chosen(evaluator: TestClient, two: tuple[str, str]) -> None:
    first, second = two
    path = f"/v1/evaluations/{first}/rows"
    seen, after = [], None
    while True:
        page = evaluator.get(path, params={"limit": 1, **({} if after is None else {"after": after})}).json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["1", "2", "3", "4"]
    every = evaluator.get(path).json()["items"]
    for bin_ in {row["bin"] for row in every}:
        chosen = evaluator.get(path, params={"bin": bin_}).json()["items"]
        assert chosen == [row for row in every if row["bin"] == bin_]
    who = evaluator.get(path, params={"kind": every[0]["kind"], "limit": 1}).json()
    assert who["items"] == every[:1]
    declined = f"/v1/evaluations/{second}/rows"
    assert len(evaluator.get(declined, params={"outcome": "declined"}).json()["items"]) == 4
    assert [row["id"] for row in evaluator.get(declined, params={"outcome": "right"}).json()["items"]] == [
        "4"
    ]
    for wrong in ({"after": 7}, {"after": "x"}, {"bin": "y"}, {"limit": 0}, {"kind": "\0"}):
        assert evaluator.get(path, params=wrong).status_code == 422
    assert evaluator.get(path, params={"after": 2**62}).status_code == 422


def test_the_report_is_kept_in_a_cage(evaluator: TestClient, two: tuple[str, str]) -> None:
    first, second = two
    for path in (f"{first}/report", f"{first}/comparison/report?with={second}"):
        response = evaluator.get(f"/v1/evaluations/{path}")
        assert response.status_code == 200, response.text
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in response.headers["content-security-policy"].split(";")
        )
        assert policy["sandbox"] == "allow-scripts"
        assert policy["default-src"] == "'none'"
        (script,) = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert policy["script-src"] == f"'sha256-{digest}'"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_what_a_question_or_document_says_is_no_script_in_the_report(
    evaluator: TestClient, context: Context
) -> None:
    evil = "</script><script>alert(1)</script>"
    context.service.add_bytes(f"大会的口号是{evil}。".encode(), source="口号.txt")
    asked = [{"id": evil, "question": f"大会的口号{evil}是什么？", "answers": [evil]}]
    done = finished(evaluator, begin(evaluator, jsonl(asked), f"{evil.replace('/', '')}.jsonl"))
    page = evaluator.get(f"/v1/evaluations/{done['id']}/report")
    assert "alert(1)" in page.text
    assert "<script>alert" not in page.text
    assert len(re.findall(r"<script>", page.text)) == 1


def test_two_evaluations_are_compared_question_by_question(
    evaluator: TestClient, two: tuple[str, str]
) -> None:
    first, second = two
    response = evaluator.get(f"/v1/evaluations/{first}/comparison", params={"with": second})
    assert response.status_code == 200, response.text
    body = response.json()
    assert (body["a"]["id"], body["b"]["id"], body["common"]) == (first, second, 4)
    answered = next(one for one in body["differences"] if one["measure"] == "Answered")
    assert answered["difference"] == answered["b"] - answered["a"] < 0
    assert {change["name"] for change in body["changes"]} >= {"threshold", "eval.threshold_from"}
    assert body["gained_total"] == len(body["gained"])
    assert sum(move["questions"] for move in body["bins"]) == 4
    other = finished(
        evaluator, begin(evaluator, jsonl([{"id": "9", "question": "几时？", "answerable": False}]))
    )
    nothing = evaluator.get(f"/v1/evaluations/{first}/comparison", params={"with": other["id"]})
    assert nothing.status_code == 422
    assert evaluator.get(f"/v1/evaluations/{first}/comparison").status_code == 422


def test_lists_are_paged_the_newest_first(evaluator: TestClient, two: tuple[str, str]) -> None:
    page = evaluator.get("/v1/evaluations", params={"limit": 1}).json()
    assert [one["id"] for one in page["items"]] == [two[1]]
    page = evaluator.get("/v1/evaluations", params={"limit": 1, "after": page["next"]}).json()
    assert ([one["id"] for one in page["items"]], page["next"]) == ([two[0]], None)
    assert page["items"][0]["headline"]["figures"]
    assert evaluator.get("/v1/evaluations", params={"task": "retrieve"}).json()["items"] == []


# --- under way ---


def test_what_isnt_done_has_no_result_and_cant_be_deleted(idle: TestClient, context: Context) -> None:
    begun = begin(idle)
    path = f"/v1/evaluations/{begun['id']}"
    for part in (
        "/rows",
        "/report",
        f"/comparison?with={begun['id']}",
        f"/comparison/report?with={begun['id']}",
    ):
        assert idle.get(path + part).status_code == 409
    refused = idle.delete(path)
    assert (refused.status_code, begun["job_id"] in refused.json()["remedy"]) == (409, True)
    assert idle.post(f"/v1/jobs/{begun['job_id']}/cancel").json()["status"] == "cancelled"
    assert idle.get(path).json()["status"] == "cancelled"
    assert idle.delete(path).status_code == 204
    assert idle.get(path).status_code == 404
    assert list((context.settings.home / "evaluations").iterdir()) == []
    actions = [entry.action for entry in context.audit.entries(limit=10).items]
    assert actions[:2] == ["evaluation.delete", "evaluation.create"]


def stop_after(context: Context, questions: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The service ends after so many questions; returns the list of those that are asked."""
    asked: list[str] = []
    ask = QAService.ask

    def counting(self: QAService, question: str, **more: Any) -> Any:
        asked.append(question)
        if len(asked) == questions:
            monkeypatch.setattr(context.evaluator, "_closing", True)
        return ask(self, question, **more)

    monkeypatch.setattr(QAService, "ask", counting)
    return asked


def test_an_evaluation_is_gone_on_with_where_it_was(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(idle)
    asked = stop_after(context, 2, monkeypatch)
    assert context.evaluator.run_one() is False
    job = idle.get(f"/v1/jobs/{begun['job_id']}").json()
    assert (job["status"], len(asked)) == ("waiting", 2)
    monkeypatch.setattr(context.evaluator, "_closing", False)
    assert context.evaluator.run_one() is True
    assert len(asked) == 4
    assert idle.get(f"/v1/evaluations/{begun['id']}").json()["status"] == "done"
    rows = idle.get(f"/v1/evaluations/{begun['id']}/rows").json()["items"]
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]


def test_an_evaluation_of_an_index_that_has_changed_begins_anew(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(idle)
    asked = stop_after(context, 2, monkeypatch)
    context.evaluator.run_one()
    monkeypatch.setattr(context.evaluator, "_closing", False)
    context.service.add_bytes("新的文档。".encode(), source="新.txt")
    context.evaluator.run_one()
    assert len(asked) == 6
    run = load_run(context.evaluation_files.run_folder(begun["id"]))
    assert [row.id for row in run.rows] == ["1", "2", "3", "4"]
    assert run.summary.index["documents"] == 2


def test_an_evaluation_whose_process_died_after_its_last_row_isnt_asked_again(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(idle)
    context.evaluator.run_one()
    job = context.jobs.job(begun["job_id"])
    context.evaluations.finish(begun["id"], {})
    asked = stop_after(context, 99, monkeypatch)
    again = context.jobs.create(KIND, created_by="user:1", payload=dict(job.payload))
    context.evaluator.run_one()
    assert context.jobs.job(again.id).status == "done"
    assert asked == []
    assert idle.get(f"/v1/evaluations/{begun['id']}").json()["headline"]["questions"] == 4


def test_cancelled_between_two_questions(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(idle)
    ask, asked = QAService.ask, []

    def cancelling(self: QAService, question: str, **more: Any) -> Any:
        asked.append(question)
        context.jobs.cancel(begun["job_id"])
        return ask(self, question, **more)

    monkeypatch.setattr(QAService, "ask", cancelling)
    monkeypatch.setattr("api.jobs.evaluate._TELL_SECONDS", 0)
    assert context.evaluator.run_one() is True
    found = idle.get(f"/v1/evaluations/{begun['id']}").json()
    assert (found["status"], len(asked), found["headline"]) == ("cancelled", 1, None)
    assert idle.delete(f"/v1/evaluations/{begun['id']}").status_code == 204


def test_people_are_answered_first(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(idle, limit=2)
    monkeypatch.setattr("api.jobs.evaluate._PATIENCE_SECONDS", 0.3)
    with context.asker.place():  # somebody waits for an answer
        started = time.monotonic()
        context.evaluator.run_one()
        assert time.monotonic() - started >= 0.3


def test_uploads_dont_wait_for_an_evaluation(idle: TestClient, context: Context) -> None:
    begun = begin(idle)
    assert context.runner.run_one() is False
    assert idle.get(f"/v1/jobs/{begun['job_id']}").json()["status"] == "waiting"


def test_documents_that_go_meanwhile_do_no_harm(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = begin(idle)
    ask = QAService.ask

    def deleting(self: QAService, question: str, **more: Any) -> Any:
        answer = ask(self, question, **more)
        for record in context.service.list():
            context.service.delete(record.id)
        return answer

    monkeypatch.setattr(QAService, "ask", deleting)
    context.evaluator.run_one()
    rows = idle.get(f"/v1/evaluations/{begun['id']}/rows").json()["items"]
    assert [row["candidates"] for row in rows] == [[], [], [], []]


def test_an_evaluation_outlives_the_record_of_its_job(
    evaluator: TestClient, context: Context, two: tuple[str, str]
) -> None:
    context.jobs._clock = lambda: context.clock() + timedelta(days=91)  # type: ignore[method-assign]
    context.jobs.sweep()
    found = evaluator.get(f"/v1/evaluations/{two[0]}").json()
    assert (found["status"], found["done"], found["total"]) == ("done", 4, 4)


def test_folders_that_nobody_knows_are_swept(idle: TestClient, context: Context) -> None:
    begun = begin(idle)
    files = context.evaluation_files
    files.create("0" * 32, b"{}")
    assert files.sweep(context.evaluations.ids) == 0  # it may be about to be begun
    files._clock = lambda: time.time() + 3601
    assert files.sweep(context.evaluations.ids) == 1
    assert [folder.name for folder in files._folder.iterdir()] == [begun["id"]]


# --- who may see it ---


OURS, THEIRS = "甲方", "乙方"


@pytest.fixture
def tenants(context: Context) -> None:
    for collection in (OURS, THEIRS):
        context.collections.create(collection, title=collection, description="")
        context.service.add_bytes(
            f"{YEARBOOK}{collection}的大会由{collection}主持。".encode(),
            source=f"{collection}.txt",
            collection=collection,
        )


@pytest.mark.usefixtures("tenants")
def test_only_what_its_owner_may_read_is_evaluated(client: TestClient, key_for: KeyFor) -> None:
    client.headers.update(key_for(Scope.EVALUATE, collections=[OURS]))
    for query in ({}, {"collections": [OURS]}):
        done = finished(client, begin(client, absent=True, **query))
        assert done["collections"] == [OURS]
        assert done["summary"]["index"]["documents"] == 1
        for path in ("", "/rows", "/report"):
            assert THEIRS not in client.get(f"/v1/evaluations/{done['id']}{path}").text
    asked = [{"id": "1", "question": "谁的大会？", "answers": [f"{THEIRS}主持"]}]
    done = finished(client, begin(client, jsonl(asked)))
    assert done["headline"]["bins"] == {"not_in_index": 1}
    file = {"file": ("题.jsonl", jsonl())}
    theirs, absent = (
        client.post("/v1/evaluations", params={"collections": name}, files=file) for name in (THEIRS, "没有")
    )
    assert theirs.status_code == absent.status_code == 404
    assert theirs.json()["detail"] == absent.json()["detail"].replace("没有。", f"{THEIRS}。")


@pytest.mark.usefixtures("tenants")
def test_anothers_evaluation_is_as_if_it_werent_there(client: TestClient, key_for: KeyFor) -> None:
    ours = key_for(Scope.EVALUATE, collections=[OURS])
    client.headers.update(ours)
    mine = finished(client, begin(client))["id"]
    everywhere = key_for()
    client.headers.update(everywhere)
    whole = finished(client, begin(client))["id"]
    absent = "0" * 32
    peer, limited = key_for(Scope.EVALUATE, collections=[OURS]), key_for(collections=[OURS])
    for headers in (peer, limited):  # the second administers, but may not read all that was asked
        for method, path in (
            ("GET", "/v1/evaluations/{}"),
            ("DELETE", "/v1/evaluations/{}"),
            ("GET", "/v1/evaluations/{}/rows"),
            ("GET", "/v1/evaluations/{}/report"),
            ("GET", "/v1/evaluations/{}/comparison?with=" + whole),
        ):
            there, not_there = (
                client.request(method, path.format(one), headers=headers) for one in (whole, absent)
            )
            assert there.status_code == not_there.status_code == 404, path
            assert there.json()["detail"].replace(whole, absent) == not_there.json()["detail"]
    assert client.get(f"/v1/evaluations/{mine}", headers=peer).status_code == 404
    assert client.get("/v1/evaluations", headers=peer).json()["items"] == []
    seen = {
        name: {one["id"] for one in client.get("/v1/evaluations", headers=headers).json()["items"]}
        for name, headers in {"ours": ours, "limited": limited, "everywhere": everywhere}.items()
    }
    assert seen == {"ours": {mine}, "limited": {mine}, "everywhere": {mine, whole}}
    compared = client.get(f"/v1/evaluations/{mine}/comparison", params={"with": whole}, headers=ours)
    assert compared.status_code == 404
    assert client.get(f"/v1/evaluations/{whole}").status_code == 200


@pytest.mark.parametrize("scope", [scope for scope in Scope if scope is not Scope.EVALUATE])
def test_it_takes_the_scope(idle: TestClient, key_for: KeyFor, scope: Scope) -> None:
    headers = key_for(scope)
    assert idle.get("/v1/evaluations", headers=headers).status_code == 403
    refused = idle.post("/v1/evaluations", files={"file": ("题.jsonl", jsonl())}, headers=headers)
    assert refused.status_code == 403


# --- backups ---


def test_a_backup_holds_evaluations_done_and_under_way(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = begin(idle)["id"]
    context.evaluator.run_one()
    half = begin(idle)["id"]
    asked = stop_after(context, 2, monkeypatch)
    context.evaluator.run_one()
    waiting = begin(idle)["id"]
    back_up(context.settings.home, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "new")
    monkeypatch.setattr(context.evaluator, "_closing", False)
    other = tmp_path / "new" / "evaluations"
    assert load_run(other / done / "run") == load_run(context.evaluation_files.run_folder(done))
    settings = Settings(home=tmp_path / "new", threshold=0.0)
    again = open_context(settings, make_service(settings))
    try:
        while again.evaluator.run_one():
            pass
        rows = {one: [row.id for row in load_run(other / one / "run").rows] for one in (done, half, waiting)}
    finally:
        again.close()
    assert rows == {one: ["1", "2", "3", "4"] for one in (done, half, waiting)}
    assert len(asked) == 8  # of the one that was half done, two were kept
    again_replaced = restore(tmp_path / "b.tar", tmp_path / "new", replace=True)
    assert again_replaced.kept is not None
    assert (again_replaced.kept / "evaluations" / done).is_dir()


def test_a_folder_that_is_gone_is_told(evaluator: TestClient, context: Context, two: tuple[str, str]) -> None:
    context.evaluation_files.discard(two[0])
    for path in ("", "/rows", "/report"):
        gone = evaluator.get(f"/v1/evaluations/{two[0]}{path}")
        assert (gone.status_code, "文件不在了" in gone.json()["detail"]) == (404, True)
