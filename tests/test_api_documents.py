"""Documents over HTTP: in, listed, read, out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.context import Context
from api.names import BadFileName, attachment, decoded, normalised
from api.security.principal import Scope
from conftest import YEARBOOK, KeyFor
from index.store.protocol import Order
from uploads import ended, stored, uncounted, upload

GBK = YEARBOOK.encode("gb18030")


@pytest.fixture
def writer(client: TestClient, key_for: KeyFor) -> TestClient:
    client.headers.update(key_for(Scope.READ, Scope.WRITE))
    return client


@pytest.fixture
def idle(context: Context, key_for: KeyFor) -> TestClient:
    """Without its lifespan the application takes jobs, and nobody does them."""
    return TestClient(create_app(context), base_url="http://localhost", headers=key_for())


def add(context: Context, name: str, text: str = "正文。", *, collection: str = "default") -> int:
    """A document that is there already."""
    outcome = context.service.add_bytes(text.encode(), source=name, collection=collection)
    assert outcome.document is not None
    return outcome.document.id


# --- in ---


def test_a_gbk_file_comes_back_byte_for_byte_and_answers_are_placed_in_it(writer: TestClient) -> None:
    number = stored(writer, "年鉴/2017.txt", GBK)
    record = writer.get(f"/v1/documents/{number}").json()
    assert (record["source"], record["encoding"], record["size"]) == ("年鉴/2017.txt", "gb18030", len(GBK))
    original = writer.get(f"/v1/documents/{number}/original")
    assert original.content == GBK
    assert original.headers["etag"] == f'"{hashlib.sha256(GBK).hexdigest()}"'
    text = writer.get(f"/v1/documents/{number}/text").json()
    assert text["characters"] == len(text["text"])
    start = text["text"].index("孙金龙")
    place = writer.get(f"/v1/documents/{number}/place", params={"start": start, "end": start + 3}).json()
    assert (place["quote"], place["verified"], place["first_line"]) == ("孙金龙", True, 9)
    assert place["evidence"].endswith("孙金龙主持大会。")
    assert place["heading_path"][-1] == "二、奖励大会"


def test_each_file_of_an_upload_has_its_own_end(writer: TestClient) -> None:
    files = {"目录/好.txt": "正文。", "坏.exe": "MZ", "空.txt": " \n", "../../etc/passwd.txt": "x"}
    job = upload(writer, files)
    assert (job["kind"], job["total"], job["collection"]) == ("add", 4, "default")
    done = ended(writer, job)
    assert (done["status"], done["done"]) == ("done", 4)
    assert done["result"] == {"added": 1, "failed": 3}
    assert [(file["status"], (file["error"] or {}).get("type")) for file in done["files"]] == [
        ("added", None),
        ("failed", "UnsupportedFormat"),
        ("failed", "EmptyDocument"),
        ("failed", "BadFileName"),
    ]
    assert all(file["error"]["remedy"] for file in done["files"][1:])
    assert [file["warnings"] for file in done["files"]] == [[]] * 4


@pytest.mark.parametrize("alone", [True, False])
def test_what_could_not_be_read_in_a_file_is_told(writer: TestClient, *, alone: bool) -> None:
    files = {"公式.xlsx": uncounted(), **({} if alone else {"好.txt": "正文。".encode()})}
    done = ended(writer, upload(writer, files))
    assert done["result"] == {"added": len(files)}
    (warning,) = done["files"][0]["warnings"]
    assert "1 个公式没有保存计算结果" in warning


def test_a_file_above_the_limit_fails_alone(
    writer: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(context.settings.__dict__, "max_upload_mb", 1)
    done = ended(writer, upload(writer, {"大.txt": b"x" * (2**20 + 1), "小.txt": "正文。"}))
    assert [file["status"] for file in done["files"]] == ["failed", "added"]
    assert done["files"][0]["error"]["type"] == "DocumentTooLarge"


def test_what_was_accepted_lies_on_the_disk_by_number_and_is_gone_when_it_is_stored(
    idle: TestClient, context: Context
) -> None:
    job = upload(idle, {"b/a.txt": "甲", "..": "乙", "c.txt": "丙"})
    folder = context.settings.home / "incoming" / job["id"]
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"0": "甲", "2": "丙"}
    assert context.runner.run_one() is True
    assert not folder.exists()


def test_a_name_may_hold_anything_and_is_never_a_path_on_our_disk(writer: TestClient, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if "incoming" not in path.parts}
    names = ["/etc/x.txt", "C:\\文档\\y.txt", "a/./b//z.txt", "..\\w.txt", "e\u0301.txt", "a\u202etxt.exe"]
    done = ended(writer, upload(writer, {**dict.fromkeys(names, "正文。"), "长" * 90 + ".txt": "正文。"}))
    assert [file["source"] for file in done["files"] if file["error"] is None] == [
        "etc/x.txt",
        "y.txt",  # multipart readers take such a one for Internet Explorer's
        "a/b/z.txt",
        "é.txt",
    ]
    new = {path for path in tmp_path.rglob("*") if "incoming" not in path.parts} - before
    assert not [path for path in new if path.suffix == ".txt"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.txt", "a.txt"),
        ("一/二.txt", "一/二.txt"),
        ("./a//b.txt", "a/b.txt"),
        ("//server/a.txt", "server/a.txt"),
        ("C:/a.txt", "a.txt"),
        ("...txt", "...txt"),
        ("x" * 255, "x" * 255),
    ],
)
def test_names_are_made_plain(name: str, kept: str) -> None:
    assert normalised(name) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "..",
        "a/../b.txt",
        "a\\..\\b.txt",
        "a\x00.txt",
        "a\r\nb.txt",
        "\u2028.txt",
        "\ud800",
        "字" * 86,
    ],
)
def test_names_that_can_not_be_are_refused(name: str) -> None:
    with pytest.raises(BadFileName):
        normalised(name)


def test_names_of_older_programs_are_understood() -> None:
    assert decoded("年鉴.txt".encode("gb18030")) == decoded("年鉴.txt".encode()) == "年鉴.txt"
    with pytest.raises(BadFileName):
        decoded(b"\xff.txt")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x--\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nabc',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
        ),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=" + "y" * 300),
    ],
    ids=[
        "empty",
        "no part",
        "nonsense",
        "cut off",
        "field",
        "no file",
        "none chosen",
        "json",
        "no boundary",
        "boundary",
    ],
)
def test_what_is_no_upload_is_refused_and_leaves_nothing(
    writer: TestClient, context: Context, body: bytes, kind: str
) -> None:
    response = writer.post("/v1/documents", content=body, headers={"Content-Type": kind})
    assert response.status_code == 422, response.text
    assert response.json()["remedy"]
    assert list((context.settings.home / "incoming").iterdir()) == []
    assert context.jobs.page(limit=1).items == ()


def test_who_may_not_write_is_refused_before_a_byte_is_kept(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    files = [("files", ("a.txt", b"x"))]
    add(context, "a.txt", collection="甲")
    cases = [
        ({}, "甲", 401),
        (key_for(Scope.READ), "甲", 403),
        (key_for(Scope.WRITE), "没有", 404),
        (key_for(Scope.WRITE, collections=["乙"]), "甲", 404),
    ]
    for headers, collection, status in cases:
        response = client.post(
            "/v1/documents", params={"collection": collection}, files=files, headers=headers
        )
        assert response.status_code == status
    assert not (context.settings.home / "incoming").exists()


def test_an_encoding_that_is_told_is_used(writer: TestClient) -> None:
    text = "這是一篇繁體中文的文章。"
    done = ended(writer, upload(writer, {"a.txt": text.encode("big5")}, encoding="big5"))
    number = done["files"][0]["document_id"]
    assert writer.get(f"/v1/documents/{number}/text").json()["text"] == text
    refused = writer.post("/v1/documents", params={"encoding": "klingon"}, files=[("files", ("a.txt", b"x"))])
    assert refused.status_code == 422


# --- replaced, deleted ---


def replaced(client: TestClient, number: int, name: str, data: bytes) -> Any:
    return client.put(f"/v1/documents/{number}", files={"file": (name, data)})


def test_a_document_is_replaced_under_its_own_name(writer: TestClient, context: Context) -> None:
    number = add(context, "规章.txt", "旧的规定。")
    response = replaced(writer, number, "规章(修订).txt", "新的规定。".encode())
    assert response.status_code == 202
    assert response.headers["location"] == f"/v1/jobs/{response.json()['id']}"
    (file,) = ended(writer, response.json())["files"]
    assert (file["status"], file["source"]) == ("replaced", "规章.txt")
    assert writer.get(f"/v1/documents/{number}").status_code == 404
    assert writer.get(f"/v1/documents/{file['document_id']}/text").json()["text"] == "新的规定。"
    assert replaced(writer, file["document_id"], "规章.md", b"# x").status_code == 422


def test_a_document_deleted_meanwhile_is_not_brought_back(idle: TestClient, context: Context) -> None:
    number = add(context, "a.txt")
    job = replaced(idle, number, "a.txt", "新的。".encode()).json()
    assert idle.delete(f"/v1/documents/{number}").status_code == 204
    context.runner.run_one()
    (file,) = idle.get(f"/v1/jobs/{job['id']}").json()["files"]
    assert (file["status"], file["error"]["type"]) == ("failed", "NotFound")
    assert context.service.list() == []


def test_a_deleted_document_is_gone(writer: TestClient, context: Context) -> None:
    number = add(context, "a.txt")
    assert writer.delete(f"/v1/documents/{number}").status_code == 204
    assert writer.delete(f"/v1/documents/{number}").status_code == 404
    (entry,) = context.audit.entries(limit=1).items
    assert (entry.action, entry.target) == ("document.delete", f"document:{number}")


# --- listed ---


def listed(client: TestClient, **query: Any) -> list[str]:
    return [one["source"] for one in client.get("/v1/documents", params=query).json()["items"]]


def test_documents_are_found_by_name_title_and_collection(writer: TestClient, context: Context) -> None:
    for name, collection in (("Annual.txt", "甲"), ("b.txt", "甲"), ("年鉴.txt", "乙")):
        add(context, name, collection=collection)
    assert listed(writer) == ["Annual.txt", "b.txt", "年鉴.txt"]
    assert listed(writer, descending=True) == ["年鉴.txt", "b.txt", "Annual.txt"]
    assert listed(writer, collection="甲", sort="source", descending=True) == ["b.txt", "Annual.txt"]
    assert listed(writer, q="annual") == ["Annual.txt"]
    assert writer.get("/v1/documents", params={"collection": "丙"}).status_code == 404


@pytest.mark.parametrize("order", list(Order))
def test_paging_is_complete_while_others_come(writer: TestClient, context: Context, order: Order) -> None:
    stayed = {add(context, f"{'乙甲ab'[i % 4]}{i}.txt", "文" * (1 + i % 3)) for i in range(7)}
    seen: list[int] = []
    after = None
    while True:
        query = {"limit": 2, "sort": order.value, **({} if after is None else {"after": after})}
        page = writer.get("/v1/documents", params=query).json()
        seen += [one["id"] for one in page["items"]]
        if (after := page["next"]) is None:
            break
        if len(seen) < 6:
            add(context, f"新{len(seen)}.txt", "文" * 9)
    assert len(seen) == len(set(seen))
    assert stayed <= set(seen)


@pytest.mark.parametrize(
    ("sort", "after"),
    [
        ("added", "x"),
        ("added", "!!"),
        ("added", "字"),
        ("added", "bnVsbA"),  # null
        ("added", "W10"),  # []
        ("added", "WyJhIiwxXQ"),  # ["a",1]
        ("added", "WzksOTk5OTk5OTk5OTk5OTk5OTk5OTld"),  # [9,99999999999999999999]
        ("source", "WzEsMl0"),  # [1,2]
        ("source", "WyJcdWQ4MDAiLDFd"),  # half of a surrogate pair
    ],
)
def test_a_cursor_of_ones_own_making_is_refused(writer: TestClient, sort: str, after: str) -> None:
    response = writer.get("/v1/documents", params={"after": after, "sort": sort})
    assert response.status_code == 422
    assert response.json()["detail"] == "after 不是上一页给出的。"


# --- read ---


def test_the_text_comes_in_pieces_with_its_outline(writer: TestClient, context: Context) -> None:
    number = add(context, "a.md", "# 一𠮷\n\n甲乙丙丁。\n\n## 二\n\n戊己。\n")
    whole = writer.get(f"/v1/documents/{number}/text").json()
    piece = writer.get(f"/v1/documents/{number}/text", params={"start": 3, "end": 6}).json()
    assert piece["text"] == whole["text"][3:6] == "甲乙丙"
    assert piece["outline"] == whole["outline"]
    assert [(one["level"], one["title"]) for one in whole["outline"]] == [(1, "一𠮷"), (2, "二")]
    assert all(whole["text"][one["start"] : one["end"]] == one["title"] for one in whole["outline"])
    length = whole["characters"]
    for start, end in ((2, 1), (0, length + 1), (length + 1, length + 2)):
        query = {"start": start, "end": end}
        assert writer.get(f"/v1/documents/{number}/text", params=query).status_code == 422
        assert writer.get(f"/v1/documents/{number}/place", params=query).status_code == 422
    assert writer.get(f"/v1/documents/{number}/place", params={"start": 1, "end": 1}).status_code == 422


def test_a_place_says_that_the_upload_has_changed_since(writer: TestClient, context: Context) -> None:
    number = add(context, "a.txt", "甲乙丙。")
    (kept,) = (path for path in (context.settings.home / "uploads").rglob("*") if path.is_file())
    kept.write_text("甲乙丁。")
    place = writer.get(f"/v1/documents/{number}/place", params={"start": 0, "end": 3}).json()
    assert (place["quote"], place["verified"]) == ("甲乙丙", False)


@pytest.mark.parametrize("part", ["original", "text"])
def test_what_the_caller_has_is_not_sent_again(writer: TestClient, context: Context, part: str) -> None:
    path = f"/v1/documents/{add(context, 'a.txt')}/{part}"
    first = writer.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    for known in (tag, f'"x", W/{tag}', "*"):
        again = writer.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert writer.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_an_original_is_saved_and_never_shown(writer: TestClient, context: Context) -> None:
    number = add(context, '目录/注"入\r\nSet-Cookie: a=b;.txt')  # as the command line may have it
    response = writer.get(f"/v1/documents/{number}/original")
    assert "set-cookie" not in response.headers
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-security-policy"] == "sandbox"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"] == (
        'attachment; filename="_____Set-Cookie_ a_b_.txt"; '
        "filename*=UTF-8''%E6%B3%A8%22%E5%85%A5%0D%0ASet-Cookie%3A%20a%3Db%3B.txt"
    )


def test_an_attachments_name_is_the_last_part_of_its_path() -> None:
    assert attachment("/home/a/b.txt") == "attachment; filename=\"b.txt\"; filename*=UTF-8''b.txt"
    assert attachment("/") == "attachment; filename=\"document\"; filename*=UTF-8''document"


def test_what_may_not_be_read_is_as_if_it_were_not_there(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    number = add(context, "a.txt", collection="甲")
    theirs = key_for(Scope.READ, Scope.WRITE, collections=["乙"])
    requests = [
        ("GET", "", {}),
        ("GET", "/original", {}),
        ("GET", "/text", {}),
        ("GET", "/place", {"params": {"start": 0, "end": 1}}),
        ("DELETE", "", {}),
        ("PUT", "", {"files": {"file": ("a.txt", b"x")}}),
    ]
    for method, part, more in requests:
        told = []
        for i in (number, number + 1):
            answer = client.request(method, f"/v1/documents/{i}{part}", headers=theirs, **more)
            told.append((answer.status_code, answer.json()["detail"].replace(str(i), "N")))
        assert told[0] == told[1] == (404, "没有编号为 N 的文档。"), (method, part)
    assert client.get("/v1/documents", headers=theirs).json()["items"] == []
    assert client.get("/v1/documents", params={"collection": "甲"}, headers=theirs).status_code == 404
    reader = key_for(Scope.READ, collections=["甲"])
    assert client.delete(f"/v1/documents/{number}", headers=reader).status_code == 403


# --- jobs ---


def test_jobs_are_their_makers_and_the_administrators(client: TestClient, key_for: KeyFor) -> None:
    mine, theirs, admin = key_for(Scope.WRITE), key_for(Scope.READ, Scope.WRITE), key_for()
    client.headers.update(mine)
    job = ended(client, upload(client, {"a.txt": "正文。"}))
    assert [one["id"] for one in client.get("/v1/jobs").json()["items"]] == [job["id"]]
    assert client.get("/v1/jobs", params={"status": "failed"}).json()["items"] == []
    for path in (f"/v1/jobs/{job['id']}", f"/v1/jobs/{job['id']}/events"):
        assert client.get(path, headers=theirs).status_code == 404
        assert client.get(path, headers=admin).status_code == 200
    assert client.post(f"/v1/jobs/{job['id']}/cancel", headers=theirs).status_code == 404
    assert client.get("/v1/jobs", headers=theirs).json()["items"] == []
    assert client.post(f"/v1/jobs/{job['id']}/cancel").status_code == 409


def test_a_cancelled_upload_leaves_no_files(idle: TestClient, context: Context) -> None:
    job = upload(idle, {"a.txt": "正文。"})
    cancelled = idle.post(f"/v1/jobs/{job['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
    assert list((context.settings.home / "incoming").iterdir()) == []
    assert context.runner.run_one() is False


def test_events_end_with_the_job(writer: TestClient) -> None:
    job = upload(writer, {f"{i}.txt": f"第{i}篇。" for i in range(3)})
    with writer.stream("GET", f"/v1/jobs/{job['id']}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = list(response.iter_lines())
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert events[-1] == "end"
    assert set(events[:-1]) <= {"progress"}
    last = [line for line in lines if line.startswith("data: ")][-1]
    assert '"status":"done"' in last
    assert '"done":3' in last


def test_a_stream_ends_when_the_process_is_to_end(
    idle: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = upload(idle, {"a.txt": "正文。"})
    real = context.jobs.job

    def job_and_end(job_id: str) -> Any:
        context.ending.begin()
        return real(job_id)

    monkeypatch.setattr(context.jobs, "job", job_and_end)
    text = idle.get(f"/v1/jobs/{job['id']}/events").text
    assert text.startswith("event: progress")
    assert "event: end" not in text


def test_searches_are_rebuilt_by_administrators(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    add(context, "a.txt")
    assert client.post("/v1/jobs", json={"kind": "reindex"}, headers=key_for(Scope.WRITE)).status_code == 403
    client.headers.update(key_for())
    assert client.post("/v1/jobs", json={"kind": "add"}).status_code == 422
    response = client.post("/v1/jobs", json={"kind": "reindex"})
    assert response.status_code == 202
    assert ended(client, response.json())["result"] == {"documents": 1, "passages": 1}
