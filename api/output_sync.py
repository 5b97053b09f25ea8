"""What ``yuanwen sync`` prints: a bar while it works, a report at its end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from api.output import error_object, read_as
from index.errors import StoreError, UnreadableFile
from index.sync.report import Entry, SyncStatus
from index.sync.survey import Survey

_DONE = {
    SyncStatus.ADDED: "已添加",
    SyncStatus.REPLACED: "已更新",
    SyncStatus.RENAMED: "已改名",
    SyncStatus.REMOVED: "已删除",
    SyncStatus.UNCHANGED: "未变化",
    SyncStatus.LATER: "留到下次",
    SyncStatus.SKIPPED: "略过",
    SyncStatus.FAILED: "失败",
}
_TO_DO = {
    **_DONE,
    SyncStatus.ADDED: "要添加",
    SyncStatus.REPLACED: "要更新",
    SyncStatus.RENAMED: "要改名",
    SyncStatus.REMOVED: "要删除",
}
_CHANGES = frozenset({SyncStatus.ADDED, SyncStatus.REPLACED, SyncStatus.RENAMED, SyncStatus.REMOVED})
_SHOWN = 20
_SPEED_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What became of a folder.

    Args:
        emptied: documents that were kept although the folder holds no file any more.
        interrupted: somebody stopped it before its end; ``stopped``: an error did.
    """

    folder: str
    collection: str
    entries: tuple[Entry, ...]
    seconds: float
    emptied: int = 0
    interrupted: bool = False
    stopped: StoreError | None = None
    dry_run: bool = False

    def count(self, status: SyncStatus) -> int:
        """How many files ended so."""
        return sum(entry.status is status for entry in self.entries)

    @property
    def failed(self) -> int:
        """Files that couldn't be taken in or looked at."""
        return self.count(SyncStatus.FAILED)

    @property
    def later(self) -> int:
        """Files that are still being written."""
        return self.count(SyncStatus.LATER)

    @property
    def changes(self) -> int:
        """Documents that aren't what they were."""
        return sum(entry.status in _CHANGES for entry in self.entries)

    @property
    def failures(self) -> frozenset[str]:
        """What went wrong, to tell whether it is the same as the last time."""
        wrong = {f"{e.source} {e.error}" for e in self.entries if e.status is SyncStatus.FAILED}
        return frozenset(wrong | ({f"{self.emptied}"} if self.emptied else set()))


def planned(survey: Survey) -> Iterator[Entry]:
    """What would become of each file."""
    yield from survey.left
    for source in survey.plan.kept:
        yield Entry(source=source, status=SyncStatus.UNCHANGED, document=survey.documents[source])
    for stored in survey.plan.removed:
        yield Entry(source=stored.source, status=SyncStatus.REMOVED, document=survey.documents[stored.source])
    names: dict[int, str] = {}
    for step in survey.plan.renames:
        before = names.setdefault(step.id, step.before)
        if step.source in survey.files:
            yield Entry(source=step.source, status=SyncStatus.RENAMED, before=before)
    renamed = {step.source for step in survey.plan.renames} | {step.before for step in survey.plan.renames}
    for take in survey.plan.takes:
        there = take.source in survey.documents and take.source not in renamed
        status = SyncStatus.REPLACED if there else SyncStatus.ADDED
        if take.before is not None:
            status = SyncStatus.RENAMED
        yield Entry(source=take.source, status=status, before=take.before or "")


def entry_object(entry: Entry) -> dict[str, Any]:
    """One file, for scripts."""
    record = entry.document
    return {
        "path": entry.source,
        "status": entry.status.value,
        "before": entry.before or None,
        "sha256": None if record is None else record.sha256,
        "size": None if record is None else record.size,
        "media_type": None if record is None else record.media_type,
        "encoding": None if record is None else record.encoding,
        "characters": None if record is None else record.characters,
        "passages": None if record is None else record.passages,
        "warnings": list(entry.warnings),
        "error": entry.error or None,
        "remedy": entry.remedy or None,
        "seconds": round(entry.seconds, 3),
    }


