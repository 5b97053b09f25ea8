"""Runs in folders: what ``yuanwen eval`` writes, and reads again.

``summary.json`` and ``rows.jsonl`` hold a run whole; ``predictions.json`` ({question id: answer, "" when declined})
is for other scorers, ``report.html`` and ``report.md`` are for people. While a run is under way ``unfinished.json``
says which; its rows are in ``rows.jsonl`` as far as they have come.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from eval.compare import Comparison
from eval.report import markdown_comparison, markdown_run, render_comparison, render_run
from eval.row import Row
from eval.run import Run, Summary
from index.errors import InputError
from index.store.files import write_atomically

SCHEMA = 1
"""Raise it when an older version couldn't read what is written."""

SUMMARY, ROWS, PREDICTIONS = "summary.json", "rows.jsonl", "predictions.json"
COMPARISON, UNFINISHED = "comparison.json", "unfinished.json"
HTML, MARKDOWN = "report.html", "report.md"

_FORMAT = "yuanwen-eval-"
_HEAD = frozenset({"format", "schema"})

_T = TypeVar("_T")


_ROW = TypeAdapter(Row)
_SUMMARY = TypeAdapter(Summary)
_COMPARISON = TypeAdapter(Comparison)
_IDENTITY = TypeAdapter(dict[str, str])


def save_run(run: Run, folder: Path) -> None:
    """Writes a run and its reports, each file whole or not at all.

    Raises:
        InputError: it can't be written.
    """
    rows = "".join(f"{row_json(row)}\n" for row in run.rows)
    predictions = json.dumps({row.id: row.prediction for row in run.rows}, ensure_ascii=False, indent=1)
    with _writing(folder):
        _write(folder / PREDICTIONS, predictions + "\n")
        _write(folder / ROWS, rows)
        _write(folder / SUMMARY, _document("summary", _SUMMARY, run.summary))
        (folder / UNFINISHED).unlink(missing_ok=True)
    save_reports(run, folder)


def save_reports(run: Run, folder: Path) -> None:
    """Writes a run's ``report.html`` and ``report.md``.

    Raises:
        InputError: it can't be written.
    """
    with _writing(folder):
        _write(folder / HTML, render_run(run))
        _write(folder / MARKDOWN, markdown_run(run))


def save_comparison(comparison: Comparison, folder: Path) -> None:
    """Writes a comparison and its reports.

    Raises:
        InputError: it can't be written.
    """
    with _writing(folder):
        _write(folder / COMPARISON, _document("comparison", _COMPARISON, comparison))
    save_comparison_reports(comparison, folder)


def save_comparison_reports(comparison: Comparison, folder: Path) -> None:
    """Writes a comparison's ``report.html`` and ``report.md``.

    Raises:
        InputError: it can't be written.
    """
    with _writing(folder):
        _write(folder / HTML, render_comparison(comparison))
        _write(folder / MARKDOWN, markdown_comparison(comparison))


def load_comparison(folder: Path) -> Comparison:
    """The comparison that :func:`save_comparison` wrote, equal to what it was.

    Raises:
        InputError: there is none, it is damaged, or a newer version wrote it.
    """
    return _read_document(folder / COMPARISON, "comparison", _COMPARISON)


def render_again(folder: Path) -> tuple[Path, Path]:
    """Writes the reports of a run or a comparison anew; returns where they are.

    Raises:
        InputError: the folder holds neither, or it can't be written.
    """
    if (folder / COMPARISON).exists():
        save_comparison_reports(load_comparison(folder), folder)
    else:
        save_reports(load_run(folder), folder)
    return folder / HTML, folder / MARKDOWN


