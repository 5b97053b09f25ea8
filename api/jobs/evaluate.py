"""Putting a file of questions to the service and judging its answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from api.jobs.evaluation_files import EvaluationFiles
from api.jobs.report import Report, Result
from api.state.evaluations import Evaluation, Evaluations
from api.state.job_rows import Job
from index.retrieve import Mode
from rag.service import QAService

if TYPE_CHECKING:
    from eval.run import Summary
    from eval.tasks.options import Options

KIND = "evaluate"
EVALUATION = "evaluation"
"""In the payload: which one."""

ASKING = "提问"
"""How :func:`eval.tasks.evaluate.evaluate_within` calls what it does one question after the other."""

_TELL_SECONDS = 0.5
_PATIENCE_SECONDS = 2.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate:
    """One question after the other, through the service that people ask; what is done is kept from row to row.

    Args:
        refresh: puts in force what administrators have changed.
        busy: whether somebody waits for an answer; the next question then comes after them, or two seconds later.
    """

    service: QAService
    evaluations: Evaluations
    files: EvaluationFiles
    refresh: Callable[[], object]
    busy: Callable[[], bool]
    kind: str = field(default=KIND, init=False)

    def run(self, job: Job, report: Report) -> Result:
        """Returns how many questions there were, and how many of them went which way."""
        from eval.tasks.evaluate import evaluate_within

        evaluation = self.evaluations.evaluation(str(job.payload[EVALUATION]))
        dataset = self.files.questions(evaluation.id)
        self.refresh()
        run = evaluate_within(
            self.service,
            dataset,
            options_of(evaluation),
            self.files.run_folder(evaluation.id),
            collections=evaluation.collections,
            command=("POST", f"/v1/evaluations?{_query(evaluation)}"),
            report=_Telling(report, questions=len(dataset.questions), busy=self.busy),
        )
        self.evaluations.finish(evaluation.id, headline(run.summary))
        return {"questions": run.summary.questions, **run.summary.bins}


class _Telling:
    """Tells how many questions are done, not too often, and lets people go first."""

    def __init__(self, report: Report, *, questions: int, busy: Callable[[], bool]) -> None:
        self._report, self._questions, self._busy = report, questions, busy
        self._told_at = 0.0
        self._what = ""
        self._asked = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        self._report.check()
        if what == ASKING:
            self._asked = done
        if what != self._what or done == total or time.monotonic() - self._told_at >= _TELL_SECONDS:
            self._what, self._told_at = what, time.monotonic()
            self._report.progress(self._asked, self._questions, what)
        if what == ASKING and done < total:
            self._give_way()

    def _give_way(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while self._busy() and time.monotonic() < until:
            self._report.check()
            time.sleep(_LOOK_SECONDS)


def options_of(evaluation: Evaluation) -> Options:
    """What was asked for, as :mod:`eval` takes it."""
    from eval.tasks.options import Options

    given = evaluation.options
    names = ("top_k", "threshold", "depth", "absent", "limit", "seed")
    return Options(
        task=evaluation.task,  # type: ignore[arg-type]
        data=Path(given["file"]),
        name=evaluation.name,
        retrieval=None if given["retrieval"] is None else Mode(given["retrieval"]),
        **{name: given[name] for name in names if given.get(name) is not None},
    )


def headline(summary: Summary) -> dict[str, Any]:
    """What lists show of a run."""
    from eval.report.figures import headline as chosen

    return {
        "questions": summary.questions,
        "seconds": summary.seconds,
        "started_at": summary.started_at.isoformat(),
        "figures": [asdict(figure) for figure in chosen(summary.figures)],
        "bins": summary.bins,
        "settings": summary.settings,
        "models": summary.models,
    }


def _query(evaluation: Evaluation) -> str:
    given = {"task": evaluation.task, "name": evaluation.name, **evaluation.options}
    left_out = ("file", "source", "sha256", "questions")
    chosen = {
        name: value for name, value in given.items() if name not in left_out and value not in (None, False)
    }
    return urlencode({**chosen, "collections": sorted(evaluation.collections or ())}, doseq=True)
