"""Conditional requests: not sending again what a caller has (RFC 9110, 8.8.3 and 13.1.2)."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

_ETAG = re.compile(r'(?:W/)?"([^"]*)"')

REVALIDATED = "private, no-cache"
"""Kept by the caller alone, who asks each time whether it is still the same."""

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "没有变化（If-None-Match 相符）"}}


def headers_of(tag: str) -> dict[str, str]:
    """What goes with a response that has that tag."""
    return {"ETag": f'"{tag}"', "Cache-Control": REVALIDATED}


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether the caller has it, by its ``If-None-Match``."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _ETAG.findall(if_none_match)


def not_modified(tag: str) -> Response:
    """The response without a body."""
    return Response(status_code=304, headers=headers_of(tag))
