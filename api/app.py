"""The HTTP edge: routes, the middleware around them, and one shape for every error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api.context import Context
from api.errors import add_error_handlers
from api.middleware import BoundedBody, RequestLog, StrictHeaders
from api.routes import ask, health
from rag.settings import Settings

_MORE_THAN_FILE = 2**20
"""Bytes that the form around an upload may take."""


def create_app(context: Context) -> FastAPI:
    """The application over an open context, which it closes when the server ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            context.close()

    # Swagger's page would fetch its scripts from another host: only the description itself is served.
    app = FastAPI(
        title="Yuanwen 原文",
        version=metadata.version("yuanwen"),
        summary="用你自己的中文文档回答问题,每个答案都是原文。",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    for module in (health, ask):
        app.include_router(module.router)
    add_error_handlers(app)
    _add_middleware(app, context.settings)
    return app


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last added is the outermost."""
    app.add_middleware(
        BoundedBody,
        most=settings.max_body_kb * 1024,
        uploads=settings.max_upload_mb * 2**20 + _MORE_THAN_FILE,
        seconds=settings.body_seconds,
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=allowed_hosts(settings), www_redirect=False)
    app.add_middleware(StrictHeaders)
    app.add_middleware(RequestLog)


def allowed_hosts(settings: Settings) -> list[str]:
    """Names under which the service may be asked for; a page elsewhere could else reach one that listens on
    loopback, by a name of its own that leads there (DNS rebinding)."""
    if settings.allowed_hosts:
        return list(settings.allowed_hosts)
    return sorted({settings.host, "localhost", "127.0.0.1", "[::1]"})
