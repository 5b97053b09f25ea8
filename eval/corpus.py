"""A corpus of loose passages, each taken in as a document of its own through the service that users run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from index.errors import EmptyDocument
from index.ingest import Status
from rag.service import QAService

COLLECTION = "default"


def passage_source(text: str) -> str:
    """What a passage is called in the store: by its text, so that the same passage in two files is one document."""
    return f"{hashlib.sha256(text.encode()).hexdigest()[:20]}.txt"


def index_passages(
    service: QAService, texts: Iterable[str], *, on_done: Callable[[int, int], None] | None = None
) -> int:
    """Takes in every passage that isn't there yet, without a title: loose passages have none.

    Can be stopped at any moment; the next call goes on from there.

    Args:
        on_done: called with (done, total).

    Returns:
        How many were new.

    Raises:
        StoreError: it can't be written.
    """
    distinct = {passage_source(text): text for text in texts if text.strip()}
    kept = {record.source for record in service.list(collection=COLLECTION)}
    wanted = [source for source in distinct if source not in kept]
    done = 0
    for group in (wanted[start : start + 100] for start in range(0, len(wanted), 100)):
        with service.store.batch():
            for source in group:
                try:
                    outcome = service.add_bytes(
                        distinct[source].encode(), source=source, encoding="utf-8", title=""
                    )
                except EmptyDocument:  # punctuation only: nothing to find
                    continue
                done += outcome.status is Status.ADDED
        if on_done is not None:
            on_done(min(done, len(wanted)), len(wanted))
    return done