def load_run(folder: Path) -> Run:
    """The run that :func:`save_run` wrote, equal to what it was.

    Raises:
        InputError: there is none, it isn't finished, is damaged, or a newer version wrote it.
    """
    if (folder / UNFINISHED).exists():
        raise InputError(f"{folder} 里的评测还没有做完。", remedy="用同样的参数加 --resume 接着做。")
    summary = _read_document(folder / SUMMARY, "summary", _SUMMARY)
    rows = tuple(_rows(folder / ROWS, partial=False))
    if len(rows) != summary.questions:
        raise _damaged(folder / ROWS, f"有 {len(rows)} 行，应有 {summary.questions} 行")
    return Run(summary=summary, rows=rows)


def load_summary(folder: Path) -> Summary:
    """The summary of a finished run, without its rows.

    Raises:
        InputError: as for :func:`load_run`.
    """
    return _read_document(folder / SUMMARY, "summary", _SUMMARY)


def rows_from(folder: Path, place: int = 0) -> Iterator[tuple[Row, int]]:
    """The rows of a finished run one by one, each with the place where the next one begins.

    Args:
        place: where to begin: 0, or what came with a row, in bytes of the file.

    Raises:
        InputError: no row begins there; the rows are damaged, or gone.
    """
    try:
        with (folder / ROWS).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(min(size, max(0, place - 1)))
            if place > 0 and file.read(1) != b"\n":
                raise InputError("after 不是上一页给出的。", remedy="请原样使用上一页的 next。")
            for line in file:
                place += len(line)
                yield _ROW.validate_json(line), place
    except FileNotFoundError as error:
        raise InputError(f"{folder} 里没有 {ROWS}。", remedy="请重新运行这次评测。") from error
    except ValidationError as error:
        raise _damaged(folder / ROWS, _first(error)) from error


def load_rows(folder: Path) -> list[Row]:
    """The rows of a run that was interrupted; a last line that was cut off is left out.

    Raises:
        InputError: they are damaged.
    """
    return list(_rows(folder / ROWS, partial=True)) if (folder / ROWS).exists() else []


def row_json(row: Row) -> str:
    """A row as one line, without its line break."""
    text = _ROW.dump_json(row).decode()
    # JSON allows them raw, but what reads lines may break there.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")


def summary_object(summary: Summary) -> dict[str, Any]:
    """A summary for scripts: what ``summary.json`` holds."""
    value: dict[str, Any] = json.loads(_document("summary", _SUMMARY, summary))
    return value


def comparison_object(comparison: Comparison) -> dict[str, Any]:
    """A comparison for scripts: what ``comparison.json`` holds."""
    value: dict[str, Any] = json.loads(_document("comparison", _COMPARISON, comparison))
    return value


# --- folders ---


