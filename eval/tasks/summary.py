"""A run in figures: all that stands in ``summary.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from eval.dataset import Dataset
from eval.measures import figures
from eval.row import Bin, Row
from eval.run import DataFile, Figure, Summary, Task
from eval.tasks import facts
from eval.tasks.options import Options
from eval.tasks.place import Files, brought
from rag.service import QAService

_ANSWERABLE, _UNANSWERABLE = "answerable", "unanswerable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """All that is known of a run before its first question; two runs of the same frame give the same rows."""

    task: Task
    measures: tuple[str, ...]
    data: tuple[DataFile, ...]
    settings: dict[str, str]
    models: dict[str, str]
    versions: dict[str, str]
    index: dict[str, int]

    def identity(self) -> dict[str, str]:
        """The same as flat text, to be kept and compared."""
        return {
            "task": self.task,
            "measures": " ".join(self.measures),
            "data": " ".join(f"{file.role}:{file.sha256}" for file in self.data),
            **{f"settings.{name}": value for name, value in self.settings.items()},
            **{f"models.{name}": value for name, value in self.models.items()},
            **{f"versions.{name}": value for name, value in self.versions.items()},
            **{f"index.{name}": str(value) for name, value in self.index.items()},
        }


def frame_in(summary: Summary) -> Frame:
    """The frame of a finished run."""
    return Frame(
        task=summary.task,
        measures=tuple(figure.measure for figure in summary.figures),
        data=summary.data,
        settings=summary.settings,
        models=summary.models,
        versions=summary.versions,
        index=summary.index,
    )


def frame_of(
    options: Options, service: QAService, files: Files, *, measures: tuple[str, ...], threshold_from: str
) -> Frame:
    """The frame of a run over an open service."""
    corpora = zip(options.corpus, files.corpora, strict=True)
    return Frame(
        task=options.task,
        measures=measures,
        data=(
            facts.data_file(files.dataset, options.data, "questions"),
            *(facts.data_file(corpus, path, "corpus") for path, corpus in corpora),
        ),
        settings={
            **facts.settings_texts(service.settings),
            **_chosen(options, service, threshold_from),
        },
        models=facts.models(service),
        versions=facts.versions(),
        index=facts.index_counts(service, brought=brought(service, files.texts)),
    )


def frame_within(
    options: Options,
    service: QAService,
    dataset: Dataset,
    *,
    measures: tuple[str, ...],
    collections: frozenset[str] | None,
) -> Frame:
    """The frame of a run over some collections (None: all) of a service that others use, too.

    It tells nothing of other collections, nor of the machine's folders.
    """
    threshold_from = "settings" if options.threshold is None else "option"
    return Frame(
        task=options.task,
        measures=measures,
        data=(facts.data_file(dataset, options.data, "questions"),),
        settings={
            **facts.answering_texts(service.settings),
            **_chosen(options, service, threshold_from),
            "eval.collections": "全部" if collections is None else "、".join(sorted(collections)),
            "eval.knowledge": facts.knowledge_print(service.knowledge),
        },
        models={name: facts.without_folder(value) for name, value in facts.models(service).items()},
        versions=facts.versions(),
        index=(
            facts.index_counts(service, brought=None)
            if collections is None
            else facts.counts_within(service, collections)
        ),
    )


def _chosen(options: Options, service: QAService, threshold_from: str) -> dict[str, str]:
    chosen = {
        "threshold_from": threshold_from,
        "threshold": round(service.threshold, 4),
        "depth": options.depth if options.task == "retrieve" else None,
        "absent": True if options.absent else None,
        "limit": options.limit,
        "seed": options.seed,
    }
    return {f"eval.{name}": str(value) for name, value in chosen.items() if value is not None}


def summarise(
    frame: Frame,
    options: Options,
    rows: tuple[Row, ...],
    *,
    command: tuple[str, ...],
    started: datetime,
    seconds: float,
) -> Summary:
    """Figures over all rows, by kind and by tag, and the rows' bins.

    Where a file has both, "answerable" and "unanswerable" stand among the tags.
    """
    kinds = _groups((row.kind, row) for row in rows)
    answerable = ((_ANSWERABLE if row.answerable else _UNANSWERABLE, row) for row in rows)
    halves = _groups(answerable)
    tags = _groups((tag, row) for row in rows for tag in row.tags)
    by = {**(halves if len(halves) == 2 else {}), **tags}

    def over(groups: dict[str, list[Row]]) -> dict[str, tuple[Figure, ...]]:
        return {name: figures(group, frame.measures, seed=options.seed) for name, group in groups.items()}

    return Summary(
        task=frame.task,
        name=options.data.stem if options.name is None else options.name,
        started_at=started,
        seconds=round(seconds, 3),
        command=command,
        data=_noted(frame.data, rows),
        settings=frame.settings,
        versions=frame.versions,
        machine=facts.machine(),
        models=frame.models,
        index=frame.index,
        questions=len(rows),
        figures=figures(rows, frame.measures, seed=options.seed),
        by_kind=over(kinds),
        by_tag=over(by),
        bins=_bins(rows),
        bins_by_kind={kind: bins for kind, group in kinds.items() if (bins := _bins(group))},
    )


def _noted(data: tuple[DataFile, ...], rows: Sequence[Row]) -> tuple[DataFile, ...]:
    """The files, with a note on questions that the service refused (they alone have no timings)."""
    refused = sum(not row.timings_ms for row in rows)
    if not refused:
        return data
    note = f"{refused} 个问题不能提问（太长或没有可查找的字词），按没有答案计"
    return (replace(data[0], notes=(*data[0].notes, note)), *data[1:])


def _groups(pairs: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    """Rows by name, the names in order."""
    groups: dict[str, list[Row]] = {}
    for name, row in pairs:
        groups.setdefault(name, []).append(row)
    return dict(sorted(groups.items()))


def _bins(rows: Sequence[Row]) -> dict[str, int]:
    """How many rows each bin holds, empty ones left out, in the order of :class:`eval.row.Bin`."""
    counts = Counter(row.bin for row in rows)
    return {bin_.value: counts[bin_] for bin_ in Bin if counts[bin_]}
