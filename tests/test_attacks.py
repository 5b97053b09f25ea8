"""What attackers try, one test for each. docs/threat-model.md refers to them by name."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import structlog
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection

from access import PAGE, PASSWORD, QUICK, Hands, channel, person, sign_in, visit
from api.app import create_app
from api.context import Context, open_context
from api.depends import COOKIE, CSRF_HEADER
from api.errors import NotSignedIn
from api.logs import configure_logs
from api.security.origins import comes_from
from api.security.principal import LOCAL, Role, Scope
from api.security.secrets import KEY, SESSION, VISITOR, new_token
from api.state.sessions import SESSION_HOURS
from api.state.visits import VISIT_MINUTES
from conftest import YEARBOOK, KeyFor
from fakes import HashingEmbedder
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from rag.evidence import EvidenceReader
from rag.service import QAService
from rag.settings import Settings
from serving import serving
from uploads import ended, stored, upload

QUESTION = "奖励大会是谁主持的？"
OURS, THEIRS = "甲方", "乙方"
SCRIPT = "<script>alert(1)</script>"


# One service for all of these tests: nothing that one does may matter to another.


@pytest.fixture(scope="module")
def clock() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory, clock: Hands) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("attacked")
    settings = Settings(
        home=folder / "home", cache=folder / "cache", threshold=0.0, sign_ins=10_000, body_seconds=1
    )
    embedder = HashingEmbedder()
    store = open_store(settings.home, analyzer=HanAnalyzer(), embedder=embedder.info)
    reader = EvidenceReader(embedder, term_weights=store.term_weights, names=HanAnalyzer().names)
    service = QAService(settings, store=store, embedder=embedder, reader=reader)
    context = open_context(settings, service, clock=clock)
    for collection in (OURS, THEIRS):
        context.collections.create(collection, title=collection, description="")
        service.add_bytes(
            f"{YEARBOOK}{collection}的文件。".encode(), source="年鉴.txt", collection=collection
        )
    person(context, "operator", Role.ADMIN)
    yield context
    context.close()


@pytest.fixture(scope="module")
def app(context: Context) -> Iterator[FastAPI]:
    app = create_app(context)
    with TestClient(app, base_url="http://localhost"):  # runs what belongs to its life
        yield app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.security.secrets._HASHER", QUICK)


@pytest.fixture
def document(context: Context) -> Callable[[str], int]:
    """The number of a collection's document."""
    return lambda collection: context.service.list(collection=collection)[0].id


class Operation(NamedTuple):
    method: str
    path: str


def operations(app: FastAPI) -> list[Operation]:
    """Every method of every route, with numbers in the place of parameters."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        plain = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
        found += [Operation(method.upper(), plain) for method in methods]
    assert len(found) > 40
    return found


OPEN = {
    Operation("GET", "/healthz"),
    Operation("GET", "/readyz"),
    Operation("POST", "/v1/session"),
}
"""For everybody; the widget's session needs its publish token."""


def test_every_route_is_in_the_description_that_these_tests_go_by(app: FastAPI) -> None:
    hidden = [
        route.path for route in app.routes if isinstance(route, APIRoute) and not route.include_in_schema
    ]
    assert hidden == []


# --- without credentials, or with too few ---


def test_without_a_key_nothing_is_told(app: FastAPI, client: TestClient) -> None:
    for operation in operations(app):
        if operation not in OPEN:
            response = client.request(*operation)
            wanted = 403 if operation.path == "/retrieval" else 401  # Dify knows no other
            assert (operation, response.status_code) == (operation, wanted)
            assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_key_does_nothing_that_its_scopes_dont_name(
    app: FastAPI, client: TestClient, key_for: KeyFor
) -> None:
    measuring = key_for(Scope.METRICS)
    session = {one for one in operations(app) if one.path.startswith("/v1/session")}
    begun = ("POST", "/v1/jobs")
    jobs = {
        one for one in operations(app) if one.path.startswith("/v1/jobs") and (one.method, one.path) != begun
    }
    own = {
        Operation("GET", "/metrics"),
        Operation("GET", "/v1/widget/appearance"),
        Operation("POST", "/v1/widget/session"),
    }
    for operation in set(operations(app)) - OPEN - session - jobs - own:
        response = client.request(*operation, headers=measuring)
        assert (operation, response.status_code) == (operation, 403)
    for operation in session:  # a key isn't a person
        if operation not in OPEN:
            assert client.request(*operation, headers=measuring).status_code == 401
    assert client.get("/v1/jobs", headers=measuring).json()["items"] == []
    asking = key_for(Scope.ASK)
    for path in (
        "/v1/documents",
        "/v1/users",
        "/v1/keys",
        "/v1/audit",
        "/v1/settings",
        "/v1/faq",
        "/metrics",
    ):
        assert client.get(path, headers=asking).status_code == 403


