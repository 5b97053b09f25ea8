"""Bad workbooks and books."""

from __future__ import annotations

import io

from eval.bench import small_files as small
from eval.bench.small_files import SAID
from eval.bench.zoo import archives
from eval.bench.zoo.archives import plus
from eval.bench.zoo.kinds import BadFile, Outside, either, read, refused
from eval.bench.zoo.office import LAUGHS, changed
from eval.bench.zoo.texts import noise

_DAMAGED, _LARGE, _OTHER, _LOCKED = (
    "DamagedDocument",
    "DocumentTooLarge",
    "MislabelledDocument",
    "EncryptedDocument",
)
_GIGA = 2**30
_SHEET = "xl/worksheets/sheet1.xml"


def _cells(text: str, count: int) -> bytes:
    """A workbook of many cells that all say the same shared string."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("众创")
    for _ in range(count // 10):
        sheet.append([text] * 10)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sector_loop() -> bytes:
    """The sector after the directory's is the directory's own."""
    data = bytearray(small.xls())
    directory, table = (int.from_bytes(data[at : at + 4], "little") for at in (48, 76))
    at = (table + 1) * 512 + 4 * directory
    data[at : at + 4] = directory.to_bytes(4, "little")
    return bytes(data)


_FAR = f'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>{SAID}</t></is></c></row></sheetData>'
_CELL = '<table:table-cell office:value-type="string"{1}><text:p>又</text:p></table:table-cell>'
_ROW = f"<table:table-row{{0}}>{_CELL}</table:table-row>"
_SHEETS = [
    refused("zip-named.xlsx", lambda _: small.zipped({"说明.txt": SAID}), _OTHER, _DAMAGED),
    refused("random-after-its-mark.xlsx", lambda _: b"PK\x03\x04" + noise(), _DAMAGED),
    refused("cut-in-the-middle.xlsx", lambda _: small.xlsx()[: len(small.xlsx()) // 2], _DAMAGED),
    refused("with-a-password.xlsx", lambda _: archives.encrypted_office(), _LOCKED),
    either(
        "whole-sheet-declared.xlsx",
        lambda _: changed(small.xlsx(), _SHEET, 'dimension ref="[^"]*"', 'dimension ref="A1:XFD1048576"'),
        _LARGE,
    ),
    refused(
        "cell-in-the-last-corner.xlsx", lambda _: changed(small.xlsx(), _SHEET, "</sheetData>", _FAR), _LARGE
    ),
    either(
        "cells-that-merge-the-whole-sheet.xlsx",
        lambda _: changed(small.xlsx(), _SHEET, 'mergeCell ref="[^"]*"', 'mergeCell ref="A1:XFD1048576"'),
        _LARGE,
        _DAMAGED,
    ),
    refused(
        "string-of-30000-in-5000-cells.xlsx", lambda _: _cells("长" * 30_000, 5_000), _LARGE, quick=False
    ),
    refused(
        "bomb-of-one-gigabyte.xlsx", lambda _: archives.bomb(small.xlsx(), _SHEET, _GIGA), _LARGE, quick=False
    ),
    either(
        "billion-laughs.xlsx",
        lambda _: changed(
            changed(small.xlsx(), _SHEET, "<t>", "<t>&l9;"),
            *(_SHEET, "<worksheet ", f'<!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><worksheet '),
        ),
        _DAMAGED,
        "EmptyDocument",
    ),
    read(
        "macros.xlsm",
        lambda _: plus(small.xlsx(), {"xl/vbaProject.bin": b"Sub Workbook_Open()"}),
        never=("Workbook_Open",),
    ),
    refused("html-named.xls", lambda _: small.HTML.encode(), _OTHER),
    refused("xlsx-named.xls", lambda _: small.xlsx(), _OTHER),
    either(
        "cut-in-the-middle.xls", lambda _: small.xls()[: len(small.xls()) // 2], _DAMAGED, "EmptyDocument"
    ),
    refused("sectors-that-loop.xls", lambda _: _sector_loop(), _DAMAGED),
    either(
        "rows-repeated-a-million-times.ods",
        lambda _: small.ods(_ROW.format(' table:number-rows-repeated="1048576"', "")),
        _LARGE,
        quick=False,
    ),
    either(
        "columns-repeated-16384-times.ods",
        lambda _: small.ods(_ROW.format("", ' table:number-columns-repeated="16384"')),
        _LARGE,
    ),
    either(
        "rows-and-columns-repeated.ods",
        lambda _: small.ods(
            _ROW.format(' table:number-rows-repeated="1048576"', ' table:number-columns-repeated="16384"')
        ),
        _LARGE,
        _DAMAGED,
        quick=False,
    ),
    refused(
        "rows-repeated-beyond-any-sheet.ods",
        lambda _: small.ods(_ROW.format(' table:number-rows-repeated="99999999999"', "")),
        _LARGE,
    ),
    refused(
        "breaks-off.ods", lambda _: changed(small.ods(), "content.xml", "</table:table>.*", ""), _DAMAGED
    ),
    either(
        "external-entity.ods",
        lambda outside: changed(
            small.ods(),
            "content.xml",
            "<office:document-content ",
            f'<!DOCTYPE o [<!ENTITY x SYSTEM "file://{outside.path}">]><office:document-content ',
        ),
        _DAMAGED,
    ),
]


def _container(outside: Outside) -> bytes:
    declared = f'<!DOCTYPE c [<!ENTITY x SYSTEM "file://{outside.path}">]>'
    container = declared + small.CONTAINER.replace("content", "&x;")
    return plus(small.epub(), {"META-INF/container.xml": container})


_BOOKS = [
    refused("zip-named.epub", lambda _: small.zipped({"说明.txt": SAID}), _OTHER),
    refused(
        "without-container.epub",
        lambda _: small.zipped({"mimetype": "application/epub+zip"}),
        _OTHER,
        _DAMAGED,
    ),
    refused("cut-in-the-middle.epub", lambda _: small.epub()[: len(small.epub()) // 2], _DAMAGED),
    read(
        "spine-that-comes-back-10000-times.epub", lambda _: small.epub(spine='<itemref idref="i0"/>' * 10_000)
    ),
    refused("external-entity.epub", _container, _DAMAGED),
    read(
        "chapter-outside-the-archive.epub",
        lambda outside: plus(
            small.epub(),
            {
                "OEBPS/content.opf": small.package(
                    ["one.xhtml", f"../../../../..{outside.path}", f"file://{outside.path}"]
                )
            },
        ),
    ),
    either(
        "chapter-bomb.epub",
        lambda _: archives.bomb(small.epub(), "OEBPS/two.xhtml", 2**28),
        _LARGE,
        quick=False,
    ),
    read(
        "elements-nested-100000.epub",
        lambda _: small.epub(three=small.chapter("<div>" * 100_000)),
        quick=False,
    ),
]
SHEETS: tuple[BadFile, ...] = (*_SHEETS, *_BOOKS)
