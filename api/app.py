"""The HTTP edge: ``POST /v1/ask`` and ``GET /healthz``.

Handlers are plain functions, which FastAPI runs on worker threads: no model work on the event loop.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.schemas import AnswerBody, AskBody, Health, Problem
from index.errors import (
    InputError,
    ModelError,
    NotFound,
    StorageFull,
    StoreBusy,
    StoreError,
    YuanwenError,
)
from rag.service import QAService

_log = logging.getLogger(__name__)

STATUSES: tuple[tuple[type[YuanwenError], int], ...] = (
    (NotFound, 404),
    (InputError, 422),
    (StoreBusy, 503),
    (StorageFull, 507),
    (StoreError, 500),
    (ModelError, 500),
    (YuanwenError, 500),
)
"""First match wins: the HTTP status of each class of error."""


def create_app(service: QAService) -> FastAPI:
    """The application over an open service, which it closes when the server ends."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with service:
            yield

    # Swagger's page would fetch its scripts from another host: only the description itself is served.
    app = FastAPI(title="Yuanwen 原文", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.service = service
    app.add_exception_handler(YuanwenError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)
    app.post(
        "/v1/ask", response_model=AnswerBody, responses={422: {"model": Problem}, 503: {"model": Problem}}
    )(ask)
    app.get("/healthz", response_model=Health)(healthz)
    return app


def _service(request: Request) -> QAService:
    service: QAService = request.app.state.service
    return service


Service = Annotated[QAService, Depends(_service)]


def ask(body: AskBody, service: Service) -> AnswerBody:
    """Answers a question with verbatim text and its citations. Offsets count Unicode code points, half-open."""
    answer = service.ask(
        body.question, collections=body.collections, document_ids=body.documents, top_k=body.top_k
    )
    return AnswerBody.model_validate(asdict(answer))


def healthz(service: Service) -> Health:
    """Whether the process answers, and over how much."""
    state = service.status()
    return Health(status="ok", documents=state.documents, passages=state.passages)


def _problem(status: int, title: str, detail: str, remedy: str, kind: str) -> JSONResponse:
    body = Problem(type=f"urn:yuanwen:{kind}", title=title, status=status, detail=detail, remedy=remedy)
    return JSONResponse(body.model_dump(), status_code=status, media_type="application/problem+json")


def _on_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, YuanwenError)
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    if status >= 500:
        _log.error("%s", error)
    return _problem(status, type(error).__name__, error.message, error.remedy, type(error).__name__)


def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    detail = ";".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return _problem(422, "InvalidRequest", detail, "请按 /openapi.json 中的说明填写请求。", "InvalidRequest")


def _on_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code, "HTTPError", str(error.detail), "请检查路径和方法。", "HTTPError")


def _on_bug(_: Request, error: Exception) -> JSONResponse:
    _log.exception("unexpected error", exc_info=error)
    return _problem(500, "InternalError", "服务内部错误。", "请查看服务日志并报告此问题。", "InternalError")
