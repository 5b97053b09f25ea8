"""The kinds of jobs that there are."""

from __future__ import annotations

from collections.abc import Callable

from api.jobs.add import AddFiles
from api.jobs.delete import DeleteCollection
from api.jobs.evaluate import Evaluate
from api.jobs.evaluation_files import EvaluationFiles
from api.jobs.reindex import Reindex
from api.jobs.report import Handler
from api.jobs.spool import Spool
from api.state.collections import Collections
from api.state.evaluations import Evaluations
from api.state.jobs import Jobs
from index.ingest import Load
from rag.service import QAService


def handlers_by_kind(
    service: QAService, *, jobs: Jobs, collections: Collections, spool: Spool, load: Load
) -> dict[str, Handler]:
    """One handler for each kind; a new kind of job is one more of them."""
    handlers: tuple[Handler, ...] = (
        AddFiles(service=service, jobs=jobs, spool=spool, load=load),
        DeleteCollection(store=service.store, collections=collections),
        Reindex(store=service.store),
    )
    return {handler.kind: handler for handler in handlers}


def handlers_of_evaluations(
    service: QAService,
    *,
    evaluations: Evaluations,
    files: EvaluationFiles,
    refresh: Callable[[], object],
    busy: Callable[[], bool],
) -> dict[str, Handler]:
    """Those of a runner of their own: an evaluation takes hours, and uploads mustn't wait for its end."""
    handler = Evaluate(service=service, evaluations=evaluations, files=files, refresh=refresh, busy=busy)
    return {handler.kind: handler}
