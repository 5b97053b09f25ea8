"""Scores that are expected, kept as data, and whether they still come out.

A file of ``eval/expected`` says what to run, on which files, with which settings, and what each measure gave. It is
run again in a temporary home with the default settings, whatever the user's are, so that only the code, the models
and the machine can make a difference. After pyserini's reproduction tables (https://github.com/castorini/pyserini).
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from eval.dataset import Format
from eval.run import Figure, Run, Task
from eval.tasks.evaluate import evaluate
from eval.tasks.options import Options, Report
from index.errors import InputError
from index.models.cache import sha256_of
from index.retrieve import Mode
from index.store.files import write_atomically
from rag.build import open_service
from rag.settings import Settings, load_settings

DEFAULT_QUESTIONS = 0.5
"""By how many questions a score may be off where the file doesn't say: one question is a drift."""

_DIGITS = 6
_ROUNDING = 10.0**-_DIGITS
_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFile:
    """A file that goes in. ``path`` counts from a root; ``sha256`` is empty until it was measured."""

    __pydantic_config__ = _STRICT

    path: str
    sha256: str = ""
    format: Format | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """How far off a score may be: so many questions, or so much in its own unit."""

    __pydantic_config__ = _STRICT

    questions: float | None = None
    absolute: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFigure:
    """A score; ``value`` is None until it was measured. ``questions`` is how many it is over."""

    __pydantic_config__ = _STRICT

    value: float | None = None
    questions: int | None = None
    within: Within = field(default_factory=Within)

    @property
    def tolerance(self) -> float:
        """The largest difference that is no drift, in the measure's own unit."""
        if self.within.absolute is not None:
            return self.within.absolute
        questions = DEFAULT_QUESTIONS if self.within.questions is None else self.within.questions
        return questions / self.questions if self.questions else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedOptions:
    """Of :class:`eval.tasks.options.Options`, those that make a difference to scores."""

    __pydantic_config__ = _STRICT

    top_k: int | None = None
    threshold: float | None = None
    retrieval: Mode | None = None
    depth: int = 100
    absent: bool = False
    limit: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One file of expected scores.

    Args:
        about: what it shows, for people. ``needs``: where data that isn't shipped comes from; without the data the
            check is skipped, not failed.
        documents: added first, as ``yuanwen add`` does.
        settings: in place of the defaults.
        measured_on: versions and machine of the figures.
    """

    __pydantic_config__ = _STRICT

    id: str
    about: str
    task: Task
    data: ExpectedFile
    corpus: tuple[ExpectedFile, ...] = ()
    documents: tuple[ExpectedFile, ...] = ()
    needs: str = ""
    options: ExpectedOptions = field(default_factory=ExpectedOptions)
    settings: dict[str, str | int | float] = field(default_factory=dict)
    figures: dict[str, ExpectedFigure]
    measured_on: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One score: what was expected, what came out. ``tolerance`` in the measure's own unit."""

    measure: str
    expected: float | None
    got: float | None
    tolerance: float
    questions: int
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file.

    Args:
        skipped: why it wasn't run; empty if it was. problem: why it can't pass, besides its lines.
    """

    id: str
    path: str
    skipped: str = ""
    problem: str = ""
    lines: tuple[Line, ...] = ()

    @property
    def passed(self) -> bool:
        """Nothing is wrong with it; what was skipped has passed."""
        return not self.problem and all(line.passed for line in self.lines)


_ADAPTER = TypeAdapter(Expected)


def shipped() -> list[Path]:
    """The files that come with the package."""
    folder = resources.files("eval").joinpath("expected")
    return sorted(Path(str(file)) for file in folder.iterdir() if file.name.endswith(".yaml"))


def load_expected(path: Path) -> Expected:
    """Reads a file of expected scores.

    Raises:
        InputError: it can't be read, isn't YAML, or says something else.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _ADAPTER.validate_python(content)
    except OSError as error:
        raise InputError(f"{path} 读不了：{error.strerror}。", remedy="请检查路径和权限。") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} 不是 YAML:{error}。", remedy=_REMEDY) from error
    except ValidationError as error:
        problems = ";".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InputError(f"{path} 有误：{problems}。", remedy=_REMEDY) from error


