"""What every request goes through: an id, a bounded body, strict headers, one log line."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Sequence

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ForeignHost, TooLarge, bug_response, response_of
from index.errors import InputError, YuanwenError

_log = structlog.get_logger("yuanwen.request")

REQUEST_ID = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Only such ids of a caller's are kept: others could write lines of their own into a log."""

_SLOWEST = 1024
"""Bytes a second that a body must have come at, on the whole."""

_LOGGED_PATH = 300
"""Characters of a path that are logged: it may be as long as the server takes."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
"""Of every response that doesn't say otherwise itself."""

_FRAMED = re.compile(r"frame-ancestors (?!'none')")
"""In the policy of a response that some pages may frame."""


class RequestLog:
    """Gives the request its id, and the log one line with it when the response has been sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sending)
            finally:
                principal = scope["state"].get("principal")
                client = scope.get("client")
                _log.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"][:_LOGGED_PATH],  # never the query: it may hold what was asked
                    status=status,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    who="-" if principal is None else principal.id,
                    client="-" if client is None else client[0],
                )


class Unexpected:
    """Answers errors that nobody expected, here rather than around all else: so that the response has an id and
    strict headers like any other, and the log has the traceback once, with that id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if begun or scope["type"] != "http" or isinstance(error, YuanwenError):
                raise
            response = bug_response(error, request_id=scope.get("state", {}).get("request_id", ""))
            await response(scope, receive, send)


class OwnHosts:
    """Refuses requests for other hosts, as :class:`TrustedHostMiddleware` judges them, in our own shape."""

    def __init__(self, app: ASGIApp, *, names: Sequence[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        own = False

        async def admit(*_: object) -> None:
            nonlocal own
            own = True

        async def unsent(_: Message) -> None:
            """Its refusal is plain text."""

        judge = TrustedHostMiddleware(admit, allowed_hosts=self._names, www_redirect=False)
        await judge(scope, receive, unsent)
        if own:
            await self._app(scope, receive, send)
            return
        refused = ForeignHost("请求的主机名不是本服务的。")
        response = response_of(refused, request_id=scope.get("state", {}).get("request_id", ""))
        await response(scope, receive, send)


class StrictHeaders:
    """Adds :data:`HEADERS` where the response has none of that name. ``X-Frame-Options`` can't tell which pages may
    frame a response: where its policy does, that alone is said."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if _FRAMED.search(headers["Content-Security-Policy"]):
                    del headers["X-Frame-Options"]
            await send(message)

        await self._app(scope, receive, sending)


class BoundedBody:
    """Refuses bodies above a size, told beforehand or not, and ones that come too slowly.

    Args:
        most: bytes; ``uploads``: the same for multipart bodies to paths that begin with one of ``uploads_under``,
            which are read piece by piece there: elsewhere a body is held in memory.
        seconds: between two pieces; and for the whole, beyond what it takes at :data:`_SLOWEST`.
    """

    def __init__(
        self, app: ASGIApp, *, most: int, uploads: int, uploads_under: tuple[str, ...], seconds: float
    ) -> None:
        self._app = app
        self._most = most
        self._uploads = uploads
        self._uploads_under = uploads_under
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        form = headers.get("content-type", "").startswith("multipart/")
        most = self._uploads if form and scope["path"].startswith(self._uploads_under) else self._most
        body = _Body(receive, send, most=most, seconds=self._seconds)
        told = headers.get("content-length", "")
        if _above(told, most):
            body.failure = body.too_large()
        else:
            try:
                await self._app(scope, body.receive, body.send)
            except Exception:
                if body.failure is None:
                    raise
        if body.failure is not None and not body.begun:
            response = response_of(body.failure, request_id=scope.get("state", {}).get("request_id", ""))
            response.headers["Connection"] = "close"  # what is left of the body isn't read
            await response(scope, receive, send)


def _above(told: str, most: int) -> bool:
    """Whether a length that a header tells is above ``most``; Python doesn't read numbers of thousands of digits."""
    digits = told.lstrip("0")
    return told.isascii() and told.isdigit() and (len(digits) > len(str(most)) or int(digits or "0") > most)


class _Body:
    """One request's body as it comes in. Once it has failed, the application's own response is held back: frameworks
    answer an unreadable body in words of their own."""

    def __init__(self, receive: Receive, send: Send, *, most: int, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._most, self._seconds = most, seconds
        self._got = 0
        self._waited = 0.0
        self._complete = False
        self.begun = False
        self.failure: YuanwenError | None = None

    def too_large(self) -> YuanwenError:
        """What is said of a body above the limit."""
        return TooLarge(f"请求超过 {self._most} 字节。")

    async def receive(self) -> Message:
        """The next piece; waits as long as it takes once the body is complete, for the client to leave."""
        # Whoever sends a byte now and then must come to an end, too.
        left = self._seconds + self._got / _SLOWEST - self._waited
        started = time.monotonic()
        try:
            async with asyncio.timeout(None if self._complete else min(self._seconds, max(left, 0.0))):
                message = await self._receive()
        except TimeoutError:
            self.failure = InputError("请求的内容太久没有送到。", remedy="请检查网络后重试。")
            raise self.failure from None
        self._waited += time.monotonic() - started
        self._got += len(message.get("body", b""))
        if self._got > self._most:
            self.failure = self.too_large()
            raise self.failure
        self._complete = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Passes the response on."""
        if self.failure is None or self.begun:
            self.begun = True
            await self._send(message)
