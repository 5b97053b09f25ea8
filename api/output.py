"""What the command line prints: JSON objects for scripts, tables and coloured spans for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from index.document import Part, PartKind
from index.errors import YuanwenError
from index.ingest import Outcome, Status
from index.store.protocol import DocumentRecord, StoreStatus
from rag.answer import Answer, Citation
from rag.doctor import Finding
from rag.origins import SettingInForce
from rag.settings import Settings

_STATUS_WORDS = {
    Status.ADDED: "已添加",
    Status.REPLACED: "已更新",
    Status.UNCHANGED: "未变化",
    Status.FAILED: "失败",
}


def print_json(value: object, *, lines: bool = False) -> None:
    """One JSON value on standard output, on one line if asked; Chinese stays as it is."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=None if lines else 2) + "\n")
    sys.stdout.flush()


def error_object(error: YuanwenError) -> dict[str, str]:
    """An error for scripts."""
    return {"type": type(error).__name__, "message": error.message, "remedy": error.remedy}


def print_error(error: YuanwenError) -> None:
    """An error for people, on standard error."""
    console = Console(stderr=True)
    console.print(f"[red]错误[/red] {escape(error.message)}", highlight=False, soft_wrap=True)
    if error.remedy:
        console.print(f"[yellow]处理[/yellow] {escape(error.remedy)}", highlight=False, soft_wrap=True)


def answer_object(answer: Answer) -> dict[str, Any]:
    """An answer with the keys that scripts rely on."""
    return asdict(answer)


def no_answer(question: str) -> Answer:
    """The answer that stands beside an error in a batch."""
    return Answer(question=question, text="", probability=0.0, abstained=True)


def document_object(record: DocumentRecord) -> dict[str, Any]:
    """A stored document."""
    return {**asdict(record), "added_at": record.added_at.isoformat()}


def outcomes_object(outcomes: Sequence[Outcome], *, stopped: YuanwenError | None = None) -> dict[str, Any]:
    """What became of each file, how many of each kind, and what stopped the work before its end, if anything."""
    counts = {status.value: sum(o.status is status for o in outcomes) for status in Status}
    files = [
        {
            "source": outcome.source,
            "status": outcome.status.value,
            "document": None if outcome.document is None else document_object(outcome.document),
            "error": None if outcome.error is None else error_object(outcome.error),
            "warnings": list(outcome.warnings),
        }
        for outcome in outcomes
    ]
    result: dict[str, Any] = {**counts, "files": files}
    if stopped is not None:
        result["error"] = error_object(stopped)
    return result


def status_object(state: StoreStatus, settings: Settings) -> dict[str, Any]:
    """Counts and sizes."""
    return {"home": str(settings.home), **asdict(state)}


def setting_object(setting: SettingInForce) -> dict[str, Any]:
    """One setting."""
    return asdict(setting)


def finding_object(finding: Finding) -> dict[str, Any]:
    """One check of ``doctor``."""
    return asdict(finding)


def print_answer(answer: Answer, *, home: Path, collection: str | None = None) -> None:
    """The answer in its sentence, and where it stands.

    Args:
        home, collection: where the answer was looked for, named where nothing is in there.
    """
    console = Console()
    console.print(Text.assemble(("问 ", "bold cyan"), answer.question))
    if answer.nothing_to_search:
        _print_nothing(console, home, collection)
        return
    if answer.abstained:
        console.print(Text.assemble(("答 ", "bold yellow"), "文档中没有找到答案。"))
        for candidate in answer.candidates[:3]:
            console.print(Text.assemble(("   最接近的原文 ", "dim"), _where(candidate.citation)))
            console.print(Text.assemble("   ", (candidate.citation.evidence, "dim")))
    else:
        console.print(Text.assemble(("答 ", "bold green"), (answer.text, "bold")))
        for number, item in enumerate(answer.items, start=1):
            console.print(Text.assemble((f"   {number}. ", "dim"), item.text))
        for citation in answer.citations:
            console.print(Panel(_evidence(citation), border_style="dim"))
            console.print(Text.assemble(("   出处 ", "bold"), _where(citation)))
    total = answer.timings_ms.get("total", 0.0)
    console.print(Text(f"   把握 {answer.probability:.0%} · {total:.0f} 毫秒", style="dim"))
    console.print()


def _print_nothing(console: Console, home: Path, collection: str | None) -> None:
    within, option = (
        ("", "") if collection is None else (f"文档集“{collection}”里", f"--collection {collection} ")
    )
    for line in (
        Text.assemble(("答 ", "bold yellow"), f"{within}还没有文档，所以回答不了。"),
        Text(f"   请先添加文件或目录：yuanwen add {option}文件或目录"),
        Text(f"   现在用的数据目录是 {home}；文档在别的数据目录里，就用 YUANWEN_HOME 指明。", style="dim"),
    ):
        console.print(line, soft_wrap=True)
    console.print()


def _evidence(citation: Citation) -> Text:
    text = Text(citation.evidence)
    start = citation.start - citation.evidence_start
    text.stylize("bold green", max(start, 0), max(start, 0) + len(citation.quote))
    text.append(
        "\n已与原件核对，一字不差" if citation.verified else "\n未能与原件核对",
        style="dim" if citation.verified else "red",
    )
    return text


def _where(citation: Citation) -> Text:
    path = " › ".join((citation.document, *citation.heading_path))
    places = [f"字符 {citation.start}–{citation.end}"]
    if citation.first_line > 0:
        several = citation.last_line != citation.first_line
        last = f"–{citation.last_line}" if several else ""
        places.insert(0, f"第 {citation.first_line}{last} 行")
    if citation.page is not None:
        places.insert(0, f"第 {citation.page} 页")
    return Text(" · ".join((path, *_parts(citation.parts), *places)))


