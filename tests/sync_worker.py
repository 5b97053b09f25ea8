"""A process that syncs a folder slowly, for tests that kill it: ``python -m tests.sync_worker FOLDER HOME``."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from index.embed import EmbedderInfo, FloatArray, Progress
from index.ingest import Ingester, Limits, source_of
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from index.sync.memory import Memory, alone
from index.sync.run import Runner
from index.sync.survey import Wanted, survey
from tests.fakes import HashingEmbedder


class SlowEmbedder:
    """Takes its time over each text."""

    def __init__(self, seconds: float) -> None:
        self._inner, self._seconds = HashingEmbedder(), seconds

    @property
    def info(self) -> EmbedderInfo:
        return self._inner.info

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        time.sleep(self._seconds * len(texts))
        return self._inner.embed_passages(texts, progress=progress)

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        return self._inner.embed_queries(texts)


def main(folder: Path, home: Path) -> None:
    embedder = SlowEmbedder(0.01)
    wanted = Wanted(folder=folder)
    with (
        alone(home, source_of(folder), "default"),
        closing(open_store(home, analyzer=HanAnalyzer(), embedder=embedder.info)) as store,
        closing(Memory.of(home, source_of(folder), "default")) as memory,
    ):
        ingester = Ingester(store, embedder, limits=Limits())
        runner = Runner(store, ingester, memory, upload_bytes=2**20, group_characters=40)
        print("ready", flush=True)
        for entry in runner.run(survey(wanted, store, memory)):
            print(f"{entry.status} {entry.source}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