def result_object(result: SyncResult) -> dict[str, Any]:
    """Everything, for scripts."""
    return {
        "folder": result.folder,
        "collection": result.collection,
        "dry_run": result.dry_run,
        "interrupted": result.interrupted,
        "seconds": round(result.seconds, 3),
        "kept_although_empty": result.emptied,
        **{status.value: result.count(status) for status in SyncStatus},
        "error": None if result.stopped is None else error_object(result.stopped),
        "files": [entry_object(entry) for entry in result.entries],
    }


def write_report(path: Path, result: SyncResult) -> None:
    """The same as a file, whole or not at all.

    Raises:
        UnreadableFile: it can't be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(
            json.dumps(result_object(result), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        temporary.replace(path)
    except OSError as error:
        raise UnreadableFile(
            f"写不了报告：{error.strerror}。", source=str(path), remedy="请检查目录和权限。"
        ) from error


def print_result(result: SyncResult) -> None:
    """Files that failed or were read with a warning one by one, then a line that counts."""
    console = Console()
    words = _TO_DO if result.dry_run else _DONE
    changes = [entry for entry in result.entries if entry.status in _CHANGES]
    for entry in result.entries:
        if entry.error and entry.status is not SyncStatus.LATER:
            _print(console, f"[red]{words[entry.status]}[/red] {escape(entry.source)}：{escape(entry.error)}")
            if entry.remedy:
                _print(console, f"     [yellow]处理[/yellow] {escape(entry.remedy)}")
        elif entry.warnings or (entry.status in _CHANGES and len(changes) <= _SHOWN):
            _print(console, f"{words[entry.status]} {escape(_described(entry))}")
            for warning in entry.warnings:
                _print(console, f"     [yellow]注意[/yellow] {escape(warning)}")
    counts = "，".join(
        f"{word} {result.count(status)}" for status, word in words.items() if result.count(status)
    )
    _print(console, f"{counts or '没有文件'}；用时 {_duration(result.seconds)}。")
    if result.emptied:
        _print(
            console,
            f"[yellow]注意[/yellow] 目录里没有任何可读的文件，{result.emptied} 个文档都没有删除。"
            "如果目录确实清空了，请加上 --allow-empty；如果是网络共享，请先挂载。",
        )
    if result.interrupted:
        _print(console, "已中断；上面说到的都已存好，再运行一次就接着做。")


def _described(entry: Entry) -> str:
    name = f"{entry.before} → {entry.source}" if entry.before else entry.source
    record = entry.document
    if record is None or entry.status is SyncStatus.REMOVED:
        return name
    how = read_as(record)
    return f"{name}（{how}，{record.characters:,} 字，{record.passages} 段）"


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} 秒"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} 分 {rest} 秒"


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)


class SyncProgress:
    """A bar over the bytes of the files that are to be read, with how many are done."""

    def __init__(self, progress: Progress | None, survey: Survey) -> None:
        self._progress = progress
        self._total = len(survey.plan.takes)
        self._sources = {take.source for take in survey.plan.takes}
        self._done = 0
        self._task = None
        if progress is not None:
            self._task = progress.add_task("同步", total=survey.bytes, files=f"0/{self._total} 个文件")

    def advance(self, size: int) -> None:
        """More bytes are done."""
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task, size)

    def tell(self, entry: Entry) -> None:
        """One more file is done; a failure is told at once."""
        if self._progress is None or self._task is None:
            return
        if entry.source in self._sources:
            self._done += 1
            self._progress.update(self._task, files=f"{self._done}/{self._total} 个文件")
        if entry.status is SyncStatus.FAILED:
            self._progress.console.print(f"[red]失败[/red] {escape(entry.source)}", highlight=False)


@contextmanager
def progress(survey: Survey, *, quiet: bool) -> Iterator[SyncProgress]:
    """The bar, on standard error, where that is a terminal and anything is to be read."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal or not survey.plan.takes:
        yield SyncProgress(None, survey)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TextColumn("{task.fields[files]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    # The estimate goes by the pace of the last minutes: groups of files come in bursts.
    with Progress(*columns, console=console, speed_estimate_period=_SPEED_SECONDS) as bar:
        yield SyncProgress(bar, survey)
