"""Workbooks and CSV: rows with their headers, each cell led back to its place."""

from __future__ import annotations

import csv
import datetime
import io
import random
import re
import struct
import time
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from index.document import BlockKind, Document, Part, PartKind
from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
)
from index.loaders import workbook
from index.loaders.separated import SeparatedLoader, cells_of, separator_of
from index.loaders.sheets import Sheet, cell_name
from index.loaders.workbook import WorkbookLoader, shown
from loader_contract import check_document

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
Rows = Sequence[Sequence[Any]]
STATISTICS: Rows = [
    ["自治区众创空间基本情况（2015—2017年）"],
    ["单位：家"],
    ["指标", "2015年", "2016年", "2017年"],
    ["众创空间", 12, 20, 27],
    ["科技企业孵化器", 9, 13, 16],
    ["注：数据来自年报。"],
]


def xlsx(
    *sheets: tuple[str, Rows], merged: Sequence[str] = (), formats: dict[str, str] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cells in merged:
            sheet.merge_cells(cells)
        for cell, form in (formats or {}).items():
            sheet[cell].number_format = form
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Rows) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows: Rows) -> bytes:
    book = OpenDocumentSpreadsheet()
    table = Table(name="Sheet1")
    for row in rows:
        line = TableRow()
        for value in row:
            number = isinstance(value, (int, float))
            cell = TableCell(
                **({"valuetype": "float", "value": value} if number else {"valuetype": "string"})
            )
            cell.addElement(P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def cells_cited(data: bytes, document: Document, words: str) -> list[str]:
    start = document.text.index(words)
    raw = WorkbookLoader().read(data, source=document.source, reading=document.reading)
    place = raw.place(document.offsets.ranges(start, start + len(words)))
    return [part.name for part in place.parts]


EXPECTED = [
    ("heading", "自治区众创空间基本情况（2015—2017年）"),
    ("caption", "单位：家"),
    ("row", "众创空间 2015年：12；众创空间 2016年：20；众创空间 2017年：27"),
    ("row", "科技企业孵化器 2015年：9；科技企业孵化器 2016年：13；科技企业孵化器 2017年：16"),
    ("note", "注：数据来自年报。"),
]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.xlsx", xlsx(("Sheet1", STATISTICS))), ("a.xls", xls(STATISTICS)), ("a.ods", ods(STATISTICS))],
)
def test_a_table_reads_as_rows_with_its_headers_and_cites_the_cell(name: str, data: bytes) -> None:
    document = check_document(WorkbookLoader(), data, name)
    assert blocks(document) == EXPECTED
    assert cells_cited(data, document, "27") == ["Sheet1", "D4"]
    assert cells_cited(data, document, "2016年：13") == ["Sheet1", "C3", "C5"]


def test_sheets_have_their_names_as_headings_and_hidden_ones_are_left_out() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx(("2017年", STATISTICS), ("机密", [["甲", "乙"]]), ("说明", [["口径见年报"]])))
    )
    book["机密"].sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    document = check_document(WorkbookLoader(), out.getvalue(), "a.xlsx")
    headings = [text for kind, text in blocks(document) if kind == "heading"]
    assert headings == ["2017年", "自治区众创空间基本情况（2015—2017年）", "说明"]
    assert "甲" not in document.text
    (row, *_) = [block for block in document.blocks if block.kind is BlockKind.ROW]
    assert row.heading_path == ("2017年", "自治区众创空间基本情况（2015—2017年）")


def test_merged_headers_stand_above_each_of_their_columns() -> None:
    rows = [
        ["地区", "2017年", None],
        [None, "数量（家）", "金额（万元）"],
        ["乌鲁木齐市", 10, 5.5],
        [None, 8, 3],
    ]
    data = xlsx(("Sheet1", rows), merged=["A1:A2", "B1:C1", "A3:A4"])
    document = check_document(WorkbookLoader(), data, "a.xlsx")
    assert [text for _, text in blocks(document)] == [
        "乌鲁木齐市 2017年数量（家）：10；乌鲁木齐市 2017年金额（万元）：5.5",
        "乌鲁木齐市 2017年数量（家）：8；乌鲁木齐市 2017年金额（万元）：3",
    ]


def test_a_form_reads_as_labels_with_their_values() -> None:
    rows = [
        ["单位名称", "新疆维吾尔自治区科学技术厅"],
        ["地址", "乌鲁木齐市科学一街"],
        ["电话", "0991-3836155"],
    ]
    document = check_document(WorkbookLoader(), xlsx(("Sheet1", rows)), "a.xlsx")
    assert [text for _, text in blocks(document)] == [f"{label}：{value}" for label, value in rows]