_PARTS = {
    PartKind.SHEET: "工作表“{}”",
    PartKind.SLIDE: "第 {} 张幻灯片",
    PartKind.TABLE: "表 {}",
    PartKind.CELL: "单元格 {}",
    PartKind.PARAGRAPH: "第 {} 段",
    PartKind.NOTE: "注 {}",
}
_MOST_CELLS = 3


def _parts(parts: Sequence[Part]) -> list[str]:
    """The way into an upload that has no lines, parts of one kind together. A selector means nothing to people."""
    by_kind: dict[PartKind, list[str]] = {}
    for part in parts:
        if part.kind is not PartKind.ELEMENT:
            by_kind.setdefault(part.kind, []).append(part.name)
    return [
        _PARTS.get(kind, "{}").format(
            "、".join(names) if len(names) <= _MOST_CELLS else f"{names[0]}–{names[-1]}"
        )
        for kind, names in by_kind.items()
    ]


def read_as(record: DocumentRecord) -> str:
    """The codec of a text, else the format by its name."""
    return record.encoding or PurePath(record.source).suffix[1:].upper()


def print_documents(records: Sequence[DocumentRecord]) -> None:
    """Documents as a table."""
    console = Console()
    if not records:
        console.print("还没有文档。用 yuanwen add 文件或目录 来添加。")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("编号", "文档", "文档集", "读作", "字数", "段落", "添加时间"):
        # A path ends with what tells one file from another: it may take several lines, but is never cut.
        table.add_column(heading, overflow="fold", no_wrap=heading in ("编号", "字数", "段落"))
    for record in records:
        table.add_row(
            str(record.id), escape(record.source), escape(record.collection), read_as(record),
            f"{record.characters:,}", f"{record.passages:,}", f"{record.added_at.astimezone():%Y-%m-%d %H:%M}",
        )  # fmt: skip
    console.print(table)


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Errors one by one, then a line that counts; few files are named with how they were read."""
    console = Console()
    for outcome in outcomes:
        if outcome.error is not None:
            print_error(outcome.error)
        elif outcome.document is not None and len(outcomes) <= 20:
            record = outcome.document
            console.print(
                f"{_STATUS_WORDS[outcome.status]} {escape(record.source)}"
                f"（{read_as(record)}，{record.characters:,} 字，{record.passages} 段）",
                highlight=False,
            )
        for warning in outcome.warnings:
            console.print(
                f"[yellow]注意[/] {escape(PurePath(outcome.source).name)}：{escape(warning)}", highlight=False
            )
    counts = [(word, sum(o.status is status for o in outcomes)) for status, word in _STATUS_WORDS.items()]
    console.print(",".join(f"{word} {count}" for word, count in counts if count) + "。", highlight=False)


def print_status(state: StoreStatus, settings: Settings) -> None:
    """Counts and sizes as a table."""
    table = Table(box=None, show_header=False, pad_edge=False)
    embedder = state.embedder
    rows = (
        ("数据目录", str(settings.home)),
        ("文档", f"{state.documents:,}"),
        ("段落", f"{state.passages:,}（向量 {state.dense:,}，词项 {state.sparse:,}）"),
        ("字数", f"{state.characters:,}"),
        ("数据库", _megabytes(state.database_bytes)),
        ("向量索引", _megabytes(state.dense_bytes)),
        ("词项索引", _megabytes(state.sparse_bytes)),
        ("原件", _megabytes(state.upload_bytes)),
        (
            "模型",
            "还没有"
            if embedder is None
            else f"{embedder.id}（{embedder.dimension} 维，{embedder.revision}）",
        ),
        ("版本", f"第 {state.generation} 次变更"),
    )
    for name, value in rows:
        table.add_row(name, escape(value))
    Console().print(table, highlight=False)


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB"


class IngestProgress:
    """A bar over files, with the characters embedded so far beside it."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task("添加文档", total=total, characters="")
        self._characters = 0

    def embedded(self, characters: int) -> None:
        """More characters have vectors now."""
        self._characters += characters
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, characters=f"{self._characters:,} 字")

    def finished(self, outcome: Outcome) -> None:
        """One more file is done."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
            if outcome.status is Status.FAILED:
                self._progress.console.print(f"[red]失败[/red] {escape(outcome.source)}", highlight=False)


@contextmanager
def ingest_progress(total: int, *, quiet: bool) -> Iterator[IngestProgress]:
    """A progress bar on standard error while files are taken in."""
    if quiet:
        yield IngestProgress(None, total)
        return
    with _bar(TextColumn("{task.fields[characters]}")) as progress:
        yield IngestProgress(progress, total)


@contextmanager
def model_progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar for the making of the default model; it shows only if there is something to make."""
    with _counter("生成模型（只需一次）", quiet=quiet) as report:
        yield report


@contextmanager
def files_progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar for files that are copied into a backup."""
    with _counter("备份原件", quiet=quiet) as report:
        yield report


@contextmanager
def passages_progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar for passages that are embedded again."""
    with _counter("重新编码段落", quiet=quiet) as report:
        yield report


@contextmanager
def _counter(words: str, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    if quiet:
        yield None
        return
    progress = _bar()
    task = progress.add_task(words, total=None)

    def report(done: int, total: int) -> None:
        progress.start()
        progress.update(task, completed=done, total=total)
        if done >= total:
            progress.stop()

    try:
        yield report
    finally:
        progress.stop()


def _bar(*more: TextColumn) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *more)
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True))
