"""Asks for numbers that stand only in tables, of the same tables as workbook, CSV, Word, web page, PDF and scan.

Run ``python -m eval.bench.table_questions``, with ``YUANWEN_CACHE`` set to save making the model. No two cells say
the same, so an answer that is exact is of the right row and column; a citation must name one cell, or a PDF's boxes.
Prints each question with what was answered, and one line of JSON for each format; the exit status is 1 if an answer
isn't a cell's whole text, or couldn't be verified.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.bench.formats.model import Source, Table
from eval.bench.formats.pages import body, page, print_page
from eval.bench.formats.plain import as_separated
from eval.bench.formats.programs import Programs
from eval.bench.formats.scans import Scanner, as_picture_file, scanned
from eval.bench.formats.word_files import as_docx
from eval.bench.formats.workbooks import as_xlsx
from index.document import PartKind
from rag.answer import Answer
from rag.build import open_service
from rag.service import QAService
from rag.settings import load_settings

TABLES = (
    Table(
        caption="2016—2020年全区科技创新平台数",
        unit="单位：个",
        headers=(("平台类型", "2016年", "2017年", "2018年", "2019年", "2020年"),),
        rows=(
            ("重点实验室", "61", "68", "73", "82", "91"),
            ("工程技术研究中心", "112", "119", "127", "133", "140"),
            ("院士工作站", "17", "21", "26", "34", "38"),
            ("博士后流动站", "22", "23", "25", "28", "29"),
            ("野外观测站", "6", "8", "9", "11", "12"),
        ),
    ),
    Table(
        caption="各地州市主要农业机械拥有量",
        unit="单位：台",
        headers=(
            ("地区", "2019年", "2019年", "2020年", "2020年"),
            ("地区", "大中型拖拉机", "联合收割机", "大中型拖拉机", "联合收割机"),
        ),
        rows=(
            ("伊犁州直", "28113", "1846", "29307", "1912"),
            ("塔城地区", "40235", "1377", "41096", "1408"),
            ("昌吉州", "36672", "1520", "37981", "1563"),
            ("阿克苏地区", "52840", "1104", "54419", "1189"),
            ("喀什地区", "47926", "1265", "49003", "1331"),
        ),
    ),
    Table(
        caption="财政科技支出情况",
        headers=(("年度", "财政科技支出（亿元）", "占一般公共预算支出比重（%）", "同比增长（%）"),),
        rows=(
            ("2016年", "41.23", "1.00", "2.7"),
            ("2017年", "43.08", "0.93", "4.5"),
            ("2018年", "39.64", "0.79", "-8.0"),
            ("2019年", "46.97", "0.88", "18.5"),
            ("2020年", "51.15", "0.92", "8.9"),
        ),
    ),
    Table(
        caption="科技特派员名录",
        headers=(("姓名", "派出单位", "服务地点", "专业", "派出日期"),),
        rows=(
            ("古丽娜尔", "自治区农业科学院", "疏附县", "果树栽培", "2019年3月15日"),
            ("陈志远", "塔里木大学", "阿拉尔市", "节水灌溉", "2019年4月2日"),
            ("马晓梅", "石河子大学", "沙湾县", "动物医学", "2020年6月18日"),
            ("艾尔肯", "自治区林业科学院", "若羌县", "红枣加工", "2020年9月1日"),
        ),
    ),
)

_PAPER = {
    "format": "A4",
    "margin": {"top": "2.5cm", "bottom": "2.5cm", "left": "2.5cm", "right": "2.5cm"},
}

QUESTIONS = (
    ("2018年全区有多少个院士工作站？", "26"),
    ("2020年重点实验室有多少个？", "91"),
    ("2017年工程技术研究中心有几个？", "119"),
    ("博士后流动站2019年有多少个？", "28"),
    ("野外观测站在2016年有几个？", "6"),
    ("塔城地区2020年有多少台大中型拖拉机？", "41096"),
    ("2019年昌吉州的联合收割机有多少台？", "1520"),
    ("喀什地区2019年大中型拖拉机拥有量是多少？", "47926"),
    ("2020年阿克苏地区联合收割机有多少台？", "1189"),
    ("伊犁州直2019年有多少台联合收割机？", "1846"),
    ("2019年财政科技支出是多少亿元？", "46.97"),
    ("2017年财政科技支出占一般公共预算支出的比重是多少？", "0.93"),
    ("2018年财政科技支出同比增长多少？", "-8.0"),
    ("2020年的财政科技支出是多少？", "51.15"),
    ("2016年财政科技支出占一般公共预算支出比重是多少？", "1.00"),
    ("陈志远的派出单位是哪里？", "塔里木大学"),
    ("马晓梅在哪里服务？", "沙湾县"),
    ("艾尔肯是什么专业的？", "红枣加工"),
    ("古丽娜尔是什么时候派出的？", "2019年3月15日"),
    ("服务地点在若羌县的科技特派员是谁？", "艾尔肯"),
)
"""Written before any was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of one format, how many questions were dealt with how."""

    exact: int = 0
    declined: int = 0
    nearest: int = 0  # of those declined, with the right cell as the nearest place
    wrong: int = 0
    cited: int = 0  # with one cell, or boxes
    problems: int = 0


def _document() -> Source:
    return Source(title="统计资料", blocks=TABLES)


def _separated() -> dict[str, bytes]:
    """A CSV file in GB18030 a table, as Excel saves it."""
    return {f"{table.caption}.csv": as_separated(table, titled=False).encode("gb18030") for table in TABLES}


def _printed() -> bytes:
    with Programs() as programs:
        return programs.printed(print_page(_document(), font="WenQuanYi Micro Hei"), options=_PAPER)


def _scanned() -> bytes:
    scanner = Scanner(dpi=200, skew=0.6, blur=0.6, noise=8, quality=75)
    return as_picture_file(scanned(_printed(), scanner, random.Random(1)), "pdf", scanner)


FORMATS: dict[str, Callable[[], dict[str, bytes]]] = {
    "xlsx": lambda: {"统计.xlsx": as_xlsx(TABLES)},
    "csv": _separated,
    "docx": lambda: {"统计.docx": as_docx(_document())},
    "html": lambda: {"统计.html": page("统计资料", "".join(body(TABLES))).encode()},
    "pdf": lambda: {"统计.pdf": _printed()},
    "scan": lambda: {"扫描.pdf": _scanned()},
}


def judged(score: Score, answer: Answer, wanted: str, cells: frozenset[str]) -> Score:
    """``score`` with one more answer."""
    if answer.abstained:
        near = bool(answer.candidates) and answer.candidates[0].text == wanted
        return replace(score, declined=score.declined + 1, nearest=score.nearest + near)
    citation = answer.citations[0]
    named = [part for part in citation.parts if part.kind is PartKind.CELL]
    sound = citation.verified and answer.text in cells
    return replace(
        score,
        exact=score.exact + (answer.text == wanted),
        wrong=score.wrong + (answer.text != wanted),
        cited=score.cited + (len(named) == 1 or bool(citation.boxes)),
        problems=score.problems + (not sound),
    )


def ask_all(service: QAService, name: str) -> Score:
    """Asks every question, and prints what came of it."""
    cells = frozenset(cell for table in TABLES for row in (*table.headers, *table.rows) for cell in row)
    score = Score()
    for question, wanted in QUESTIONS:
        answer = service.ask(question)
        score = judged(score, answer, wanted, cells)
        said = answer.text
        if answer.abstained:
            said = "（没有找到；最近 " + (answer.candidates[0].text if answer.candidates else "无") + "）"
        mark = "对" if answer.text == wanted else "拒" if answer.abstained else "错"
        print(f"{name} {mark} {answer.probability:.2f} {question} {wanted} | {said}")
    return score


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--format", action="append", choices=tuple(FORMATS), help="all by default")
    options = parser.parse_args(arguments)
    bad = False
    for name in options.format or tuple(FORMATS):
        with tempfile.TemporaryDirectory(prefix="yuanwen-tables-") as folder:
            os.environ["YUANWEN_HOME"] = str(Path(folder) / "home")
            with open_service(load_settings()) as service:
                for source, data in FORMATS[name]().items():
                    service.add_bytes(data, source=source)
                score = ask_all(service, name)
        bad = bad or score.problems > 0
        told = {field: getattr(score, field) for field in Score.__dataclass_fields__}
        print(json.dumps({"format": name, "questions": len(QUESTIONS), **told}, ensure_ascii=False))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
