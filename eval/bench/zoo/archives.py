"""Archives that unpack to more than they should, to elsewhere, or not at all."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from eval.bench import small_files as small

WORD = "word/document.xml"


def plus(data: bytes, more: Mapping[str, str | bytes]) -> bytes:
    """An archive with members of those names put in, or in place of its own."""
    return small.zipped(small.members_of(data) | dict(more))


def of_zeros(size: int) -> bytes:
    """A deflated stream of ``size`` zeros and nothing else, without ever holding them all."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    parts = [packer.compress(bytes(2**20)) for _ in range(size // 2**20)]
    return b"".join(parts) + packer.flush()


def bomb(data: bytes, name: str, size: int) -> bytes:
    """An archive one of whose members holds ``size`` zeros, and says so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, content in small.members_of(data).items():
            if other != name:
                archive.writestr(other, content)
        with archive.open(name, "w") as stream:
            for _ in range(size // 2**20):
                stream.write(bytes(2**20))
    return out.getvalue()


def lying(data: bytes, name: str, size: int) -> bytes:
    """The same, but every place that tells the member's size says 100 bytes."""
    made = bytearray(bomb(data, name, size))
    told = struct.pack("<I", size)
    at = made.find(told)
    while at >= 0:
        made[at : at + 4] = struct.pack("<I", 100)
        at = made.find(told, at + 4)
    return bytes(made)


def many(data: bytes, count: int) -> bytes:
    """An archive with ``count`` empty members more."""
    return plus(data, {f"x/{number}": b"" for number in range(count)})


def overlapping(data: bytes, name: str, count: int) -> bytes:
    """An archive whose directory names the same packed bytes ``count`` times (Fifield 2019, the simplest form)."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/0", bytes(20 * 2**20))
        held = archive.getinfo("x/0")
        for number in range(1, count):
            twin = zipfile.ZipInfo(f"x/{number}")
            twin.compress_type, twin.CRC = held.compress_type, held.CRC
            twin.compress_size, twin.file_size = held.compress_size, held.file_size
            twin.header_offset = held.header_offset
            archive.filelist.append(twin)
    assert name in small.members_of(data)
    return out.getvalue()


def locked(data: bytes) -> bytes:
    """An archive whose members are marked as encrypted."""
    made = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def doubled(data: bytes, name: str, second: bytes) -> bytes:
    """An archive with a second member of the same name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, content in (*small.members_of(data).items(), ("~", second)):
            archive.writestr(other, content)
    return out.getvalue().replace(b"~", name[:1].encode())


def beside(data: bytes) -> bytes:
    """An archive with members that lead out of any folder they might be unpacked to."""
    names = (
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\windows\\win.ini",
        "C:\\boot.ini",
        "word/a\0b.xml",
        "word//../../x",
    )
    return plus(data, dict.fromkeys(names, small.paragraph("越界")))


def encrypted_office() -> bytes:
    """The first sectors of an Office file with a password: an OLE container with ``EncryptedPackage`` in it."""
    sector, free, last = 512, 0xFFFFFFFF, 0xFFFFFFFE
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, last, *range(3, 10), last, *[free] * 118)
    entries = (
        ("Root Entry", 5, last, 0),
        ("EncryptedPackage", 2, 2, 8 * sector),
        ("EncryptionInfo", 2, last, 0),
    )
    directory = b"".join(_entry(*entry) for entry in entries).ljust(sector, b"\0")
    return header + table + directory + bytes(range(256)) * 16


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written) + 2, kind, 1, *[0xFFFFFFFF] * 3)
    return (head.ljust(116, b"\0") + struct.pack("<IQ", start, size)).ljust(128, b"\0")
