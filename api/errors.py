"""What can go wrong at the edge, the HTTP status of every class of error, and the one shape that all of them have.

::

    YuanwenError (index/errors.py)
    ├── ForeignHost              a name that isn't this service's
    ├── AccessError
    │   ├── NotSignedIn          no key, session or token, or none that holds
    │   └── NotAllowed           known, but not for this
    │       ├── MustChangePassword
    │       └── WrongCsrf
    ├── Conflict                 it is there already, or has changed meanwhile
    ├── TooLarge                 the body of a request
    └── Refused                  not now (carries ``retry_after``)
        ├── TooManyRequests      this caller's rate is used up
        └── Overloaded           everybody's queue is full, or the server is ending
"""

from __future__ import annotations

import logging
import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from index.errors import (
    DatasetError,
    InputError,
    ModelError,
    NotFound,
    SettingsError,
    StorageFull,
    StoreBusy,
    StoreError,
    VerificationError,
    YuanwenError,
)

_log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"


class ForeignHost(YuanwenError):
    """A request for a host that this service isn't; see :func:`api.addresses.allowed_hosts`."""

    default_remedy = "请用服务自己的主机名访问，或由管理员把它加入 YUANWEN_ALLOWED_HOSTS。"


class AccessError(YuanwenError):
    """Who asks may not."""


class NotSignedIn(AccessError):
    """No credentials, or none that hold."""

    default_remedy = "请登录，或在 Authorization 头里带上有效的密钥：Bearer ywk_…"


class NotAllowed(AccessError):
    """Known, but without the scope or the collection."""

    default_remedy = "请让管理员授予权限。"


class MustChangePassword(NotAllowed):
    """Signed in with a password that somebody else knows, too: good for nothing but a change."""

    default_remedy = "请先修改密码：PUT /v1/session/password。"


class WrongCsrf(NotAllowed):
    """A session's cookie without its CSRF token: from another site, or from a page of a session before this one."""

    default_remedy = "请在 X-CSRF-Token 头里带上登录时得到的 csrf。"


class Conflict(YuanwenError):
    """There already, or changed meanwhile."""


class TooLarge(YuanwenError):
    """The body of a request is above the limit."""

    default_remedy = "请缩小请求，或由管理员调大上限。"


class Refused(YuanwenError):
    """Not now. ``retry_after``: seconds until it makes sense to try again."""

    def __init__(self, message: str, *, retry_after: float, remedy: str | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message, remedy=remedy)


class TooManyRequests(Refused):
    """This caller asked more than its share."""

    default_remedy = "请稍后再试。"


class Overloaded(Refused):
    """More is waiting than can be answered in time, or the server is ending."""

    default_remedy = "服务正忙，请稍后再试。"


STATUSES: tuple[tuple[type[YuanwenError], int], ...] = (
    (ForeignHost, 400),
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (TooManyRequests, 429),
    (Overloaded, 503),
    (Refused, 503),
    (InputError, 422),
    (StoreBusy, 503),
    (StorageFull, 507),
    (StoreError, 500),
    (ModelError, 500),
    (SettingsError, 500),
    (VerificationError, 500),
    (YuanwenError, 500),
)
"""First match wins: the HTTP status of each class of error."""

_MOST_PROBLEMS = 1000
"""Bad rows of a file that are told one by one."""

_BUSY_SECONDS = 2
"""Told to who met a busy database."""


