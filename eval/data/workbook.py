"""An Excel workbook as rows of text, each cell as a person sees it."""

from __future__ import annotations

import io
import math
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from eval.data.cells import Cell, display, is_date, show_text
from eval.data.findings import Findings
from eval.data.tables import has_questions
from index.errors import DatasetError

MAX_UNPACKED = 512 * 2**20
MAX_RATIO = 200
"""A workbook that unpacks to more bytes, or (above :data:`_SMALL`) to more times its size, is refused unread."""
_SMALL = 32 * 2**20

MAX_ROWS = 1_048_576
"""As many as Excel has; a row number beyond is damage."""

_BATCH = 500

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Begins old Office files and encrypted new ones."""

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
"""What openpyxl and zipfile raise on a file that isn't as it should be. SyntaxError is the parser's, be that the
standard library's or, where that is installed, lxml's."""

_DATES = "{} 个日期或时间单元格按表里显示的样子读取"


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip, as every .xlsx is."""
    return data.startswith(b"PK")


def refuse_compound(data: bytes, name: str) -> None:
    """
    Raises:
        DatasetError: an old .xls, or a workbook under a password.
    """
    if data.startswith(COMPOUND):
        raise DatasetError(
            f"{name}: 是旧版 Office 文件，或加了密码的工作簿。", remedy="请去掉密码，另存为 .xlsx。"
        )


def read_workbook(data: bytes, name: str, findings: Findings) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of the first visible sheet that has a question column, else of the first visible one.

    Formulas give the value that was last calculated. Rows come one at a time; only texts are held.

    Raises:
        DatasetError: damaged, encrypted, no workbook, or too large unpacked.
    """
    _refuse_bomb(data, name)
    try:
        book = _open(data)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except _DAMAGE as error:
        raise _damaged(name) from error
    with_questions = [sheet for sheet in sheets if _has_header(sheet, name)]
    if not sheets:
        raise DatasetError(f"{name}: 工作簿里没有可见的工作表。")
    for other in with_questions[1:]:
        findings.remark(f"只读了工作表“{with_questions[0].title}”，没有读“{other.title}”")
    yield from _texts((with_questions or sheets)[0], name, findings)


def _open(data: bytes) -> Any:
    import openpyxl

    with warnings.catch_warnings():  # of features that are of no use here: styles, data validation, headers
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)


def _refuse_bomb(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except _DAMAGE as error:
        raise _damaged(name) from error
    if any(member.flag_bits & 1 for member in members):
        raise DatasetError(f"{name}: 压缩包加了密码。", remedy="请去掉密码，另存为 .xlsx。")
    if not any(member.filename == "[Content_Types].xml" for member in members):
        raise DatasetError(f"{name}: 是一个压缩包，不是 Excel 工作簿。")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED or unpacked > max(_SMALL, MAX_RATIO * len(data)):
        raise DatasetError(
            f"{name}: 解压后有 {unpacked / 2**20:.0f} MB(压缩 {unpacked / len(data):.0f} 倍),不像正常的工作簿。",
            remedy=f"请另存一份；解压后不能超过 {MAX_UNPACKED / 2**20:.0f} MB。",
        )


def _damaged(name: str) -> DatasetError:
    return DatasetError(
        f"{name}: 不是 Excel 工作簿(.xlsx)，或已损坏。", remedy="请用 Excel 或 WPS 另存为 .xlsx。"
    )


def _has_header(sheet: Any, name: str) -> bool:
    for _, cells in _cells(sheet, name):
        texts = [cell if isinstance(cell, str) else display(cell) for cell in cells]
        if any(text.strip() for text in texts):
            return has_questions(texts)
    return False


def _texts(sheet: Any, name: str, findings: Findings) -> Iterator[tuple[int, Sequence[str]]]:
    for row, cells in _cells(sheet, name):
        yield row, [cell if isinstance(cell, str) else _told(cell, row, findings) for cell in cells]


def _told(cell: Cell, row: int, findings: Findings) -> str:
    """What the cell shows; an error or a date is told of."""
    text = display(cell)
    if cell.error:
        findings.problem(row, f"有一格是错误值“{text}”。")
    elif is_date(cell):
        findings.tally(_DATES, f"{findings.place(row)}“{text}”")
    return text


def _cells(sheet: Any, name: str) -> Iterator[tuple[int, list[str | Cell]]]:
    """Each row's cells, from row 1, so that the numbers are those that Excel shows."""
    sheet.reset_dimensions()  # some programs write them wrong, and rows would be lost
    rows = sheet.iter_rows()
    first = 1
    while batch := _batch(rows, name):
        if first + len(batch) - 1 > MAX_ROWS:
            raise _damaged(name)
        yield from enumerate(batch, first)
        first += len(batch)


def _batch(rows: Iterator[Any], name: str) -> list[list[str | Cell]]:
    try:
        with warnings.catch_warnings():  # of a date out of range, which comes as an error value
            warnings.simplefilter("ignore", UserWarning)
            return [[_cell(cell) for cell in row] for row in islice(rows, _BATCH)]
    except _DAMAGE as error:
        raise _damaged(name) from error


def _cell(cell: Any) -> str | Cell:
    """Plain text as it shows (most cells are that); anything else with its format."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return Cell(value=value, error=True) if cell.data_type == "e" else show_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("no number that a workbook can hold")
    style = cell.style_array
    return Cell(
        value=value,
        code=cell.number_format,
        code_id=int(style.numFmtId),
        date_1904=cell.parent.parent.epoch.year == 1904,
    )
