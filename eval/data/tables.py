"""Lines of JSON, and rows of cells under a header, as records."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eval.data.columns import LISTS, NAMES, field_of, take_apart, unknown
from eval.data.findings import Findings
from eval.data.records import Record

Rows = Iterable[tuple[int, Sequence[str]]]
"""Row numbers from 1, as a spreadsheet shows them, and the text of each cell."""


def jsonl_records(text: str, findings: Findings) -> Iterator[Record]:
    """One object a line; blank lines don't count."""
    yield from _objects(_parsed(text, findings), findings)


def _parsed(text: str, findings: Findings) -> Iterator[tuple[int, Any]]:
    # str.splitlines would also split at U+2028 and such, which JSON allows inside a text.
    for row, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield row, json.loads(line)
        except json.JSONDecodeError as error:
            findings.problem(row, f"不是合法的 JSON（第 {error.colno} 个字符）。")
        except (ValueError, RecursionError):
            findings.problem(row, "不是合法的 JSON（数字过长或嵌套太深）。")


def json_records(entries: Sequence[Any], findings: Findings) -> Iterator[Record]:
    """The objects of one JSON list."""
    yield from _objects(enumerate(entries, 1), findings)


def _objects(entries: Iterable[tuple[int, Any]], findings: Findings) -> Iterator[Record]:
    """Each object's known keys; an unknown one is told once, with the first row that has it."""
    told: set[str] = set()
    for row, entry in entries:
        if not isinstance(entry, dict):
            findings.problem(row, "应是一个 JSON 对象({…})。")
            continue
        fields: dict[str, Any] = {}
        for name, value in entry.items():
            field = field_of(name)
            if field is None:
                if name not in told:
                    told.add(name)
                    findings.problem(row, unknown(name))
            elif value is not None:
                if field in fields:
                    findings.problem(row, f"“{name}”与另一个键说的是同一件事({field})。")
                _put(fields, field, value)
        yield Record(row=row, fields=fields)


def _put(fields: dict[str, Any], field: str, value: Any) -> None:
    if field == "answers:one":
        kept = fields.get("answers", [])
        fields["answers"] = [*(kept if isinstance(kept, list) else [kept]), value]
    else:
        fields[field] = value


def csv_records(text: str, findings: Findings) -> Iterator[Record]:
    """Comma-separated, or with tabs or semicolons where the header has no comma."""
    yield from sheet_records(_csv_rows(text, findings), findings)


def _csv_rows(text: str, findings: Findings) -> Iterator[tuple[int, Sequence[str]]]:
    header = text.lstrip().split("\n", 1)[0]
    delimiter = next((sign for sign in ",\t;" if sign in header), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    try:
        for row, cells in enumerate(reader, 1):
            yield row, [cell.replace("\r\n", "\n") for cell in cells]
    except csv.Error as error:
        reason = f"一个单元格超过 {csv.field_size_limit()} 字" if "limit" in str(error) else "引号没有成对"
        findings.problem(row + 1, f"不是合法的 CSV({reason}),其后的行没有读。")


def sheet_records(rows: Rows, findings: Findings) -> Iterator[Record]:
    """The first row that isn't blank is the header; blank rows below don't count."""
    filled = ((row, cells) for row, cells in rows if any(cell.strip() for cell in cells))
    first = next(filled, None)
    if first is None:
        return
    fields = _header(*first, findings)
    if fields is None:
        return
    for row, cells in filled:
        yield Record(row=row, fields=_cells(row, cells, fields, findings))


_UNKNOWN = "?"


def _header(row: int, cells: Sequence[str], findings: Findings) -> list[str | None] | None:
    """The field of each column, None for one without a name; None where the rows below can't be read."""
    fields: list[str | None] = []
    for name in cells:
        field = field_of(name) if name.strip() else None
        if field is None and name.strip():
            findings.problem(row, unknown(name.strip()))
            field = _UNKNOWN
        elif field in fields and field not in (None, _UNKNOWN, "answers:one"):
            findings.problem(row, f"有两列都是{NAMES[str(field)][0]}({field})。")
        fields.append(field)
    if "question" not in fields:
        findings.problem(row, "表头里没有“问题”（question）这一列。")
        return None
    return fields


def has_questions(cells: Sequence[str]) -> bool:
    """Whether these could be a header."""
    return any(field_of(cell) == "question" for cell in cells)


def _cells(row: int, cells: Sequence[str], fields: list[str | None], findings: Findings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, cell in enumerate(cells):
        if not cell.strip():
            continue
        field = fields[column] if column < len(fields) else None
        if field is None:
            findings.problem(row, f"第 {column + 1} 格没有表头，却有内容“{cell.strip()[:20]}”。")
        elif field != _UNKNOWN:
            _put(found, field, take_apart(field, cell) if field in LISTS else cell)
    return found