def test_tables_are_apart_where_a_blank_row_is() -> None:
    rows = [
        ["表一", None],
        ["年度", "家"],
        [2016, 20],
        [2017, 27],
        [],
        ["表二", None],
        ["年度", "项"],
        [2017, 5],
    ]
    document = check_document(WorkbookLoader(), xlsx(("Sheet1", rows)), "a.xlsx")
    assert [text for _, text in blocks(document)] == [
        "表一", "2016 家：20", "2017 家：27", "表二", "2017 项：5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (27.0, "27"), (0.1 + 0.2, "0.3"), (5.5, "5.5"), (-3, "-3"), (10**14, "100000000000000"), (True, "是"),
        (datetime.date(2017, 3, 5), "2017-03-05"), (datetime.datetime(2017, 3, 5), "2017-03-05"),
        (datetime.datetime(2017, 3, 5, 9, 30), "2017-03-05 09:30"), (float("nan"), ""), (None, ""),
        ("甲\r\n乙", "甲\n乙"),
    ],
)  # fmt: skip
def test_values_are_shown_as_people_read_them(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_percentage_is_told_as_one() -> None:
    rows = [["指标", "比例"], ["入库率", 0.853], ["系数", 0.5]]
    data = xlsx(("Sheet1", rows), formats={"B2": "0.0%"})
    document = check_document(WorkbookLoader(), data, "a.xlsx")
    assert [text for _, text in blocks(document)] == ["入库率 比例：85.3%", "系数 比例：0.5"]


def test_columns_are_named_as_in_a_sheet() -> None:
    names = ["A3", "Z3", "AA3", "ZZ3", "AAA3", "XFD3"]
    assert [cell_name(2, column) for column in (0, 25, 26, 701, 702, 16383)] == names


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.xlsx", b"hello", MislabelledDocument),
        ("a.xlsx", xls(STATISTICS), MislabelledDocument),
        ("a.xls", xlsx(("Sheet1", STATISTICS)), MislabelledDocument),
        ("a.xls", "<table><tr><td>甲</td></tr></table>".encode(), MislabelledDocument),
        ("a.xlsx", OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"), EncryptedDocument),
        ("a.xlsx", xlsx(("Sheet1", [])), EmptyDocument),
        ("a.ods", xlsx(("Sheet1", STATISTICS))[:900], DamagedDocument),
    ],
)  # fmt: skip
def test_what_is_no_such_workbook_is_refused_by_what_it_is(
    name: str, data: bytes, error: type[DocumentError]
) -> None:
    with pytest.raises(error) as raised:
        WorkbookLoader().load(data, source=name)
    assert raised.value.remedy


def test_a_stray_cell_far_away_costs_nothing_and_endless_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(("Sheet1", STATISTICS))))
    book.active.cell(row=60_000, column=3).value = "完"  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    document = WorkbookLoader().load(out.getvalue(), source="a.xlsx")
    assert document.text.endswith("完")
    monkeypatch.setattr(workbook, "MOST_CELLS", 2)
    with pytest.raises(DocumentTooLarge):
        WorkbookLoader().load(out.getvalue(), source="a.xlsx")


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
def test_damaged_workbooks_are_errors_of_ours_or_read(name: str) -> None:
    make = {"a.xlsx": lambda rows: xlsx(("Sheet1", rows)), "a.xls": xls, "a.ods": ods}[name]
    good = make(STATISTICS)
    choice = random.Random(3)
    for number in range(60):
        data = bytearray(good)
        if number < 20:
            del data[choice.randrange(len(data)) :]
        else:
            for _ in range(choice.randrange(1, 8)):
                data[choice.randrange(len(data))] = choice.randrange(256)
        try:
            WorkbookLoader().load(bytes(data), source=name)
        except DocumentError as error:
            assert error.remedy


