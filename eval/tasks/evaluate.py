"""From options to a finished run: read the files, complete the index, ask, score, sum up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from eval.dataset import Dataset, EvalQuestion
from eval.measures import DEFAULTS, parse
from eval.row import Row
from eval.run import Run
from eval.store import SUMMARY, RowLog, begin, load_rows, load_run, require_free, save_run, unfinished
from eval.tasks.gold import Gold, GoldFinder
from eval.tasks.options import Options, Report
from eval.tasks.place import open_place, read_files, settings_for
from eval.tasks.rows import RowMaker, absent
from eval.tasks.summary import Frame, frame_in, frame_of, frame_within, summarise
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
        asking = _Asking(
            options=options, service=service, dataset=files.dataset, measures=measures, tell=tell
        )
        return _run(asking, frame, out, done=done or (), command=options.command(out))


def evaluate_within(
    service: QAService,
    dataset: Dataset,
    options: Options,
    out: Path,
    *,
    collections: frozenset[str] | None,
    command: tuple[str, ...],
    report: Report | None = None,
) -> Run:
    """Makes a run over a service that is open already, and perhaps in use, and writes it to ``out``.

    What is indexed is asked as it is: the file's passages aren't taken in, and its answers are looked for in all
    documents. A run of the same frame that was begun in ``out`` is gone on with, and given back if it is finished;
    any other is begun anew, for the rows of one index say nothing about another.

    Args:
        service: the options' settings are in force for this run alone.
        dataset: what ``options.data``, of which only the name counts, held.
        collections: asked within these; None means all.
        command: what the summary tells to do it again.
        report: called after every question; what it raises ends the run, which can be gone on with.

    Raises:
        InputError: ``out`` holds something else.
        ModelError, StoreError: from the service.
    """
    tell = _silent if report is None else report
    measures = tuple(parse(name).name for name in options.measures or DEFAULTS[options.task])
    free = tuple(replace(question, passage=None) for question in dataset.questions)
    dataset = replace(dataset, questions=free, passages=())
    chosen = {"threshold": options.threshold, "top_k": options.top_k, "retrieval": options.retrieval}
    changes = {name: value for name, value in chosen.items() if value is not None}
    service = service.under(service.settings.model_copy(update=changes))
    frame = frame_within(options, service, dataset, measures=measures, collections=collections)
    done = _rows_of_this_run(out, frame.identity())
    if isinstance(done, Run):
        return done
    if done is None:
        begin(out, frame.identity())
    asking = _Asking(
        options=options,
        service=service,
        dataset=dataset,
        measures=measures,
        tell=tell,
        collections=collections,
    )
    return _run(asking, frame, out, done=done or (), command=command)


def _rows_of_this_run(out: Path, identity: dict[str, str]) -> Run | list[Row] | None:
    """As :func:`_rows_so_far`, but None where they can't be gone on with."""
    try:
        return _rows_so_far(out, identity)
    except InputError:  # another run's, of an index as it was before, say; or damaged
        return None


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
            remedy="请加 --resume 接着做；不要它了就删掉这个目录，或给 --out 另一个目录。",
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
            f"{out} 里的评测与这次不同，不能接着做：{shown}。",
            remedy="请用原来的参数和设置，或给 --out 另一个目录重新做。",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """Who is asked what. ``collections``: only these; None means all."""

    options: Options
    service: QAService
    dataset: Dataset
    measures: Sequence[str]
    tell: Report
    collections: frozenset[str] | None = None

    def rows(self, out: Path, done: Sequence[Row]) -> tuple[Row, ...]:
        """Every question's row, in order; those that are there already aren't asked again."""
        options, tell = self.options, self.tell
        questions = sample(self.dataset.questions, options.limit, seed=options.seed)
        finder = GoldFinder(
            self.service.store,
            self.dataset,
            questions,
            collections=self.collections,
            on_done=lambda n, total: tell("查找答案所在", n, total),
        )
        maker = RowMaker(
            self.service,
            task=options.task,
            depth=options.depth,
            measures=[parse(name) for name in self.measures],
            exact=parse("EM"),
            collections=self.collections,
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


def _run(asking: _Asking, frame: Frame, out: Path, *, done: Sequence[Row], command: tuple[str, ...]) -> Run:
    """Asks what isn't done, sums up and writes everything."""
    started, began = datetime.now(UTC), time.perf_counter()
    rows = asking.rows(out, done)
    seconds = time.perf_counter() - began + _seconds(done)
    asking.tell("计算指标", 0, 1)
    summary = summarise(frame, asking.options, rows, command=command, started=started, seconds=seconds)
    run = Run(summary=summary, rows=rows)
    save_run(run, out)
    asking.tell("计算指标", 1, 1)
    return run


def _askings(
    question: EvalQuestion, finder: GoldFinder, *, absent_too: bool
) -> Iterator[tuple[EvalQuestion, Gold, frozenset[int]]]:
    """The question as it is, then perhaps with its documents kept out of the search."""
    gold = finder.find(question)
    yield question, gold, frozenset()
    if absent_too and gold.held and gold.documents:
        yield absent(question), Gold(documents=None, held=False, passages=frozenset()), gold.documents
