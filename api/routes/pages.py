"""The pages that people see, and what they are made of: console, viewer, widget, and its page for frames."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path as FilePath
from typing import Annotated, cast

from fastapi import APIRouter, FastAPI, Path
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from api.depends import Ctx
from api.schemas_page import LARGEST
from index.errors import NotFound

Told = Callable[[Request, Exception], Awaitable[Response]]

router = APIRouter(include_in_schema=False)

STATIC = FilePath(str(resources.files("api.web"))) / "static"

_FRESH = "no-cache"
"""Kept, and asked for anew each time: a newer version is seen at once, one that is the same costs 304."""

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
_NEVER_FRAMED = "frame-ancestors 'none'"


@router.get("/")
def console() -> FileResponse:
    """The administrators' console."""
    return _page("console", _NEVER_FRAMED)


@router.get("/view/{document_id}")
def viewer() -> FileResponse:
    """A document, where a citation points to. The page itself tells nothing: what it shows, it asks for as whoever
    opened it."""
    return _page("viewer", _NEVER_FRAMED)


@router.get("/embed/{channel}")
def embed(channel: Annotated[int, Path(ge=1, le=LARGEST)], context: Ctx) -> FileResponse:
    """A widget as a page, for frames on the channel's pages that allow no scripts. Where no such channel is open, a
    page that says so and nothing else: there is no list of who may see that."""
    try:
        found = context.channels.channel(channel)
    except NotFound:
        found = None
    if found is None or not found.enabled:
        return _page("embed_shut", "frame-ancestors *", status=404)
    return _page("embed", found.frame_ancestors())


class Assets(StaticFiles):
    """What pages are made of. A widget's parts are read by pages of other origins, without credentials."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As the base, with headers."""
        response = await super().get_response(path, scope)
        response.headers.update(_OPEN)
        response.headers["Cache-Control"] = _FRESH
        return response


def add_assets(app: FastAPI) -> None:
    """Serves what pages are made of, compressed: ``/static/…``, and ``/widget.js``, which host pages load."""
    assets = Assets(directory=STATIC)

    async def widget(scope: Scope, receive: Receive, send: Send) -> None:
        response = await assets.get_response("widget/widget.js", scope)
        await response(scope, receive, send)

    app.router.routes.append(Route("/widget.js", endpoint=GZipMiddleware(widget)))
    app.mount("/static", GZipMiddleware(assets))


def add_missing(app: FastAPI) -> None:
    """Somebody who mistypes an address in a browser gets a page that says so; programs get the problem as ever."""
    told = cast(Told, app.exception_handlers[HTTPException])

    async def missing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and request.method == "GET" and _reads_pages(request):
            return _page("missing", _NEVER_FRAMED, status=404)
        return await told(request, error)

    app.add_exception_handler(HTTPException, missing)


def _reads_pages(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("text/html")


_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def _page(name: str, framed: str, *, status: int = 200) -> FileResponse:
    headers = {"Content-Security-Policy": f"{_CSP}; {framed}", "Cache-Control": _FRESH}
    return FileResponse(STATIC / f"{name}.html", status_code=status, headers=headers)
