"""Deleting a collection with all that is in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.jobs.report import Report, Result
from api.state.collections import Collections
from api.state.job_rows import Job
from index.errors import NotFound
from index.store.protocol import Listing, Store

KIND = "delete_collection"
_AT_ONCE = 50
"""Documents for which the writer's lock is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCollection:
    """The documents first, so that the collection is there until it is empty."""

    store: Store
    collections: Collections
    kind: str = field(default=KIND, init=False)

    def run(self, job: Job, report: Report) -> Result:
        """Returns how many documents were deleted, by this or an earlier attempt."""
        wanted = Listing(collections=frozenset({job.collection}), limit=_AT_ONCE)
        done = job.done
        while batch := self.store.listing(wanted):
            left = sum(
                counts.documents
                for name, counts in self.store.collections().items()
                if name == job.collection
            )
            report.progress(done, done + left)
            with self.store.batch():
                for record in batch:
                    report.check()
                    done += self._delete(record.id)
        report.progress(done, done)
        self.collections.remove(job.collection)
        return {"documents": done}

    def _delete(self, document_id: int) -> int:
        try:
            self.store.delete(document_id)
        except NotFound:  # by somebody else, meanwhile
            return 0
        return 1