_REMEDY = "格式请参照 eval/expected 里的文件。"


def check(path: Path, roots: Sequence[Path], settings: Settings, *, report: Report | None = None) -> Outcome:
    """Runs a file again and compares.

    Args:
        roots: folders that the files' paths count from; the first that has one wins.
        settings: the user's, of which only the cache and the number of threads count.

    Raises:
        InputError: the file of expected scores, or data that it names, can't be used.
        ModelError, StoreError: see :func:`rag.build.open_service`.
    """
    expected = load_expected(path)
    outcome = Outcome(id=expected.id, path=str(path))
    found = _find(expected, roots)
    missing = [file.path for file, place in found if place is None]
    if missing:
        what = f"没有数据 {'、'.join(missing)}"
        if expected.needs:
            return replace(outcome, skipped=f"{what}({expected.needs})")
        return replace(outcome, problem=f"{what}，请用 --root 指明所在的目录")
    empty = [name for name, figure in expected.figures.items() if figure.value is None]
    if empty:
        return replace(
            outcome, skipped=f"还没有测量：{'、'.join(empty)}；请运行 yuanwen eval check --update {path}"
        )
    changed = [file.path for file, place in found if place is not None and sha256_of(place) != file.sha256]
    if changed:
        return replace(outcome, problem=f"数据与记录的不同：{'、'.join(changed)}")
    run = _measure(expected, found, settings, report)
    lines = tuple(_line(run, name, figure) for name, figure in expected.figures.items())
    return replace(outcome, lines=lines)


def update(path: Path, roots: Sequence[Path], settings: Settings, *, report: Report | None = None) -> Outcome:
    """Runs a file again and writes what came out into it; its tolerances and leading comment stay.

    The lines of the outcome compare with what stood there before.

    Raises:
        InputError: as for :func:`check`; or data is missing, or the file can't be written.
    """
    expected = load_expected(path)
    found = _find(expected, roots)
    missing = [file.path for file, place in found if place is None]
    if missing:
        raise InputError(f"{path}: 没有数据 {'、'.join(missing)}。", remedy="请用 --root 指明所在的目录。")
    run = _measure(expected, found, settings, report)
    sums = {file.path: sha256_of(place) for file, place in found if place is not None}
    _write(path, _measured(expected, run, sums))
    lines = tuple(_line(run, name, figure) for name, figure in expected.figures.items())
    return Outcome(id=expected.id, path=str(path), lines=lines)


def _find(expected: Expected, roots: Sequence[Path]) -> list[tuple[ExpectedFile, Path | None]]:
    """Every file of an expectation with where it lies: the questions, then the corpora, then the documents."""
    files = (expected.data, *expected.corpus, *expected.documents)
    return [(f, next((root / f.path for root in roots if (root / f.path).is_file()), None)) for f in files]


def _measure(
    expected: Expected,
    found: Sequence[tuple[ExpectedFile, Path | None]],
    settings: Settings,
    report: Report | None,
) -> Run:
    places = [place for _, place in found if place is not None]
    corpora = 1 + len(expected.corpus)
    with tempfile.TemporaryDirectory(prefix="yuanwen-check-") as folder:
        home = Path(folder) / "home"
        chosen = _settings(expected, home, settings)
        _add(places[corpora:], chosen)
        options = Options(
            task=expected.task,
            data=places[0],
            corpus=tuple(places[1:corpora]),
            index=home,
            format=expected.data.format,
            measures=tuple(expected.figures),
            top_k=expected.options.top_k,
            threshold=expected.options.threshold,
            retrieval=expected.options.retrieval,
            depth=expected.options.depth,
            absent=expected.options.absent,
            limit=expected.options.limit,
            seed=expected.options.seed,
            name=expected.id,
        )
        return evaluate(options, chosen, Path(folder) / "out", report=report)


