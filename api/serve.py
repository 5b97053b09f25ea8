"""Starting the service: the first administrator, then one process or several over one index."""

from __future__ import annotations

import os

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.context import open_context
from api.state.accounts import Accounts
from api.state.database import FILE, StateDatabase
from index.embed import Progress
from rag.build import open_service
from rag.settings import PREFIX, Settings, load_settings

_STOP_SECONDS = 30
"""Given to what is under way when the server is told to end."""


def first_administrator(settings: Settings) -> str | None:
    """The way in, in words, where nobody could sign in before: creates the administrator, who is told once."""
    database = StateDatabase(settings.home / FILE)
    try:
        made = Accounts(database).create_first()
    finally:
        database.close()
    if made is None:
        return None
    user, password = made
    return (
        f"首次启动,已创建管理员。\n  地址    http://{settings.host}:{settings.port}/\n"
        f"  用户名  {user.name}\n  密码    {password}\n密码只显示这一次,请尽快登录修改。"
    )


def make_app(progress: Progress | None = None) -> FastAPI:
    """The application over the settings in force, its models loaded; called in every process of the service.

    Raises:
        YuanwenError: settings, model, index or database can't be used.
    """
    settings = load_settings()
    service = open_service(settings, progress=progress)
    try:
        service.warm()
        return create_app(open_context(settings, service))
    except BaseException:
        service.close()
        raise


def serve(settings: Settings, *, progress: Progress | None = None) -> None:
    """Serves until told to end; a second process of the same service shares the index with the first.

    Raises:
        YuanwenError: see :func:`make_app`.
    """
    # The other processes are started anew and read their settings themselves.
    os.environ[f"{PREFIX}HOST"], os.environ[f"{PREFIX}PORT"] = settings.host, str(settings.port)
    uvicorn.run(
        "api.serve:make_app" if settings.workers > 1 else make_app(progress),
        factory=settings.workers > 1,
        workers=settings.workers,
        host=settings.host,
        port=settings.port,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        access_log=False,  # api.middleware.RequestLog writes our own
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
