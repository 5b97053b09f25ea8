"""From options to a finished run: read the files, complete the index, ask, score, sum up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eval.dataset import EvalQuestion
from eval.measures import DEFAULTS, parse
from eval.row import Row
from eval.run import Run
from eval.store import SUMMARY, RowLog, begin, load_rows, load_run, require_free, save_run, unfinished
from eval.tasks.gold import Gold, GoldFinder
from eval.tasks.options import Options, Report
from eval.tasks.place import Files, open_place, read_files, settings_for
from eval.tasks.rows import RowMaker, absent
from eval.tasks.summary import frame_in, frame_of, summarise
from index.errors import InputError
from rag.service import QAService
from rag.settings import Settings


def evaluate(
    options: Options, settings: Settings, out: Path, *, resume: bool = False, report: Report | None = None
) -> Run:
    """Makes a run and writes it to ``out``; see :mod:`eval.store` for what is there then.

    Args:
        settings: the user's, which the options override.
        resume: go on with a run that was interrupted; a finished one is given back as it is. Its seconds are then
            those of this session and of the questions answered before.
        report: called as long work goes on.

    Raises:
        DatasetError, MeasureError: the data or a measure can't be used.
        InputError: ``out`` holds something else, or a run that was interrupted and isn't to be resumed, or the run
            to resume was another one.
        ModelError, StoreError: see :func:`rag.build.open_service`.
    """
    tell = _silent if report is None else report
    named = options.measures if options.measures else DEFAULTS[options.task]
    measures = tuple(parse(name).name for name in named)
    require_free(out)
    if not resume:
        _require_nothing_unfinished(out)
    files = read_files(options)
    chosen, threshold_from = settings_for(options, settings, files)
    with open_place(chosen, files, tell) as service:
        frame = frame_of(options, service, files, measures=measures, threshold_from=threshold_from)
        done = _rows_so_far(out, frame.identity()) if resume else None
        if isinstance(done, Run):
            return done
        if done is None:
            begin(out, frame.identity())
        questions = sample(files.dataset.questions, options.limit, seed=options.seed)
        started, began = datetime.now(UTC), time.perf_counter()
        rows = _ask(
            options, service, files, questions, measures=measures, out=out, done=done or (), tell=tell
        )
        seconds = time.perf_counter() - began + _seconds(done or ())
    tell("计算指标", 0, 1)
    command = options.command(out)
    summary = summarise(frame, options, rows, command=command, started=started, seconds=seconds)
    run = Run(summary=summary, rows=rows)
    save_run(run, out)
    tell("计算指标", 1, 1)
    return run


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody asked."""


def sample(questions: Sequence[EvalQuestion], limit: int | None, *, seed: int) -> tuple[EvalQuestion, ...]:
    """``limit`` of the questions drawn evenly without repetition, in their order; all where there are no more."""
    if limit is None or limit >= len(questions):
        return tuple(questions)
    drawn = np.random.default_rng(seed).choice(len(questions), size=limit, replace=False)
    return tuple(questions[place] for place in sorted(drawn.tolist()))


def _seconds(rows: Iterable[Row]) -> float:
    """That the questions took."""
    return sum(row.timings_ms.get("total", 0.0) for row in rows) / 1000


def _require_nothing_unfinished(out: Path) -> None:
    if unfinished(out) is not None:
        raise InputError(
            f"{out} 里有一次没有做完的评测。",
            remedy="请加 --resume 接着做;不要它了就删掉这个目录,或给 --out 另一个目录。",
        )


def _rows_so_far(out: Path, identity: dict[str, str]) -> Run | list[Row] | None:
    """What there is to go on from: a finished run, some rows, or None where nothing was begun.

    Raises:
        InputError: that was another run.
    """
    begun = unfinished(out)
    if begun is not None:
        _require_same(begun, identity, out)
        return load_rows(out)
    if not (out / SUMMARY).exists():
        return None
    run = load_run(out)
    _require_same(frame_in(run.summary).identity(), identity, out)
    return run


def _require_same(begun: dict[str, str], now: dict[str, str], out: Path) -> None:
    different = sorted(name for name in begun.keys() | now.keys() if begun.get(name) != now.get(name))
    if different:
        shown = "、".join(
            f"{name}({begun.get(name, '无')} → {now.get(name, '无')})" for name in different[:5]
        )
        raise InputError(
            f"{out} 里的评测与这次不同,不能接着做:{shown}。",
            remedy="请用原来的参数和设置,或给 --out 另一个目录重新做。",
        )


def _ask(
    options: Options,
    service: QAService,
    files: Files,
    questions: Sequence[EvalQuestion],
    *,
    measures: Sequence[str],
    out: Path,
    done: Sequence[Row],
    tell: Report,
) -> tuple[Row, ...]:
    """Every question's row, in order; those that are there already aren't asked again."""
    finder = GoldFinder(
        service.store, files.dataset, questions, on_done=lambda n, total: tell("查找答案所在", n, total)
    )
    maker = RowMaker(
        service,
        task=options.task,
        depth=options.depth,
        measures=[parse(name) for name in measures],
        exact=parse("EM"),
    )
    rows = {row.id: row for row in done}
    asked: list[str] = []
    with closing(RowLog(out, done)) as log:
        for count, question in enumerate(questions, start=1):
            for one, gold, without in _askings(question, finder, absent_too=options.absent):
                if one.id not in rows:
                    rows[one.id] = maker.row(one, gold, without=without)
                    log.append(rows[one.id])
                asked.append(one.id)
            tell("提问", count, len(questions))
    return tuple(rows[name] for name in asked)


def _askings(
    question: EvalQuestion, finder: GoldFinder, *, absent_too: bool
) -> Iterator[tuple[EvalQuestion, Gold, frozenset[int]]]:
    """The question as it is, then perhaps with its documents kept out of the search."""
    gold = finder.find(question)
    yield question, gold, frozenset()
    if absent_too and gold.held and gold.documents:
        yield absent(question), Gold(documents=None, held=False, passages=frozenset()), gold.documents
