"""Which encoding a text file is in, and its characters, without losing or changing one.

Order of trial: the caller's word; a byte order mark; strict UTF-8; else every legacy encoding that decodes all bytes
strictly, scored by how much of the result is what Chinese text is made of (a table of common Simplified and
Traditional characters, counted by ``eval/bench/common_characters.py``).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from index.errors import BinaryDocument, EmptyDocument, UndecodableText

CANDIDATES = ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
"""Tried in this order on bytes that are no UTF-8; the first of equal scores wins."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

ALIASES = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
}
"""Codec -> the superset that reads it (files called GB2312 or Big5 commonly hold more than those)."""

SUPPORTED = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp950")

MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP(或 docx、xlsx、pptx)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Office"),
    (b"\x89PNG\r\n\x1a\n", "PNG 图片"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"\x7fELF", "可执行文件"),
    (b"\x1f\x8b\x08", "gzip 压缩包"),
    (b"Rar!\x1a\x07", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"SQLite format 3\x00", "SQLite 数据库"),
)

CONFIDENT = 0.5
CONFIDENT_WIDE = 0.6
"""Lowest scores of a guessed encoding; the second for UTF-16, which decodes nearly any bytes. Right guesses score
0.9 and more on running text, 0.5 on rare characters alone; Latin-1 and Shift JIS read as Chinese 0.3 to 0.57. The
EUC encodings of Japanese and Korean score as high as Chinese and can't be told apart by this."""

CONTROL_SHARE = 0.05
"""More control characters than this (and than two) is no text."""

INVISIBLE = "\u200b\u2060\ufeff"
"""Take no room and mean nothing; cleaning treats them as white space."""

_PUNCTUATION = "、。〈〉《》「」『』【】〔〕〖〗〜…‘’“”—·•‧～！（），．／：；？％＋－＝｜￥"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """All characters of an upload, byte order mark left out.

    Args:
        encoding: Python codec name; ``text.encode(encoding)`` gives the upload's bytes again.
        mark: bytes of the byte order mark, 0 without one.
    """

    text: str
    encoding: str
    mark: int


def decode(data: bytes, *, source: str = "", encoding: str | None = None) -> Decoded:
    """Decodes ``data`` strictly.

    Args:
        source: for messages.
        encoding: a codec name or alias (``gbk``, ``utf8``); None to find out.

    Raises:
        EmptyDocument: nothing but white space.
        BinaryDocument: no text at all.
        UndecodableText: the encoding is unknown, or there is a byte it can't decode.
    """
    _refuse_binary(data, source)
    codec = _detect(data, source) if encoding is None else _with_mark(data, resolve(encoding, source=source))
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise _undecodable(data, error, source) from error
    mark = next((len(bom) for bom, name in BYTE_ORDER_MARKS if codec == name and data.startswith(bom)), 0)
    _refuse_odd(text, source)
    return Decoded(text=text, encoding=codec, mark=mark)


def resolve(encoding: str, *, source: str = "") -> str:
    """The supported codec that reads ``encoding`` (``GBK`` -> ``gb18030``).

    Raises:
        UndecodableText: there is no such encoding, or it isn't supported.
    """
    try:
        name = codecs.lookup(encoding.strip()).name
    except (LookupError, ValueError) as error:
        raise UndecodableText(f"不认识编码“{encoding}”。", source=source) from error
    name = ALIASES.get(name, name)
    if name not in SUPPORTED:
        raise UndecodableText(f"不支持编码“{encoding}”。", source=source)
    return name


def _with_mark(data: bytes, codec: str) -> str:
    """``codec``, adapted to whether ``data`` starts with a byte order mark, which is never part of the text."""
    if codec in ("utf-8", "utf-8-sig"):
        return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if codec == "utf-16-le" and data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16"
    if codec == "utf-16-be" and data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16"
    if codec == "utf-16" and not marked:
        # Python would take the machine's own byte order; the text itself tells it.
        scores = {name: score(text, wide=True) for name in CANDIDATES[2:] if (text := _attempt(data, name))}
        return max(scores, key=lambda name: scores[name], default="utf-16-le")
    return codec


