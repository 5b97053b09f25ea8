"""An evaluator's own questions in Excel, and the form to fill in."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

import eval.data.workbook as workbook
from eval.data import load_dataset
from eval.data.cells import Cell, Value, display
from eval.data.template import COLUMNS, EXAMPLES, write_template
from eval.dataset import GoldAnswer
from index.errors import DatasetError, InputError, UnreadableFile
from test_eval_data_own import as_cells, own_rows, quick, same

HEADER = ["问题", "答案"]


def _sheet(book: openpyxl.Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def _book(path: Path, *rows: Sequence[Any], change: Callable[[Worksheet], None] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = _sheet(book)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str) and not value.startswith("=:"):
                cell.data_type = "s"  # a text that looks like a formula is a text
    if change is not None:
        change(sheet)
    book.save(path)
    return path


def _rewrite(path: Path, edit: Callable[[str, bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [(name, edit(name, archive.read(name))) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)


def _answers(path: Path) -> list[str]:
    return [answer.text for question in load_dataset(path).questions for answer in question.answers]


@quick
@given(own_rows())
def test_a_workbook_reads_back_as_it_was_written(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    same(load_dataset(_book(tmp_path / "own.xlsx", *as_cells(rows))), rows, 2)


YEAR_MONTH_DAY = 'yyyy"年"m"月"d"日"'


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (2017, "General", "2017"),
        (2017.0, "General", "2017"),
        (0.1 + 0.2, "General", "0.3"),
        (1e21, "General", "1000000000000000000000"),
        (1.5e-7, "General", "0.00000015"),
        (-3, "General", "-3"),
        (76595.5, "#,##0.00", "76,595.50"),
        (1234567, "#,##0", "1,234,567"),
        (123, "#,##0", "123"),
        (0.975, "0%", "98%"),
        (0.125, "0.0%", "12.5%"),
        (0.125, "0.##%", "12.5%"),
        (-0.5, "0%", "-50%"),
        (2.675, "0.00", "2.68"),
        (-0.001, "0.00", "0.00"),
        (7, "000", "007"),
        (0.5, "#.0", ".5"),
        (27, '0"家"', "27家"),
        (27, "0\\家", "27家"),
        (1500, '"¥"#,##0.00_);[Red]("¥"#,##0.00)', "¥1,500.00"),
        (1500, "[$¥-804]#,##0", "¥1,500"),
        (12345678, "#,##0,", "12,346"),
        (12345678, '0.0,,"百万"', "12.3百万"),
        (0.75, "# ?/?", "0.75"),
        (1234.5, "0.00E+00", "1234.5"),
        (12345678901, "000-0000-0000", "12345678901"),
        (5, "@", "5"),
        (True, "General", "TRUE"),
        (None, "General", ""),
        ("甲_x000D_\n乙\r\n丙", "General", "甲\n乙\n丙"),
        (datetime(2017, 9, 22), "mm-dd-yy", "2017-09-22"),
        (datetime(2017, 9, 22), "yyyy-mm-dd", "2017-09-22"),
        (datetime(2017, 9, 22), "yyyy/m/d", "2017/9/22"),
        (datetime(2017, 9, 2), YEAR_MONTH_DAY, "2017年9月2日"),
        (datetime(2017, 9, 2), YEAR_MONTH_DAY + ";@", "2017年9月2日"),
        (datetime(2017, 9, 2), '[$-804]yyyy"年"m"月"', "2017年9月"),
        (datetime(2017, 9, 2), "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", "2017年9月2日"),
        (datetime(2017, 9, 2), "d-mmm-yy", "2017-09-02"),
        (datetime(2017, 9, 2, 8, 5), "m/d/yy h:mm", "2017-09-02 08:05"),
        (datetime(2017, 9, 2, 8, 5, 9), "yyyy-mm-dd hh:mm:ss", "2017-09-02 08:05:09"),
        (datetime(2017, 9, 2, 8, 5), 'm"月"d"日" h"时"mm"分"', "9月2日 8时05分"),
        (date(2017, 9, 2), "General", "2017-09-02"),
        (time(8, 5), "h:mm", "8:05"),
        (time(8, 5), "h:mm AM/PM", "08:05"),
        (timedelta(hours=26, minutes=3), "[h]:mm:ss", "26:03:00"),
    ],
)
def test_a_cell_reads_as_a_person_sees_it(value: Value, code: str, shown: str) -> None:
    assert display(Cell(value=value, code=code)) == shown


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_two_decimals_and_thousands_agree_with_decimal(value: float) -> None:
    places = Decimal(repr(abs(value))).quantize(Decimal("0.01"), ROUND_HALF_UP, Context(prec=400))
    sign = "-" if value < 0 and places else ""
    assert display(Cell(value=value, code="#,##0.00")) == f"{sign}{places:,f}"


CODES = (
    "General",
    "0%",
    "0.###",
    "000",
    "#,##0,,",
    "yyyy-mm-dd",
    YEAR_MONTH_DAY,
    "h:mm",
    "0;(0);\\-",
    ";",
    "",
)


@given(
    st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.datetimes(), st.times()),
    st.one_of(st.sampled_from(CODES), st.text('0#?.,%;[]$-ymdhs"\\_*年@E/', max_size=12)),
    st.integers(0, 60),
)
def test_every_value_shows_under_every_code(value: Value, code: str, code_id: int) -> None:
    assert isinstance(display(Cell(value=value, code=code, code_id=code_id)), str)


def test_dates_and_percentages_in_a_real_workbook(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B3"].number_format = YEAR_MONTH_DAY
        sheet["B4"].number_format = "0.0%"

    rows: list[list[Any]] = [
        [2017, 2017.0],
        ["日期", datetime(2017, 9, 22)],
        ["占比", 0.125],
        ["哪天", datetime(2017, 9, 22)],
    ]
    path = _book(tmp_path / "own.xlsx", HEADER, *rows, change=change)
    dataset = load_dataset(path)
    assert dataset.questions[0].question == "2017"
    assert _answers(path) == ["2017", "2017年9月22日", "12.5%", "2017-09-22"]
    assert len(dataset.notes) == 1
    assert dataset.notes[0].startswith("2 个日期或时间单元格按表里显示的样子读取(第 3 行“2017年9月22日”")


@pytest.mark.parametrize(("code_id", "shown"), [(31, "2017年9月22日"), (57, "2017年9月"), (58, "9月22日")])
def test_the_formats_that_chinese_excel_names_by_number_only(
    tmp_path: Path, code_id: int, shown: str
) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].number_format = "0.0000"

    path = _book(tmp_path / "own.xlsx", HEADER, ["哪天", 43000], change=change)

    def rename(name: str, data: bytes) -> bytes:
        return (
            data.replace(b'numFmtId="164"', b'numFmtId="%d"' % code_id)
            if name.endswith("styles.xml")
            else data
        )

    def drop(name: str, data: bytes) -> bytes:
        return re.sub(rb"<numFmts.*?</numFmts>", b"", data) if name.endswith("styles.xml") else data

    _rewrite(path, drop)
    _rewrite(path, rename)
    assert _answers(path) == [shown]


def test_formulas_give_the_value_last_calculated(tmp_path: Path) -> None:
    path = _book(tmp_path / "own.xlsx", HEADER, ["多少家?", "占位"])

    def edit(name: str, data: bytes) -> bytes:
        if not name.endswith("sheet1.xml"):
            return data
        return re.sub(rb'<c r="B2".*?</c>', b'<c r="B2"><f>13+14</f><v>27</v></c>', data)

    _rewrite(path, edit)
    assert _answers(path) == ["27"]


def test_error_values_and_impossible_dates_are_bad_rows(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"].data_type = "e"
        sheet["B3"].number_format = "yyyy-mm-dd"

    path = _book(tmp_path / "own.xlsx", HEADER, ["问", "#N/A"], ["问", 1e12], change=change)
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    assert caught.value.problems == ("第 2 行: 有一格是错误值“#N/A”。", "第 3 行: 有一格是错误值“#VALUE!”。")


def test_rows_are_numbered_as_excel_does_with_gaps(tmp_path: Path) -> None:
    path = _book(tmp_path / "own.xlsx", [], HEADER, [], [None, None], ["问", "答"], [" "], ["", "答"])
    with pytest.raises(DatasetError) as caught:
        load_dataset(path)
    assert caught.value.problems == ("第 7 行: 问题为空。",)


def test_a_wrong_size_in_the_file_loses_no_row(tmp_path: Path) -> None:
    path = _book(tmp_path / "own.xlsx", HEADER, *(["问", f"答{n}"] for n in range(5)))
    _rewrite(path, lambda name, data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data))
    assert len(_answers(path)) == 5


def test_the_first_visible_sheet_with_questions_is_read_and_others_are_noted(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    _sheet(book).append(["封面"])
    for title, state in (("旧的", "hidden"), ("第一批", "visible"), ("第二批", "visible")):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append([f"{title}的问题", "答"])
        sheet.sheet_state = state
    book.save(tmp_path / "own.xlsx")
    dataset = load_dataset(tmp_path / "own.xlsx")
    assert [question.question for question in dataset.questions] == ["第一批的问题"]
    assert dataset.notes == ("只读了工作表“第一批”，没有读“第二批”",)


def test_a_workbook_is_known_by_its_content_under_another_ending(tmp_path: Path) -> None:
    path = _book(tmp_path / "own.xlsx", HEADER, ["问", "答"])
    assert _answers(path.rename(tmp_path / "own.csv")) == ["答"]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["问提", "答案"], ["问", "答"]], "第 1 行: 不认识的列“问提”，是不是“问题”？"),
        ([HEADER, ["问", "答", "多"]], "第 2 行: 第 3 格没有表头，却有内容“多”。"),
        ([[*HEADER, "段落"], ["问", "答", "没有的话"]], "第 2 行: 答案“答”不在本行的段落里。"),
    ],
)
def test_bad_rows_are_told(tmp_path: Path, rows: list[list[Any]], told: str) -> None:
    with pytest.raises(DatasetError) as caught:
        load_dataset(_book(tmp_path / "own.xlsx", *rows))
    assert caught.value.problems[0] == told


def _zip(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr("[Content_Types].xml" if name == "types" else name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"question,answers\n", "不是 Excel 工作簿"),
        (b"PK\x03\x04 and no more", "不是 Excel 工作簿"),
        (workbook.COMPOUND + b"\0" * 600, "加了密码"),
        (_zip(word=b"<w/>"), "不是 Excel 工作簿"),
        (_zip(types=b"<Types/>"), "不是 Excel 工作簿"),
        (_zip(types=b"not xml"), "不是 Excel 工作簿"),
        (_zip(types=b"<Types/>", bomb=b"\0" * (40 * 2**20)), "不像正常的工作簿"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "own.xlsx"
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=told):
        load_dataset(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _book(tmp_path / "own.xlsx", HEADER, ["问", "答"])
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1000)
    with pytest.raises(DatasetError, match="解压后"):
        load_dataset(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = _book(tmp_path / "own.xlsx", HEADER, ["问", "答"])
    data = bytearray(path.read_bytes())
    for at in [match.start() for match in re.finditer(rb"PK\x01\x02", bytes(data))]:
        data[at + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="加了密码"):
        load_dataset(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</sheetData>", b"</sheetDatum>"),
        (b'<row r="2"', b'<row r="99999999999"'),
        (b'r="B2"', b'r="B2B"'),
        (b'r="B2"', b'r="ZZZZZ2"'),
        (b'<c r="B2" t="inlineStr">', b'<c r="B2"><v>NaN</v>'),
        (b'<c r="B2" t="inlineStr">', b'<c r="B2"><v>1e999</v>'),
        (b'<c r="B2" t="inlineStr">', b'<c r="B2" t="s"><v>77</v>'),
    ],
)
def test_a_damaged_sheet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bytes, new: bytes
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 5000)
    path = _book(tmp_path / "own.xlsx", HEADER, ["问", "答"])
    before = path.read_bytes()
    _rewrite(path, lambda name, data: data.replace(old, new) if name.endswith("sheet1.xml") else data)
    assert path.read_bytes() != before
    with pytest.raises(DatasetError, match="不是 Excel 工作簿"):
        load_dataset(path)


def test_flipped_bytes_give_questions_or_a_dataset_error_and_nothing_else(tmp_path: Path) -> None:
    whole = _book(tmp_path / "own.xlsx", HEADER, ["问", "答"]).read_bytes()
    path = tmp_path / "flipped.xlsx"
    outcomes = set()
    for at in range(3, len(whole), 97):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            outcomes.add(bool(load_dataset(path).questions))
        except DatasetError:
            outcomes.add(False)
    assert outcomes == {True, False}


def test_thousands_of_rows(tmp_path: Path) -> None:
    rows = [[f"第{n}个问题", f"{n}平方米\n约{n}平方米"] for n in range(3000)]
    dataset = load_dataset(_book(tmp_path / "own.xlsx", HEADER, *rows))
    assert len(dataset.questions) == 3000
    assert dataset.questions[-1].answers == (GoldAnswer(text="2999平方米"), GoldAnswer(text="约2999平方米"))
    assert dataset.questions[-1].row == 3001


def test_the_form_reads_back_as_the_examples_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "样例.xlsx"
    write_template(path)
    dataset = load_dataset(path)
    assert dataset.notes == ()
    assert [question.id for question in dataset.questions] == [example["编号"] for example in EXAMPLES]
    assert [question.question for question in dataset.questions] == [example["问题"] for example in EXAMPLES]
    assert [[a.text for a in q.answers] for q in dataset.questions] == [
        ["1月17日"],
        ["27家", "自治区众创空间达到27家"],
        [],
    ]
    assert [question.kind for question in dataset.questions] == ["when", "how_many", "when"]
    assert dataset.questions[0].document == "新疆科技年鉴_第一章.txt"
    assert dataset.questions[1].tags == ("口语",)


def test_the_form_explains_itself_and_keeps_answers_as_text(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["问题", "说明"]
    sheet = book["问题"]
    assert [cell.value for cell in sheet[1]] == [name for name, _, _ in COLUMNS]
    assert all(cell.comment is not None for cell in sheet[1])
    assert {cell.number_format for cell in sheet["C"][1:]} == {"@"}
    assert sheet.freeze_panes == "A2"
    assert len(sheet.data_validations.dataValidation) == 2
    explained = [row[0].value for row in book["说明"].iter_rows()]
    assert set(explained) >= {name for name, _, _ in COLUMNS}


def test_the_examples_of_the_form_hold_in_the_sample_document() -> None:
    seeds = Path(__file__).parent.parent / "seeds"
    for example in EXAMPLES:
        if "文档" in example:
            text = "".join((seeds / example["文档"]).read_text(encoding="utf-8").split())
            assert all(answer in text for answer in example["答案"].split("\n"))


def test_the_form_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(b"someone's work")
    with pytest.raises(InputError, match="已有这个文件"):
        write_template(path)
    assert path.read_bytes() == b"someone's work"


def test_a_form_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="写不了"):
        write_template(tmp_path / "missing" / "form.xlsx")
    with pytest.raises(InputError, match=r"\.xlsx"):
        write_template(tmp_path / "form.csv")
