"""A process that does jobs until none is left: ``python job_worker.py HOME``. It says which file it begins."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from api.jobs.add import KIND, AddFiles
from api.jobs.runner import Runner
from api.jobs.spool import Spool
from api.state.database import FILE, StateDatabase
from api.state.job_rows import UNDER_WAY, Job, JobFile
from api.state.jobs import Jobs
from api.state.leases import Leases
from fakes import HashingEmbedder
from index.document import Document
from index.ingest import load_here
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from rag.evidence import EvidenceReader
from rag.service import QAService
from rag.settings import Settings

LEASE = timedelta(seconds=2)


def put_files(
    jobs: Jobs,
    home: Path,
    files: Mapping[str, str],
    *,
    collection: str = "default",
    payload: Mapping[str, Any] | None = None,
) -> Job:
    """A job with files by name, as an upload leaves it."""
    job_id, spool = jobs.new_id(), Spool(home)
    folder = spool.make(job_id)
    rows = []
    for ordinal, (name, text) in enumerate(files.items()):
        data = text.encode()
        (folder / str(ordinal)).write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        rows.append(JobFile(ordinal=ordinal, source=name, sha256=sha256, size=len(data)))
    return jobs.create(
        KIND, job_id=job_id, collection=collection, created_by="user:1", files=rows, payload=payload
    )


def _telling(data: bytes, *, source: str, encoding: str | None = None) -> Document:
    print(source, flush=True)
    time.sleep(0.05)
    return load_here(data, source=source, encoding=encoding)


def main() -> None:
    home = Path(sys.argv[1])
    settings, embedder = Settings(home=home), HashingEmbedder()
    store = open_store(home, analyzer=HanAnalyzer(), embedder=embedder.info)
    reader = EvidenceReader(embedder, term_weights=store.term_weights, names=HanAnalyzer().names)
    database = StateDatabase(home / FILE)
    jobs, spool = Jobs(database), Spool(home)
    with QAService(settings, store=store, embedder=embedder, reader=reader) as service:
        adding = AddFiles(service=service, jobs=jobs, spool=spool, load=_telling)
        runner = Runner(Leases(database, lease=LEASE), {KIND: adding}, on_end=spool.discard)
        while any(job.status in UNDER_WAY for job in jobs.page(limit=100).items):
            if not runner.run_one():
                time.sleep(0.1)
    database.close()


if __name__ == "__main__":
    main()
