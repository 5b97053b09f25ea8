"""``yuanwen mcp``: for programs that start their tools themselves."""

from __future__ import annotations

import typer

from index.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command()(mcp)


def mcp() -> None:
    """在标准输入输出上提供 MCP 工具（提问、检索、读文档），供本机的智能体使用。"""
    from api.mcp_door import INSTALL, is_installed

    if not is_installed():
        raise SettingsError("没有安装 MCP 接口。", remedy=INSTALL)
    from api.context import open_context
    from api.logs import configure_logs
    from api.mcp import serve_stdio
    from api.state.home import serving
    from rag.build import open_service
    from rag.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log_format)  # standard output belongs to the protocol
    with serving(settings.home), open_service(settings) as service:
        service.warm()
        context = open_context(settings, service)
        try:
            serve_stdio(context)
        finally:
            context.close()
