"""Kills a writing process at random moments and checks that nothing it acknowledged is lost.

Run ``python -m eval.bench.kill --rounds 50``: in each round a process adds, replaces and deletes documents in
one and the same store, telling of each change when the store has returned, until SIGKILL ends it. Then the
store is opened again and must hold just what was told, the one change under way at the end being free to have
happened or not. Prints one line of JSON; the exit status is 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.document import Block, BlockKind, Document, Passage
from index.embed import EmbedderInfo, FloatArray
from index.offsets import OffsetMap
from index.segment import HanAnalyzer
from index.store.embedded import EmbeddedStore, open_store

DIMENSION = 32
EMBEDDER = EmbedderInfo(
    id="bench/random",
    revision="1",
    dimension=DIMENSION,
    query_prefix="",
    passage_prefix="",
    fingerprint="bench-random-1",
)
_SOURCES = 40
"""Few enough that many changes replace or delete what is there."""

Contents = dict[str, str]
"""Source -> mark of the text that the document holds: a long number, so one term to any analyzer."""


@dataclass(slots=True)
class Tally:
    """What all rounds together came to."""

    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    ghosts: int = 0
    problems: list[str] = field(default_factory=list)
    open_seconds: list[float] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return self.lost == 0 and self.ghosts == 0 and not self.problems

    def summary(self) -> dict[str, object]:
        """For the line of JSON."""
        return {
            "rounds": self.rounds,
            "acknowledged": self.acknowledged,
            "lost": self.lost,
            "ghosts": self.ghosts,
            "problems": self.problems,
            "open_ms_median": round(1000 * statistics.median(self.open_seconds), 1),
            "open_ms_max": round(1000 * max(self.open_seconds), 1),
            "sound": self.sound,
        }


def vector_of(text: str) -> FloatArray:
    """A random unit vector that depends on the text alone, shape (DIMENSION,)."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    row = np.random.default_rng(seed).standard_normal(DIMENSION)
    unit: FloatArray = (row / np.linalg.norm(row)).astype(np.float32)
    return unit


def texts_of(mark: str) -> list[str]:
    """The passages of the document with that mark, which is a number that no other document holds."""
    return [f"第{number}段 {mark} 科技奖励大会的通知" for number in range(1 + len(mark) % 3)]


def put(store: EmbeddedStore, source: str, mark: str) -> None:
    """Adds the document with that mark, or replaces the source's present one."""
    texts = texts_of(mark)
    text = "\n".join(texts)
    starts = np.cumsum([0, *(len(t) + 1 for t in texts[:-1])]).tolist()
    spans = [(start, start + len(t)) for start, t in zip(starts, texts, strict=True)]
    upload = text.encode()
    document = Document(
        source=source,
        title="通知",
        text=text,
        blocks=tuple(Block(start=s, end=e, kind=BlockKind.PARAGRAPH) for s, e in spans),
        offsets=OffsetMap.identity(len(text)),
        media_type="text/plain",
        encoding="utf-8",
        sha256=hashlib.sha256(upload).hexdigest(),
        size=len(upload),
    )
    passages = [Passage(start=s, end=e, text=text[s:e]) for s, e in spans]
    store.add(document, passages, np.stack([vector_of(t) for t in texts]), upload=upload)


def work(folder: Path, seed: int) -> None:
    """Changes the store until killed, telling before ("?") and after ("=") each change."""
    chance = random.Random(seed)
    store = open_store(folder, analyzer=HanAnalyzer(), embedder=EMBEDDER)
    print("ready", flush=True)
    while True:
        if chance.random() < 0.3:
            with store.batch():
                for _ in range(chance.randrange(2, 20)):
                    _change(store, chance)
        else:
            _change(store, chance)


def _change(store: EmbeddedStore, chance: random.Random) -> None:
    source = f"{chance.randrange(_SOURCES)}.txt"
    present = store.find(source)
    if present is not None and chance.random() < 0.4:
        print(f"? {source} -", flush=True)
        store.delete(present.id)
        print(f"= {source} -", flush=True)
    else:
        mark = str(chance.getrandbits(60))
        print(f"? {source} {mark}", flush=True)
        put(store, source, mark)
        print(f"= {source} {mark}", flush=True)