def status_of(error: YuanwenError) -> int:
    """The HTTP status that stands for an error's class."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))


def problem(
    status: int, kind: str, detail: str, remedy: str, *, request_id: str, **more: Any
) -> dict[str, Any]:
    """The body of every error, after RFC 9457; ``more`` are members of its own."""
    return {
        "type": f"urn:yuanwen:{kind}",
        "title": kind,
        "status": status,
        "detail": detail,
        "remedy": remedy,
        "request_id": request_id,
        **more,
    }


def problem_of(error: YuanwenError, *, request_id: str) -> dict[str, Any]:
    """The body that tells ``error``."""
    kind, status = type(error).__name__, status_of(error)
    more: dict[str, Any] = {}
    if isinstance(error, DatasetError) and error.problems:
        more["errors"] = [{"at": "file", "message": told} for told in error.problems[:_MOST_PROBLEMS]]
    seconds = _retry_after(error, status)
    if seconds is not None:  # here, too, as what comes amid a stream has no headers of its own
        more["retry_after"] = seconds
    return problem(status, kind, error.message, error.remedy, request_id=request_id, **more)


def response_of(error: YuanwenError, *, request_id: str) -> JSONResponse:
    """The response that tells ``error``, with the headers that belong to its status."""
    body = problem_of(error, request_id=request_id)
    return JSONResponse(
        body, status_code=body["status"], media_type=PROBLEM_JSON, headers=_headers(error, body["status"])
    )


def _headers(error: YuanwenError, status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="yuanwen"'
    seconds = _retry_after(error, status)
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    return headers


def _retry_after(error: YuanwenError, status: int) -> int | None:
    if isinstance(error, Refused):
        return max(1, math.ceil(error.retry_after))
    return _BUSY_SECONDS if status == 503 else None


def add_error_handlers(app: FastAPI) -> None:
    """Makes every error of ``app`` come out in the one shape."""
    app.add_exception_handler(YuanwenError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


def request_id_of(request: Request) -> str:
    """The request's id, as its log lines have it."""
    return str(getattr(request.state, "request_id", ""))


# Coroutines, though they await nothing: Starlette calls plain functions on threads, where a refusal would wait for
# those that look things up.
async def _on_error(request: Request, error: Exception) -> JSONResponse:
    return error_response(error, request_id=request_id_of(request))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"at": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
    detail = ";".join(f"{e['at']}: {e['message']}" for e in errors)
    body = problem(
        422,
        "InvalidRequest",
        detail,
        "请按 /openapi.json 中的说明填写请求。",
        request_id=request_id_of(request),
        errors=errors,
    )
    return JSONResponse(body, status_code=422, media_type=PROBLEM_JSON)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:  # FastAPI's word for a body that is no text, or nested too deep
        unreadable = InputError("请求的内容不是可读的 JSON。", remedy="请用 UTF-8 编码的 JSON。")
        return response_of(unreadable, request_id=request_id_of(request))
    body = problem(
        error.status_code,
        "HTTPError",
        str(error.detail),
        "请检查路径和方法。",
        request_id=request_id_of(request),
    )
    headers = dict(error.headers or {})
    if error.status_code == 405 and (methods := _methods(request)):
        headers["Allow"] = ", ".join(methods)
    return JSONResponse(body, status_code=error.status_code, media_type=PROBLEM_JSON, headers=headers)


_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def _methods(request: Request) -> list[str]:
    """All that the path takes: each method has a route of its own, and Starlette tells those of the first alone.
    None where a route took the request and refused it further in."""
    scope = {key: request.scope[key] for key in ("type", "path", "root_path", "headers", "app")}
    routes = request.app.router.routes

    def takes(method: str) -> bool:
        return any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)

    return [] if takes(request.method) else [method for method in _METHODS if takes(method)]


async def _on_bug(request: Request, error: Exception) -> JSONResponse:
    return bug_response(error, request_id=request_id_of(request))


def error_response(error: Exception, *, request_id: str) -> JSONResponse:
    """The response that tells any error; one that is our fault is written into the log."""
    if not isinstance(error, YuanwenError):
        return bug_response(error, request_id=request_id)
    if status_of(error) >= 500 and not isinstance(error, Refused):
        _log.error("%s", error)
    return response_of(error, request_id=request_id)


def bug_response(error: Exception, *, request_id: str) -> JSONResponse:
    """Writes an error that nobody expected into the log; the response that tells nothing but that there was one."""
    _log.error("unexpected error", exc_info=error)
    body = problem(
        500, "InternalError", "服务内部错误。", "请查看服务日志并报告此问题。", request_id=request_id
    )
    return JSONResponse(body, status_code=500, media_type=PROBLEM_JSON)