def test_a_request_cant_give_itself_more(client: TestClient, key_for: KeyFor) -> None:
    headers = key_for(Scope.ADMIN)
    for more in ({"must_change": False}, {"id": 1}, {"password": PASSWORD}):
        body = {"name": "more", "role": "reader", **more}
        assert client.post("/v1/users", json=body, headers=headers).status_code == 422
    for scope in set(Scope) - {Scope.ADMIN}:
        body = {"name": "k", "scopes": [scope]}
        assert client.post("/v1/keys", json=body, headers=headers).status_code == 403
    # A key that only administers would else make itself a person who may do everything.
    assert client.post("/v1/users", json={"name": "x", "role": "admin"}, headers=headers).status_code == 403


# --- other tenants ---


def test_another_tenants_documents_dont_answer(
    client: TestClient, key_for: KeyFor, document: Callable[[str], int]
) -> None:
    ours = key_for(Scope.ASK, collections=[OURS])
    for path in ("/v1/ask", "/v1/retrieve"):
        everywhere = client.post(path, json={"question": QUESTION}, headers=ours)
        assert OURS in everywhere.text
        assert THEIRS not in everywhere.text
        theirs, absent = (
            client.post(path, json={"question": QUESTION, "collections": [name]}, headers=ours)
            for name in (THEIRS, "没有")
        )
        assert same_refusal(theirs, THEIRS, absent, "没有")
        number = document(THEIRS)
        theirs, absent = (
            client.post(path, json={"question": QUESTION, "documents": [one]}, headers=ours)
            for one in (number, 10**9)
        )
        assert THEIRS not in theirs.text
        assert theirs.status_code == absent.status_code


def same_refusal(theirs: Any, name: str, absent: Any, other: str) -> bool:
    """Whether what is another's and what isn't there are refused in the same words."""
    assert theirs.status_code == absent.status_code == 404
    told, expected = theirs.json(), absent.json()
    assert told.pop("request_id") != expected.pop("request_id")
    return bool(
        json.dumps(told, ensure_ascii=False).replace(name, other) == json.dumps(expected, ensure_ascii=False)
    )


def test_another_tenants_documents_are_as_if_they_werent_there(
    client: TestClient, key_for: KeyFor, document: Callable[[str], int], context: Context
) -> None:
    ours = key_for(Scope.READ, Scope.WRITE, collections=[OURS])
    number = document(THEIRS)
    assert THEIRS not in client.get("/v1/documents", headers=ours).text
    assert THEIRS not in client.get("/v1/collections", headers=ours).text
    for method, path in (
        ("GET", "/v1/documents/{}"),
        ("GET", "/v1/documents/{}/text"),
        ("GET", "/v1/documents/{}/original"),
        ("GET", "/v1/documents/{}/place?start=0&end=1"),
        ("DELETE", "/v1/documents/{}"),
    ):
        theirs, absent = (client.request(method, path.format(one), headers=ours) for one in (number, 10**9))
        assert same_refusal(theirs, str(number), absent, str(10**9)), path
    for method, path, more in (
        ("GET", "/v1/collections/{}", {}),
        ("PATCH", "/v1/collections/{}", {"json": {"title": "x"}}),
        ("DELETE", "/v1/collections/{}?documents=true", {}),
        ("GET", "/v1/documents?collection={}", {}),
        ("POST", "/v1/documents?collection={}", {"files": {"files": ("a.txt", b"abc")}}),
    ):
        theirs, absent = (
            client.request(method, path.format(name), headers=ours, **more) for name in (THEIRS, "没有")
        )
        assert same_refusal(theirs, THEIRS, absent, "没有"), path
    replaced = client.put(f"/v1/documents/{number}", files={"file": ("年鉴.txt", b"abc")}, headers=ours)
    assert replaced.status_code == 404
    assert len(context.service.list(collection=THEIRS)) == 1