def test_entities_are_not_followed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(("Sheet1", STATISTICS)))) as good, zipfile.ZipFile(out, "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            if name.endswith("sheet1.xml"):
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
                data = data.replace(b"<worksheet", bomb + b"<worksheet", 1)
            bad.writestr(name, data)
    try:
        document = WorkbookLoader().load(out.getvalue(), source="a.xlsx")
    except DocumentError:
        return
    assert "aaaa" not in document.text


# --- CSV ---


def separated(rows: Rows, *, separator: str = ",", codec: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(codec)


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
def test_a_csv_reads_like_a_sheet_and_keeps_its_lines_and_bytes(codec: str) -> None:
    data = separated(STATISTICS, codec=codec)
    loader = SeparatedLoader()
    document = check_document(loader, data, "a.csv")
    assert blocks(document) == EXPECTED
    start = document.text.index("27")
    place = loader.read(data, source="a.csv", encoding=document.encoding).place(
        document.offsets.ranges(start, start + 2)
    )
    assert place.first_line == 4
    assert place.parts == (Part(kind=PartKind.CELL, name="D4"),)
    assert "27" in data[slice(*place.bytes[0])].decode("utf-16-le" if codec == "utf-16" else codec)


def test_quotes_doubled_quotes_and_breaks_inside_them() -> None:
    rows = [["名称", "说明"], ["甲", '他说"好"，\n走了'], ["乙", ""], ["丙,丁", "x"]]
    document = check_document(SeparatedLoader(), separated(rows), "a.csv")
    assert [text for _, text in blocks(document)] == [
        '甲 说明：他说"好"， 走了',
        "名称：乙",
        "丙,丁 说明：x",
    ]
    text = document.text
    raw = SeparatedLoader().read(separated(rows), source="a.csv", encoding="utf-8")
    said, row = text.index("好"), document.blocks[0]
    assert [part.name for part in raw.place(document.offsets.ranges(said, said + 3)).parts] == ["B2"]
    parts = raw.place(document.offsets.ranges(row.start, row.end)).parts
    assert [part.name for part in parts] == ["A2", "B1", "B2"]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_told_by_the_text(separator: str) -> None:
    rows = [["名称", "数量", "说明"], ["甲, 乙", 3, "a;b"], ["丙", 4, "c|d"]]
    assert separator_of(separated(rows, separator=separator).decode()) == separator


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(st.text(alphabet='甲a1 ,"\n', max_size=6), min_size=1, max_size=4), min_size=1, max_size=5
    )
)
def test_cells_are_those_that_the_standard_library_reads(rows: list[list[str]]) -> None:
    text = separated(rows).decode()
    expected = csv.reader(io.StringIO(text, newline=""))
    found = [["".join(text[a:b] for a, b in cell) for cell in row] for row in cells_of(text, ",")]

    def said(rows: Iterable[Sequence[str]]) -> list[list[str]]:
        return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]

    assert said(found) == said(expected)


def test_many_merged_cells_cost_no_more_than_their_rows() -> None:
    rows = 20_000
    cells: list[list[tuple[tuple[int, int], ...]]] = [[((0, 1),), ((0, 1),), ((0, 1),)] for _ in range(rows)]
    merges = [(row, 1, row + 1, 1) for row in range(1, rows - 1, 2)]
    began = time.process_time()
    drafts = list(Sheet(raw="甲", rows=cells, merges=merges).drafts())
    assert len(drafts) == rows - 1
    assert time.process_time() - began < 5  # seconds of processor time


def test_a_time_past_a_day_goes_on_counting_hours() -> None:
    assert shown(datetime.timedelta(hours=30)) == "30:00:00"
    assert shown(-datetime.timedelta(minutes=90)) == "-1:30:00"


def test_formulas_that_were_never_calculated_are_told() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["名称", "数量", "合计"], ["甲", 1, "=B2*2"], ["乙", 2, "=B3*2"]):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    (warning,) = WorkbookLoader().load(stream.getvalue(), source="a.xlsx").warnings
    assert "2 个公式" in warning


def test_a_chain_of_sectors_without_an_end_is_damage_and_not_for_ever() -> None:
    data = bytearray(xls(STATISTICS))
    directory, table = (int.from_bytes(data[at : at + 4], "little") for at in (48, 76))
    at = (table + 1) * 512 + 4 * directory
    data[at : at + 4] = directory.to_bytes(4, "little")  # the sector after the directory's is itself
    with pytest.raises(DamagedDocument, match="结构"):
        WorkbookLoader().load(bytes(data), source="a.xls")
    with pytest.raises(DamagedDocument, match="结构"):
        WorkbookLoader().load(bytes(data[:40]), source="a.xls")


