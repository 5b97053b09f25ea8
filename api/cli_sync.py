"""``yuanwen sync``: a folder and its documents, kept in step.

Exit codes: 0 all well, 1 some files failed or the folder couldn't be read, 2 wrong usage, 3 the model, 4 the index,
130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from api import output, output_sync
from index.errors import StoreError, YuanwenError
from index.sync.stop import StopFlag

if TYPE_CHECKING:
    from index.sync.folder import Listed, Stamp
    from index.sync.report import Entry
    from index.sync.survey import Survey, Wanted
    from index.sync.watch import Settling
    from rag.settings import Settings

_BUSY_SECONDS = 15.0
_INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Adds the command to the others."""
    app.command()(sync)


def sync(
    folder: Annotated[Path, typer.Argument(help="目录；其下的文件就是文档集里应有的文档")],
    collection: Annotated[str, typer.Option("--collection", "-c", help="文档集")] = "default",
    watch: Annotated[bool, typer.Option("--watch", help="一直运行，目录一有变化就同步")] = False,
    interval: Annotated[
        float, typer.Option(help="--watch 时至少每隔多少秒看一次（网络共享不报告变化）", min=0.1)
    ] = 60.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说要做什么，不改动")] = False,
    check: Annotated[bool, typer.Option("--check", help="读出每个文件核对，不凭大小和修改时间")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="目录空了也照样删除文档")] = False,
    jobs: Annotated[
        int | None, typer.Option(help="同时解析多少个文件；默认与核数相同，最多 4", min=1, max=64)
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；不写就自动识别")] = None,
    report: Annotated[Path | None, typer.Option(help="把每个文件的结果写成 JSON 文件")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON，便于脚本使用")] = False,
) -> None:
    """让文档集与目录一致：添加、更新、删除、跟随改名；没有变化的跳过。随时可以中断，再运行就接着做。"""
    from index.models.workers import usable_cores
    from index.sync.survey import Wanted
    from rag.settings import load_settings

    if watch and dry_run:
        raise typer.BadParameter("--watch 和 --dry-run 不能一起用。")
    wanted = Wanted(
        folder=folder,
        collection=collection,
        encoding=encoding,
        check=check,
        allow_empty=allow_empty,
        jobs=min(4, usable_cores()) if jobs is None else jobs,
    )
    told = _Told(report=report, as_json=as_json, watching=watch)
    settings = load_settings()
    if dry_run:
        code = _dry_run(settings, wanted, told)
    else:
        with _Stopping() as stopping, _opened(settings, wanted, stopping, quiet=as_json) as desk:
            code = _watch(desk, told, interval) if watch else desk.once(told)
    if code:
        raise typer.Exit(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Where the result goes."""

    report: Path | None
    as_json: bool
    watching: bool

    def tell(self, result: output_sync.SyncResult) -> None:
        """Prints it and writes the report."""
        if self.as_json:
            output.print_json(output_sync.result_object(result), lines=self.watching)
        else:
            output_sync.print_result(result)
        if self.report is not None:
            output_sync.write_report(self.report, result)


class _Stopping:
    """Ctrl+C and SIGTERM set ``flag``; a second Ctrl+C ends at once."""

    def __init__(self) -> None:
        self.flag = StopFlag()
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> _Stopping:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self.flag.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.flag.set()
        # print() may be what was interrupted, and can't be entered twice.
        os.write(2, "\n正在停止：存好手里的一批就结束；再按一次 Ctrl+C 立即结束。\n".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """All that one look at the folder and what follows from it need."""

    wanted: Wanted
    stopping: _Stopping
    survey: Callable[[Callable[[Listed], bool], Mapping[str, Stamp]], Survey]
    run: Callable[[Survey, Callable[[int], None]], Iterator[Entry]]
    refused: dict[str, Stamp] = field(default_factory=dict)

    def once(self, told: _Told) -> int:
        """Brings both in step, tells it, and gives the exit code."""
        result = self.bring_in_step(None, quiet=told.as_json)
        told.tell(result)
        if result.stopped is not None:
            from api.cli import exit_code

            if not told.as_json:
                output.print_error(result.stopped)
            return exit_code(result.stopped)
        if self.stopping.flag.is_set():
            return _INTERRUPTED
        return 1 if result.failed or result.emptied else 0

    def bring_in_step(self, settling: Settling | None, *, quiet: bool) -> output_sync.SyncResult:
        """One look, and what follows from it."""
        started = time.monotonic()
        survey = self.survey((lambda _: True) if settling is None else settling.ready, self.refused)
        entries: list[Entry] = []
        stopped: StoreError | None = None
        with output_sync.progress(survey, quiet=quiet) as bar:
            try:
                for entry in self.run(survey, bar.advance):
                    bar.tell(entry)
                    entries.append(entry)
                    if entry.refused:
                        self.refused[entry.source] = survey.files[entry.source].stamp
            except StoreError as error:
                stopped = error
        return output_sync.SyncResult(
            folder=str(self.wanted.folder),
            collection=self.wanted.collection,
            entries=tuple(entries),
            seconds=time.monotonic() - started,
            emptied=survey.emptied,
            interrupted=self.stopping.flag.is_set(),
            stopped=stopped,
        )


def _dry_run(settings: Settings, wanted: Wanted, told: _Told) -> int:
    from index.ingest import source_of
    from index.store.embedded import DATABASE_NAME
    from index.sync.memory import Memory
    from index.sync.survey import survey
    from rag.build import open_embedded_store

    started = time.monotonic()
    with ExitStack() as stack:
        store = None
        if (settings.home / DATABASE_NAME).exists():
            store = stack.enter_context(closing(open_embedded_store(settings, None)))
        memory = stack.enter_context(
            closing(Memory.copy_of(settings.home, source_of(wanted.folder), wanted.collection))
        )
        found = survey(wanted, store, memory)
    result = output_sync.SyncResult(
        folder=str(wanted.folder),
        collection=wanted.collection,
        entries=tuple(output_sync.planned(found)),
        seconds=time.monotonic() - started,
        emptied=found.emptied,
        dry_run=True,
    )
    told.tell(result)
    return 1 if result.failed or result.emptied else 0


def _watch(desk: _Desk, told: _Told, interval: float) -> int:
    """Until it is stopped. Whatever goes wrong is told once, and tried again."""
    from index.sync.watch import Settling, Watcher

    settling, last, failures = Settling(), "", frozenset[str]()
    with Watcher(desk.wanted.folder, desk.stopping.flag) as watcher:
        while not desk.stopping.flag.is_set():
            watcher.listen()
            pause, trouble = interval, ""
            try:
                result = desk.bring_in_step(settling, quiet=True)
                if result.changes or result.failures != failures:
                    told.tell(result)
                failures = result.failures
                if result.stopped is not None:
                    trouble, pause = str(result.stopped), min(interval, _BUSY_SECONDS)
                elif result.later:
                    pause = min(interval, 1.0)
            except YuanwenError as error:
                trouble = str(error)
            if trouble and trouble != last:
                print(f"{trouble} 将继续尝试。", file=sys.stderr, flush=True)
            last = trouble
            if not desk.stopping.flag.is_set():
                watcher.wait(pause)
    return 0


@contextmanager
def _opened(settings: Settings, wanted: Wanted, stopping: _Stopping, *, quiet: bool) -> Iterator[_Desk]:
    from index.ingest import Ingester, Limits, source_of
    from index.isolate import IsolatedParser
    from index.sync.folder import list_folder
    from index.sync.memory import Memory, alone
    from index.sync.run import Runner
    from index.sync.survey import survey
    from rag.build import make_embedder, open_embedded_store, parse_limits

    source = source_of(wanted.folder)
    list_folder(wanted.folder)  # a folder that isn't there is told before a model is made
    limits = Limits(
        upload_bytes=settings.max_upload_mb * 2**20,
        passage_target=settings.passage_target,
        passage_maximum=settings.passage_maximum,
    )
    with ExitStack() as stack:
        progress = stack.enter_context(output.model_progress(quiet=quiet))
        stack.enter_context(alone(settings.home, source, wanted.collection))
        embedder = make_embedder(settings, progress=progress)
        store = stack.enter_context(closing(open_embedded_store(settings, embedder.info)))
        memory = stack.enter_context(closing(Memory.of(settings.home, source, wanted.collection)))
        parser = stack.enter_context(IsolatedParser(parse_limits(settings), children=wanted.jobs))
        ingester = Ingester(
            store,
            embedder,
            limits=limits,
            collection=wanted.collection,
            encoding=wanted.encoding,
            load=parser.load,
        )
        runner = Runner(
            store,
            ingester,
            memory,
            upload_bytes=limits.upload_bytes,
            jobs=wanted.jobs,
            stop=stopping.flag,
            abandon=parser.close,
        )
        yield _Desk(
            wanted=wanted,
            stopping=stopping,
            survey=lambda ready, refused: survey(
                wanted, store, memory, ready=ready, refused=refused, stop=stopping.flag
            ),
            run=lambda found, on_bytes: runner.run(found, on_bytes=on_bytes),
        )
