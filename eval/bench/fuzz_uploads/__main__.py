"""Feeds every loader with files that libFuzzer makes out of sound ones, led by the lines that they reach.

``python -m eval.bench.fuzz_uploads --format pdf --minutes 10``; without ``--format``, each format in its turn.
Needs ``pip install atheris`` (https://github.com/google/atheris), which has no wheels for some platforms and so isn't
among the project's own tools. Every input must be read as a document that keeps the loaders' promises, or refused
with a remedy, in this process; whatever else happens is a finding, kept in ``--out``. A process that dies is
replaced, which is a finding too. Reading pictures is stood in for: it takes seconds for each. Afterwards what was
found worth keeping is read once more in the child process of the product, within its limits. Prints a row of a table
for each format; the exit status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path

from eval.bench.fuzz_uploads.replay import Replayed, replay
from eval.bench.fuzz_uploads.words import WORDS
from eval.bench.small_files import FORMATS, seeds

_ROUND_SECONDS = 150
"""A process is ended after that, so that what each input leaves behind doesn't count as the next one's."""
_TIMEOUT, _MEMORY_MB, _LARGEST = 30, 2048, 65536
_COVERAGE = re.compile(r"(INITED|NEW|REDUCE|pulse|DONE|RELOAD)\s+cov: (\d+)")
_KEPT_NATIVE = ("crash-", "timeout-", "oom-", "leak-")


@dataclass(slots=True)
class Found:
    """What all processes of one format came to."""

    seconds: float = 0.0
    executions: int = 0
    processes: int = 0
    slowest: float = 0.0
    corpus: int = 0
    coverage: tuple[int, int] = (0, 0)
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)


def fuzz(form: str, minutes: float, folder: Path) -> Found:
    """Runs processes until the time is up; inputs worth keeping go to ``folder / "corpus"``."""
    found = Found()
    for name in ("corpus", "findings"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, data in seeds(form).items():
        (folder / "corpus" / name).write_bytes(data)
    words = folder / "words.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS.get(form, ())), encoding="ascii")
    began = time.monotonic()
    while (left := minutes * 60 - (time.monotonic() - began)) > 1:
        _round(found, form, folder, max(1, round(min(left, _ROUND_SECONDS))))
    found.seconds = time.monotonic() - began
    found.corpus = sum(1 for _ in (folder / "corpus").iterdir())
    return found


def _round(found: Found, form: str, folder: Path, seconds: int) -> None:
    native = set(_native(folder))
    (folder / "tried.json").unlink(missing_ok=True)
    log = folder / f"log-{found.processes}.txt"
    words = [f"-dict={folder / 'words.dict'}"] if form in WORDS else []  # an empty one is refused
    command = [
        *(sys.executable, "-m", "eval.bench.fuzz_uploads.target", form, str(folder)),
        *(f"-max_total_time={seconds}", f"-timeout={_TIMEOUT}", f"-rss_limit_mb={_MEMORY_MB}"),
        *(f"-max_len={_LARGEST}", f"-seed={found.processes + 1}", "-len_control=0"),
        *(f"-artifact_prefix={folder / 'findings'}/", *words, str(folder / "corpus")),
    ]
    with log.open("wb") as output:
        ended = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    found.processes += 1
    _read(found, folder, log)
    new = set(_native(folder)) - native
    for name in new:
        found.findings[name.split("-")[0]] += 1
    if ended.returncode != 0 and not new:
        found.findings[f"ended with {ended.returncode}, see {log}"] += 1
        time.sleep(1)  # it may end so at once, each time


def _native(folder: Path) -> list[str]:
    return [path.name for path in (folder / "findings").iterdir() if path.name.startswith(_KEPT_NATIVE)]


def _read(found: Found, folder: Path, log: Path) -> None:
    """Adds what one process told."""
    if (folder / "tried.json").exists():
        told = json.loads((folder / "tried.json").read_text(encoding="utf-8"))
        found.executions += told["executions"]
        found.slowest = max(found.slowest, told["slowest"])
        found.outcomes.update(told["outcomes"])
        found.findings.update(told["found"])
    covered = [
        int(count) for _, count in _COVERAGE.findall(log.read_text(encoding="utf-8", errors="replace"))
    ]
    if covered:
        found.coverage = (found.coverage[0] or covered[0], max(found.coverage[1], *covered))


def _escaped(word: str) -> str:
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02X}"
        for byte in word.encode()
    )


HEAD = (
    "| format | executions | a second | lines at first | lines at last | corpus | findings | slowest s | processes | "
    "replayed | refused | slowest s | peak MB |\n|---|" + "---:|" * 12
)


def row(form: str, found: Found, replayed: Replayed) -> str:
    """One format's row of the table."""
    cells = (
        f"{found.executions:,}",
        f"{found.executions / max(found.seconds, 1):.0f}",
        f"{found.coverage[0]:,}",
        f"{found.coverage[1]:,}",
        f"{found.corpus:,}",
        str(sum(found.findings.values()) + len(replayed.failed)),
        f"{found.slowest:.1f}",
        str(found.processes),
        f"{replayed.files:,}",
        f"{replayed.refused:,}",
        f"{replayed.slowest:.1f}",
        f"{replayed.peak_mb:.0f}",
    )
    return f"| {form} | {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--format", choices=FORMATS, action="append", help="one of them; may be given again")
    parser.add_argument("--minutes", type=float, default=10, help="for each format")
    parser.add_argument(
        "--out", type=Path, default=Path("fuzzed"), help="corpora and findings, a folder a format"
    )
    given = parser.parse_args(arguments)
    if util.find_spec("atheris") is None:
        print("fuzzing needs atheris, which isn't installed: pip install atheris", file=sys.stderr)
        return 2
    sound = True
    print(HEAD)
    for form in given.format or FORMATS:
        folder = (given.out / form).resolve()
        found = fuzz(form, given.minutes, folder)
        replayed = replay(sorted((folder / "corpus").iterdir()), form)
        print(row(form, found, replayed), flush=True)
        for what, count in (*found.findings.items(), *((name, 1) for name in replayed.failed)):
            print(f"{form}: {count} × {what}", file=sys.stderr)
        print(f"{form}: {dict(found.outcomes)}", file=sys.stderr)
        sound = sound and not found.findings and not replayed.failed
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
