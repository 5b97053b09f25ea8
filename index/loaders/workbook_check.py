"""What is wrong with a workbook, told before calamine sees it: its own loops have no bounds of theirs."""

from __future__ import annotations

import posixpath
import re
import zipfile
from pathlib import PurePath

from index.errors import DamagedDocument, DocumentTooLarge, MislabelledDocument
from index.loaders.biff import Impossible, count_cells
from index.loaders.compound import Looped, streams
from index.loaders.office_xml import parsed
from index.loaders.safe_xml import safe_parser
from index.loaders.zipped import open_zip, read_member

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_BOOKS = frozenset({"Workbook", "Book"})
MOST_SPREAD = 8_000_000
"""Cells that a table is made of, blank ones between the outermost included."""
_REPEATED = re.compile(rb"number-(rows|columns)-repeated\s*=\s*[\"']([^\"']*)")
MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
"""As many as a sheet of Excel or LibreOffice has."""
_MOST_REPEATED = {b"rows": MOST_ROWS, b"columns": _MOST_COLUMNS}


def check(data: bytes, source: str) -> None:
    """Raises what is wrong before any library looks: another format, a password, a bomb, a loop.

    Raises:
        MislabelledDocument, EncryptedDocument, DamagedDocument, DocumentTooLarge.
    """
    ending = PurePath(source).suffix.lower()
    if ending == ".xls":
        if not data.startswith(_OLE):
            raise MislabelledDocument(f"内容不是旧版 Excel，而是{_really(data)}。", source=source)
        _check_old(data, source)
        return
    if data.startswith(_OLE) and b"E\0n\0c\0r\0y\0p\0t\0e\0d" not in data:
        raise MislabelledDocument("内容是旧版 Excel（.xls）。", source=source)
    archive = open_zip(data, source=source)
    if ending == ".ods":
        _check_content(archive, source)
    else:
        _check_sheets(archive, source)


def _really(data: bytes) -> str:
    head = data[:512].lstrip().lower()
    if data.startswith(b"PK"):
        return "新版 Excel（.xlsx）"
    return "网页（.html）" if head.startswith((b"<", b"\xef\xbb\xbf<")) else "文本（可能是 .csv）"


def _check_old(data: bytes, source: str) -> None:
    try:
        count = sum(map(count_cells, streams(data, wanted=_BOOKS)))
    except (Looped, Impossible) as error:
        raise DamagedDocument("工作簿的结构已损坏。", source=source) from error
    if count > MOST_SPREAD:
        raise DocumentTooLarge(f"单元格（连同其间的空格）超过 {MOST_SPREAD} 个。", source=source)


_SAYING = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*[^<>/])>\s*(?:<(?:\w+:)?f[^<>]*/>|<(?:\w+:)?f[^<>]*>[^<]*</[^<>]*>)?\s*<(?:\w+:)?(?:v|is)>"
)
"""A cell with something in it; those that only have a format count for nothing."""
_NAMED = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _check_sheets(archive: zipfile.ZipFile, source: str) -> None:
    """calamine makes a sheet's table before it tells how large that is; hidden sheets it isn't asked for."""
    hidden = _hidden(archive, source)
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml") and name not in hidden:
            sheet = read_member(archive, name, source=source)
            named = (_NAMED.search(attributes) for attributes in _SAYING.findall(sheet))
            cells = [(_column(one[1]), int(one[2])) for one in named if one is not None]
            if cells and _area(cells) > MOST_SPREAD:
                raise DocumentTooLarge(f"单元格（连同其间的空格）超过 {MOST_SPREAD} 个。", source=source)


def _hidden(archive: zipfile.ZipFile, source: str) -> frozenset[str]:
    """Members that hold hidden sheets."""
    book = parsed(archive, "xl/workbook.xml", source=source)
    relations = parsed(archive, "xl/_rels/workbook.xml.rels", source=source)
    if book is None or relations is None:
        return frozenset()
    ids = {one.get(_ID) for one in book.iter("{*}sheet") if one.get("state", "visible") != "visible"}
    return frozenset(
        posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))).lstrip("/")
        for one in relations.iter("{*}Relationship")
        if one.get("Id") in ids
    )


def _column(letters: bytes) -> int:
    """``A`` -> 1, ``AA`` -> 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _area(cells: list[tuple[int, int]]) -> int:
    columns, rows = [column for column, _ in cells], [row for _, row in cells]
    return (max(columns) - min(columns) + 1) * (max(rows) - min(rows) + 1)


class _Nothing:
    """Parsed into nothing: only whether it can be parsed counts."""

    def close(self) -> None:
        """Called by lxml at the end."""


def _check_content(archive: zipfile.ZipFile, source: str) -> None:
    """An OpenDocument sheet that breaks off keeps calamine waiting for the end for ever."""
    from lxml import etree

    content = read_member(archive, "content.xml", source=source)
    try:
        etree.fromstring(content, safe_parser(target=_Nothing()))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedDocument("里面的 content.xml 已损坏。", source=source) from error
    for what, count in _REPEATED.findall(content):
        if not re.fullmatch(rb"\s*[0-9]{1,9}\s*", count) or int(count) > _MOST_REPEATED[what]:
            raise DocumentTooLarge("表格的行或列重复得不正常。", source=source)
