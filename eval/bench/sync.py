"""Syncs a folder of many files, kills it half way, goes on, changes the folder, syncs again; checks each step.

Run ``python -m eval.bench.sync --texts FOLDER [--files 500]`` with ``YUANWEN_CACHE`` set to save making the model.
The documents are cut from the UTF-8 texts below ``FOLDER``, and are of ten formats in turn; Chromium prints the PDF.
After each sync that went to its end the stored documents must be the files, each with the text that its loader gives,
and the store sound. Prints one line of JSON; the exit status is 1 if anything was wrong.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eval.bench.formats.bundles import as_epub, as_mail
from eval.bench.formats.decks import as_pptx
from eval.bench.formats.model import Heading, Paragraph, Source, Table
from eval.bench.formats.pages import print_page
from eval.bench.formats.plain import as_markdown, as_separated, as_text
from eval.bench.formats.programs import Programs
from eval.bench.formats.recipes import MING
from eval.bench.formats.word_files import as_docx
from eval.bench.formats.workbooks import as_xlsx
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


Write = Callable[[Source, Programs], bytes]


def _sheet(source: Source) -> Table:
    """The paragraphs as a table's rows."""
    texts = [block.text for block in source.blocks if isinstance(block, Paragraph)]
    rows = [(f"第{number}段", text) for number, text in enumerate(texts, 1)]
    return Table(caption=source.title, headers=(("段落", "内容"),), rows=tuple(rows))


KINDS: tuple[tuple[str, Write], ...] = (
    (".txt", lambda source, _: as_text(source).encode()),
    (".txt", lambda source, _: as_text(source, wrap=36).encode("gb18030")),
    (".md", lambda source, _: as_markdown(source).encode()),
    (".docx", lambda source, _: as_docx(source)),
    (".html", lambda source, _: print_page(source, font=MING).encode()),
    (".pdf", lambda source, programs: programs.printed(print_page(source, font=MING), options={})),
    (".pptx", lambda source, _: as_pptx(source)),
    (".xlsx", lambda source, _: as_xlsx([_sheet(source)])),
    (".csv", lambda source, _: as_separated(_sheet(source)).encode("gb18030")),
    (".epub", lambda source, _: as_epub(source)),
    (".eml", lambda source, _: as_mail(source, charset="gb18030", transfer="base64")),
)
"""Endings and who writes such files, in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file as it was made, to be made again with other words."""

    source: Source
    write: Write


def make_files(texts: Path, folder: Path, size: Size, programs: Programs) -> dict[Path, Made]:
    """Cuts texts into files, each titled by a heading of its own."""
    made: dict[Path, Made] = {}
    for path in sorted(texts.rglob("*")):
        if path.suffix not in (".txt", ".md"):
            continue
        text = path.read_text(encoding="utf-8")
        for start in range(0, len(text) - size.characters // 2, size.characters):
            if len(made) == size.files:
                return made
            number = len(made)
            lines = [line.strip("# \t") for line in text[start : start + size.characters].splitlines()]
            title = Heading(text=f"{path.stem}之{number}", level=1)
            paragraphs = [Paragraph(text=line) for line in lines if line]
            source = Source(title=title.text, blocks=(title, *paragraphs), running_head=title.text)
            ending, write = KINDS[number % len(KINDS)]
            place = folder / f"第{number // _PER_FOLDER}批" / f"{number:04}{ending}"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(write(source, programs))
            made[place] = Made(source=source, write=write)
    raise SystemExit(f"{texts} has text for {len(made)} files only")


def change(
    made: Mapping[Path, Made], folder: Path, size: Size, chance: random.Random, programs: Programs
) -> None:
    """Edits, deletes and renames files, each file one of these."""
    chosen = chance.sample(sorted(made), size.edits + size.deletions + size.renames)
    for number, path in enumerate(chosen):
        if number < size.edits:
            one = made[path]
            revised = Paragraph(text=f"本文件第{number}次修订，自发布之日起施行。")
            source = replace(one.source, blocks=(*one.source.blocks, revised))
            path.write_bytes(one.write(source, programs))
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
        with Programs() as programs:
            made = make_files(options.texts, course.folder, size, programs)
            course.kill_half_way("killed", size.files // 2)
            course.sync("resumed")
            course.sync("unchanged")
            change(made, course.folder, size, random.Random(options.seed), programs)
            course.sync("changed")
    finally:
        shutil.rmtree(work)
    print(json.dumps({"steps": course.steps, "problems": course.problems}, ensure_ascii=False))
    return 1 if course.problems else 0


if __name__ == "__main__":
    sys.exit(main())
