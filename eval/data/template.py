"""A workbook to fill in: what :func:`eval.data.load_dataset` reads, explained to those who write the questions."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from eval.data.columns import TYPES
from index.errors import InputError, UnreadableFile

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 2000
"""Rows that are prepared: as text, so that Excel turns no answer into a date or a number, and with lists to choose
from. Rows below are read as well."""

COLUMNS: tuple[tuple[str, int, str], ...] = (
    ("编号", 8, "不能重复；可以不填。"),
    ("问题", 44, "必填。一行一个问题，照平时会问的样子写。"),
    (
        "答案",
        30,
        "原文里的原话。几种说法都算对时，一行写一个（Alt+Enter 换行），或用 | 隔开。应当拒答的问题不填。",
    ),
    ("能否回答", 10, "“是”或“否”。文档里没有答案、应当拒答的问题写“否”。不填时，有答案算“是”。"),
    ("类型", 10, f"问的是什么，用来分类统计：{'、'.join(TYPES)}，也可以自己起名；可以不填。"),
    ("文档", 24, "答案所在的文件名；可以不填。"),
    ("段落", 50, "答案所在的原文，整段照抄；可以不填。填了就会核对：答案和证据必须在里面。"),
    ("证据", 40, "能证明答案的那句原文；几句都可以时，一行写一句。可以不填。"),
    ("标签", 14, "自己用来分组的词，几个之间用 | 或逗号隔开；可以不填。"),
    ("备注", 24, "给人看的，不读取。"),
)
"""Name, width in characters, and explanation of each column."""

_SAMPLE = "新疆科技年鉴_第一章.txt"
EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "编号": "例1",
        "问题": "2017年自治区科技工作电视电话会议是哪一天召开的？",
        "答案": "1月17日",
        "能否回答": "是",
        "类型": "时间",
        "文档": _SAMPLE,
        "备注": "最简单的一题；例子用完请删去。",
    },
    {
        "编号": "例2",
        "问题": "全区总共有几家众创空间了？",
        "答案": "27家\n自治区众创空间达到27家",
        "能否回答": "是",
        "类型": "数量",
        "文档": _SAMPLE,
        "标签": "口语",
        "备注": "两种说法都算对。",
    },
    {
        "编号": "例3",
        "问题": "2019年自治区科学技术奖励大会是哪天召开的？",
        "能否回答": "否",
        "类型": "时间",
        "备注": "文档只记述2017年的大会：应当拒答。",
    },
)


def write_template(path: Path) -> None:
    """Writes an empty form with a few examples and a sheet that explains it.

    Raises:
        InputError: the name doesn't end in .xlsx, or there is such a file: it may hold someone's work.
        UnreadableFile: it can't be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise InputError(f"{path.name}: 样例是 Excel 工作簿。", remedy="请用以 .xlsx 结尾的文件名。")
    book = _book()
    try:
        with path.open("xb") as file:
            book.save(file)
    except FileExistsError as error:
        raise InputError(
            f"{path}: 已有这个文件。", remedy="请换一个文件名；已有的文件不会被覆盖。"
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(
            f"写不了：{reason}。", source=repr(str(path)), remedy="请检查路径和写入权限。"
        ) from error


@cache
def template_bytes() -> bytes:
    """The same form, to be sent."""
    kept = io.BytesIO()
    _book().save(kept)
    return kept.getvalue()


def _book() -> Workbook:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "问题"
    _fill(sheet)
    _choices(sheet)
    _explain(book.create_sheet("说明"))
    return book


def _fill(sheet: Worksheet) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for column, (name, width, explanation) in enumerate(COLUMNS, 1):
        header = sheet.cell(1, column, name)
        header.font = Font(bold=True)
        header.fill = PatternFill("solid", fgColor="DDEBF7")
        header.comment = Comment(explanation, "yuanwen", height=110, width=260)
        sheet.column_dimensions[get_column_letter(column)].width = width
        for row in range(2, ROWS + 2):
            cell = sheet.cell(row, column)
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if row - 2 < len(EXAMPLES):
                cell.value = EXAMPLES[row - 2].get(name)
    sheet.freeze_panes = "A2"


def _choices(sheet: Worksheet) -> None:
    """Lists to choose from; for the type, a word of one's own is taken as well."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    names = [name for name, _, _ in COLUMNS]
    for name, words, free in (("能否回答", ("是", "否"), False), ("类型", tuple(TYPES), True)):
        letter = get_column_letter(names.index(name) + 1)
        choice = DataValidation(
            type="list",
            formula1=f'"{",".join(words)}"',
            allow_blank=True,
            showErrorMessage=not free,
            errorTitle=name,
            error=f"请从列表里选：{'、'.join(words)}。",
        )
        choice.add(f"{letter}2:{letter}{ROWS + 1}")
        sheet.add_data_validation(choice)


def _explain(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font

    lines = (
        ("列", "怎么填"),
        *((name, explanation) for name, _, explanation in COLUMNS),
        ("", ""),
        (
            "用法",
            "在“问题”表里一行写一题，例子用完删去，保存后在控制台的“评测”里上传，"
            "或运行 yuanwen eval ask --data 这个文件 --out 结果文件夹。",
        ),
        ("", "填错的行会一次全部指出，带行号。列的顺序可以换，不用的列可以删去。"),
    )
    for row, line in enumerate(lines, 1):
        for column, text in enumerate(line, 1):
            cell = sheet.cell(row, column, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=row == 1 or column == 1)
    sheet.column_dimensions["A"].width = 12
    sheet.column_dimensions["B"].width = 90
    sheet.freeze_panes = "A2"
