"""The HTTP edge: routes, the middleware around them, and one shape for every error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata

from fastapi import FastAPI
from starlette.routing import Route

from api.addresses import allowed_hosts
from api.chatting import openai_error
from api.context import Context
from api.dialects import Dialects
from api.ending import Gate, ending_by_signals
from api.errors import add_error_handlers
from api.mcp_door import PATH, McpDoor
from api.metrics import Measured
from api.middleware import BoundedBody, OwnHosts, RequestLog, StrictHeaders, Unexpected
from api.routes import (
    ask,
    audit,
    channels,
    collections,
    conversations,
    dify,
    documents,
    evaluations,
    feedback,
    health,
    jobs,
    keys,
    knowledge,
    metrics,
    openai,
    pages,
    session,
    uploads,
    users,
)
from api.routes import settings as settings_in_force
from api.security.cors import WidgetCors
from api.security.limits import RateHeaders

_MORE_THAN_FILE = 2**20
"""Bytes that the form around an upload may take."""


def create_app(context: Context) -> FastAPI:
    """The application over an open context, which it closes when the server ends."""
    mcp = McpDoor(context)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        context.runner.start()
        context.evaluator.start()
        try:
            with ending_by_signals(
                context.ending, seconds=context.settings.stop_seconds, insist=context.settings.workers == 1
            ):
                async with mcp.life():
                    yield
        finally:
            context.close()

    # Swagger's page would fetch its scripts from another host: only the description itself is served.
    app = FastAPI(
        title="Yuanwen 原文",
        version=metadata.version("yuanwen"),
        summary="用你自己的中文文档回答问题，每个答案都是原文。",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    for module in (
        session,
        users,
        keys,
        channels,
        audit,
        health,
        metrics,
        collections,
        documents,
        uploads,
        jobs,
        ask,
        conversations,
        feedback,
        knowledge,
        evaluations,
        settings_in_force,
        openai,
        dify,
        pages,
    ):
        app.include_router(module.router)
    app.router.routes.append(Route(PATH, endpoint=mcp))
    pages.add_assets(app)
    add_error_handlers(app)
    pages.add_missing(app)
    _add_middleware(app, context)
    return app


def _add_middleware(app: FastAPI, context: Context) -> None:
    """The last added is the outermost."""
    settings = context.settings
    app.add_middleware(Unexpected)
    app.add_middleware(
        BoundedBody,
        most=settings.max_body_kb * 1024,
        uploads=max(settings.max_upload_mb, settings.max_batch_mb) * 2**20 + _MORE_THAN_FILE,
        uploads_under=(documents.router.prefix, evaluations.UNDER),
        seconds=settings.body_seconds,
    )
    app.add_middleware(WidgetCors, channels=context.channels)
    app.add_middleware(RateHeaders)
    app.add_middleware(OwnHosts, names=allowed_hosts(settings))
    app.add_middleware(Gate, ending=context.ending)
    app.add_middleware(
        Dialects,
        dialects={
            openai.CHAT: openai_error,
            openai.MODELS: openai_error,
            dify.RETRIEVAL: dify.dify_error,
        },
    )
    app.add_middleware(StrictHeaders)
    app.add_middleware(Measured, metrics=context.metrics)
    app.add_middleware(RequestLog)