def test_anothers_conversations_answers_and_jobs_are_as_if_they_werent_there(
    client: TestClient, key_for: KeyFor
) -> None:
    mine, theirs = key_for(Scope.ASK, Scope.FEEDBACK, Scope.WRITE), key_for()
    asked = client.post("/v1/ask", json={"question": QUESTION, "conversation": "new"}, headers=theirs).json()
    client.headers.update(theirs)
    job = ended(client, upload(client, {"别人的.txt": "别人的内容。"}))
    client.headers.update(mine)
    absent = "0" * 32
    for method, path, body, number in (
        ("GET", "/v1/conversations/{}", None, asked["conversation"]),
        ("DELETE", "/v1/conversations/{}", None, asked["conversation"]),
        ("POST", "/v1/ask", {"question": "几时？", "conversation": "{}"}, asked["conversation"]),
        ("POST", "/v1/feedback", {"turn": "{}", "verdict": "helpful"}, asked["id"]),
        ("GET", "/v1/jobs/{}", None, job["id"]),
        ("POST", "/v1/jobs/{}/cancel", None, job["id"]),
        ("GET", "/v1/jobs/{}/events", None, job["id"]),
    ):
        there, not_there = (
            client.request(
                method,
                path.format(one),
                json=None if body is None else json.loads(json.dumps(body).replace("{}", one)),
            )
            for one in (number, absent)
        )
        assert same_refusal(there, number, not_there, absent), path
    assert client.get("/v1/conversations").json()["items"] == []
    assert client.get("/v1/jobs").json()["items"] == []
    assert client.get(f"/v1/conversations/{asked['conversation']}", headers=theirs).status_code == 200


# --- tokens ---