def changed_ods(before: bytes, after: bytes) -> bytes:
    """An OpenDocument workbook with other bytes in its content."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ods(STATISTICS))) as archive, zipfile.ZipFile(out, "w") as made:
        for name in archive.namelist():
            content = archive.read(name)
            made.writestr(name, content.replace(before, after) if name == "content.xml" else content)
    return out.getvalue()


def test_an_opendocument_sheet_that_breaks_off_is_damage_and_not_for_ever() -> None:
    with pytest.raises(DamagedDocument, match=r"content\.xml"):
        WorkbookLoader().load(changed_ods(b"</table:table>", b"</table:row>"), source="a.ods")


@pytest.mark.parametrize(
    "count", ["1048577", "-1", "9" * 5000], ids=["one more", "less than none", "no number that can be"]
)
def test_rows_repeated_more_often_than_a_sheet_has_rows_are_refused(count: str) -> None:
    row = f'<table:table-row table:number-rows-repeated="{count}">'.encode()
    with pytest.raises(DocumentTooLarge, match="重复"):
        WorkbookLoader().load(changed_ods(b"<table:table-row>", row), source="a.ods")


def test_a_sheet_without_a_name_has_no_heading() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(("甲", STATISTICS)))) as archive, zipfile.ZipFile(out, "w") as made:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "xl/workbook.xml":
                content = re.sub(rb'name="[^"]*" sheetId', b'name=" " sheetId', content)
            made.writestr(name, content)
    document = check_document(WorkbookLoader(), out.getvalue(), "a.xlsx")
    assert document.text.startswith("自治区众创空间")


@pytest.mark.parametrize(
    ("kind", "length", "at", "value"),
    [(0x200, 14, 4, 2**32 - 1), (0x200, 14, 0, 2**22), (0xFD, 10, 2, 0xFFFF), (0xFC, 163, 4, 2**31 - 1)],
    ids=[
        "a size beyond any sheet",
        "an end before the beginning",
        "a cell beyond the last column",
        "a thousand million strings",
    ],
)
def test_what_no_old_workbook_can_declare_is_damage_before_room_is_made_for_it(
    kind: int, length: int, at: int, value: int
) -> None:
    data = bytearray(xls(STATISTICS))
    record = data.index(struct.pack("<HH", kind, length)) + 4
    data[record + at : record + at + 4] = value.to_bytes(4, "little")
    with pytest.raises(DamagedDocument, match="结构"):
        WorkbookLoader().load(bytes(data), source="a.xls")


def test_a_cell_in_the_last_corner_is_refused_before_room_is_made_for_all_between() -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(("甲", STATISTICS)))) as archive, zipfile.ZipFile(out, "w") as made:
        for name in archive.namelist():
            made.writestr(name, archive.read(name).replace(b"</sheetData>", far))
    with pytest.raises(DocumentTooLarge, match="单元格"):
        WorkbookLoader().load(out.getvalue(), source="a.xlsx")


def test_a_row_beyond_the_last_isnt_counted_up_to() -> None:
    data = xlsx(("甲", STATISTICS), formats={"B4": "0%"})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as made:
        for name in archive.namelist():
            made.writestr(name, archive.read(name).replace(b'<row r="6"', b'<row r="99999999999"'))
    read = check_document(WorkbookLoader(), out.getvalue(), "a.xlsx")
    assert (
        read.text == WorkbookLoader().load(data, source="a.xlsx").text
    )  # its cells say themselves where they are


def test_a_long_header_over_many_rows_is_refused_before_it_fills_the_memory() -> None:
    data = ("家," + "年" * 50_000 + "\n" + "甲,1\n" * 2_000).encode()
    with pytest.raises(DocumentTooLarge, match="表头"):
        SeparatedLoader().load(data, source="a.csv")


def test_an_opendocument_sheet_knows_merged_headers_repeated_cells_and_percentages() -> None:
    def cell(text: str, **more: object) -> TableCell:
        made = TableCell(**{"valuetype": "string", **more})
        made.addElement(P(text=text))
        return made

    def percentage(value: float, same: int = 1) -> TableCell:
        return cell(f"{value:.0%}", valuetype="percentage", value=value, numbercolumnsrepeated=same)

    table = Table(name="产值")
    lines: tuple[list[object], ...] = (
        [
            cell("地区", numberrowsspanned=2),
            cell("2019年", numbercolumnsspanned=2),
            CoveredTableCell(),
            cell("2020年", numbercolumnsspanned=2),
            CoveredTableCell(),
        ],
        [CoveredTableCell(), *(cell(word) for word in ("产值", "增速", "产值", "增速"))],
        [cell("伊犁州"), cell("12"), percentage(0.05), cell("13"), percentage(0.08)],
        [cell("塔城"), cell("7"), percentage(0.1, 1), percentage(0.12, 2)],
    )
    for cells in lines:
        row = TableRow()
        for one in cells:
            row.addElement(one)
        table.addElement(row)
    book = OpenDocumentSpreadsheet()
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.write(out)
    document = check_document(WorkbookLoader(), out.getvalue(), "a.ods")
    rows = [text for kind, text in blocks(document) if kind == "row"]
    assert rows == [
        "伊犁州 2019年产值：12；伊犁州 2019年增速：5%；伊犁州 2020年产值：13；伊犁州 2020年增速：8%",
        "塔城 2019年产值：7；塔城 2019年增速：10%；塔城 2020年产值：12%；塔城 2020年增速：12%",
    ]
