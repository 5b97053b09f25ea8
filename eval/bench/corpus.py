"""Ingest and ask over a large folder, as a user would run them: speed, sizes, memory, latency.

    YUANWEN_HOME=DIR python -m eval.bench.corpus FOLDER… [--questions 200]

Files that are stored already are skipped, so a run that was stopped goes on; then the ingest figures are of the
rest only. Two runs side by side over different folders, with ``YUANWEN_THREADS=1`` each, use two cores best; a
run without folders only asks. Questions are cut from the corpus itself: title and heading of a random passage, and
its opening words.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from index.ingest import Status
from rag.build import open_service
from rag.service import QAService
from rag.settings import load_settings

SEED = 20260101


def ingest(service: QAService, folders: Sequence[Path]) -> dict[str, object]:
    """Adds the folders; counts, speed and peak memory."""
    started = time.perf_counter()
    embedded = 0

    def count(characters: int) -> None:
        nonlocal embedded
        embedded += characters
        seconds = time.perf_counter() - started
        sys.stderr.write(f"\r{embedded:,} characters, {embedded / seconds:,.0f} a second ")

    outcomes = list(service.add(folders, on_embedded=count))
    seconds = time.perf_counter() - started
    added = [o.document for o in outcomes if o.status in (Status.ADDED, Status.REPLACED) and o.document]
    passages = sum(record.passages for record in added)
    return {
        "files": len(outcomes),
        "failed": [str(o.error) for o in outcomes if o.error],
        "added": len(added),
        "passages": passages,
        "seconds": round(seconds, 1),
        "passages_per_second": round(passages / seconds, 1),
        "characters_per_second": round(sum(record.characters for record in added) / seconds, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def draw_questions(service: QAService, number: int) -> list[str]:
    """Questions on random passages: where they stand, and their opening words."""
    rng = random.Random(SEED)
    records = service.list()
    questions = []
    for record in rng.choices(records, k=number):
        passage = rng.choice(service.store.document_passages(record.id))
        place = "".join(passage.heading_path[-1:])
        questions.append(f"{record.title[:30]}{place}关于{passage.text[:15]}是怎么规定的？")
    return questions


def ask(service: QAService, number: int) -> dict[str, object]:
    """Latency after ten questions of warming up."""
    questions = draw_questions(service, number + 10)
    stages: dict[str, list[float]] = {}
    for count, question in enumerate(questions):
        answer = service.ask(question)
        if count >= 10:
            for stage, milliseconds in answer.timings_ms.items():
                stages.setdefault(stage, []).append(milliseconds)
    return {
        stage: {
            "p50": round(statistics.median(times), 1),
            "p95": round(statistics.quantiles(times, n=20)[-1], 1),
        }
        for stage, times in stages.items()
    }


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Ingest and ask over a large folder.")
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    with open_service(load_settings()) as service:
        result = {"ingest": ingest(service, options.folders)}
        if options.questions:
            result["ask_ms"] = ask(service, options.questions)
        state = service.status()
    result["index"] = {
        "documents": state.documents,
        "passages": state.passages,
        "characters": state.characters,
        "dense": state.dense,
        "sparse": state.sparse,
        "database_mb": round(state.database_bytes / 2**20, 1),
        "faiss_mb": round(state.dense_bytes / 2**20, 1),
        "tantivy_mb": round(state.sparse_bytes / 2**20, 1),
        "uploads_mb": round(state.upload_bytes / 2**20, 1),
    }
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
