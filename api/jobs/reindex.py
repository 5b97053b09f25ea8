"""Making everything that searches use anew."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.jobs.report import Report, Result
from api.state.job_rows import Job
from index.store.protocol import Store

KIND = "reindex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindex:
    """Both search indexes from the database, in one go; until it is done the old ones answer.

    Vectors stay: making them with another model takes ``yuanwen reindex``, for a service doesn't start on those of a
    model that isn't its own.
    """

    store: Store
    kind: str = field(default=KIND, init=False)

    def run(self, job: Job, report: Report) -> Result:  # noqa: ARG002
        """Returns how many documents and passages there are."""
        report.progress(0, 1)
        self.store.repair()
        state = self.store.status()
        return {"documents": state.documents, "passages": state.passages}
