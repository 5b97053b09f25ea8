"""The XML inside Office files: parsed within bounds, and found through the relationships that name it."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Callable
from typing import Any

from index.errors import DamagedDocument, DocumentTooLarge
from index.loaders.safe_xml import safe_parser
from index.loaders.zipped import MOST_BYTES, read_member

_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/presentationml/main",
        b"http://schemas.openxmlformats.org/presentationml/2006/main",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/math",
        b"http://schemas.openxmlformats.org/officeDocument/2006/math",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/",
        b"http://schemas.openxmlformats.org/officeDocument/2006/",
    ),
)
"""Names in files saved as "Strict Open XML", and the usual ones for the same."""
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def usual_names(data: bytes) -> bytes:
    """A member of an Office file with the namespaces that all but "Strict Open XML" has."""
    if b"http://purl.oclc.org/ooxml/" not in data:
        return data
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    return data


def parsed(archive: zipfile.ZipFile, name: str, *, source: str) -> Any:
    """A member's root; None where there is no such member.

    Raises:
        DamagedDocument: it isn't well-formed, or has a document type of its own, which Office never writes.
        DocumentTooLarge: its elements are nested deeper, or it is larger, than may be.
    """
    from lxml import etree

    if name not in archive.NameToInfo:
        return None
    parser = safe_parser(bare=True)
    try:
        root = etree.fromstring(usual_names(read_member(archive, name, source=source)), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "depth" in str(error):
            raise DocumentTooLarge(
                "里面的内容嵌套太深。", source=source, remedy="请减少嵌套的表格后另存，再上传。"
            ) from error
        raise DamagedDocument(f"里面的 {name} 已损坏。", source=source) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DamagedDocument(f"里面的 {name} 带有不该有的 DTD。", source=source)
    return root


def related(archive: zipfile.ZipFile, part: str, *, source: str) -> dict[str, str]:
    """What a part names as belonging to it, by the last word of its type (``styles``): members within the file.

    Args:
        part: a member's name; empty for the file as a whole.
    """
    folder, name = posixpath.split(part)
    root = parsed(archive, posixpath.join(folder, "_rels", f"{name}.rels"), source=source)
    out: dict[str, str] = {}
    for one in () if root is None else root.iter(_RELATIONSHIP):
        if one.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target") or ""))
            out.setdefault((one.get("Type") or "").rsplit("/", 1)[-1], target.lstrip("/"))
    return out


def copied(archive: zipfile.ZipFile, *, source: str, wanted: Callable[[str], bool]) -> bytes:
    """A file of the same members, unpacked within bounds, for a library that reads as much as it is given.

    Args:
        wanted: members whose bytes are copied; the others are there, and empty.

    Raises:
        DamagedDocument, DocumentTooLarge: as :func:`index.loaders.zipped.read_member`.
    """
    out = io.BytesIO()
    left = MOST_BYTES
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name in archive.NameToInfo:
            data = read_member(archive, name, source=source, maximum=left) if wanted(name) else b""
            left -= len(data)
            made.writestr(zipfile.ZipInfo(name), usual_names(data))
    return out.getvalue()
