"""Speaking to the service as its users do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2 as httpx

from eval.bench.served import SCOPES

_SECONDS = 120.0
COOKIE = "yuanwen_session"


def connect(url: str, token: str | None = None) -> httpx.Client:
    """A client with a key, or without one."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=_SECONDS, trust_env=False)


def sign_in(url: str, password: str) -> httpx.Response:
    """As the first administrator."""
    with connect(url) as client:
        return client.post("/v1/session", json={"name": "admin", "password": password})


def first_key(url: str, password: str) -> str:
    """A key that may do everything."""
    signed_in = sign_in(url, password)
    signed_in.raise_for_status()
    with connect(url) as client:
        client.cookies.update(signed_in.cookies)
        made = client.post(
            "/v1/keys",
            json={"name": "harness", "scopes": list(SCOPES)},
            headers={"X-CSRF-Token": signed_in.json()["csrf"]},
        )
    made.raise_for_status()
    return str(made.json()["token"])


def every(client: httpx.Client, path: str, **query: str) -> Iterator[dict[str, Any]]:
    """The items of all pages."""
    after: dict[str, str] = {}
    while True:
        page = client.get(path, params={**query, **after, "limit": "100"})
        page.raise_for_status()
        body = page.json()
        yield from body["items"]
        if body["next"] is None:
            return
        after = {"after": str(body["next"])}


def streamed(response: httpx.Response) -> Mapping[str, Any]:
    """The data of all events of a stream by their names, the last of each."""
    events: dict[str, Any] = {}
    name = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            events[name] = json.loads(line.removeprefix("data: "))
    return events
