"""Collections over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.context import Context
from api.security.principal import LOCAL, Role, Scope
from conftest import KeyFor
from uploads import ended, upload


@pytest.fixture
def writer(client: TestClient, key_for: KeyFor) -> TestClient:
    client.headers.update(key_for(Scope.READ, Scope.WRITE))
    return client


def names(client: TestClient, headers: dict[str, str] | None = None) -> list[str]:
    return [one["name"] for one in client.get("/v1/collections", headers=headers).json()["items"]]


def test_a_collection_is_created_changed_and_deleted(writer: TestClient) -> None:
    made = writer.post("/v1/collections", json={"name": "规章-2024", "description": "现行"})
    assert made.status_code == 201
    assert made.json()["title"] == "规章-2024"
    assert made.json()["documents"] == 0
    changed = writer.patch("/v1/collections/规章-2024", json={"title": "规章制度"}).json()
    assert (changed["title"], changed["description"]) == ("规章制度", "现行")
    assert writer.patch("/v1/collections/规章-2024", json={"title": " "}).json()["title"] == "规章-2024"
    writer.patch("/v1/collections/规章-2024", json={"title": "规章制度"})
    assert writer.get("/v1/collections/规章-2024").json() == changed
    assert writer.delete("/v1/collections/规章-2024").status_code == 204
    assert writer.get("/v1/collections/规章-2024").status_code == 404


def test_one_made_on_the_command_line_appears_and_may_be_described(
    writer: TestClient, context: Context
) -> None:
    context.service.add_bytes("正文。".encode(), source="a.txt", collection="行 政")
    assert names(writer) == ["default", "行 政"]
    assert writer.get("/v1/collections/行 政").json()["created_at"] is None
    assert writer.post("/v1/collections", json={"name": "行政"}).status_code == 201
    changed = writer.patch("/v1/collections/行 政", json={"description": "说明"}).json()
    assert (changed["title"], changed["description"], changed["documents"]) == ("行 政", "说明", 1)


@pytest.mark.parametrize("name", ["", "a" * 65, "a/b", "..", ".", "a b", "甲\n", "é", "a\x00"])
def test_a_name_that_can_not_be_used_is_refused(writer: TestClient, name: str) -> None:
    assert writer.post("/v1/collections", json={"name": name}).status_code == 422


def test_a_name_is_used_once(writer: TestClient, context: Context) -> None:
    context.service.add_bytes("正文。".encode(), source="a.txt", collection="甲")
    for name in ("甲", "乙", "default"):
        first, second = (writer.post("/v1/collections", json={"name": name}) for _ in range(2))
        assert second.status_code == 409
        assert first.status_code == (201 if name == "乙" else 409)


def test_one_with_documents_is_deleted_only_if_they_are_to_go_too(
    writer: TestClient, context: Context
) -> None:
    writer.post("/v1/collections", json={"name": "甲"})
    ended(writer, upload(writer, {"a.txt": "甲的正文。", "b.txt": "又一篇。"}, collection="甲"))
    upload_elsewhere = ended(writer, upload(writer, {"c.txt": "留下的。"}))
    assert writer.delete("/v1/collections/甲").status_code == 409
    deleting = writer.delete("/v1/collections/甲", params={"documents": True})
    assert deleting.status_code == 202
    job = ended(writer, deleting.json())
    assert (job["status"], job["result"]) == ("done", {"documents": 2})
    assert names(writer) == ["default"]
    assert [record.source for record in context.service.list()] == ["c.txt"]
    assert upload_elsewhere["result"] == {"added": 1}


def test_one_that_a_job_is_about_is_not_empty(writer: TestClient, context: Context) -> None:
    writer.post("/v1/collections", json={"name": "甲"})
    context.jobs.create("somebody else's", collection="甲", created_by="test")
    assert writer.delete("/v1/collections/甲").status_code == 409


def test_deleting_the_default_one_empties_it(writer: TestClient) -> None:
    ended(writer, upload(writer, {"a.txt": "正文。"}))
    ended(writer, writer.delete("/v1/collections/default", params={"documents": True}).json())
    assert writer.get("/v1/collections/default").json()["documents"] == 0
    assert writer.delete("/v1/collections/default").status_code == 204


def test_a_later_one_of_the_same_name_is_not_open_to_who_might_use_the_first(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    everything, theirs = key_for(), key_for(Scope.READ, collections=["人事"])
    user = context.accounts.create(
        "张三", "一个足够长的密码呀呀", Role.READER, grants={"人事": True}, by=LOCAL
    )
    for _ in range(2):
        client.post("/v1/collections", json={"name": "人事"}, headers=everything)
        client.delete("/v1/collections/人事", headers=everything)
    client.post("/v1/collections", json={"name": "人事"}, headers=everything)
    assert names(client, theirs) == []
    assert context.accounts.user(user.id).grants == {}


def test_what_may_not_be_read_is_as_if_it_were_not_there(client: TestClient, key_for: KeyFor) -> None:
    client.post("/v1/collections", json={"name": "秘密"}, headers=key_for())
    theirs = key_for(Scope.READ, Scope.WRITE, collections=["公开"])
    assert names(client, theirs) == []
    for name in ("秘密", "没有"):
        hidden = client.get(f"/v1/collections/{name}", headers=theirs)
        assert (hidden.status_code, hidden.json()["detail"]) == (404, f"没有文档集 {name}。")
        refused = client.post("/v1/collections", json={"name": name}, headers=theirs)
        assert (refused.status_code, refused.json()["detail"]) == (403, f"没有创建文档集 {name} 的权限。")
        assert client.patch(f"/v1/collections/{name}", json={}, headers=theirs).status_code == 404
        assert client.delete(f"/v1/collections/{name}", headers=theirs).status_code == 404
    assert client.post("/v1/collections", json={"name": "公开"}, headers=theirs).status_code == 201


def test_who_only_reads_changes_nothing(client: TestClient, key_for: KeyFor) -> None:
    client.post("/v1/collections", json={"name": "甲"}, headers=key_for())
    reader = key_for(Scope.READ)
    assert client.patch("/v1/collections/甲", json={}, headers=reader).status_code == 403
    assert client.delete("/v1/collections/甲", headers=reader).status_code == 403


def test_pages_are_by_name(writer: TestClient) -> None:
    for name in ("b", "丙", "a", "c"):
        writer.post("/v1/collections", json={"name": name})
    first = writer.get("/v1/collections", params={"limit": 3}).json()
    second = writer.get("/v1/collections", params={"limit": 3, "after": first["next"]}).json()
    assert [one["name"] for one in first["items"] + second["items"]] == ["a", "b", "c", "default", "丙"]
    assert second["next"] is None
