"""Errors in the description of the API: the same shape for all."""

from __future__ import annotations

from typing import Any

from api.errors import PROBLEM_JSON
from api.schemas import Problem

_MEANINGS = {
    400: "主机名不是本服务的",
    401: "没有登录，密钥无效",
    403: "没有权限",
    404: "没有这个资源",
    409: "已经存在，或刚被修改",
    413: "请求太大",
    422: "请求有误",
    429: "请求太频繁",
    503: "服务正忙",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": meaning,
        "model": Problem,
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, meaning in _MEANINGS.items()
}
"""By status, for a router's ``responses``."""

ALWAYS: dict[int | str, dict[str, Any]] = {status: PROBLEMS[status] for status in (400, 503)}
"""Of routes that ask nobody who they are."""
