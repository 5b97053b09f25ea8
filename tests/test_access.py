"""Signing in, people, keys, widgets, limits and the audit log as they are meant to be used."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from access import PAGE, PASSWORD, QUICK, Hands, channel, person, sign_in, visit
from api.context import Context, open_context
from api.depends import COOKIE
from api.errors import Conflict, NotAllowed, TooManyRequests
from api.security.address import network_of
from api.security.origins import origin_of
from api.security.principal import LOCAL, NOBODY, Principal, Role, Scope
from api.state.audit import Action, Audit
from api.state.database import StateDatabase
from api.state.rates import Limit, Rates
from api.state.sessions import IDLE_HOURS, SESSION_HOURS
from api.state.visits import VISIT_MINUTES
from conftest import KeyFor
from index.errors import InputError
from rag.service import QAService
from rag.settings import Settings


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.security.secrets._HASHER", QUICK)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def context(settings: Settings, service: QAService, clock: Hands) -> Iterator[Context]:
    context = open_context(settings, service, clock=clock)
    yield context
    context.close()


@pytest.fixture
def admin(client: TestClient, context: Context) -> TestClient:
    """Signed in as an administrator, with the header that changes need."""
    person(context, "boss", Role.ADMIN)
    client.headers.update(sign_in(client, "boss"))
    return client


def only(*scopes: Scope, collections: frozenset[str] | None = None) -> Principal:
    return Principal(
        id="user:0", name="", scopes=frozenset(scopes), readable=collections, writable=collections
    )


# --- signing in ---


def test_a_session_tells_who_is_signed_in_until_they_sign_out(client: TestClient, context: Context) -> None:
    person(context, "li", Role.EDITOR, {"年鉴": True, "公报": False})
    csrf = sign_in(client, "li")
    me = client.get("/v1/session").json()
    assert me["user"]["name"] == "li"
    assert me["user"]["grants"] == [
        {"collection": "公报", "access": "read"},
        {"collection": "年鉴", "access": "write"},
    ]
    assert "documents:write" in me["scopes"]
    assert "admin" not in me["scopes"]
    token = client.cookies[COOKIE]
    assert client.delete("/v1/session", headers=csrf).status_code == 204
    assert COOKIE not in client.cookies
    assert context.sessions.session(token) is None
    assert client.get("/v1/session").status_code == 401


def test_a_session_ends_when_unused_and_in_the_end_in_any_case(
    client: TestClient, context: Context, clock: Hands
) -> None:
    person(context, "li")
    sign_in(client, "li")
    for _ in range(SESSION_HOURS - 1):
        clock.move(hours=1)
        assert client.get("/v1/session").status_code == 200
    clock.move(hours=1)
    assert client.get("/v1/session").status_code == 401
    sign_in(client, "li")
    clock.move(hours=IDLE_HOURS)
    assert client.get("/v1/session").status_code == 401


def test_full_width_letters_are_the_same_name(client: TestClient, context: Context) -> None:
    person(context, "li")
    with pytest.raises(Conflict):
        person(context, "ｌｉ")
    sign_in(client, "ｌｉ")


def test_a_change_of_password_needs_the_old_one_and_ends_other_sessions(
    client: TestClient, context: Context
) -> None:
    user = person(context, "li")
    elsewhere, _ = context.sessions.sign_in("li", PASSWORD)
    csrf = sign_in(client, "li")
    wrong = client.put("/v1/session/password", json={"old": "wrong", "new": "another one"}, headers=csrf)
    assert wrong.status_code == 422
    assert context.sessions.session(elsewhere) is not None
    right = client.put("/v1/session/password", json={"old": PASSWORD, "new": "another one"}, headers=csrf)
    assert right.status_code == 204
    assert context.sessions.session(elsewhere) is None
    assert client.get("/v1/session").status_code == 200
    assert context.sessions.sign_in("li", "another one")[1].user.id == user.id


def test_a_given_password_is_good_for_nothing_but_its_change(client: TestClient, context: Context) -> None:
    person(context, "boss", Role.ADMIN)
    user = person(context, "li", Role.ADMIN)
    _, given = context.accounts.reset_password(user.id, by=LOCAL)
    csrf = sign_in(client, "li", given)
    refused = client.get("/v1/users")
    assert (refused.status_code, refused.json()["title"]) == (403, "MustChangePassword")
    assert client.get("/v1/session").json()["user"]["must_change"] is True
    same = client.put("/v1/session/password", json={"old": given, "new": given}, headers=csrf)
    assert same.status_code == 422
    client.put("/v1/session/password", json={"old": given, "new": PASSWORD}, headers=csrf)
    assert client.get("/v1/users").status_code == 200


def test_a_hash_with_other_parameters_is_renewed_when_its_password_is_given(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(context, "li")
    stronger = type(QUICK)(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr("api.security.secrets._HASHER", stronger)
    hashed: list[str] = []
    monkeypatch.setattr(
        "api.state.sessions.is_password",
        lambda kept, given: hashed.append(kept) or stronger.verify(kept, given),
    )
    context.sessions.sign_in("li", PASSWORD)
    context.sessions.sign_in("li", PASSWORD)
    assert [",t=1," in kept for kept in hashed] == [True, False]


# --- people ---


def test_an_administrator_adds_changes_resets_and_removes_people(admin: TestClient, context: Context) -> None:
    grants = [{"collection": "年鉴", "access": "write"}]
    made = admin.post("/v1/users", json={"name": "王芳", "role": "editor", "grants": grants})
    assert made.status_code == 201
    number, password = made.json()["user"]["id"], made.json()["password"]
    assert context.sessions.sign_in("王芳", password)[1].user.must_change
    assert admin.post("/v1/users", json={"name": "王芳", "role": "reader"}).status_code == 409

    changed = admin.patch(f"/v1/users/{number}", json={"role": "reader"}).json()
    assert (changed["role"], changed["grants"]) == ("reader", grants)
    assert admin.patch(f"/v1/users/{number}", json={"grants": []}).json()["grants"] == []
    assert admin.get(f"/v1/users/{number}").json()["role"] == "reader"

    fresh = admin.post(f"/v1/users/{number}/password").json()["password"]
    assert fresh != password
    assert context.sessions.sign_in("王芳", fresh)
    assert admin.delete(f"/v1/users/{number}").status_code == 204
    assert admin.get(f"/v1/users/{number}").status_code == 404


def test_people_come_in_pages(admin: TestClient, context: Context) -> None:
    for name in ("a", "b", "c"):
        person(context, name)
    first = admin.get("/v1/users", params={"limit": 3}).json()
    rest = admin.get("/v1/users", params={"limit": 3, "after": first["next"]}).json()
    assert [user["name"] for user in [*first["items"], *rest["items"]]] == ["boss", "a", "b", "c"]
    assert rest["next"] is None


@pytest.mark.parametrize("change", [{"role": "reader"}, {"disabled": True}, None])
def test_somebody_is_always_left_to_administer(admin: TestClient, change: dict[str, object] | None) -> None:
    number = admin.get("/v1/session").json()["user"]["id"]
    response = (
        admin.delete(f"/v1/users/{number}")
        if change is None
        else admin.patch(f"/v1/users/{number}", json=change)
    )
    assert response.status_code == 409
    assert admin.get("/v1/users").status_code == 200


# --- keys ---


def test_a_key_is_told_once_works_and_ends(admin: TestClient, client: TestClient, clock: Hands) -> None:
    made = admin.post("/v1/keys", json={"name": "官网", "scopes": ["ask"], "days": 2})
    assert made.status_code == 201
    token, number = made.json()["token"], made.json()["key"]["id"]
    assert token not in admin.get("/v1/keys").text
    assert admin.get("/v1/keys").json()["items"][0]["prefix"] == token[:10]
    headers = {"Authorization": f"Bearer {token}"}
    assert admin.get("/v1/conversations", headers=headers).status_code == 200
    clock.move(hours=1, minutes=30)
    assert admin.get("/v1/conversations", headers=headers).status_code == 200
    assert admin.get("/v1/keys").json()["items"][0]["used_at"].startswith("2026-01-01T01:30")
    assert admin.delete(f"/v1/keys/{number}").status_code == 204
    assert admin.get("/v1/conversations", headers=headers).status_code == 401


def test_a_key_has_no_more_than_its_maker_when_it_is_made(context: Context) -> None:
    maker = only(Scope.ADMIN, Scope.ASK, collections=frozenset({"a"}))
    context.keys.create("小", [Scope.ASK], maker=maker, collections=["a"])
    for scopes, collections in (([Scope.WRITE], ["a"]), ([Scope.ASK], ["b"]), ([Scope.ASK], None)):
        with pytest.raises(NotAllowed):
            context.keys.create("大", scopes, maker=maker, collections=collections)
    assert [key.name for key in context.keys.keys(limit=9).items] == ["小"]


def test_a_key_loses_what_its_maker_loses(context: Context) -> None:
    person(context, "boss", Role.ADMIN)
    maker = person(context, "li", Role.ADMIN)
    _, token = context.keys.create("全部", list(Scope), maker=maker.principal())
    context.accounts.change(maker.id, by=LOCAL, role=Role.READER, grants={"年鉴": False})
    principal = context.keys.principal_of(token)
    assert principal is not None
    assert (principal.readable, principal.writable) == (frozenset({"年鉴"}), frozenset())
    assert principal.scopes == {Scope.ASK, Scope.READ, Scope.FEEDBACK}


def test_keys_made_with_a_key_end_with_it(context: Context, clock: Hands) -> None:
    first, token = context.keys.create("父", list(Scope), maker=LOCAL, expires_at=clock().replace(year=2027))
    maker = context.keys.principal_of(token)
    assert maker is not None
    with pytest.raises(NotAllowed):
        context.keys.create("更久", [Scope.ASK], maker=maker)
    _, child = context.keys.create("子", list(Scope), maker=maker, expires_at=first.expires_at)
    grandchild_maker = context.keys.principal_of(child)
    assert grandchild_maker is not None
    _, grandchild = context.keys.create(
        "孙", [Scope.ASK], maker=grandchild_maker, expires_at=first.expires_at
    )
    context.keys.revoke(first.id, by=LOCAL)
    assert [context.keys.principal_of(one) for one in (token, child, grandchild)] == [None, None, None]


def test_who_administers_with_less_than_everything_manages_nobody_with_more(context: Context) -> None:
    boss = person(context, "boss", Role.ADMIN)
    other = person(context, "li", Role.READER, {"a": False})
    by = only(*Scope, collections=frozenset({"a"}))
    for act in (
        lambda: context.accounts.create("x", PASSWORD, Role.ADMIN, grants={}, by=by),
        lambda: context.accounts.create("x", PASSWORD, Role.READER, grants={"b": False}, by=by),
        lambda: context.accounts.reset_password(boss.id, by=by),
        lambda: context.accounts.remove(boss.id, by=by),
        lambda: context.accounts.change(other.id, by=by, role=Role.ADMIN),
        lambda: context.accounts.change(other.id, by=by, grants={"b": True}),
        lambda: channel(context, ["b"], by=by),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert [user.name for user in context.accounts.users(limit=9).items] == ["boss", "li"]
    assert context.accounts.user(other.id) == other


# --- widgets ---


def test_a_channel_is_published_changed_and_removed(admin: TestClient) -> None:
    made = admin.post(
        "/v1/channels",
        json={"name": "官网", "origins": [f"{PAGE}/", "https://例子.cn:443"], "collections": ["年鉴"]},
    )
    assert made.status_code == 201
    one, token = made.json()["channel"], made.json()["token"]
    assert one["origins"] == [PAGE, "https://xn--fsqu00a.cn"]
    assert made.json()["snippet"] == (
        f'<script src="http://localhost/widget.js" data-token="{token}" defer></script>'
    )
    assert f'src="http://localhost/embed/{one["id"]}#{token}" title="文档问答"' in made.json()["frame"]
    path = f"/v1/channels/{one['id']}"
    changed = admin.patch(path, json={"appearance": {"title": "年鉴"}, "day_limit": 7}).json()
    assert (changed["appearance"]["title"], changed["day_limit"], changed["name"]) == ("年鉴", 7, "官网")
    assert admin.post(f"{path}/token").json()["token"] != token
    assert [item["id"] for item in admin.get("/v1/channels").json()["items"]] == [one["id"]]
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404


def test_a_frames_title_is_text(admin: TestClient) -> None:
    body = {"name": "官网", "origins": [PAGE], "collections": ["年鉴"], "appearance": {"title": '"><script>'}}
    assert 'title="&quot;&gt;&lt;script&gt;"' in admin.post("/v1/channels", json=body).json()["frame"]


def test_a_widgets_looks_are_told_to_its_pages_while_it_is_open(client: TestClient, context: Context) -> None:
    one, published = channel(context, appearance={"color": "#0f766e"})
    headers = {"Authorization": f"Bearer {published}", "Origin": PAGE}
    told = client.get("/v1/widget/appearance", headers=headers)
    assert (told.status_code, told.json()["color"]) == (200, "#0f766e")
    assert told.headers["access-control-allow-origin"] == PAGE
    assert "authorization" in told.headers["vary"].lower()
    context.channels.change(one.id, enabled=False, by=LOCAL)
    assert client.get("/v1/widget/appearance", headers=headers).status_code == 401


def test_what_json_tells_apart_is_told_apart(admin: TestClient) -> None:
    key = {"name": "官网", "scopes": ["ask"]}
    for days in ("30", True, 30.5):
        assert admin.post("/v1/keys", json={**key, "days": days}).status_code == 422
    assert admin.post("/v1/keys", json={**key, "days": 30.0}).status_code == 201
    one = admin.post("/v1/users", json={"name": "wang", "role": "reader"}).json()["user"]["id"]
    for disabled in ("true", 1):
        assert admin.patch(f"/v1/users/{one}", json={"disabled": disabled}).status_code == 422


def test_a_time_is_a_date_and_a_time(admin: TestClient) -> None:
    for since in ("0.5", "1735689600", "2026-01-01"):
        assert admin.get("/v1/audit", params={"since": since}).status_code == 422


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://WWW.Example.cn:443/", "https://www.example.cn"),
        ("https://www.example.cn:8443", "https://www.example.cn:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://192.168.1.10:8080", "http://192.168.1.10:8080"),
        ("http://OA.company.cn:80/", "http://oa.company.cn"),
    ],
)
def test_origins_are_kept_as_browsers_send_them(given: str, kept: str) -> None:
    assert origin_of(given) == kept


@pytest.mark.parametrize(
    "given",
    ["ftp://www.example.cn", "https://*.example.cn", "https://a.cn/path", "https://u@a.cn", "null", "*", "",
     "https://a.cn https://b.cn", "https://a.cn;script-src *", "https://a.cn:99999", "javascript://a.cn"],
)  # fmt: skip
def test_what_is_no_origin_of_a_page_is_refused(given: str) -> None:
    with pytest.raises(InputError):
        origin_of(given)


def test_frames_are_for_the_channels_pages_only(context: Context) -> None:
    one, _ = channel(context, origins=[PAGE, "https://b.cn"])
    assert one.frame_ancestors() == f"frame-ancestors https://b.cn {PAGE}"


def test_a_visitor_asks_within_the_channels_collections(
    client: TestClient, context: Context, yearbook: Path
) -> None:
    list(context.service.add([yearbook], collection="年鉴"))
    _, token = channel(context, ["年鉴"])
    headers = visit(client, token)
    answer = client.post("/v1/ask", json={"question": "奖励大会是谁主持的？"}, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["citations"][0]["collection"] == "年鉴"
    assert client.get("/v1/users", headers=headers).status_code == 403


def test_a_visitor_follows_citations_but_takes_no_documents_away(
    client: TestClient, context: Context, yearbook: Path
) -> None:
    (outcome,) = context.service.add([yearbook], collection="年鉴")
    assert outcome.document is not None
    document = f"/v1/documents/{outcome.document.id}"
    _, token = channel(context, ["年鉴"])
    headers = visit(client, token)
    assert client.get(f"{document}/place?start=0&end=5", headers=headers).status_code == 200
    assert client.get(f"{document}/text", headers=headers).status_code == 200
    assert client.get(f"{document}/original", headers=headers).status_code == 403
    assert client.get("/v1/documents", headers=headers).status_code == 403


def test_a_visitor_stays_the_same_when_they_show_their_last_token(
    client: TestClient, context: Context, clock: Hands
) -> None:
    _, published = channel(context)
    first = visit(client, published)
    client.post("/v1/conversations", json={"title": "我的"}, headers=first)
    clock.move(minutes=VISIT_MINUTES)
    assert client.get("/v1/conversations", headers=first).status_code == 401
    begin = {"Authorization": f"Bearer {published}", "Origin": PAGE}
    again = first["Authorization"].removeprefix("Bearer ")
    renewed = client.post("/v1/widget/session", json={"again": again}, headers=begin).json()["token"]
    headers = {"Authorization": f"Bearer {renewed}", "Origin": PAGE}
    assert [c["title"] for c in client.get("/v1/conversations", headers=headers).json()["items"]] == ["我的"]
    other = client.post("/v1/widget/session", json={"again": again}, headers=begin).json()["token"]
    headers = {"Authorization": f"Bearer {other}", "Origin": PAGE}
    assert client.get("/v1/conversations", headers=headers).json()["items"] == []


def test_pages_of_a_channel_may_read_responses_and_no_others(client: TestClient, context: Context) -> None:
    _, published = channel(context)
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options("/v1/ask", headers={"Origin": PAGE, **asks})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (204, PAGE)
    assert "Authorization" in allowed.headers["access-control-allow-headers"]
    for origin, path in (("https://evil.example", "/v1/ask"), ("null", "/v1/ask"), (PAGE, "/v1/users")):
        refused = client.options(path, headers={"Origin": origin, **asks})
        assert refused.status_code >= 400
        assert "access-control-allow-origin" not in refused.headers
    for response in (
        client.get("/v1/conversations", headers=visit(client, published)),
        client.post("/v1/ask", json={}, headers={"Origin": PAGE}),
    ):
        assert response.headers["access-control-allow-origin"] == PAGE
        assert "Origin" in response.headers["vary"]
        assert "access-control-allow-credentials" not in response.headers


# --- limits ---


def test_questions_are_limited_by_who_asks(
    settings: Settings, client: TestClient, key_for: KeyFor, monkeypatch: pytest.MonkeyPatch, clock: Hands
) -> None:
    monkeypatch.setitem(settings.__dict__, "asks_per_minute", 2)
    mine, others = key_for(Scope.ASK), key_for(Scope.ASK)

    def ask(headers: dict[str, str]) -> tuple[int, str | None, str | None]:
        response = client.post("/v1/ask", json={"question": "谁？"}, headers=headers)
        told = response.headers
        return response.status_code, told.get("ratelimit-remaining"), told.get("retry-after")

    clock.move(seconds=1)
    assert [ask(mine) for _ in range(3)] == [(200, "1", None), (200, "0", None), (429, None, "60")]
    assert ask(others)[0] == 200
    clock.move(seconds=59)
    assert ask(mine)[2] == "1"
    clock.move(seconds=1)
    assert ask(mine)[0] == 200


def test_visitors_are_limited_by_address_and_by_the_channels_day(
    client: TestClient, context: Context, clock: Hands
) -> None:
    _, published = channel(context, minute_limit=2, day_limit=3)

    def ask() -> int:
        visitor = visit(client, published)  # a new one each time: it is the address that counts
        return client.post("/v1/ask", json={"question": "谁？"}, headers=visitor).status_code

    assert [ask() for _ in range(3)] == [200, 200, 429]
    clock.move(minutes=1)
    assert [ask() for _ in range(2)] == [200, 429]
    clock.move(days=1)
    assert ask() == 200


def test_sign_ins_are_limited_by_name_and_by_address(
    client: TestClient, context: Context, settings: Settings, clock: Hands
) -> None:
    person(context, "li")

    def attempt(name: str, password: str = "wrong") -> int:
        return client.post("/v1/session", json={"name": name, "password": password}).status_code

    assert [attempt("li") for _ in range(settings.sign_ins - 1)] == [401] * (settings.sign_ins - 1)
    assert attempt("li", PASSWORD) == 200
    assert [attempt("li") for _ in range(settings.sign_ins)] == [401] * settings.sign_ins
    assert attempt("li", PASSWORD) == 429
    assert [attempt("nobody") for _ in range(settings.sign_ins + 1)] == [401] * settings.sign_ins + [429]
    left = settings.sign_ins * 5 - settings.sign_ins * 3
    assert [attempt(f"n{number}") for number in range(left + 1)] == [401] * left + [429]
    clock.move(minutes=5)
    assert attempt("li", PASSWORD) == 200


def test_an_address_is_that_of_a_subscriber() -> None:
    assert network_of("::ffff:192.0.2.7") == network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::") != network_of("2001:db8:1:3::")


def _take_many(path: str, times: int, results: multiprocessing.Queue[int]) -> None:
    database = StateDatabase(Path(path))
    rates, got = Rates(database), 0
    for _ in range(times):
        try:
            rates.take([LIMIT])
            got += 1
        except TooManyRequests:
            continue
    database.close()
    results.put(got)


LIMIT = Limit(key="shared", most=50, seconds=3600, message="")


def test_a_limit_holds_across_processes(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    StateDatabase(path).close()
    start = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[int] = start.Queue()
    workers = [start.Process(target=_take_many, args=(str(path), 40, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    got = [results.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    assert sum(got) == LIMIT.most


def test_of_several_limits_none_is_taken_where_one_is_used_up(tmp_path: Path) -> None:
    database = StateDatabase(tmp_path / "service.db")
    rates = Rates(database)
    small, large = (Limit(key=key, most=most, seconds=60, message="") for key, most in (("a", 1), ("b", 9)))
    rates.take([large, small])
    with pytest.raises(TooManyRequests):
        rates.take([large, small])
    assert rates.take([large]).remaining == 7
    database.close()


def test_a_check_takes_about_a_millisecond(tmp_path: Path) -> None:
    database = StateDatabase(tmp_path / "service.db")
    rates = Rates(database)
    both = [Limit(key=key, most=10**6, seconds=60, message="") for key in "ab"]
    taken = []
    for _ in range(100):
        started = time.thread_time()  # the machine may be busy with something else
        rates.take(both)
        taken.append(time.thread_time() - started)
    database.close()
    assert statistics.median(taken) < 0.003


def test_what_is_over_is_swept(context: Context, clock: Hands) -> None:
    person(context, "li")
    context.sessions.sign_in("li", PASSWORD)
    context.rates.take([Limit(key="old", most=1, seconds=60, message="")])
    context.audit.record(NOBODY, Action.SIGN_IN_FAILED, "old")
    clock.move(days=366)
    for sweep in (context.sessions.sweep, context.rates.sweep, context.audit.sweep, context.visits.sweep):
        sweep()
    with context.database.read() as connection:
        for table in ("sessions", "rates", "audit"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


# --- the audit log ---


def test_the_audit_log_tells_who_did_what_from_where(admin: TestClient) -> None:
    number = admin.post("/v1/users", json={"name": "li", "role": "reader"}).json()["user"]["id"]
    admin.patch(f"/v1/users/{number}", json={"disabled": True})
    key = admin.post("/v1/keys", json={"name": "k", "scopes": ["ask"]}).json()["key"]["id"]
    admin.delete(f"/v1/keys/{key}")
    admin.post("/v1/session", json={"name": "boss", "password": "wrong"})
    entries = admin.get("/v1/audit").json()["items"]
    assert [(entry["actor"], entry["action"], entry["target"]) for entry in entries] == [
        ("nobody", "session.fail", "user:1"),
        ("user:1", "key.revoke", f"key:{key}"),
        ("user:1", "key.create", f"key:{key}"),
        ("user:1", "user.change", f"user:{number}"),
        ("user:1", "user.create", f"user:{number}"),
        ("user:1", "session.create", "user:1"),
    ]
    assert entries[3]["details"] == {"disabled": True}
    assert {entry["address"] for entry in entries} == {"testclient"}
    assert all(entry["request_id"] for entry in entries)


def test_the_audit_log_is_paged_and_filtered(admin: TestClient, context: Context, clock: Hands) -> None:
    for number in range(4):
        clock.move(minutes=10)
        context.audit.record(LOCAL, Action.DOCUMENT_ADDED, f"document:{number}", {"collection": "年鉴"})

    def targets(**wanted: object) -> list[str]:
        return [e["target"] for e in admin.get("/v1/audit", params=wanted).json()["items"]]

    first = admin.get("/v1/audit", params={"limit": 2, "action": "document"}).json()
    assert [e["target"] for e in first["items"]] == ["document:3", "document:2"]
    assert targets(after=first["next"], action="document.add") == ["document:1", "document:0"]
    assert targets(target="document:2") == ["document:2"]
    assert targets(actor="local", since="2026-01-01T00:20:00Z", until="2026-01-01T00:30:00Z") == [
        "document:1"
    ]
    assert targets(action="nothing") == []


def test_the_audit_log_never_holds_a_secret(admin: TestClient, context: Context, client: TestClient) -> None:
    secrets = [
        PASSWORD,
        admin.post("/v1/users", json={"name": "li", "role": "reader"}).json()["password"],
        admin.post("/v1/keys", json={"name": "k", "scopes": ["ask"]}).json()["token"],
        admin.post("/v1/channels", json={"name": "c", "origins": [PAGE], "collections": ["a"]}).json()[
            "token"
        ],
        client.cookies[COOKIE],
        "typed into the wrong field",
    ]
    admin.post("/v1/session", json={"name": secrets[-1], "password": "wrong password"})
    context.audit.record(LOCAL, Action.SETTINGS_CHANGED, secrets[2], {"a": [{"b": f"x {secrets[3]}"}]})
    page = Audit(context.database).entries(limit=100)
    assert len(page.items) == 6
    log = repr(page)
    assert not [secret for secret in secrets if secret in log]