def _detect(data: bytes, source: str) -> str:
    for mark, codec in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec
    zeros = b"\0" in data
    if not zeros and _attempt(data, "utf-8") is not None:
        return "utf-8"
    names = CANDIDATES[2:] if zeros else CANDIDATES
    texts = {name: text for name in names if (text := _attempt(data, name)) is not None}
    scores = {name: score(text, wide=name.startswith("utf-16")) for name, text in texts.items()}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is not None and scores[best] >= (CONFIDENT_WIDE if best.startswith("utf-16") else CONFIDENT):
        return best
    if zeros:
        raise BinaryDocument("含有 NUL 字节,不是文本。", source=source)
    raise _undecodable(data, _likeliest_error(data), source)


def _attempt(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def score(text: str, *, wide: bool) -> float:
    """How much like Chinese text ``text`` looks: a mean over its characters, at most 1.

    A common character or punctuation mark counts 1, another one of the old national standards 0.5, a control or
    unassigned character -1, any other 0.

    Args:
        wide: ASCII counts 1 as well. In UTF-16 each ASCII character is evidence; in the other encodings it
            says nothing, because they all agree on it, and is left out.
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    if not wide:
        points = points[points >= 0x80]
    if points.size == 0:
        return 0.0
    weights = _weights()[points]
    return float(weights.mean())


@cache
def _weights() -> NDArray[np.float32]:
    """Shape (0x110000,): what each code point adds to :func:`score`."""
    weights = np.zeros(0x110000, dtype=np.float32)
    for point in range(0x4E00, 0xA000):
        if _in_standard(chr(point)):
            weights[point] = 0.5
    table = resources.files("index").joinpath("data", "common_characters.txt").read_text(encoding="utf-8")
    common = "".join(table.split()) + _PUNCTUATION + "\u3000" + "".join(map(chr, range(0x20, 0x7F)))
    weights[[ord(character) for character in common]] = 1
    weights[0xFF10:0xFF5B] = 1
    weights[[*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xF900), 0xFFFE, 0xFFFF]] = -1
    weights[[9, 10, 12, 13]] = 1
    return weights


def _in_standard(character: str) -> bool:
    for codec in ("gb2312", "big5"):
        try:
            character.encode(codec)
        except UnicodeEncodeError:
            continue
        return True
    return False


def _likeliest_error(data: bytes) -> UnicodeDecodeError:
    """The failure of the encoding whose decodable beginning has the most of Chinese text in it."""
    best: tuple[float, UnicodeDecodeError] | None = None
    for codec in ("utf-8", "gb18030", "big5hkscs"):
        try:
            data.decode(codec)
        except UnicodeDecodeError as error:
            prefix = data[: error.start].decode(codec)
            worth = score(prefix, wide=False) * len(prefix)
            if best is None or worth > best[0]:
                best = (worth, error)
    if best is None:  # everything decodes, into nonsense
        first = next(at for at, byte in enumerate(data) if byte >= 0x80)
        return UnicodeDecodeError("utf-8", data, first, first + 1, "no Chinese encoding fits")
    return best[1]


def _undecodable(data: bytes, error: UnicodeDecodeError, source: str) -> UndecodableText:
    """The error in words: which byte, on which line, under which encoding."""
    breaks = data[: error.start].decode(error.encoding, "replace").replace("\r\n", "\n")
    line = breaks.count("\n") + breaks.count("\r") + 1
    byte = data[error.start : error.start + 1].hex().upper()
    return UndecodableText(
        f"第 {error.start} 字节(第 {line} 行,0x{byte})无法按 {error.encoding} 解码。", source=source
    )


def _refuse_binary(data: bytes, source: str) -> None:
    for magic, kind in MAGIC:
        if data.startswith(magic):
            raise BinaryDocument(f"内容是{kind},不是文本。", source=source)


def _refuse_odd(text: str, source: str) -> None:
    """Refuses text that is none: nothing visible, NUL, or too many control characters."""
    if not text.strip().strip(INVISIBLE).strip():
        raise EmptyDocument("文件是空的。", source=source)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    control = ((points < 0x20) & ~np.isin(points, (9, 10, 11, 12, 13, 27))) | (
        (points >= 0x7F) & (points < 0xA0)
    )
    count = int(control.sum()) - int((points == 0x85).sum())
    if bool((points == 0).any()) or count > 2 + CONTROL_SHARE * points.size:
        raise BinaryDocument(f"有 {count} 个控制字符,不是文本。", source=source)
