"""The characters of a mail's headers and texts, whatever it says that they are."""

from __future__ import annotations

import binascii
import codecs
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from index.encoding import ALIASES, CONFIDENT, decode, score
from index.errors import DocumentError

_KNOWN = frozenset(
    {
        "ascii", "iso8859-1", "cp1252", "utf-8", "gb18030", "big5hkscs", "cp950", "hz", "utf-16", "utf-16-le",
        "utf-16-be", "iso2022_jp", "euc_jp", "shift_jis", "euc_kr", "utf-7",
    }
)  # fmt: skip


def decoded(data: bytes, named: str | None) -> str | None:
    """The characters of ``data``; None where nothing decodes them.

    Args:
        named: the encoding that the mail names. It is believed where it decodes every byte to what looks like
            Chinese, or there is nothing but ASCII in it: "gb2312" is often GBK, "iso-8859-1" anything.
    """
    codec = _codec(named)
    text = _attempt(data, codec) if codec else None
    if text is not None and (
        text.isascii() or (codec != "iso8859-1" and score(text, wide=False) >= CONFIDENT)
    ):
        return text
    try:
        return decode(data).text if data.strip() else ""
    except DocumentError:
        return text


def _codec(named: str | None) -> str | None:
    try:
        name = codecs.lookup((named or "").strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    name = ALIASES.get(name, name)
    return name if name in _KNOWN else None


def _attempt(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeError:
        return None


def header(message: Message, name: str) -> str:
    """A header's words on one line; empty for one that isn't there."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return shown(str(value))
    return ""


def shown(value: str) -> str:
    """What a header says, its encoded words decoded (RFC 2047)."""
    try:
        parts = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        parts = [(value, None)]
    words: list[str] = []
    for part, named in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogateescape")
        text = decoded(data, named)
        words.append(data.decode("utf-8", "replace") if text is None else text)
    return " ".join("".join(words).replace("\0", "").split())
