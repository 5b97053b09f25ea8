"""Syncs a folder of many files, kills it half way, goes on, changes the folder, syncs again; checks each step.

Run ``python -m eval.bench.sync --texts FOLDER [--files 500]`` with ``YUANWEN_CACHE`` set to save making the model.
The documents are cut from the UTF-8 texts below ``FOLDER``. After each sync that went to its end the stored documents
must be the files, each with the text that its loader gives, and the store sound. Prints one line of JSON; the exit
status is 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.ingest import load_here, source_of
from index.segment import HanAnalyzer
from index.store.embedded import DATABASE_NAME, open_store

_COMMAND = "from api.cli import main; main()"
_PER_FOLDER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    files: int = 500
    characters: int = 2000
    edits: int = 30
    deletions: int = 20
    renames: int = 10


@dataclass(slots=True)
class Course:
    """A folder, a data folder, and what was found."""

    folder: Path
    home: Path
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def sync(self, name: str) -> None:
        """Syncs to the end, and checks what is stored."""
        report = self.home.with_suffix(".json")
        started = time.perf_counter()
        with self.process(report) as process:
            process.wait()
        seconds = time.perf_counter() - started
        told = json.loads(report.read_text(encoding="utf-8"))
        counts = {
            k: told[k] for k in ("added", "replaced", "renamed", "removed", "unchanged", "failed") if told[k]
        }
        self.steps[name] = {
            **counts,
            "seconds": round(seconds, 1),
            "without_start": round(told["seconds"], 2),
            "parsed": sum(one["seconds"] > 0 for one in told["files"]),
        }
        if process.returncode != 0:
            self.problems.append(f"{name}: exit status {process.returncode}")
        self.problems += [f"{name}: {problem}" for problem in differences(self.folder, self.home)]

    def kill_half_way(self, name: str, documents: int) -> None:
        """Begins to sync, and kills it with SIGKILL when so many documents are stored."""
        started = time.perf_counter()
        with self.process(None) as process:
            while process.poll() is None and count(self.home) < documents:
                time.sleep(0.2)
            ended = process.poll() is not None
            process.kill()
        if ended or process.returncode != -signal.SIGKILL:
            self.problems.append(f"{name}: it ended by itself, with status {process.returncode}")
        seconds = round(time.perf_counter() - started, 1)
        self.steps[name] = {"stored": count(self.home), "seconds": seconds}

    @contextlib.contextmanager
    def process(self, report: Path | None) -> Iterator[subprocess.Popen[bytes]]:
        """``yuanwen sync``, at work."""
        more = [] if report is None else ["--report", str(report)]
        command = [sys.executable, "-c", _COMMAND, "sync", str(self.folder), *more]
        environment = {**os.environ, "YUANWEN_HOME": str(self.home)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            yield process


def count(home: Path) -> int:
    """Documents stored now; 0 where there is no store yet."""
    if not (home / DATABASE_NAME).exists():
        return 0
    with contextlib.closing(sqlite3.connect(home / DATABASE_NAME)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
        except sqlite3.OperationalError:  # being made
            return 0


def differences(folder: Path, home: Path) -> list[str]:
    """Where the stored documents aren't the files of the folder."""
    files = {source_of(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    problems: list[str] = []
    with contextlib.closing(open_store(home, analyzer=HanAnalyzer(), embedder=None)) as store:
        stored = {record.source: record for record in store.documents()}
        problems += [f"{source} isn't stored" for source in files.keys() - stored.keys()]
        problems += [f"{source} is stored and isn't there" for source in stored.keys() - files.keys()]
        for source in files.keys() & stored.keys():
            record, data = stored[source], files[source]
            wanted = load_here(data, source=source)
            if record.sha256 != hashlib.sha256(data).hexdigest() or store.upload(record.id) != data:
                problems.append(f"{source}: other bytes")
            if store.content(record.id).text != wanted.text or record.title != wanted.title:
                problems.append(f"{source}: another text or title")
        problems += [problem.message for problem in store.verify()]
    return problems


def make_files(texts: Path, folder: Path, size: Size) -> None:
    """Cuts texts into files, titled by a heading of their own or by their names, in turn."""
    made = 0
    for path in sorted(texts.rglob("*")):
        if path.suffix not in (".txt", ".md") or made >= size.files:
            continue
        text = path.read_text(encoding="utf-8")
        for start in range(0, len(text) - size.characters // 2, size.characters):
            if made >= size.files:
                break
            piece = text[start : start + size.characters]
            place = folder / f"第{made // _PER_FOLDER}批"
            place.mkdir(parents=True, exist_ok=True)
            if made % 2:
                (place / f"{made:04}.md").write_text(f"# {path.stem}之{made}\n\n{piece}", encoding="utf-8")
            else:
                (place / f"{made:04}.txt").write_text(piece, encoding="utf-8")
            made += 1
    if made < size.files:
        raise SystemExit(f"{texts} has text for {made} files only")


def change(folder: Path, size: Size, chance: random.Random) -> None:
    """Edits, deletes and renames files, each file one of these."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    chosen = chance.sample(files, size.edits + size.deletions + size.renames)
    for number, path in enumerate(chosen):
        if number < size.edits:
            with path.open("a", encoding="utf-8") as file:
                file.write(f"\n\n本文件第{number}次修订，自发布之日起施行。\n")
        elif number < size.edits + size.deletions:
            path.unlink()
        else:
            moved = folder / "移动" if number % 2 else path.parent
            moved.mkdir(exist_ok=True)
            path.rename(moved / f"新{number}{path.suffix}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    share = options.files / 500
    size = Size(
        files=options.files, edits=round(30 * share), deletions=round(20 * share), renames=round(10 * share)
    )
    work = Path(tempfile.mkdtemp(prefix="yuanwen-sync-"))
    course = Course(folder=work / "目录", home=work / "home")
    try:
        make_files(options.texts, course.folder, size)
        course.kill_half_way("killed", size.files // 2)
        course.sync("resumed")
        course.sync("unchanged")
        change(course.folder, size, random.Random(options.seed))
        course.sync("changed")
    finally:
        shutil.rmtree(work)
    print(json.dumps({"steps": course.steps, "problems": course.problems}, ensure_ascii=False))
    return 1 if course.problems else 0


if __name__ == "__main__":
    sys.exit(main())
