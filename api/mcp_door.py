"""``/mcp``: the Model Context Protocol over HTTP, for programs with a key. Without sessions, so that any of several
processes can take the next request. https://modelcontextprotocol.io/specification/2025-11-25/basic/transports"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.context import Context
from api.depends import bearer
from api.errors import NotAllowed, NotSignedIn, request_id_of
from api.security.limits import take_question
from api.security.origins import is_own
from api.security.principal import Principal
from api.security.secrets import KEY
from index.errors import NotFound

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context as ToolContext
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from api.mcp import Caller

PATH = "/mcp"
INSTALL = "请运行 pip install 'yuanwen[mcp]'。"


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("mcp") is not None


class McpDoor:
    """The endpoint. The protocol's library is loaded at the first request that may use it: that takes a second."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._over = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._manager: asyncio.Future[StreamableHTTPSessionManager] | None = None

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Around the application's."""
        try:
            yield
        finally:
            self._over.set()
            if self._serving is not None:
                await self._serving

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI.

        Raises:
            NotSignedIn, NotAllowed: no key, or a page elsewhere that has one. NotFound: the extra is missing.
        """
        request = Request(scope, receive)
        if request.method != "POST":  # nothing is pushed, and there is no session to end
            raise HTTPException(405, headers={"Allow": "POST"})
        request.state.principal = await run_in_threadpool(self._principal, request)
        if not is_installed():
            raise NotFound("这个服务没有安装 MCP 接口。", remedy=f"{INSTALL}然后重启服务。")
        manager = await self._started()
        await manager.handle_request(scope, receive, send)

    def _principal(self, request: Request) -> Principal:
        origin = request.headers.get("origin")
        if origin is not None and not is_own(origin, request):
            raise NotAllowed("这个网页来源不能使用 MCP 接口。", remedy="请从程序里使用。")
        key = bearer(request.headers.get("authorization", ""), KEY)
        principal = None if key is None else self._context.keys.principal_of(key)
        if principal is None:
            raise NotSignedIn("需要密钥。", remedy="请在 Authorization 头里带上有效的密钥：Bearer ywk_…")
        return principal

    async def _started(self) -> StreamableHTTPSessionManager:
        if self._manager is None:
            self._manager = asyncio.get_running_loop().create_future()
            self._serving = asyncio.create_task(self._serve(self._manager))
        return await asyncio.shield(self._manager)

    async def _serve(self, started: asyncio.Future[StreamableHTTPSessionManager]) -> None:
        """In a task of its own: what runs a manager must also end it."""
        try:
            manager = await run_in_threadpool(self._load)
        except Exception as error:  # noqa: BLE001 - told to all who wait
            started.set_exception(error)
            return
        async with manager.run():
            started.set_result(manager)
            await self._over.wait()

    def _load(self) -> StreamableHTTPSessionManager:
        from mcp.server.transport_security import TransportSecuritySettings

        server = importlib.import_module("api.mcp").make_server(self._context, self._caller)
        server.streamable_http_app(
            stateless_http=True,
            json_response=True,
            # Hosts and origins are judged above and in api.app, by the service's own settings.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        manager: StreamableHTTPSessionManager = server.session_manager
        return manager

    def _caller(self, tool_context: ToolContext[Any, Any]) -> Caller:
        from api.mcp import Caller

        request = tool_context.request_context.request
        assert isinstance(request, Request)  # the one that came in at __call__, by its scope
        principal: Principal = request.state.principal
        return Caller(
            principal, request_id_of(request), lambda: take_question(request, self._context, principal)
        )
