"""Cross-origin requests: from pages that hold a chat widget, to what its visitors may use, and nothing else. Never
with credentials: a visitor's token goes in a header. https://fetch.spec.whatwg.org/#http-cors-protocol"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import NotAllowed, response_of
from api.state.channels import Channels
from index.errors import YuanwenError

PATHS = ("/v1/widget/", "/v1/ask", "/v1/conversations", "/v1/feedback", "/v1/documents/")
"""What the paths of a visitor's requests begin with."""

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Request-ID",
    "Access-Control-Max-Age": "600",
}
_EXPOSED = "Retry-After, X-Request-ID, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset"


class WidgetCors:
    """Lets pages read responses where an enabled channel allows their origin. Starlette's own middleware knows one
    list of origins for all paths, fixed when the server starts."""

    def __init__(self, app: ASGIApp, *, channels: Channels) -> None:
        self._app = app
        self._channels = channels

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or not scope["path"].startswith(PATHS):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        try:
            allowed = origin is not None and await run_in_threadpool(self._channels.allows, origin)
        except YuanwenError as error:
            await response_of(error, request_id=_request_id(scope))(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            response = self._preflight(scope, origin if allowed else None)
            await response(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(MutableHeaders(scope=message), origin if allowed else None)
            await send(message)

        await self._app(scope, receive, sending)

    def _preflight(self, scope: Scope, origin: str | None) -> Response:
        if origin is None:
            refused = NotAllowed("这个网页来源不能使用挂件。", remedy="请管理员把它加入渠道允许的来源。")
            response: Response = response_of(refused, request_id=_request_id(scope))
        else:
            response = Response(status_code=204, headers=_PREFLIGHT)
        _tell(response.headers, origin)
        return response


def _tell(headers: MutableHeaders, origin: str | None) -> None:
    headers.add_vary_header("Origin")
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = _EXPOSED


def _request_id(scope: Scope) -> str:
    return str(scope.get("state", {}).get("request_id", ""))
