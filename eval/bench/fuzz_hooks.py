"""Who a fuzzer of the HTTP API is, what it has to know, and what it met: loaded by Schemathesis itself.

:mod:`eval.bench.fuzz` says in the environment where the service is, and where to write what came.
"""

# Schemathesis passes arguments by name, needed or not.
# ruff: noqa: ARG001, ARG002

from __future__ import annotations

import atexit
import json
import os
import random
import secrets
from collections import Counter
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis import AuthContext, Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.transport.serialization import Binary

from eval.bench.fuzz_rules import ADMIN_KEY, ADMIN_KEY_ID, ASKING, KEY, SEEN, URL, add_links, is_meant

SIGN_IN, PASSWORD, VISIT = "POST /v1/session", "PUT /v1/session/password", "POST /v1/widget/session"
_SIGNED_IN = ("GET /v1/session", "DELETE /v1/session", PASSWORD)
_COOKIE = "yuanwen_session"
_PAGE = "https://www.example.cn"
_DOCUMENT = (
    "第三章\n科技服务\n\n二、奖励大会\n2017年9月22日上午，自治区召开科学技术奖励大会，孙金龙主持大会。\n"
)
_QUESTIONS = Binary('{"question": "奖励大会是谁主持的？", "answer": "孙金龙"}\n'.encode())
_COLLECTIONS = ("年鉴", "规章", "办事指南")
"""Those of the description's examples."""

_chance = random.Random(0)
_seen: Counter[str] = Counter()


