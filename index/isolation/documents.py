"""Documents and errors as frames, and back; what comes back is checked, not trusted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from index import errors
from index.document import Block, BlockKind, Document
from index.errors import DocumentError, NotFound, ParsingFailed, YuanwenError
from index.isolation.frames import BadFrame, Frame
from index.offsets import INSERTED, IntArray, OffsetMap

_NUMBERS = np.dtype("<i8")
_LONGEST_MESSAGE = 2000


def pack_document(document: Document) -> tuple[dict[str, Any], list[bytes]]:
    """Header and payload: the text in UTF-8, the blocks in JSON, the runs of the offset map as int64, the reading.

    Raises:
        UnicodeEncodeError: the text holds half a surrogate pair.
    """
    rows = [[b.start, b.end, b.kind.value, b.level, b.heading_path] for b in document.blocks]
    offsets = document.offsets
    payload = [
        document.text.encode(),
        json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(),
        offsets.clean_starts.astype(_NUMBERS).tobytes(),
        offsets.raw_starts.astype(_NUMBERS).tobytes(),
        document.reading,
    ]
    header = {
        "title": document.title,
        "media_type": document.media_type,
        "encoding": document.encoding,
        "sha256": document.sha256,
        "warnings": document.warnings,
        "sizes": [len(piece) for piece in payload],
    }
    return header, payload


def unpack_document(frame: Frame, *, data: bytes, source: str) -> Document:
    """The document of ``data`` that :func:`pack_document` wrote.

    Raises:
        BadFrame: it isn't whole, contradicts itself, or is of other bytes.
    """
    try:
        text, blocks, clean, raw, reading = _pieces(frame)
        header = frame.header
        document = Document(
            source=source,
            title=_text(header["title"]),
            text=text.decode(),
            blocks=_blocks(blocks),
            offsets=_offsets(clean, raw, len(text.decode())),
            media_type=_text(header["media_type"]),
            encoding=_text(header["encoding"]),
            sha256=_text(header["sha256"]),
            size=len(data),
            reading=reading,
            warnings=tuple(_text(warning) for warning in header["warnings"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadFrame(f"no document: {error}") from error
    if document.sha256 != hashlib.sha256(data).hexdigest():
        raise BadFrame("a document of other bytes")
    _check_order(document)
    return document


def pack_error(error: Exception) -> dict[str, Any]:
    """What is to be raised again on the other side. What isn't Yuanwen's own is told by its name."""
    if not isinstance(error, YuanwenError):
        return {"error": "ParsingFailed", "message": f"解析时出错({type(error).__name__})。"}
    message = error.message
    if isinstance(error, DocumentError) and error.source:
        message = message.removeprefix(f"{error.source}: ")
    return {
        "error": type(error).__name__,
        "message": message[:_LONGEST_MESSAGE],
        "remedy": error.remedy[:_LONGEST_MESSAGE],
    }


def unpack_error(header: Mapping[str, Any], *, source: str) -> DocumentError | NotFound:
    """The error that :func:`pack_error` wrote; of a class that isn't known, a plain :class:`DocumentError`.

    Raises:
        BadFrame: it is none.
    """
    try:
        name, message = _text(header["error"]), _text(header["message"])
        remedy = _text(header["remedy"]) if "remedy" in header else None
    except (KeyError, TypeError) as error:
        raise BadFrame("no error") from error
    if name == NotFound.__name__:
        return NotFound(message, remedy=remedy)
    found = getattr(errors, name, None)
    kind = found if isinstance(found, type) and issubclass(found, DocumentError) else DocumentError
    return kind(message, source=source, remedy=remedy)


def out_of_memory() -> dict[str, Any]:
    """For a process that can hardly do anything more."""
    return {"error": ParsingFailed.__name__, "message": "解析这个文件需要的内存超过了上限。"}


def _pieces(frame: Frame) -> list[bytes]:
    sizes = [_number(size) for size in frame.header["sizes"]]
    if len(sizes) != 5 or min(sizes) < 0 or sum(sizes) != len(frame.payload):
        raise ValueError("sizes")
    ends = np.cumsum(sizes).tolist()
    return [frame.payload[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def _offsets(clean: bytes, raw: bytes, length: int) -> OffsetMap:
    clean_starts, raw_starts = _integers(clean), _integers(raw)
    if clean_starts.shape != raw_starts.shape or (clean_starts.size == 0) != (length == 0):
        raise ValueError("offset map")
    if length > 0:
        ascending = clean_starts[0] == 0 and (np.diff(clean_starts) > 0).all() and clean_starts[-1] < length
        if not ascending or raw_starts.min() < INSERTED:
            raise ValueError("offset map")
    return OffsetMap(clean_starts, raw_starts, length)


def _integers(data: bytes) -> IntArray:
    return np.frombuffer(data, dtype=_NUMBERS).astype(np.int64)


def _blocks(data: bytes) -> tuple[Block, ...]:
    return tuple(
        Block(
            start=_number(start),
            end=_number(end),
            kind=BlockKind(kind),
            level=_number(level),
            heading_path=tuple(_text(title) for title in path),
        )
        for start, end, kind, level, path in json.loads(data)
    )


def _check_order(document: Document) -> None:
    before = 0
    for block in document.blocks:
        if not before <= block.start <= block.end <= len(document.text):
            raise BadFrame("blocks")
        before = block.end


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.50} is no text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r:.50} is no integer")
    return value