def require_free(folder: Path, *, kind: str = SUMMARY) -> None:
    """Refuses a folder that holds anything, unless that is an earlier result of the same kind.

    Args:
        kind: :data:`SUMMARY` for a run, :data:`COMPARISON` for a comparison.

    Raises:
        InputError: it does, or it isn't a folder.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder} 不是目录。", remedy="请给 --out 一个目录。")
    marks = (SUMMARY, UNFINISHED) if kind == SUMMARY else (COMPARISON,)
    if any(folder.iterdir()) and not any(_is_ours(folder / mark) for mark in marks):
        raise InputError(f"{folder} 里有别的文件，不能覆盖。", remedy="请给 --out 一个新的或空的目录。")


def begin(folder: Path, identity: dict[str, str]) -> None:
    """Clears a folder of an earlier run and notes which one now begins; files that aren't ours stay.

    Raises:
        InputError: see :func:`require_free`; or it can't be written.
    """
    require_free(folder)
    with _writing(folder):
        # In this order the folder is known as ours at every moment, and old rows never stand for new ones.
        if any(_is_ours(folder / mark) for mark in (SUMMARY, UNFINISHED)):
            for name in (ROWS, PREDICTIONS, HTML, MARKDOWN):
                (folder / name).unlink(missing_ok=True)
        _write(folder / UNFINISHED, _document("unfinished", _IDENTITY, identity))
        (folder / SUMMARY).unlink(missing_ok=True)


def unfinished(folder: Path) -> dict[str, str] | None:
    """Which run was begun in a folder and not finished; None where none was.

    Raises:
        InputError: the note is damaged, or a newer version wrote it.
    """
    path = folder / UNFINISHED
    return _read_document(path, "unfinished", _IDENTITY) if path.exists() else None


class RowLog:
    """The rows file of a run under way: each row is in the file when :meth:`append` returns.

    Args:
        rows: what it holds already; a cut-off last line goes.

    Raises:
        InputError: it can't be written.
    """

    def __init__(self, folder: Path, rows: Iterable[Row]) -> None:
        self._folder = folder
        with _writing(folder):
            _write(folder / ROWS, "".join(f"{row_json(row)}\n" for row in rows))
            self._file = (folder / ROWS).open("a", encoding="utf-8", newline="\n")

    def append(self, row: Row) -> None:
        """Adds a row.

        Raises:
            InputError: it can't be written.
        """
        with _writing(self._folder):
            self._file.write(f"{row_json(row)}\n")
            self._file.flush()

    def close(self) -> None:
        """Closes the file; calling it twice is fine."""
        self._file.close()


# --- inside ---


def _document(kind: str, adapter: TypeAdapter[_T], value: _T) -> str:
    content = adapter.dump_python(value, mode="json")
    head = {"format": f"{_FORMAT}{kind}", "schema": SCHEMA}
    return json.dumps({**head, **content}, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _read_document(path: Path, kind: str, adapter: TypeAdapter[_T]) -> _T:
    document = _read_json(path)
    if not isinstance(document, dict) or document.get("format") != f"{_FORMAT}{kind}":
        raise _damaged(path, "不是 yuanwen eval 写的")
    schema = document.get("schema")
    if not isinstance(schema, int):
        raise _damaged(path, "没有版本号")
    if schema > SCHEMA:
        raise InputError(
            f"{path} 是更新的版本写的（格式 {schema}，这里到 {SCHEMA}）。", remedy="请升级 yuanwen。"
        )
    try:
        return adapter.validate_python({key: document[key] for key in document.keys() - _HEAD})
    except ValidationError as error:
        raise _damaged(path, _first(error)) from error


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(
            f"{path.parent} 里没有 {path.name}。", remedy="请给出 yuanwen eval 写出的目录。"
        ) from error
    except OSError as error:
        raise InputError(f"{path} 读不了：{error.strerror}。", remedy="请检查路径和权限。") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "不是 JSON") from error


def _rows(path: Path, *, partial: bool) -> Iterator[Row]:
    """The rows of a file; ``partial`` leaves out a last line that has no end."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError as error:
        raise InputError(f"{path.parent} 里没有 {path.name}。", remedy="请重新运行这次评测。") from error
    except OSError as error:
        raise InputError(f"{path} 读不了：{error.strerror}。", remedy="请检查路径和权限。") from error
    if lines[-1] and not partial:
        raise _damaged(path, "最后一行不完整")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            yield _ROW.validate_json(line)
        except ValidationError as error:
            raise _damaged(path, f"第 {number} 行：{_first(error)}") from error


def _damaged(path: Path, what: str) -> InputError:
    return InputError(f"{path} 损坏了：{what}。", remedy="请重新运行这次评测。")


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(map(str, problem['loc']))} {problem['msg']}".strip()


def _is_ours(path: Path) -> bool:
    """Whether a file that marks a folder as ours was written by us, whatever its version."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False  # not there, or nothing of ours
    return isinstance(document, dict) and str(document.get("format", "")).startswith(_FORMAT)


def _write(path: Path, text: str) -> None:
    write_atomically(path, lambda file: file.write(text.encode()))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise InputError(f"{folder} 写不了：{error.strerror}。", remedy="请检查权限和磁盘空间。") from error
