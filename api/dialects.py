"""Errors as the clients of other services' APIs read them, on the paths that are made for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PROBLEM_JSON

Translate = Callable[[dict[str, Any], Headers], tuple[int, dict[str, Any]]]
"""From a problem (:func:`api.errors.problem`) and the request's headers to a status and a body."""


class Dialects:
    """Translates problems, wherever in the application or the middleware below they came from.

    Args:
        dialects: by path, which stands for those below it, too.
    """

    def __init__(self, app: ASGIApp, *, dialects: Mapping[str, Translate]) -> None:
        self._app = app
        self._dialects = dialects

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        translate = self._dialect(scope["path"]) if scope["type"] == "http" else None
        if translate is None:
            await self._app(scope, receive, send)
            return
        response = _Response(send, scope, translate)
        await self._app(scope, receive, response.send)

    def _dialect(self, path: str) -> Translate | None:
        return next((d for p, d in self._dialects.items() if path == p or path.startswith(f"{p}/")), None)


@dataclass(slots=True)
class _Response:
    """One response on its way out; a problem is held back until it is complete."""

    _send: Send
    _scope: Scope
    _translate: Translate
    _problem: Message | None = None
    _body: bytearray = field(default_factory=bytearray)

    async def send(self, message: Message) -> None:
        """Passes on what is no problem."""
        if message["type"] == "http.response.start" and _is_problem(message):
            self._problem = message
        elif self._problem is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._send_translated(self._problem)

    async def _send_translated(self, start: Message) -> None:
        status, body = self._translate(json.loads(self._body), Headers(scope=self._scope))
        response = JSONResponse(body, status_code=status)
        headers = MutableHeaders(raw=list(start["headers"]))
        headers.update(response.headers)
        await self._send({**start, "status": status, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": response.body})


def _is_problem(start: Message) -> bool:
    return Headers(raw=start.get("headers", [])).get("content-type", "") == PROBLEM_JSON
