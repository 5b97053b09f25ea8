"""The service's log: one chain for our own lines and those of uvicorn and other libraries, with the request's id.

Whatever a line holds, it stays one line: control characters, line separators and marks that turn the direction of
writing come out escaped, so nobody can write lines of their own into a log or colour a terminal. Only tracebacks of
the text format take several lines, each behind a bar of its own.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from api.security.secrets import CHANNEL, KEY, SESSION, VISITOR

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_PLAIN = re.compile(r'[^\s"=\\]+')
_TOKEN = re.compile(rf"\b({'|'.join((KEY, SESSION, CHANNEL, VISITOR))})[A-Za-z0-9_-]+")
_SECRET_NAME = re.compile(r"password|token|cookie|authorization|csrf|secret", re.IGNORECASE)
_HIDDEN = "[…]"
_CHATTY = ("alembic", "faiss", "filelock", "httpx", "mcp", "sentence_transformers", "transformers", "urllib3")
"""What these say below a warning is of no use to who runs the service."""

_FIRST = ("timestamp", "level", "logger", "event")


def configure_logs(log_format: Literal["text", "json"], *, stream: TextIO | None = None) -> None:
    """Sends every log line of this process to ``stream`` (standard error); the last call counts.

    Args:
        log_format: ``json`` gives an object a line; ``text`` the same for people, as ``name=value``.
    """
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _hide_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_json if log_format == "json" else _as_text,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def escaped(text: str) -> str:
    """The text on one line, harmless to terminals: unsafe characters as Python writes them, such as ``\\n``."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)


def _hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tokens lose all but their kind, fields named like secrets their content: for lines that shouldn't be there."""
    return {name: _without_secrets(name, value) for name, value in event.items()}


def _without_secrets(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name):
        return _HIDDEN
    if isinstance(value, str):
        return _TOKEN.sub(rf"\1{_HIDDEN}", value)
    if isinstance(value, Mapping):
        return {str(key): _without_secrets(str(key), item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_without_secrets(name, item) for item in value]
    return value


def _as_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return _json({**{name: event.pop(name) for name in _FIRST if name in event}, **event})


def _as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    first = " ".join(escaped(str(event.pop(name))) for name in _FIRST if name in event)
    traceback = str(event.pop("exception", ""))
    pairs = "".join(f" {escaped(name)}={_value(value)}" for name, value in event.items())
    return first + pairs + "".join(f"\n  | {escaped(line)}" for line in traceback.splitlines())


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else _json(value)
    return text if _PLAIN.fullmatch(text) and not _UNSAFE.search(text) else _json(text)


def _json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
