"""One entrance for every form of question file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from eval.data.findings import Findings, Questions
from eval.data.records import read_records
from eval.data.source import empty, read_bytes, read_text
from eval.data.squad import detect_dialect, looks_like_squad, read_squad
from eval.data.tables import csv_records, json_records, jsonl_records, sheet_records
from eval.data.workbook import is_workbook, read_workbook, refuse_compound
from eval.dataset import Dataset, Format
from index.errors import DatasetError

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xlsx", ".xlsm")
"""What :func:`load_dataset` takes."""


def load_dataset(path: Path, *, format: Format | None = None) -> Dataset:
    """Reads a file of questions; its form is told from its ending and its content.

    **A published set** (``squad``, ``cjrc``, ``expmrc``: SQuAD's JSON, as in CMRC 2018 with its older form, DRCD,
    XQuAD, DuReader-robust, DuReader-checklist, SQuAD 2, CJRC, ExpMRC) is taken as its authors released it, because
    scores are compared with published ones. ``notes`` says how many, and where:

    - An offset that is missing or doesn't fit is mended: the occurrence of the answer nearest to it.
    - An answer that its passage doesn't hold is kept with ``start=None``, as the official scores count it.
    - An answer that is a bare YES or NO has ``start=None``; a question with no other is tagged ``yes_no``.
    - A question without words is left out.
    - ``is_impossible`` (a bool, or its name) decides whether a question must be declined. In CJRC, where several
      people answered each question and the flag contradicts them in places, most of them decide, as in the official
      score, which doesn't look at the flag; where flag or people disagree, the question is tagged ``disputed``.

    **An evaluator's own file** (``table``: JSONL, a JSON list, CSV, XLSX; columns in :mod:`eval.data.columns`) is
    held to the letter, because a slip there is one that its author wants to know about: an answer or evidence that
    the row's passage doesn't hold (white space aside) is an error, as is a row that is answerable without answers or
    not answerable with some. Answers without a word on ``answerable`` decide it. A bare YES or NO is tagged as above.

    In both, damaged rows, wrong types, questions without an answer and ids that occur twice are errors. Nothing is
    guessed from them: every bad row is named, all at once.

    Args:
        format: reads it in this form, whatever it looks like; None to tell.

    Raises:
        DatasetError: with every bad row in ``problems``.
        UnreadableFile: missing, a folder, or not permitted.
    """
    return read_dataset(read_bytes(path), path, format=format)


def read_dataset(data: bytes, path: Path, *, format: Format | None = None) -> Dataset:
    """The same for bytes that are in memory already; of ``path`` only the name counts.

    Raises:
        DatasetError: see :func:`load_dataset`.
    """
    kind, findings, (passages, questions) = _read(path, data, format)
    if findings.problems:
        raise DatasetError(f"{path.name}: 有 {len(findings.problems)} 处问题。", problems=findings.problems)
    if not questions:
        raise empty(path.name)
    return Dataset(
        name=path.stem,
        format=kind,
        sha256=hashlib.sha256(data).hexdigest(),
        passages=passages,
        questions=questions,
        notes=findings.notes(),
    )


def _read(path: Path, data: bytes, wanted: Format | None) -> tuple[Format, Findings, Questions]:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DatasetError(
            f"{path.name}: 不认识的文件类型“{suffix}”。", remedy=f"支持 {'、'.join(SUFFIXES)}。"
        )
    if not data.strip():
        raise empty(path.name)
    refuse_compound(data, path.name)
    by_line = Findings(lambda row: f"第 {row} 行")
    if is_workbook(data) or suffix in (".xlsx", ".xlsm"):
        _refuse_sheet(path.name, wanted)
        records = sheet_records(read_workbook(data, path.name, by_line), by_line)
        return "table", by_line, read_records(records, by_line)
    if suffix in (".csv", ".tsv"):
        _refuse_sheet(path.name, wanted)
        records = csv_records(read_text(data, path.name, by_line), by_line)
        return "table", by_line, read_records(records, by_line)
    text = read_text(data, path.name, by_line)
    document = _json(text, path.name, lines=suffix != ".json")
    if document is None:
        _refuse_sheet(path.name, wanted)
        return "table", by_line, read_records(jsonl_records(text, by_line), by_line)
    return _read_json(document, wanted, by_line)


def _read_json(document: Any, wanted: Format | None, by_line: Findings) -> tuple[Format, Findings, Questions]:
    if wanted == "table" or (wanted is None and not looks_like_squad(document)):
        several = isinstance(document, list)
        findings = Findings(lambda row: f"第 {row} 题") if several else by_line
        records = json_records(document if several else [document], findings)
        return "table", findings, read_records(records, findings)
    kind = detect_dialect(document) if wanted is None else wanted
    findings = Findings(lambda row: f"第 {row} 题")
    return kind, findings, read_squad(document, kind, findings)


def _refuse_sheet(name: str, wanted: Format | None) -> None:
    if wanted not in (None, "table"):
        raise DatasetError(f"{name}: 格式 {wanted} 应当是一个 JSON 文档，这个文件不是。")


def _json(text: str, name: str, *, lines: bool) -> Any:
    """The one JSON document that the text is; None where it is one a line.

    Args:
        lines: by its ending it should be one a line.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise DatasetError(f"{name}: JSON 嵌套太深。") from error
    except ValueError as error:
        if lines or _starts_with_object(text):
            return None
        raise DatasetError(f"{name}: {_described(error)}") from error


def _starts_with_object(text: str) -> bool:
    first = text.lstrip().split("\n", 1)[0]
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _described(error: ValueError) -> str:
    """What is wrong with some JSON, in words."""
    if isinstance(error, json.JSONDecodeError):
        return f"不是合法的 JSON（第 {error.lineno} 行第 {error.colno} 个字符）。"
    return "不是合法的 JSON（有过长的数字）。"
