"""Bad mails and pictures."""

from __future__ import annotations

import struct
import zlib

from eval.bench import small_files as small
from eval.bench.small_files import SAID
from eval.bench.zoo.kinds import BadFile, Outside, either, read, refused
from eval.bench.zoo.texts import noise

_DAMAGED, _LARGE, _OTHER = "DamagedDocument", "DocumentTooLarge", "MislabelledDocument"
_HEAD = "From: a@example.cn\r\nSubject: t\r\nMIME-Version: 1.0\r\n"


def _mail(rest: str, body: str = "") -> bytes:
    return f"{_HEAD}{rest}\r\n\r\n{body}".encode()


def _nested(depth: int) -> bytes:
    return b"From: a@example.cn\r\nContent-Type: message/rfc822\r\n\r\n" * depth + _mail(
        "Content-Type: text/plain; charset=utf-8", SAID
    )


def _multipart(depth: int) -> bytes:
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return f"{_HEAD}{parts}Content-Type: text/plain; charset=utf-8\r\n\r\n{SAID}\r\n".encode()


def _remote(outside: Outside) -> bytes:
    body = (
        f'<p>{SAID}</p><img src="{outside.url}/pixel.gif"><link href="{outside.url}/a.css" rel="stylesheet">'
    )
    external = f'message/external-body; access-type=URL; URL="{outside.url}/x"'
    external = f"\r\n--b\r\nContent-Type: {external}\r\n\r\n\r\n--b--"
    return _mail(
        'Content-Type: multipart/mixed; boundary="b"',
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}{external}",
    )


def _text(charset: str, body: bytes, encoding: str = "8bit") -> bytes:
    return (
        _mail(f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}") + body
    )


MAILS: tuple[BadFile, ...] = (
    refused("empty.eml", lambda _: b"", "EmptyDocument", _OTHER),
    refused("random.eml", lambda _: noise(), _OTHER, _DAMAGED, "EmptyDocument"),
    read(
        "ten-thousand-headers.eml",
        lambda _: "".join(f"X-{n}: v\r\n" for n in range(10_000)).encode() + _text("utf-8", SAID.encode()),
    ),
    read(
        "header-of-5-MB.eml",
        lambda _: b"X-A: " + b"x" * 5_000_000 + b"\r\n" + _text("utf-8", SAID.encode()),
        quick=False,
    ),
    read("character-set-that-is-none.eml", lambda _: _text("x-nowhere", SAID.encode())),
    read("character-set-that-runs-code.eml", lambda _: _text("unicode_escape", SAID.encode())),
    either(
        "base64-broken.eml",
        lambda _: _text("utf-8", b"5pyJ5L$yXz*==5a2X\r\n=", "base64"),
        _DAMAGED,
        "EmptyDocument",
    ),
    either("messages-nested-200.eml", lambda _: _nested(200), _DAMAGED, "EmptyDocument", _LARGE),
    either("messages-nested-5000.eml", lambda _: _nested(5000), _DAMAGED, "EmptyDocument", _LARGE),
    either("parts-nested-2000.eml", lambda _: _multipart(2000), _DAMAGED, "EmptyDocument", _LARGE),
    either(
        "hundred-thousand-parts.eml",
        lambda _: _mail('Content-Type: multipart/mixed; boundary="b"', "--b\r\n\r\n字\r\n" * 100_000),
        _DAMAGED,
        "EmptyDocument",
        _LARGE,
        quick=False,
    ),
    refused(
        "encrypted.eml",
        lambda _: _mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "MIAG"),
        "EncryptedDocument",
    ),
    read("pictures-and-bodies-from-elsewhere.eml", _remote),
    refused("zip-named.eml", lambda _: small.zipped({"说明.txt": SAID}), _OTHER, _DAMAGED, "EmptyDocument"),
)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, data: bytes = b"", before: bytes = b"") -> bytes:
    """A picture that declares a size, whatever it holds."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _tiff(width: int, height: int, following: int = 0) -> bytes:
    """A TIFF of one directory, which names where the next one lies."""
    tags = (
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, height),
        (279, 8),
    )
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return (
        b"II*\0"
        + struct.pack("<I", 8)
        + struct.pack("<H", len(tags))
        + entries
        + struct.pack("<I", following)
        + bytes(64)
    )


def _jpeg() -> bytes:
    return small.picture("JPEG", size=(400, 300))


def _comment() -> bytes:
    return _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100 * 2**20), 9))


_NO_WORDS = "NoTextLayer"
PICTURES: tuple[BadFile, ...] = (
    refused("empty.png", lambda _: b"", "EmptyDocument", _OTHER),
    refused("zeros.png", lambda _: bytes(5000), _OTHER),
    refused("text-named.png", lambda _: small.TEXT.encode(), _OTHER),
    refused("60000-pixels-square.png", lambda _: png(60_000, 60_000), _LARGE),
    refused(
        "two-thousand-million-pixels-wide.png", lambda _: png(2**31 - 1, 2**31 - 1), _LARGE, _DAMAGED, _OTHER
    ),
    refused("60000-pixels-square.tiff", lambda _: _tiff(60_000, 60_000), _LARGE, _OTHER, _DAMAGED),
    refused(
        "frames-that-loop.tiff", lambda _: _tiff(8, 1, following=8), _LARGE, _DAMAGED, _NO_WORDS, quick=False
    ),
    refused("ten-thousand-frames.tiff", lambda _: small.picture("TIFF", size=(8, 8), frames=600), _LARGE),
    refused("without-any-data.png", lambda _: png(64, 48), _DAMAGED),
    refused("comment-of-100-MB.png", lambda _: png(64, 48, before=_comment()), _LARGE, _DAMAGED),
    refused("cut-in-the-middle.jpg", lambda _: _jpeg()[: len(_jpeg()) // 2], _DAMAGED),
    refused(
        "pixels-of-one-colour-bomb.bmp",
        lambda _: (
            b"BM"
            + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 50_000, 50_000, 1, 24, 0, 0, 0, 0, 0, 0)
        ),
        _LARGE,
        _DAMAGED,
    ),
    refused(
        "random-after-its-mark.webp",
        lambda _: b"RIFF\xff\xff\x00\x00WEBPVP8L" + noise(2000),
        _DAMAGED,
        _OTHER,
    ),
    refused(
        "gif-with-svg-named.png",
        lambda _: b'<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>',
        _OTHER,
    ),
)