def _settings(expected: Expected, home: Path, users: Settings) -> Settings:
    """The defaults, whatever the user's environment says, then what the file says."""
    fields = Settings.model_fields.items()
    defaults = {name: info.get_default(call_default_factory=True) for name, info in fields}
    ours = {"home": home, "cache": users.cache, "threads": users.threads}
    chosen = load_settings(**{**defaults, **ours, **expected.settings})
    if "user_dictionary" in expected.settings:
        return chosen
    return chosen.model_copy(
        update={"user_dictionary": None}
    )  # a None is no override: the user's would stand


def _add(documents: Sequence[Path], settings: Settings) -> None:
    if not documents:
        return
    with open_service(settings) as service:
        for outcome in service.add(list(documents)):
            if outcome.error is not None:
                raise outcome.error


def _line(run: Run, measure: str, expected: ExpectedFigure) -> Line:
    figure = _figure(run, measure)
    known = expected.value is not None and figure.value is not None
    off = (
        abs(expected.value - figure.value) if expected.value is not None and figure.value is not None else 0.0
    )
    return Line(
        measure=measure,
        expected=expected.value,
        got=figure.value,
        tolerance=(
            replace(expected, questions=figure.n) if expected.questions is None else expected
        ).tolerance,
        questions=figure.n,
        passed=known and figure.n == expected.questions and off <= expected.tolerance + _ROUNDING,
    )


def _figure(run: Run, measure: str) -> Figure:
    figure = run.summary.figure(measure)
    assert figure is not None, "every measure that was asked for is in the summary"
    return figure


def _measured(expected: Expected, run: Run, sums: dict[str, str]) -> Expected:
    summary = run.summary
    figures = {name: (_figure(run, name), figure) for name, figure in expected.figures.items()}
    return replace(
        expected,
        data=replace(expected.data, sha256=sums[expected.data.path]),
        corpus=tuple(replace(file, sha256=sums[file.path]) for file in expected.corpus),
        documents=tuple(replace(file, sha256=sums[file.path]) for file in expected.documents),
        figures={
            name: replace(
                old, value=None if new.value is None else round(new.value, _DIGITS), questions=new.n
            )
            for name, (new, old) in figures.items()
        },
        measured_on={
            "date": summary.started_at.date().isoformat(),
            "cpu": summary.machine["cpu"],
            "system": summary.machine["system"],
            "seconds": f"{summary.seconds:.0f}",
            "embedder": summary.models["embedder_fingerprint"][:16],
            "reader": summary.models["reader_fingerprint"][:16],
            **summary.versions,
        },
    )


def _write(path: Path, expected: Expected) -> None:
    """Writes it without what is at its default, below the comment that the file opens with."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    opening = []
    for line in lines:
        if not line.startswith("#"):
            break
        opening.append(line)
    content = _ADAPTER.dump_python(expected, mode="json", exclude_defaults=True)
    text = "".join(opening) + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)
    try:
        write_atomically(path, lambda file: file.write(text.encode()))
    except OSError as error:
        raise InputError(f"{path} 写不了：{error.strerror}。", remedy="请检查权限。") from error


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """An outcome for scripts."""
    return {**asdict(outcome), "passed": outcome.passed}


def as_text(outcome: Outcome, *, change: bool = False) -> str:
    """An outcome for people: expected, got and tolerance of each measure.

    Args:
        change: the figures were written, so a difference is a change, no failure.
    """
    verdict: Literal["跳过", "已更新", "通过", "不符"] = "通过" if outcome.passed else "不符"
    if outcome.skipped:
        verdict = "跳过"
    elif change:
        verdict = "已更新"
    head = f"{verdict} {outcome.id}" + "".join(
        f":{words}" for words in (outcome.skipped, outcome.problem) if words
    )
    if not outcome.lines:
        return head
    rows = [("指标", "记录", "现在", "允许", "问题", "")]
    for line in outcome.lines:
        mark = "" if line.passed else ("变了" if change else "不符")
        numbers = (_number(line.expected), _number(line.got), f"±{line.tolerance:.4f}", str(line.questions))
        rows.append((line.measure, *numbers, mark))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    cells = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join((head, *(f"  {line}".rstrip() for line in cells)))


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:.4f}"
