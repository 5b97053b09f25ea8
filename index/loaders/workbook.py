"""Workbooks (Excel, OpenDocument), by calamine: every sheet's tables as rows with their headers."""

from __future__ import annotations

import datetime
import io
import json
import math
import re
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Any

from index.document import BlockKind, Document, Part, PartKind
from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
)
from index.loaders.draft import Draft, Piece, draft
from index.loaders.finish import finish
from index.loaders.opendocument import Marks, marks_of
from index.loaders.parted import PartedText
from index.loaders.sheets import Cell, Sheet, bounded, cell_name
from index.loaders.workbook_check import MOST_ROWS, MOST_SPREAD, check
from index.loaders.zipped import open_zip, read_member

MOST_SHEETS = 500
MOST_CELLS = 2_000_000
MOST_CHARACTERS = 20_000_000
LONGEST_CELL = 32_767
"""Characters, Excel's own limit."""

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".xls": "application/vnd.ms-excel",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}
_NO_NAME = re.compile(r"(?:sheet|工作表|表)\s*[0-9]*", re.I)

Percents = dict[str, list[tuple[int, int]]]
"""By sheet: row and column, from 0, of cells that show their number as a percentage."""


@dataclass(frozen=True, slots=True)
class WorkbookLoader:
    """Reads ``.xlsx``, ``.xlsm``, ``.xls``, ``.ods``. A formula counts as the value it was saved with."""

    extensions: frozenset[str] = frozenset(_TYPES)

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, a workbook says its own
        reading: bytes = b"",
    ) -> PartedText:
        """The raw text: every cell that says something, row by row.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge.
        """
        check(data, source)
        noted = _noted(reading)
        percents = _percents(data, source, _marks(data, source)) if noted is None else noted
        cells = Cells()
        for _ in _sheets(data, source, cells, percents):
            pass
        return cells.build()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument.
        """
        check(data, source)
        marks = _marks(data, source)
        percents = _percents(data, source, marks)
        cells = Cells()
        read = list(_sheets(data, source, cells, percents, marks))
        raw = cells.build()
        drafts: list[Draft] = []
        warnings = _warnings(data, source)
        named = len(read) > 1
        for name, rows, merges in read:
            heading = draft(raw.text, [name], kind=BlockKind.HEADING, level=1)
            # Programs other than Excel may write a name of nothing but white space.
            told = bool(heading.text) and (named or not _NO_NAME.fullmatch(raw.text[slice(*name)]))
            drafts.extend([heading] if told else [])
            sheet = Sheet(raw=raw.text, rows=rows, merges=merges, level=1 + told)
            drafts.extend(part for part in bounded(sheet.drafts(), source=source) if part.text)
        if not any(part.kind is not BlockKind.HEADING for part in drafts):
            raise EmptyDocument("表格里没有文字。", source=source)
        return finish(
            drafts,
            titled=[False] * len(drafts),
            data=data,
            source=source,
            encoding="",
            media_type=_TYPES[PurePath(source).suffix.lower()],
            reading=_note(percents),
            warnings=warnings,
        )


class Cells(Sequence[tuple[Part, ...]]):
    """The cells that say something, a raw text in the making; in arrays, for a workbook may have a million."""

    def __init__(self) -> None:
        self.sheets: list[str] = []
        self.length = 0
        self._texts: list[str] = []
        self._starts, self._sheets = array("q"), array("q")
        self._rows, self._columns = array("q"), array("q")

    def add(self, text: str, row: int = -1, column: int = -1) -> Piece:
        """Appends a cell of the last sheet, or the sheet's own name (row -1); its raw range."""
        start = self.length
        self._texts.append(text)
        for numbers, value in (
            (self._starts, start),
            (self._sheets, len(self.sheets) - 1),
            (self._rows, row),
            (self._columns, column),
        ):
            numbers.append(value)
        self.length = start + len(text) + 1
        return start, start + len(text)

    def build(self) -> PartedText:
        """All that was added."""
        return PartedText(text="".join(f"{text}\n" for text in self._texts), starts=self._starts, parts=self)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: Any) -> Any:
        """The way to a cell: its sheet, its name."""
        sheet = Part(kind=PartKind.SHEET, name=self.sheets[self._sheets[index]])
        row = self._rows[index]
        if row < 0:
            return (sheet,)
        return sheet, Part(kind=PartKind.CELL, name=cell_name(row, self._columns[index]))


Read = tuple[tuple[int, int], list[list[Cell]], list[tuple[int, int, int, int]]]
"""A sheet: its name, its cells, its merged cells."""


def _sheets(
    data: bytes,
    source: str,
    cells: Cells,
    percents: Percents,
    marks: Mapping[str, Marks] = MappingProxyType({}),
) -> Iterator[Read]:
    """The sheets that hold something, each added to ``cells`` with its name first."""
    book = _opened(data, source)
    names = [meta.name for meta in book.sheets_metadata if _is_seen(meta)]
    if len(names) > MOST_SHEETS:
        raise DocumentTooLarge(f"有 {len(names)} 张工作表，上限是 {MOST_SHEETS} 张。", source=source)
    left = MOST_CELLS
    for name in names:
        values, (top, side), merges = _values(book, name, source, left)
        left -= sum(map(len, values))
        if not any(value not in ("", None) for row in values for value in row):
            continue
        shares = frozenset(percents.get(name, ()))
        cells.sheets.append(name)
        said = cells.add(name)
        rows = [
            [_added(cells, value, row, column, shares) for column, value in enumerate(line, side)]
            for row, line in enumerate(values, top)
        ]
        if cells.length > MOST_CHARACTERS:
            raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=source)
        merges = marks[name].merges if name in marks else merges
        yield said, rows, [(a - top, b - side, c - top, d - side) for a, b, c, d in merges]


