"""Uploads that are ZIP archives inside (Office files, EPUB): checked before any library opens them."""

from __future__ import annotations

import io
import zipfile
import zlib

from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EncryptedDocument,
    MislabelledDocument,
)

MOST_MEMBERS = 20_000
MOST_BYTES = 512 * 2**20
"""Uncompressed, of all members together: some forty times what the largest of ordinary workbooks has."""
LARGEST_XML = 256 * 2**20
"""Of one member that is parsed as a whole."""
MOST_INFLATED = 200
"""Times that a member larger than :data:`SMALL` may be larger than it is packed; XML packs about 10 to 30 times."""
SMALL = 10 * 2**20
_CHUNK = 2**20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)
"""What zipfile raises on archives that aren't whole."""
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_STREAMS = (
    ("WordDocument", "Word（.doc）", ".docx"),
    ("PowerPoint Document", "PowerPoint（.ppt）", ".pptx"),
    ("Workbook", "Excel（.xls）", ".xlsx"),
)


def open_zip(data: bytes, *, source: str) -> zipfile.ZipFile:
    """The archive in ``data``, if what its directory declares is within bounds.

    Raises:
        MislabelledDocument: it is no ZIP archive, or an OLE container: an Office file from before 2007.
        EncryptedDocument: an Office file with a password (an OLE container as well), or encrypted members.
        DamagedDocument: its directory can't be read.
        DocumentTooLarge: it would unpack to more than it may.
    """
    if data.startswith(_OLE):
        raise _container(data, source)
    if not data.startswith(b"PK"):
        raise MislabelledDocument("内容与扩展名不符。", source=source)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise DamagedDocument("压缩包结构已损坏。", source=source) from error
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedDocument("文件里有加密的部分。", source=source)
    _check_sizes(members, source)
    return archive


def _container(data: bytes, source: str) -> DocumentError:
    """What an OLE container is, told by the streams in it."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return EncryptedDocument("文件加了密码。", source=source)
    for stream, kind, new in _STREAMS:
        if stream.encode("utf-16-le") in data:
            return MislabelledDocument(
                f"其实是旧版 {kind} 文件。",
                source=source,
                remedy=f"请用 Office、WPS 或 LibreOffice 打开，另存为 {new}，再上传。",
            )
    return EncryptedDocument("文件加了密码，或是旧版 Office 格式。", source=source)


def _check_sizes(members: list[zipfile.ZipInfo], source: str) -> None:
    if len(members) > MOST_MEMBERS:
        raise DocumentTooLarge(f"里面有 {len(members)} 个文件，上限是 {MOST_MEMBERS}。", source=source)
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        raise DocumentTooLarge(
            f"解压后有 {total / 2**20:.0f} MB，上限是 {MOST_BYTES / 2**20:.0f} MB。", source=source
        )
    for member in members:
        if member.file_size > SMALL and member.file_size > MOST_INFLATED * max(member.compress_size, 1):
            raise DocumentTooLarge("压缩比高得不正常，可能是压缩炸弹。", source=source)


def read_member(archive: zipfile.ZipFile, name: str, *, source: str, maximum: int = LARGEST_XML) -> bytes:
    """One member's bytes, never more than ``maximum``, whatever the directory declares.

    Raises:
        DamagedDocument: it isn't there, or can't be unpacked.
        DocumentTooLarge: it is larger.
    """
    parts: list[bytes] = []
    size = 0
    try:
        with archive.open(name) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > maximum:
                    raise DocumentTooLarge(
                        f"里面的 {name} 解压后超过 {maximum / 2**20:.0f} MB。", source=source
                    )
                parts.append(chunk)
    except KeyError as error:
        raise DamagedDocument(f"里面缺少 {name}。", source=source) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        RuntimeError,
    ) as error:
        raise DamagedDocument(f"里面的 {name} 已损坏。", source=source) from error
    return b"".join(parts)