def _send(method: str, path: str, **options: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {os.environ[ADMIN_KEY]}", **options.pop("headers", {})}
    return requests.request(method, os.environ[URL] + path, headers=headers, timeout=60, **options)


def _operation(case: Case[Any]) -> str:
    return f"{case.method.upper()} {case.path}"


def _is_sound(case: Case[Any]) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


# --- who asks ---


class Person:
    """An editor who signs in, again whenever it is needed; made anew if somebody deleted or disabled them."""

    def __init__(self) -> None:
        self.name, self.password = "", ""
        self.session: tuple[str, str] | None = None

    def signed_in(self) -> tuple[str, str]:
        """The cookie's value and the CSRF token."""
        if self.session is None:
            entered = self._enter() if self.name else None
            self.session = self._begin() if entered is None else entered
        return self.session

    def _enter(self) -> tuple[str, str] | None:
        body = {"name": self.name, "password": self.password}
        response = requests.post(f"{os.environ[URL]}/v1/session", json=body, timeout=60)
        if response.status_code != 200:
            return None
        return str(response.cookies[_COOKIE]), str(response.json()["csrf"])

    def _begin(self) -> tuple[str, str]:
        given = {"name": f"fuzz-{secrets.token_hex(6)}", "role": "editor"}
        made = _send("POST", "/v1/users", json=given)
        made.raise_for_status()
        self.name, old = given["name"], made.json()["password"]
        self.password = old
        entered = self._enter()
        assert entered is not None, made.text
        self.password = secrets.token_hex(8)
        changed = requests.put(
            f"{os.environ[URL]}/v1/session/password",
            json={"old": old, "new": self.password},
            cookies={_COOKIE: entered[0]},
            headers={"X-CSRF-Token": entered[1]},
            timeout=60,
        )
        changed.raise_for_status()
        return entered


class Widget:
    """A page with a widget on it; made anew if somebody deleted it, or moved it elsewhere."""

    def __init__(self) -> None:
        self.token: str | None = None

    def published(self) -> str:
        """Its publish token."""
        if self.token is None:
            given = {"name": "试", "origins": [_PAGE], "collections": ["default"]}
            made = _send("POST", "/v1/channels", json=given)
            made.raise_for_status()
            self.token = str(made.json()["token"])
        return self.token


_person, _widget = Person(), Widget()


@schemathesis.auth(refresh_interval=None)
class Credentials:
    """A key; on routes for people and for widgets what those have."""

    def get(self, case: Case[Any], context: AuthContext) -> dict[str, str]:
        """Headers, and perhaps a cookie."""
        operation = _operation(case)
        if operation in _SIGNED_IN:
            cookie, csrf = _person.signed_in()
            return {_COOKIE: cookie, "X-CSRF-Token": csrf}
        if operation == VISIT:
            return (
                {"Authorization": f"Bearer {_widget.published()}", "Origin": _PAGE} if _is_sound(case) else {}
            )
        if operation == SIGN_IN:
            return {}
        return {"Authorization": f"Bearer {os.environ[KEY]}"}

    def set(self, case: Case[Any], data: dict[str, str], context: AuthContext) -> None:
        """Puts them on."""
        if _COOKIE in data:
            case.cookies = {**(case.cookies or {}), _COOKIE: data[_COOKIE]}
        case.headers.update({name: value for name, value in data.items() if name != _COOKIE})


# --- what is there ---


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Tells which response holds what another operation asks for, and what a file of questions is called."""
    add_links(raw_schema)
    body = raw_schema["paths"]["/v1/evaluations"]["post"]["requestBody"]["content"]["multipart/form-data"]
    named = {"schema": {"type": "string", "example": 'form-data; name="file"; filename="questions.jsonl"'}}
    body["encoding"] = {"file": {"headers": {"Content-Disposition": named}}}


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Keeps the key in force, and something to be found; gives the right password now and then."""
    operation = _operation(case)
    if (
        operation == "DELETE /v1/keys/{key}"
        and str(case.path_parameters.get("key")) == os.environ[ADMIN_KEY_ID]
    ):
        case.path_parameters["key"] = 2**40
    if not _is_sound(case):
        return
    if (operation in ASKING or "evaluations" in operation) and _chance.random() < 0.05:
        _stock()
    if operation == "POST /v1/evaluations" and _chance.random() < 0.5:
        case.query = {"task": "ask"}
        case.body = {"file": _QUESTIONS}
    if operation == "GET /v1/documents/{document_id}/place" and _chance.random() < 0.5:
        case.query = {"start": 0, "end": 4}
    if operation == "POST /v1/jobs/{job_id}/cancel" and _chance.random() < 0.3:
        begun = _send("POST", "/v1/jobs", json={"kind": "reindex"})
        if begun.status_code == 202:
            case.path_parameters["job_id"] = begun.json()["id"]
    if operation == SIGN_IN and isinstance(case.body, dict) and _chance.random() < 0.5:
        _person.signed_in()
        case.body.update(name=_person.name, password=_person.password)
    if operation == PASSWORD and isinstance(case.body, dict) and _chance.random() < 0.5:
        case.body.update(old=_person.password)


@schemathesis.hook
def after_call(context: HookContext, case: Case[Any], response: Response) -> None:
    """Counts what came, and notes what the fuzzer ended itself."""
    operation = _operation(case)
    _seen[f"{operation} {response.status_code}"] += 1
    if operation in _SIGNED_IN and (response.status_code in (401, 403) or case.method.upper() == "DELETE"):
        _person.session = None
    if operation == PASSWORD and response.status_code == 204 and isinstance(case.body, dict):
        _person.password = str(case.body["new"])
    if operation == VISIT and response.status_code in (401, 403):
        _widget.token = None


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Passes over refusals that are meant, and that no schema can tell."""
    kind = type(failure).__name__
    if kind == "AcceptedNegativeData":  # a file that is given here is no JSON, so looks wrong
        return not (isinstance(case.body, dict) and case.body.get("file") is _QUESTIONS)
    rejected = kind == "RejectedPositiveData"
    return not (rejected and is_meant(_operation(case), response.status_code, response.content))


@schemathesis.deserializer("application/x-ndjson")
def _lines(context: Any, response: Response) -> str:
    return response.content.decode()


def _stock() -> None:
    """Puts back what a deletion took."""
    for name in _COLLECTIONS:
        _send("POST", "/v1/collections", json={"name": name})
    files = {"files": ("年鉴.txt", _DOCUMENT.encode(), "text/plain")}
    _send("POST", "/v1/documents", files=files, params={"collection": _chance.choice(("default", "年鉴"))})


def _write() -> None:
    Path(os.environ[SEEN]).write_text(json.dumps(_seen, ensure_ascii=False), encoding="utf-8")


if SEEN in os.environ:
    _stock()
    atexit.register(_write)
