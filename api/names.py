"""Names of files that come from outside, or go there. They are data: no path on our disk is ever made of one."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from index.errors import DocumentError

LONGEST_PART = 255
"""UTF-8 bytes of one part of a path, as most file systems have it."""

_DRIVE = re.compile(r"\A[A-Za-z]:(?=/)")
_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""With these a name can be shown as another one: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing"""
_SHOWN = 200
_PLAIN = re.compile(r"[^A-Za-z0-9 ._()-]")


class BadFileName(DocumentError):
    """A name that a file can't have here."""

    default_remedy = "请换一个文件名后重新上传。"


def decoded(name: bytes) -> str:
    """A name as it came in a header: UTF-8 (RFC 7578, 5.1.1), or what older programs on Chinese systems send.

    Raises:
        BadFileName: neither.
    """
    for codec in ("utf-8", "gb18030"):
        try:
            return name.decode(codec)
        except UnicodeDecodeError:
            continue
    raise BadFileName("文件名的编码不对。", source=shown(name.decode("utf-8", "replace")))


def normalised(name: str) -> str:
    """The name under which an uploaded file is kept: a relative path with ``/``, in NFC.

    Separators of Windows become ``/``; a drive, a leading ``/`` and parts that say nothing are left out.

    Raises:
        BadFileName: nothing is left, a part is ``..`` or too long, or there are characters that can't be shown.
    """
    name = unicodedata.normalize("NFC", name)
    if any(unicodedata.category(c) in _FORBIDDEN or c in _DIRECTIONS for c in name):
        raise BadFileName("文件名里有不可见的控制字符。", source=shown(name))
    path = _DRIVE.sub("", name.replace("\\", "/"))
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        raise BadFileName("没有文件名。", source=shown(name))
    if ".." in parts:
        raise BadFileName("文件名里有“..”。", source=shown(name))
    if any(len(part.encode()) > LONGEST_PART for part in parts):
        raise BadFileName(f"文件名的一段超过 {LONGEST_PART} 字节。", source=shown(name))
    return "/".join(parts)


def shown(name: str) -> str:
    """Any name, so that it can stand in a message: what can't be shown is replaced, what is too long cut."""
    clean = "".join(
        "\ufffd" if unicodedata.category(c) in _FORBIDDEN or c in _DIRECTIONS else c
        for c in name[: _SHOWN + 1]
    )
    return f"{clean[:_SHOWN]}…" if len(clean) > _SHOWN else clean


def attachment(source: str) -> str:
    """The ``Content-Disposition`` under which a browser saves a file and never shows it (RFC 6266, RFC 8187)."""
    name = source.replace("\\", "/").rpartition("/")[2] or "document"
    return f"attachment; filename=\"{_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"
