"""Workbooks by openpyxl and xlwt."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import groupby

import xlwt
from openpyxl import Workbook
from openpyxl.styles import Font

from eval.bench.formats.model import Table


def as_xlsx(tables: Sequence[Table]) -> bytes:
    """A sheet for each table, its caption and headers merged."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, table in enumerate(tables, 1):
        sheet = book.create_sheet(f"表{number}")
        width = len(table.headers[0])
        for row, words in enumerate(_lines(table), 1):
            for column, word in enumerate(words, 1):
                sheet.cell(row, column, _typed(word))
        for top, left, bottom, right in _merges(table):
            sheet.merge_cells(
                start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
            )
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
        sheet["A1"].font = Font(bold=True, size=16)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(tables: Sequence[Table]) -> bytes:
    """The same in the format of Excel 97, without merged headers."""
    book = xlwt.Workbook(encoding="utf-8")
    for number, table in enumerate(tables, 1):
        sheet = book.add_sheet(f"表{number}")
        for row, words in enumerate(_lines(table)):
            for column, word in enumerate(words):
                if word:
                    sheet.write(row, column, _typed(word))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _lines(table: Table) -> Iterator[Sequence[str]]:
    yield (table.caption,)
    yield (table.unit,)
    merged = {
        (row, column)
        for top, left, bottom, right in _merges(table)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    corners = {(top, left) for top, left, _, _ in _merges(table)}
    for row, words in enumerate(table.headers, 2):
        yield ["" if (row, c) in merged - corners else word for c, word in enumerate(words)]
    yield from table.rows
    if table.remark:
        yield (table.remark,)


def _merges(table: Table) -> Iterator[tuple[int, int, int, int]]:
    """The merged cells of two rows of headers, from 0, all included; caption and unit stand above."""
    if len(table.headers) < 2:
        return
    yield 2, 0, 1 + len(table.headers), 0
    column = 1
    for _, group in groupby(table.headers[0][1:]):
        width = len(list(group))
        yield 2, column, 2, column + width - 1
        column += width


def _typed(word: str) -> str | float | int | None:
    """A number where it is one and a workbook shows it so again: "1.00" and "-8.0" stay text."""
    try:
        number = int(word) if word.isdigit() else float(word)
    except ValueError:
        return word or None
    return number if str(number).removesuffix(".0") == word else word
