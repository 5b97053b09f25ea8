"""What goes through the pipes between the two processes: frames of a JSON header and bytes.

No pickle: whoever takes over the child must gain nothing over the parent by it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

_SIZES = struct.Struct(">QQ")
_LONGEST_HEADER = 2**20
"""Bytes; a document's warnings are in it, 50 of 1,000 characters at the most, a dozen bytes each."""


class BadFrame(ValueError):
    """The other side wrote something that is no frame, or stopped in the middle of one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A header, whose values are JSON's, and bytes."""

    header: Mapping[str, Any]
    payload: bytes = field(repr=False, default=b"")


def write_frame(stream: IO[bytes], header: Mapping[str, Any], payload: Sequence[bytes] = ()) -> None:
    """Writes a frame, the payload in pieces.

    Raises:
        OSError: the other side has gone.
    """
    head = json.dumps(header).encode("ascii")
    stream.write(_SIZES.pack(len(head), sum(map(len, payload))) + head)
    for piece in payload:
        stream.write(piece)
    stream.flush()


def read_frame(stream: IO[bytes], *, most: int) -> Frame | None:
    """The next frame; None where the other side has closed its end instead.

    Args:
        most: bytes that the payload may have.

    Raises:
        BadFrame: it is none, or larger.
    """
    sizes = stream.read(_SIZES.size)
    if not sizes:
        return None
    if len(sizes) < _SIZES.size:
        raise BadFrame("cut off")
    header_size, payload_size = _SIZES.unpack(sizes)
    if header_size > _LONGEST_HEADER or payload_size > most:
        raise BadFrame(f"sizes {header_size} and {payload_size}")
    head, payload = stream.read(header_size), stream.read(payload_size)
    if len(head) < header_size or len(payload) < payload_size:
        raise BadFrame("cut off")
    try:
        header = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise BadFrame("no JSON") from error
    if not isinstance(header, dict):
        raise BadFrame("no header")
    return Frame(header, payload)
