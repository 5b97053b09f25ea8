"""Starting the service: the first administrator, then one process or several over one index."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI

from api.addresses import told_addresses
from api.app import create_app
from api.context import open_context
from api.ending import CLOSING_SECONDS
from api.logs import configure_logs
from api.metrics import FOLDER
from api.processes import CANNOT_START, Processes, begin_process, leave_quietly
from api.state.accounts import Accounts
from api.state.database import FILE, StateDatabase
from api.state.home import serving
from index.embed import Progress
from index.errors import SettingsError, YuanwenError
from index.models.default import DEFAULT_MODEL, ensure_default_model
from index.models.workers import usable_cores
from rag.build import open_service
from rag.settings import Settings, load_settings

_log = structlog.get_logger("yuanwen.serve")

Tell = Callable[[str], None]
"""Tells whoever started the service something."""


def first_administrator(settings: Settings) -> str | None:
    """The way in, in words, where nobody could sign in before: creates the administrator, who is told once."""
    with serving(settings.home):
        database = StateDatabase(settings.home / FILE)
        try:
            made = Accounts(database).create_first()
        finally:
            database.close()
    if made is None:
        return None
    user, password = made
    return (
        f"首次启动，已创建管理员。\n  用户名  {user.name}\n  密码    {password}\n"
        "密码只显示这一次；首次登录时要换成自己的。"
    )


def make_app(settings: Settings, *, threads: int | None = None, progress: Progress | None = None) -> FastAPI:
    """The application over these settings, its models loaded; called in every process of the service.

    Args:
        threads: of the models, in place of the settings'.

    Raises:
        YuanwenError: settings, model, index or database can't be used.
    """
    computing = settings if threads is None else settings.model_copy(update={"threads": threads})
    service = open_service(computing, progress=progress)
    try:
        service.warm()
        context = open_context(settings, service)
        context.knowledge.refresh()  # its questions are embedded before the first one comes in
        return create_app(context)
    except BaseException:
        service.close()
        raise


def serve(settings: Settings, *, tell: Tell, progress: Progress | None = None) -> None:
    """Serves until told to end; a second process of the same service shares the index with the first.

    Args:
        tell: is called when it begins to load the models, and where people find it once it answers.

    Raises:
        SettingsError: the address can't be listened on.
        YuanwenError: see :func:`make_app`; or a process of several couldn't start, which its log tells more of.
    """
    leave_quietly()
    configure_logs(settings.log_format)
    with serving(settings.home), _listen(settings) as listening:
        tell("正在准备模型，好了会显示地址……")
        _log.info("serving", host=settings.host, port=settings.port, processes=settings.workers)
        if settings.workers > 1:
            _serve_by_many(settings, listening, progress)
        else:
            app = make_app(settings, progress=progress)
            _Server(_config(settings, app), partial(tell, told_addresses(settings))).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Calls ``ready`` once it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As the base."""
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listen(settings: Settings) -> socket.socket:
    """Before the models are loaded, so that an address in use is told at once."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"不能在 {settings.host}:{settings.port} 上监听：{error.strerror}。",
            remedy="地址可能已被另一个程序占用，请用 --host、--port 换一个，或先停掉那个程序。",
        ) from error
    return listening


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        server_header=False,
        log_config=None,  # api.logs takes uvicorn's lines, too
        access_log=False,  # api.middleware.RequestLog writes our own
        # What was under way has had its time before uvicorn begins to end: see api.ending.
        timeout_graceful_shutdown=1,
    )


# --- several processes ---


def _serve_by_many(settings: Settings, listening: socket.socket, progress: Progress | None) -> None:
    if settings.embedder == DEFAULT_MODEL:  # once, not by each of them
        ensure_default_model(settings.cache, progress=progress)
    threads = max(1, usable_cores() // settings.workers) if settings.threads == 0 else None
    first = multiprocessing.get_context("spawn").Semaphore(1)
    given = {name: getattr(settings, name) for name in settings.arguments}
    with tempfile.TemporaryDirectory(prefix="yuanwen-metrics-") as folder:
        os.environ[FOLDER] = folder
        processes = Processes(
            partial(work, given=given, threads=threads, first=first),
            listening,
            count=settings.workers,
            seconds=settings.stop_seconds + 2 * CLOSING_SECONDS,
        )
        able = processes.run()
    if not able:
        raise YuanwenError(
            "服务进程没能启动，服务已停止。", remedy="原因在上面的日志里；也可以运行 yuanwen doctor。"
        )


def work(listening: socket.socket, *, given: dict[str, Any], threads: int | None, first: Any) -> None:
    """One of several processes; what it can't start with is told in the log, and ends the service.

    Args:
        given: settings of the command line; the others are read anew.
        first: a semaphore, taken and kept by the process that answers before the others.
    """
    begin_process()
    try:
        settings = load_settings(**given)
        configure_logs(settings.log_format)

        def ready() -> None:
            if first.acquire(block=False):
                print(told_addresses(settings), flush=True)

        with serving(settings.home):
            app = make_app(settings, threads=threads)
            _Server(_config(settings, app), ready).run(sockets=[listening])
    except YuanwenError as error:
        _log.error("can't start", error=str(error))
        sys.exit(CANNOT_START)
