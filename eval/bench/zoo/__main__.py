"""Takes in a zoo of bad files, good ones among them, as the product does, and checks what becomes of each.

``python -m eval.bench.zoo [--keep DIR] [--only PART]``: every file goes through the product's own way of taking files
in: child processes with the limits it has unless they are set otherwise, into a store of its own. Checked: each is
read or refused as it must be, every refusal has a remedy, no bad file keeps a good one from getting in, no file is
changed, nothing outside is opened and nobody connected to. Prints a table; the exit status is 1 if it isn't so.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from eval.bench import small_files
from eval.bench.child_memory import ChildMemory
from eval.bench.kill import DIMENSION, EMBEDDER
from eval.bench.zoo.check import CHILD, Reader, Seen, problems, product_limits
from eval.bench.zoo.kinds import READ, BadFile, Outside
from eval.bench.zoo.office import OFFICE
from eval.bench.zoo.others import MAILS, PICTURES
from eval.bench.zoo.outside import Watch, watching
from eval.bench.zoo.pdfs import PDFS
from eval.bench.zoo.sheets import SHEETS
from eval.bench.zoo.texts import TEXTS
from index.embed import EmbedderInfo, FloatArray, Progress
from index.ingest import Ingester, Limits, Outcome, Status
from index.isolate import IsolatedParser
from index.segment import HanAnalyzer
from index.store.embedded import open_store

ZOO: tuple[BadFile, ...] = (*TEXTS, *PDFS, *OFFICE, *SHEETS, *MAILS, *PICTURES)
_EVERY = 10
"""Bad files between two good ones."""


class NoModel:
    """Gives every passage the same vector: what is tried here is reading."""

    @property
    def info(self) -> EmbedderInfo:
        """See :class:`index.embed.Embedder`."""
        return EMBEDDER

    def embed_passages(self, texts: Sequence[str], *, progress: Progress | None = None) -> FloatArray:
        """See :class:`index.embed.Embedder`."""
        if progress is not None:
            progress(len(texts), len(texts))
        return np.full((len(texts), DIMENSION), DIMENSION**-0.5, dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> FloatArray:
        """See :class:`index.embed.Embedder`."""
        return self.embed_passages(texts)


def made(files: Sequence[BadFile], folder: Path, outside: Outside) -> Iterator[Path]:
    """Writes each file when its turn comes, and a good one now and then."""
    good = [
        (name, data) for form in small_files.FORMATS[:-1] for name, data in small_files.seeds(form).items()
    ]
    for number, file in enumerate(files):
        path = folder / file.name
        path.write_bytes(file.make(outside))
        yield path
        if number % _EVERY == 0:
            name, data = good[number // _EVERY % len(good)]
            path = folder / f"good-{number}-{name}"
            path.write_bytes(data)
            yield path


def hashed(folder: Path) -> dict[str, str]:
    """SHA-256 of each file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def taken_in(
    files: Sequence[BadFile], folder: Path, home: Path, watch: Watch
) -> tuple[Mapping[str, Seen], list[str]]:
    """What became of each, by the file's name, and what went wrong besides."""
    wrong: list[str] = []
    with ExitStack() as stack:
        store = open_store(home, analyzer=HanAnalyzer(), embedder=EMBEDDER)
        stack.callback(store.close)
        parser = stack.enter_context(IsolatedParser(product_limits(), module=CHILD))
        reader = Reader(parser, stack.enter_context(ChildMemory()))
        ingester = Ingester(store, NoModel(), limits=Limits(), load=reader)
        paths = list(made(files, folder, watch.outside))
        before = hashed(folder)
        outcomes = {Path(outcome.source).name: outcome for outcome in ingester.add(paths)}
        wrong += [f"{name} was changed" for name, told in hashed(folder).items() if told != before[name]]
        wrong += _good(outcomes)
        stored = {Path(record.source).name for record in store.documents()}
        added = {name for name, outcome in outcomes.items() if outcome.status is Status.ADDED}
        wrong += [f"{name} isn't listed as it was told" for name in stored ^ added]
    seen = {Path(source).name: one for source, one in reader.seen.items()}
    for name, outcome in outcomes.items():  # refused before anything was read
        if name not in seen and outcome.error is not None:
            error = outcome.error
            seen[name] = Seen(outcome=type(error).__name__, message=error.message, remedy=error.remedy)
    return seen, wrong


def _good(outcomes: Mapping[str, Outcome]) -> list[str]:
    return [
        f"{name} didn't get in: {outcome.error}"
        for name, outcome in outcomes.items()
        if name.startswith("good-") and outcome.status is not Status.ADDED
    ]


def row(file: BadFile, seen: Seen, wrong: Sequence[str]) -> str:
    """One file's row of the table."""
    said = "" if seen.outcome == READ else f"：{seen.message.split(': ', 1)[-1]}"
    verdict = "" if not wrong else f" **{'; '.join(wrong)}**"
    return f"| {file.name} | {seen.seconds:.1f} | {seen.peak_mb:.0f} | {seen.outcome}{said}{verdict} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", type=Path, help="make the files in this empty folder, and leave them there")
    parser.add_argument("--only", default="", help="files whose name has this in it")
    given = parser.parse_args(arguments)
    files = [file for file in ZOO if given.only in file.name]
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuanwen-zoo-")))
        folder = given.keep or scratch / "files"
        folder.mkdir(parents=True, exist_ok=True)
        watch = stack.enter_context(watching(scratch))
        seen, wrong = taken_in(files, folder, scratch / "home", watch)
        wrong += [f"somebody connected: {who}" for who in watch.connections]
        wrong += ["the file outside was read"] * watch.read_times()
    print("| file | seconds | peak MB | what became of it |\n|---|---:|---:|---|")
    for file in files:
        bad = problems(file, seen[file.name])
        wrong += [f"{file.name}: {one}" for one in bad]
        print(row(file, seen[file.name], bad))
    print(
        f"\n{len(files)} files, {len(wrong)} problems; reading of files outside is {'' if watch.told else 'NOT '}told"
    )
    for one in wrong:
        print(one, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