def run_until_killed(folder: Path, seed: int, seconds: float, *, from_start: bool) -> list[str]:
    """Lets a process :func:`work` for some seconds, kills it, and gives back the whole lines that it printed.

    Args:
        from_start: count the seconds from the start of the process, so that opening may be what is cut off.
    """
    command = [sys.executable, "-m", "eval.bench.kill", "--work", str(folder), "--seed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = "" if from_start else process.stdout.readline()
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        output = first + process.stdout.read()
        timer.join()
    if process.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the writing process ended by itself, with status {process.returncode}")
    return [line for line in output.splitlines(keepends=True) if line.endswith("\n")]


def replay(contents: Contents, lines: Sequence[str]) -> tuple[int, tuple[str, str] | None]:
    """Carries what was told into ``contents``; gives the number of changes and the one under way, if any."""
    acknowledged, under_way = 0, None
    for line in lines:
        sign, *words = line.split()
        if sign == "?":
            under_way = (words[0], words[1])
        elif sign == "=":
            _apply(contents, words[0], words[1])
            acknowledged, under_way = acknowledged + 1, None
    return acknowledged, under_way


def _apply(contents: Contents, source: str, mark: str) -> None:
    if mark == "-":
        contents.pop(source, None)
    else:
        contents[source] = mark


def compare(store: EmbeddedStore, contents: Contents, tally: Tally) -> None:
    """Asks for everything that should be there, and for anything that shouldn't."""
    for source, mark in contents.items():
        wanted = set(_passages(store, source))
        sparse = {hit.passage_id for hit in store.search_sparse(mark, 100)}
        dense = {store.search_dense(vector_of(text), 1)[0].passage_id for text in texts_of(mark)}
        if not wanted or sparse != wanted or dense != wanted:
            tally.lost += 1
    everything = set(contents.values())
    tally.ghosts += sum(1 for text in _found_texts(store) if not everything & set(text.split()))
    tally.problems += [problem.message for problem in store.verify()]
    store.collect()
    kept = sum(1 for path in (store.folder / "uploads").glob("*/*"))
    if kept != len(store.documents()):
        tally.problems.append(f"{kept} uploads for {len(store.documents())} documents")


def _passages(store: EmbeddedStore, source: str) -> Iterator[int]:
    record = store.find(source)
    if record is not None:
        yield from (passage.id for passage in store.document_passages(record.id))


def _found_texts(store: EmbeddedStore) -> list[str]:
    """Of everything that either search can be made to find; "" for a passage that isn't there."""
    limit = store.status().passages + 10
    dense = store.search_dense(vector_of(""), limit)
    sparse = store.search_sparse("科技奖励", limit)
    ids = {hit.passage_id for hit in (*dense, *sparse)}
    texts = {passage.id: passage.text for passage in store.passages(sorted(ids))}
    return [texts.get(passage_id, "") for passage_id in ids]


def play(folder: Path, rounds: int, *, seed: int, longest: float = 1.0) -> Tally:
    """Kills and checks that many times; the store lives through all of them."""
    chance = random.Random(seed)
    tally, contents = Tally(), Contents()
    for number in range(rounds):
        from_start = number % 5 == 4
        lines = run_until_killed(
            folder, chance.getrandbits(32), chance.uniform(0, longest), from_start=from_start
        )
        acknowledged, under_way = replay(contents, lines)
        started = time.perf_counter()
        store = open_store(folder, analyzer=HanAnalyzer(), embedder=EMBEDDER)
        try:
            tally.open_seconds.append(time.perf_counter() - started)
            if under_way is not None and _happened(store, *under_way):
                _apply(contents, *under_way)
            compare(store, contents, tally)
        finally:
            store.close()
        tally.rounds += 1
        tally.acknowledged += acknowledged
    return tally


def _happened(store: EmbeddedStore, source: str, mark: str) -> bool:
    record = store.find(source)
    if record is None or mark == "-":
        return record is None and mark == "-"
    return mark in store.content(record.id).text


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.work is not None:
        work(options.work, options.seed)
    folder = Path(tempfile.mkdtemp(prefix="yuanwen-kill-"))
    try:
        tally = play(folder, options.rounds, seed=options.seed)
    finally:
        shutil.rmtree(folder)
    print(json.dumps(tally.summary(), ensure_ascii=False))
    return 0 if tally.sound else 1


if __name__ == "__main__":
    sys.exit(main())
