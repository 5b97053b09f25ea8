"""Tries the whole HTTP API at random, against a real ``yuanwen serve``, and says what doesn't hold.

Run ``python -m eval.bench.fuzz --minutes 60``: Schemathesis (https://schemathesis.io) sends what the description at
``/openapi.json`` allows and what it doesn't, follows what one response says about the next request, and checks every
response against the description, all of its checks being on. Most of the time it holds a key that may do anything,
the rest one that may only ask. Prints one line of JSON; the exit status is 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.bench import fuzz_rules as told
from eval.bench.served import SCOPES, Served, make_key, serving

CONFIGURATION = Path(__file__).with_suffix(".toml")
ASKING = ("ask", "documents:read", "feedback")
_SHARE = 0.8
"""Of the time, for the key that may do anything."""

_SETTINGS = {
    # A refusal for haste would hide what else there is to find.
    "asks_per_minute": "1000000",
    "sign_ins": "1000000",
    "max_waiting": "10000",
    "ask_seconds": "120",
    "max_question_chars": "10000",
    "log_format": "json",
}


@dataclass(slots=True)
class Found:
    """What all runs together came to."""

    operations: set[str] = field(default_factory=set)
    cases: int = 0
    seconds: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    statuses: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    broken: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.failures and not self.broken

    def summary(self) -> dict[str, Any]:
        """For the line of JSON."""
        reached = {operation for operation in self.operations if self.statuses[operation]}
        succeeded = {
            operation for operation in reached if any(200 <= s < 300 for s in self.statuses[operation])
        }
        return {
            "operations": len(self.operations),
            "reached": len(reached),
            "succeeded": len(succeeded),
            "never_succeeded": sorted(self.operations - succeeded),
            "cases": self.cases,
            "seconds": round(self.seconds),
            "failures": dict(self.failures),
            "broken": self.broken,
            "sound": self.sound,
        }


def fuzz(service: Served, keys: Mapping[str, str], who: str, options: Sequence[str], out: Path) -> int:
    """Runs Schemathesis with one key; its reports, and what was seen, go to ``out``. Its exit status."""
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(CONFIGURATION),
        "run",
        f"{service.url}/openapi.json",
        "--no-color",
        "--checks=all",
        "--report=json,ndjson,junit",
        f"--report-json-path={out / f'{who}.json'}",
        f"--report-ndjson-path={out / f'{who}.ndjson'}",
        f"--report-junit-path={out / f'{who}.xml'}",
        *options,
    ]
    environment = {
        **os.environ,
        told.URL: service.url,
        told.KEY: keys[who],
        told.ADMIN_KEY: keys["admin"],
        told.ADMIN_KEY_ID: "1",
        told.SEEN: str(out / f"{who}.seen.json"),
    }
    with (out / f"{who}.txt").open("wb") as output:
        ended = subprocess.run(
            command, env=environment, cwd=out, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    return ended.returncode


def read(found: Found, out: Path, who: str, returned: int) -> None:
    """Adds what one run reported."""
    try:
        report = json.loads((out / f"{who}.json").read_text(encoding="utf-8"))
        seen = json.loads((out / f"{who}.seen.json").read_text(encoding="utf-8"))
    except OSError:
        found.broken.append(f"{who}: no report, status {returned}, see {who}.txt")
        return
    found.cases += report["test_cases"]["generated"]
    found.seconds += report["running_time"]
    for failure in report["failures"]:
        found.failures[f"{who}: {failure['title']}"] += failure["count"]
    if returned != 0 and not report["failures"]:
        found.broken.append(f"{who}: status {returned}, see {who}.txt")
    for line, count in seen.items():
        operation, _, status = line.rpartition(" ")
        found.statuses[operation][int(status)] += count


def errors_logged(log: Path) -> list[str]:
    """What the service wrote of its own mistakes."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return re.findall(r"^.*(?:Traceback|unexpected error|\"level\": \"error\").*$", text, re.MULTILINE)


def documented(description: Mapping[str, Any]) -> set[str]:
    """Its operations."""
    return {f"{method.upper()} {path}" for path, item in description["paths"].items() for method in item}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="keep the reports and the service's log here")
    parser.add_argument("--sentences", action="store_true", help="the reader that needs no model of its own")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument("--max-examples", type=int, default=100, help="for each operation, each time round")
    parser.add_argument("--only", help="operations whose path matches this regular expression")
    given = parser.parse_args(arguments)
    with ExitStack() as stack:
        out = given.out
        if out is None:
            out = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuanwen-fuzz-")))
        out.mkdir(parents=True, exist_ok=True)
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuanwen-fuzz-home-")))
        found = run(home, out.resolve(), given)
    print(json.dumps(found.summary(), ensure_ascii=False))
    return 0 if found.sound else 1


def run(home: Path, out: Path, given: argparse.Namespace) -> Found:
    """Serves ``home``, and tries it with each key."""
    settings = {**_SETTINGS, **({"reader": "yuanwen/sentences"} if given.sentences else {})}
    log, found = out / "service.log", Found()
    with serving(home, log=log, settings=settings) as service:
        with urllib.request.urlopen(f"{service.url}/openapi.json") as response:
            found.operations = documented(json.load(response))
        keys = {"admin": make_key(home, "fuzz", SCOPES), "asking": make_key(home, "asking", ASKING)}
        for who, share in (("admin", _SHARE), ("asking", 1 - _SHARE)):
            options = [
                f"--phases={given.phases}",
                f"--max-examples={given.max_examples}",
                f"--max-time={max(1, round(given.minutes * 60 * share))}",
                f"--seed={given.seed}",
                *([] if given.only is None else [f"--include-path-regex={given.only}"]),
            ]
            read(found, out, who, fuzz(service, keys, who, options, out))
        if service.process.poll() is not None:
            found.broken.append("the service ended")
    found.broken += errors_logged(log)[:20]
    return found


if __name__ == "__main__":
    raise SystemExit(main())