def _is_seen(meta: Any) -> bool:
    """Whether a sheet is for people: no chart, no macro, and not hidden."""
    return str(meta.typ).endswith("WorkSheet") and str(meta.visible).endswith("Visible")


def _added(cells: Cells, value: object, row: int, column: int, shares: frozenset[tuple[int, int]]) -> Cell:
    if value == "":
        return ()
    text = shown(value, percent=(row, column) in shares)[:LONGEST_CELL]
    return (cells.add(text, row, column),) if text and not text.isspace() else ()


def shown(value: object, *, percent: bool = False) -> str:
    """A cell's value as people read it; numbers to 15 digits, as Excel keeps them."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return ""
        return f"{value * 100:.12g}%" if percent else f"{value:.15g}" if abs(value) < 1e15 else f"{value:.0f}"
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="minutes" if value.second == 0 else "seconds")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    return "" if value is None else str(value).replace("\r\n", "\n")


def _duration(value: datetime.timedelta) -> str:
    """``30:00:00``: hours go on past a day, as in a sheet."""
    seconds = abs(round(value.total_seconds()))
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _opened(data: bytes, source: str) -> Any:
    """The workbook, which was checked before."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except PasswordError as error:
        raise EncryptedDocument("工作簿加了密码。", source=source) from error
    except (CalamineError, ValueError, OSError, OverflowError, AttributeError) as error:
        raise DamagedDocument("工作簿已损坏。", source=source) from error
    except BaseException as error:
        raise _panicked(error, source) from error


def _panicked(error: BaseException, source: str) -> BaseException:
    """A panic of calamine's own code comes as a BaseException; anything else goes on as it is."""
    if type(error).__name__ == "PanicException":
        return DamagedDocument("工作簿已损坏。", source=source)
    return error


def _values(
    book: Any, name: str, source: str, most: int
) -> tuple[list[list[object]], tuple[int, int], list[tuple[int, int, int, int]]]:
    """A sheet's values without the blank margin, where they begin, and its merged cells."""
    from python_calamine import CalamineError

    try:
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > min(4 * most, MOST_SPREAD):
            raise DocumentTooLarge(f"工作表“{name}”超过 {MOST_CELLS} 个单元格。", source=source)
        values = sheet.to_python(skip_empty_area=True)
        first = sheet.start or (0, 0)
        merges = [(*a, *b) for a, b in (sheet.merged_cell_ranges or [])]
    except (CalamineError, ValueError, OSError, OverflowError, IndexError) as error:
        raise DamagedDocument(f"工作表“{name}”已损坏。", source=source) from error
    except DocumentTooLarge:
        raise
    except BaseException as error:
        raise _panicked(error, source) from error
    return values, (int(first[0]), int(first[1])), merges


_UNCOUNTED = re.compile(rb"<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")
"""A formula without a value: the workbook was written by a program that never calculated it."""


def _warnings(data: bytes, source: str) -> list[str]:
    """What can't be read out of a workbook, for the one who adds it."""
    if PurePath(source).suffix.lower() not in (".xlsx", ".xlsm"):
        return []
    archive = open_zip(data, source=source)
    count = 0
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            count += len(_UNCOUNTED.findall(read_member(archive, name, source=source)))
    return [f"有 {count} 个公式没有保存计算结果，没有读入；请用 Excel 打开、保存后再添加。"] if count else []


# --- percentages ------------------------------------------------------------------------------------------


def _marks(data: bytes, source: str) -> dict[str, Marks]:
    """Merged cells and percentages by sheet, of an OpenDocument workbook; of any other none."""
    if PurePath(source).suffix.lower() != ".ods":
        return {}
    return marks_of(read_member(open_zip(data, source=source), "content.xml", source=source))


def _percents(data: bytes, source: str, marks: Mapping[str, Marks]) -> Percents:
    """Cells shown as percentages. Only formats tell, which calamine leaves out: openpyxl reads them, ten times as
    slowly, where a workbook has such a format at all. Those of Excel before 2007 are left as they are."""
    if marks:
        return {name: one.percents for name, one in marks.items() if one.percents}
    if PurePath(source).suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    archive = open_zip(data, source=source)
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = read_member(archive, "xl/styles.xml", source=source)
    if not re.search(rb'numFmtId="(?:9|10)"|formatCode="[^"]*%', styles):
        return {}
    import openpyxl

    found: Percents = {}
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            cells = [
                (cell.row - 1, cell.column - 1)
                for row in sheet.iter_rows(max_row=MOST_ROWS)  # it counts on to any number that a row bears
                for cell in row
                if isinstance(cell.value, (int, float)) and "%" in cell.number_format
            ]
            if cells:
                found[sheet.title] = cells
    except Exception as error:
        raise DamagedDocument("工作簿已损坏。", source=source) from error
    return found


def _note(percents: Percents) -> bytes:
    return zlib.compress(json.dumps(percents, ensure_ascii=False).encode(), 6) if percents else b"-"


def _noted(reading: bytes) -> Percents | None:
    """What :func:`_note` wrote, or None."""
    if reading == b"-":
        return {}
    try:
        told = json.loads(zlib.decompress(reading))
        return {name: [(int(row), int(column)) for row, column in cells] for name, cells in told.items()}
    except (ValueError, TypeError, AttributeError, zlib.error):
        return None