def test_forged_tokens_are_refused(client: TestClient, context: Context) -> None:
    _, key = context.keys.create("真", [Scope.ASK], maker=LOCAL)
    _, published = channel(context, [OURS])
    person(context, "forger")
    session, _ = context.sessions.sign_in("forger", PASSWORD)
    visitor = visit(client, published)["Authorization"].removeprefix("Bearer ")
    forged = [
        *(new_token(kind) for kind in (KEY, SESSION, VISITOR)),
        key[:-1] + ("A" if key[-1] != "A" else "B"),
        key + "A",
        key.upper(),
        KEY,
        "",
        *(kind + token[4:] for kind in (KEY, VISITOR) for token in (key, session, visitor, published)
          if not token.startswith(kind)),
        session,
        published,
    ]  # fmt: skip
    for token in forged:
        headers = {"Authorization": f"Bearer {token}", "Origin": PAGE}
        assert client.get("/v1/conversations", headers=headers).status_code == 401, token
        client.cookies.set(COOKIE, token)
        expected = 200 if token == session else 401
        assert client.get("/v1/session").status_code == expected
        client.cookies.clear()
    for header in (key, f"Basic {key}", f"Token {key}", "Bearer"):
        assert client.get("/v1/conversations", headers={"Authorization": header}).status_code == 401
    for query in ({"token": key}, {"key": key}, {"access_token": key}, {"authorization": f"Bearer {key}"}):
        assert client.get("/v1/conversations", params=query).status_code == 401
    assert client.get("/v1/conversations", headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_expired_tokens_are_refused(client: TestClient, context: Context, clock: Hands) -> None:
    person(context, "late")
    ends = clock() + timedelta(minutes=VISIT_MINUTES)
    _, key = context.keys.create("短", [Scope.ASK], maker=LOCAL, expires_at=ends)
    _, published = channel(context, [OURS])
    visitor, holder = visit(client, published), {"Authorization": f"Bearer {key}"}
    sign_in(client, "late")
    for headers in (visitor, holder):
        assert client.get("/v1/conversations", headers=headers).status_code == 200
    clock.move(minutes=VISIT_MINUTES)
    for headers in (visitor, holder):
        assert client.get("/v1/conversations", headers=headers).status_code == 401
    assert client.get("/v1/session").status_code == 200
    clock.move(hours=SESSION_HOURS)
    assert client.get("/v1/session").status_code == 401


def test_tokens_cant_be_replayed_after_they_were_ended(client: TestClient, context: Context) -> None:
    person(context, "leaver")
    csrf = sign_in(client, "leaver")
    cookie = client.cookies[COOKIE]
    client.delete("/v1/session", headers=csrf)
    client.cookies.set(COOKIE, cookie)
    assert client.get("/v1/session").status_code == 401
    client.cookies.clear()

    key, token = context.keys.create("完", [Scope.ASK], maker=LOCAL)
    context.keys.revoke(key.id, by=LOCAL)
    assert client.get("/v1/conversations", headers={"Authorization": f"Bearer {token}"}).status_code == 401

    one, published = channel(context, [OURS])
    visitor = visit(client, published)
    context.channels.rotate(one.id, by=LOCAL)
    assert client.get("/v1/conversations", headers=visitor).status_code == 401
    begin = {"Authorization": f"Bearer {published}", "Origin": PAGE}
    assert client.post("/v1/widget/session", headers=begin).status_code == 401
    again = {"again": visitor["Authorization"].removeprefix("Bearer ")}
    assert client.post("/v1/widget/session", json=again, headers=begin).status_code == 401


def test_a_shut_channel_or_one_on_other_pages_ends_its_visits(client: TestClient, context: Context) -> None:
    for change in ({"enabled": False}, {"origins": ["https://other.example"]}):
        one, published = channel(context, [OURS])
        visitor = visit(client, published)
        context.channels.change(one.id, by=LOCAL, **change)
        assert client.get("/v1/conversations", headers=visitor).status_code == 401
    one, published = channel(context, [OURS])
    visitor = visit(client, published)
    context.channels.remove(one.id, by=LOCAL)
    assert client.get("/v1/conversations", headers=visitor).status_code == 401


def test_a_deleted_or_disabled_persons_session_and_key_end(client: TestClient, context: Context) -> None:
    for end in (
        lambda number: context.accounts.change(number, by=LOCAL, disabled=True),
        lambda number: context.accounts.remove(number, by=LOCAL),
    ):
        user = person(context, "gone", Role.ADMIN)
        _, key = context.keys.create("其", [Scope.ASK], maker=user.principal())
        holder = {"Authorization": f"Bearer {key}"}
        sign_in(client, "gone")
        assert client.get("/v1/conversations", headers=holder).status_code == 200
        end(user.id)
        assert client.get("/v1/session").status_code == 401
        assert client.get("/v1/conversations", headers=holder).status_code == 401
        with pytest.raises(NotSignedIn):
            context.sessions.sign_in("gone", PASSWORD)
        if context.accounts.user_named("gone") is not None:  # the next one takes the name
            context.accounts.remove(user.id, by=LOCAL)


# --- pages elsewhere ---


def test_a_foreign_page_cant_use_a_widgets_token(client: TestClient, context: Context) -> None:
    _, published = channel(context, [OURS])
    begin = {"Authorization": f"Bearer {published}"}
    foreign = [
        "https://evil.example",
        "null",
        "http://www.example.cn",
        f"{PAGE}.evil.example",
        f"{PAGE}:8443",
    ]
    for origin in foreign:
        assert client.post("/v1/widget/session", headers={**begin, "Origin": origin}).status_code == 403
    visitor = visit(client, published)
    for origin in foreign:
        response = client.get("/v1/conversations", headers={**visitor, "Origin": origin})
        assert response.status_code == 401
        assert "access-control-allow-origin" not in response.headers


def test_a_request_without_an_origin_cant_use_a_widgets_token(client: TestClient, context: Context) -> None:
    _, published = channel(context, [OURS])
    begin = {"Authorization": f"Bearer {published}"}
    assert client.post("/v1/widget/session", headers=begin).status_code == 403
    visitor = visit(client, published)
    del visitor["Origin"]
    assert client.get("/v1/conversations", headers=visitor).status_code == 401
    own = {"Sec-Fetch-Site": "same-origin"}  # forged by no page: browsers set it themselves
    assert client.get("/v1/conversations", headers={**visitor, **own}).status_code == 401
    framed = visit(client, published, "http://localhost")
    del framed["Origin"]
    assert client.get("/v1/conversations", headers={**framed, **own}).status_code == 200
    assert client.get("/v1/conversations", headers=framed).status_code == 401


@pytest.mark.parametrize(
    ("visit", "host", "told", "taken"),
    [
        (
            "http://qa.cn:8080",
            "qa.cn:8080",
            {},
            True,
        ),  # browsers tell nothing of a page that reads from its own
        ("http://qa.cn:8080", "qa.cn:8080", {"sec-fetch-site": "same-site"}, False),
        ("http://qa.cn:8080", "qa.cn:8080", {"origin": "http://oa.cn"}, False),
        ("http://oa.cn", "qa.cn:8080", {}, False),
        ("https://qa.cn", "qa.cn", {}, False),  # here they do
        ("http://127.0.0.1:8080", "127.0.0.1:8080", {}, False),
        ("http://[::1]:8080", "[::1]:8080", {}, False),
    ],
)
def test_a_visit_over_http_is_for_its_own_page_alone(
    visit: str, host: str, told: dict[str, str], taken: bool
) -> None:
    headers = [(name.encode(), value.encode()) for name, value in {"host": host, **told}.items()]
    assert comes_from(HTTPConnection({"type": "http", "headers": headers}), visit) is taken


def test_another_site_cant_act_for_who_is_signed_in(
    app: FastAPI, client: TestClient, context: Context
) -> None:
    person(context, "victim", Role.ADMIN)
    person(context, "attacker")
    sign_in(client, "victim")
    other = TestClient(app, base_url="http://localhost")
    attackers = sign_in(other, "attacker")
    changing = [one for one in operations(app) if one.method != "GET" and one not in OPEN]
    for operation in set(changing) - {Operation("POST", "/v1/widget/session")}:
        for headers in ({}, attackers, {CSRF_HEADER: ""}, {"Origin": "https://evil.example", **attackers}):
            response = client.request(*operation, headers=headers)
            assert (operation, response.status_code) == (operation, 403)
    form = client.post("/v1/users", data={"name": "x", "role": "admin"})
    plain = client.post(
        "/v1/users", content='{"name":"x","role":"admin"}', headers={"Content-Type": "text/plain"}
    )
    assert {form.status_code, plain.status_code} == {403}
    assert context.accounts.user_named("x") is None


def test_another_site_cant_sign_its_reader_in(client: TestClient, context: Context) -> None:
    person(context, "bait")
    body = {"name": "bait", "password": PASSWORD}
    for site in ("cross-site", "same-site"):
        refused = client.post("/v1/session", json=body, headers={"Sec-Fetch-Site": site})
        assert (refused.status_code, COOKIE in refused.cookies) == (403, False)
    plain = client.post("/v1/session", content=json.dumps(body), headers={"Content-Type": "text/plain"})
    assert (plain.status_code, COOKIE in plain.cookies) == (422, False)


def test_a_session_planted_before_the_sign_in_is_never_adopted(client: TestClient, context: Context) -> None:
    person(context, "planter")
    person(context, "planted")
    known, _ = context.sessions.sign_in("planter", PASSWORD)
    for planted in (known, new_token(SESSION), "x"):
        client.cookies.clear()
        client.cookies.set(COOKIE, planted, domain="localhost.local", path="/")
        sign_in(client, "planted")
        fresh = [cookie.value for cookie in client.cookies.jar if cookie.value != planted]
        assert len(fresh) == 1
        assert context.sessions.session(planted) is None
        session = context.sessions.session(str(fresh[0]))
        assert session is not None
        assert session.user.name == "planted"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI, context: Context) -> None:
    person(context, "baker")
    for scheme in ("http", "https"):
        client = TestClient(app, base_url=f"{scheme}://localhost")
        response = client.post("/v1/session", json={"name": "baker", "password": PASSWORD})
        cookie = response.headers["set-cookie"].lower()
        assert {"httponly", "samesite=strict", "path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "domain" not in cookie
        assert ("secure" in cookie) == (scheme == "https")
        assert context.sessions.session(client.cookies[COOKIE]) is not None


# --- what is sent ---


def test_names_of_files_lead_nowhere(client: TestClient, context: Context, key_for: KeyFor) -> None:
    client.headers.update(key_for())
    home = context.settings.home
    outside = {path for path in home.parent.rglob("*") if home not in path.parents}
    names = [
        "../../evil.txt",
        "..\\..\\evil.txt",
        "/etc/evil.txt",
        "C:\\evil.txt",
        "a/../../evil.txt",
        "a\x1b[31m.txt",
        "con/aux/evil.txt",
        "~/evil.txt",
    ]
    job = ended(client, upload(client, {name: f"第{n}份。" for n, name in enumerate(names)}))
    for file in job["files"]:
        assert not file["source"].startswith("/")
        assert ".." not in Path(file["source"].replace("\\", "/")).parts or file["error"] is not None
        assert "\x1b" not in file["source"]
    assert {path for path in home.parent.rglob("*") if home not in path.parents} == outside
    assert not list(home.parent.rglob("evil*"))
    for path in ("/v1/documents/..%2f..%2fetc%2fpasswd", "/v1/documents/%2e%2e/users", "/../etc/passwd"):
        assert client.get(path).status_code in (404, 422)
    for name in ("../甲", "..", "a/b"):
        client.post("/v1/collections", json={"name": name})
        assert {path for path in home.parent.rglob("*") if home not in path.parents} == outside


def test_headers_cant_be_written_by_what_is_sent(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    client.headers.update(key_for())
    name = rb'filename="a\"; filename=\"evil.html\".txt"'
    form = (
        b'--x\r\nContent-Disposition: form-data; name="files"; '
        + name
        + "\r\n\r\n内容。\r\n--x--\r\n".encode()
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    (file,) = ended(client, client.post("/v1/documents", content=form, headers=kind).json())["files"]
    response = client.get(f"/v1/documents/{file['document_id']}/original")
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="a')
    assert (disposition.count('"'), disposition.count(";")) == (2, 2)
    for header in ("X-Request-ID", "Origin", "Authorization", "Accept"):
        answer = client.get("/v1/conversations", headers={header: "x; evil=1"})
        assert "evil" not in str(answer.headers)


def raw(address: str, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """What comes back until the server closes the connection, and after how many seconds it began to."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        started = time.monotonic()
        gone = threading.Event()

        def send() -> None:
            for piece in pieces:
                try:
                    connection.sendall(piece)
                except OSError:
                    return
                if gone.wait(pause):
                    return

        sender = threading.Thread(target=send)
        sender.start()
        got = connection.recv(65536)
        seconds = time.monotonic() - started
        while piece := connection.recv(65536):
            got += piece
        gone.set()
        sender.join()
        return got, seconds


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    """Of the same service on a real port."""
    # Its life is another's: a second end would close the context.
    with serving(app, lifespan="off") as address:
        yield address


HEAD = b"POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def test_bodies_that_dont_come_are_given_up(address: str) -> None:
    got, seconds = raw(address, HEAD + b"Content-Length: 100\r\n\r\n{")
    assert got.startswith(b"HTTP/1.1 422")
    assert b"connection: close" in got.lower()
    assert seconds < 20


def test_bodies_that_come_a_byte_now_and_then_are_given_up(address: str) -> None:
    drops = [b" "] * 600
    got, seconds = raw(address, HEAD + b"Content-Length: 1000\r\n\r\n", *drops, pause=0.1)
    assert got.startswith(b"HTTP/1.1 422")
    assert seconds < 30  # at this pace all of it would take a minute


@pytest.mark.parametrize("told", [str(2**40), "9" * 30])
def test_oversized_bodies_are_refused_unread(address: str, told: str) -> None:
    got, _ = raw(address, HEAD + f"Content-Length: {told}\r\n\r\n".encode())
    assert got.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


def test_a_length_of_thousands_of_digits_is_too_long(client: TestClient) -> None:
    response = client.post("/v1/session", content=iter([b"{}"]), headers={"Content-Length": "9" * 5000})
    assert response.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"question":"a","\\ud800":1}',
        b'{"question":"\\ud800"}',
        b'{"question":"a\\u0000b"}',
        b'{"question":"a","collections":["\\ud800"]}',
        b'{"question":"a","top_k":' + b"9" * 5000 + b"}",
        b'{"question":"a","top_k":NaN}',
        b'{"question":"a","documents":[9223372036854775808]}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b"",
        b"null",
    ],
)
def test_malformed_bodies_are_the_callers_fault(client: TestClient, key_for: KeyFor, body: bytes) -> None:
    headers = {**key_for(Scope.ASK), "Content-Type": "application/json"}
    assert client.post("/v1/ask", content=body, headers=headers).status_code in (400, 422)


def test_a_name_of_somebody_elses_for_this_host_is_refused(client: TestClient, key_for: KeyFor) -> None:
    for host in ("evil.example", "localhost.evil.example", "evil.example:8080", "localhost@evil.example", ""):
        assert client.get("/healthz", headers={"Host": host}).status_code == 400
    made = client.post(
        "/v1/channels",
        json={"name": "c", "origins": [PAGE], "collections": [OURS]},
        headers={**key_for(), "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"},
    )
    assert "evil" not in made.text


# --- what the service does ---


def test_nothing_that_is_sent_makes_the_service_connect_anywhere(
    app: FastAPI, client: TestClient, key_for: KeyFor, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        tried.append(arguments)
        raise OSError("no way out")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    inside = "http://169.254.169.254/latest/meta-data"
    page = (
        f'# 标题\n\n![图]({inside})\n\n<img src="{inside}"> <!ENTITY x SYSTEM "{inside}">\n\n'
        f"[链接]({inside})\n\n{inside}\n"
    )
    client.headers.update(key_for())
    # Uploads are parsed in a process of their own, where these traps aren't: the same parsers, here.
    context.service.add_bytes(page.encode(), source="外链.md", collection="外链")
    upload(client, {f"{inside}/a.md": page}, collection=OURS)
    bodies: list[dict[str, object]] = [
        {"question": f"{inside} 是什么？"},
        {"questions": [inside], "answer": inside},
        {"words": [inside, "别名"]},
        {"name": "x", "origins": ["https://evil.example"], "collections": [OURS], "url": inside},
        {"name": "x", "origins": ["https://evil.example"], "collections": [OURS]},
        {"name": inside, "scopes": ["ask"]},
        {"name": "outside", "role": "reader"},
        {"kind": "reindex"},
        {},
    ]
    for operation in operations(app):
        if operation.path.endswith("/events") or operation.method == "DELETE":
            continue
        for body in bodies if operation.method != "GET" else bodies[-1:]:
            client.request(
                *operation, json=body if operation.method != "GET" else None, params={"url": inside}
            )
    assert tried == []


def test_scripts_come_back_as_data(client: TestClient, key_for: KeyFor) -> None:
    client.headers.update(key_for())
    number = stored(
        client,
        f"{SCRIPT.replace('/', '／')}.md",
        f"# {SCRIPT}\n\n{SCRIPT}的内容由张三编写。\n",
        collection=OURS,
    )
    asked = client.post("/v1/ask", json={"question": f"{SCRIPT}的内容由谁编写？", "conversation": "new"})
    turn = asked.json()
    feedback = {"turn": turn["id"], "verdict": "better", "better": SCRIPT, "comment": SCRIPT}
    responses = [
        asked,
        client.post("/v1/ask/stream", json={"question": SCRIPT}),
        client.post("/v1/retrieve", json={"question": SCRIPT}),
        client.post("/v1/feedback", json=feedback),
        client.get("/v1/feedback"),
        client.get("/v1/feedback/export"),
        client.get("/v1/questions"),
        client.get(f"/v1/conversations/{turn['conversation']}"),
        client.get("/v1/documents"),
        client.get(f"/v1/documents/{number}/text"),
        client.get(f"/v1/documents/{number}/original", headers={"Accept": "text/html"}),
        client.get(f"/v1/collections/{SCRIPT}"),
        client.get(f"/{SCRIPT}"),
        client.get("/v1/documents", params={"limit": SCRIPT}),
        client.post("/v1/faq", json={"questions": [f"{SCRIPT}？"], "answer": SCRIPT, "collections": [OURS]}),
    ]
    data = ("application/json", "application/problem+json", "application/x-ndjson", "application/octet-stream",
            "text/event-stream")  # fmt: skip
    assert sum(SCRIPT in response.text for response in responses) >= 8
    for response in responses:
        assert response.headers["content-type"].partition(";")[0] in data
        assert response.headers["x-content-type-options"] == "nosniff"
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy or "sandbox" in policy
    assert responses[10].headers["content-disposition"].startswith("attachment")


def test_nothing_that_is_sent_writes_lines_into_the_log(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers, root.level
    evil = "x\r\n2026-01-01 root signed in \x1b[31m\u2028\u202e"
    try:
        for log_format in ("text", "json"):
            configure_logs(log_format, stream=stream)
            logging.getLogger("httpx2").setLevel(logging.WARNING)
            requests = [
                client.get("/v1/%0d%0a%1b[31m%e2%80%a8root"),
                client.get("/v1/session", headers={"X-Request-ID": "x\x1b[31m", "User-Agent": "x\x1b[31m"}),
                client.post("/v1/session", json={"name": evil, "password": evil}),
                client.post("/v1/keys", json={"name": evil, "scopes": ["ask"]}, headers=key_for()),
                client.post("/v1/users", json={"name": evil, "role": "reader"}, headers=key_for()),
                client.post("/v1/ask", json={"question": evil, "collections": [evil]}, headers=key_for()),
                client.get("/v1/documents", params={"q": evil}, headers=key_for()),
            ]
            lines = stream.getvalue().split("\n")[:-1]
            assert len(lines) == len(requests)
            assert len(stream.getvalue().splitlines()) == len(requests)
            assert not any(unsafe in stream.getvalue() for unsafe in "\r\x1b\u2028\u202e")
            stream.seek(0)
            stream.truncate()
    finally:
        root.handlers = handlers
        root.setLevel(level)
        logging.captureWarnings(False)
        structlog.reset_defaults()
    names = [key.name for key in context.keys.keys(limit=200).items]
    assert not any(unsafe in name for name in names for unsafe in "\r\n\x1b")


def test_the_time_of_a_sign_in_doesnt_tell_who_exists(
    client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.security.secrets._HASHER", PasswordHasher())  # the real one
    person(context, "present")
    context.accounts.change(person(context, "disabled").id, by=LOCAL, disabled=True)
    taken: dict[str, list[float]] = {"absent": [], "present": [], "disabled": []}
    for _ in range(3):
        for name, times in taken.items():
            # The whole process's work, all threads of Argon2 among it: waiting for a busy machine doesn't count.
            started = time.process_time()
            response = client.post("/v1/session", json={"name": name, "password": "wrong password"})
            times.append(time.process_time() - started)
            assert response.status_code == 401
    medians = [statistics.median(times) for times in taken.values()]
    assert max(medians) < 1.5 * min(medians)


def test_a_copy_of_the_database_signs_nobody_in(client: TestClient, context: Context) -> None:
    person(context, "kept")
    _, key = context.keys.create("存", [Scope.ASK], maker=LOCAL)
    _, published = channel(context, [OURS])
    visitor = visit(client, published)["Authorization"].removeprefix("Bearer ")
    sign_in(client, "kept")
    files = [context.database.path, context.database.path.with_name("service.db-wal")]
    for path in files:
        data = path.read_bytes()
        assert not [
            s for s in (key, published, visitor, client.cookies[COOKIE], PASSWORD) if s.encode() in data
        ]
        assert path.stat().st_mode & 0o077 == 0


def test_the_threat_model_names_tests_that_exist() -> None:
    root = Path(__file__).parent
    named = set(re.findall(r"`(test_\w+)`", (root.parent / "docs" / "threat-model.md").read_text("utf-8")))
    written = {
        name
        for path in root.glob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }
    assert len(named) > 30
    assert named <= written
