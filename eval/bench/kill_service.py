"""Kills a running service at random moments and checks that it keeps what it had acknowledged.

Run ``python -m eval.bench.kill_service --rounds 50 [--workers 2]``: in each round several users upload, replace and
delete documents, ask, converse and write into the same ``yuanwen serve``, all at the same time, until SIGKILL ends
all of its processes. Then it is started again on the same data, and must show just what it had acknowledged, what
was under way at the end being free to have happened or not, whole; go on with its jobs to their ends; and never cite
again what was deleted. Prints one line of JSON; the exit status is 1 if anything was wrong. Linux and macOS.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx

from eval.bench.killing.actor import Answers, Hands
from eval.bench.killing.check import ENDED, Findings, Seen, compare
from eval.bench.killing.http import connect, first_key
from eval.bench.killing.journal import Journal
from eval.bench.killing.load import work
from eval.bench.killing.look import (
    age_spool,
    examine_answered,
    examine_answers,
    examine_folder,
    look,
    wait_for_jobs,
)
from eval.bench.killing.marks import document_of, new_mark
from eval.bench.killing.server import Server

JOBS_SECONDS = 180.0
"""That jobs may take to end after a restart: three times their lease."""
_ASKED = 5
"""Documents of each sort that a round asks about."""
_START_KILLED = 0.2
"""Share of the rounds in which the start after the kill is killed, too."""
_WORKER_KILLED = 0.3
"""Share of the rounds in which one process of several is killed before all are."""
_TOLD = 20
"""Of each sort of finding, how many are told; all are counted."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What all rounds together came to."""

    rounds: int = 0
    findings: Findings = field(default_factory=Findings)
    continued: int = 0
    resumed: int = 0
    cut_off: int = 0
    restart_seconds: list[float] = field(default_factory=list)
    jobs_seconds: list[float] = field(default_factory=list)

    def summary(self, journal: Journal, answers: Answers) -> dict[str, object]:
        """For the line of JSON."""
        found = self.findings
        return {
            "rounds": self.rounds,
            "acknowledged": dict(sorted(journal.acknowledged.items())),
            "refused": dict(sorted(journal.refused.items())),
            "cut_off": self.cut_off,
            "answers": answers.given,
            "lost": len(found.lost),
            "ghosts": len(found.ghosts),
            "half": len(found.half),
            "stuck_jobs": len(found.stuck),
            "jobs_continued": self.continued,
            "jobs_resumed": self.resumed,
            "restart_s_median": _round(statistics.median, self.restart_seconds),
            "restart_s_max": _round(max, self.restart_seconds),
            "jobs_s_median": _round(statistics.median, self.jobs_seconds),
            "jobs_s_max": _round(max, self.jobs_seconds),
            "problems": [
                *(f"lost: {one}" for one in found.lost[:_TOLD]),
                *(f"ghost: {one}" for one in found.ghosts[:_TOLD]),
                *(f"half: {one}" for one in found.half[:_TOLD]),
                *(f"stuck: {one}" for one in found.stuck[:_TOLD]),
                *found.problems[:_TOLD],
            ],
            "sound": found.sound,
        }


def _round(measure: Callable[[list[float]], float], seconds: list[float]) -> float | None:
    return round(measure(seconds), 1) if seconds else None


class Play:
    """Rounds of one service, which lives through all of them.

    Args:
        users: at the same time.
        longest: seconds of load in a round.
    """

    def __init__(self, server: Server, *, users: int, longest: float, seed: int) -> None:
        self.journal, self.answers, self.tally = Journal(unsent=httpx.ConnectError), Answers(), Tally()
        self._server = server
        self._users = users
        self._longest = longest
        self._chance = random.Random(seed)
        self._password = self._token = ""

    def begin(self) -> None:
        """The first start, and a key."""
        self._server.start()
        self._server.wait_until_ready()
        self._password = self._server.password()
        self._token = first_key(self._server.url, self._password)

    def round(self) -> None:
        """Load, death, start, and a look at everything."""
        where = f"round {self.tally.rounds + 1}: "
        found = Findings(problems=self._load_until_killed())
        self.tally.cut_off += len(self.journal.together)
        age_spool(self._server.home)
        started, moment = time.perf_counter(), datetime.now(UTC)
        self._server.start()
        if self._chance.random() < _START_KILLED:
            time.sleep(self._chance.uniform(0, max(self._longest, *self.tally.restart_seconds, 0)))
            found.problems += self._server.kill(children=False)
            started, moment = time.perf_counter(), datetime.now(UTC)
            self._server.start()
        self._server.wait_until_ready()
        self.tally.restart_seconds.append(time.perf_counter() - started)
        with connect(self._server.url, self._token) as client:
            found.add(self._examine(client, moment))
        found.ghosts += self.answers.ghosts
        found.problems += self.answers.unexpected
        self.answers.ghosts, self.answers.unexpected = [], []
        self.tally.findings.add(found, where=where)
        self.tally.rounds += 1

    def _load_until_killed(self) -> list[str]:
        ending = threading.Event()
        threads = [
            threading.Thread(target=work, args=(self._hands(number), ending), daemon=True)
            for number in range(self._users)
        ]
        for thread in threads:
            thread.start()
        seconds = self._chance.uniform(0, self._longest)
        before = self._chance.uniform(0, seconds)
        time.sleep(before)
        if self._chance.random() < _WORKER_KILLED:
            self._server.kill_worker(self._chance)
        time.sleep(seconds - before)
        ending.set()
        left = self._server.kill(children=self._chance.random() < 0.5)
        for thread in threads:
            thread.join()
        return left

    def _hands(self, number: int) -> Hands:
        return Hands(
            name=f"u{number}",
            url=self._server.url,
            client=connect(self._server.url, self._token),
            password=self._password,
            journal=self.journal,
            answers=self.answers,
            chance=random.Random(self._chance.getrandbits(32)),
        )

    def _examine(self, client: httpx.Client, moment: datetime) -> Findings:
        journal, started = self.journal, time.perf_counter()
        gone = journal.retired_before(time.monotonic())
        # While jobs still go on, and before anything else is written.
        found = examine_answered(client, gone, self._some(sorted(gone))[:2])
        wait_for_jobs(client, JOBS_SECONDS)
        self.tally.jobs_seconds.append(time.perf_counter() - started)
        found.problems += _write_once(client, self._chance)
        seen = look(client, journal)
        found.add(compare(journal, seen))
        self._count_jobs(seen, moment)
        journal.settle(seen.contents)
        there = {content for key, content in seen.contents.items() if key[0] == "document"}
        recent = [mark for mark, data in journal.sent.items() if data][-4 * _ASKED :]
        found.add(
            examine_answers(
                client,
                self._some([mark for mark in recent if mark in there]),
                self._some([mark for mark in recent if mark not in there]),
            )
        )
        found.add(examine_folder(self._server.home, len(there)))
        journal.jobs.clear()
        return found

    def _count_jobs(self, seen: Seen, moment: datetime) -> None:
        """Those that were under way when the service died."""
        for job in seen.jobs.values():
            if job["status"] == ENDED and datetime.fromisoformat(job["finished_at"]) > moment:
                self.tally.continued += 1
                self.tally.resumed += datetime.fromisoformat(job["started_at"]) < moment

    def _some(self, marks: list[str]) -> list[str]:
        return self._chance.sample(marks, min(_ASKED, len(marks)))


def _write_once(client: httpx.Client, chance: random.Random) -> list[str]:
    """What a crash left in the index's folder is cleared away with the next change to it; what is wrong, in words."""
    data = document_of(new_mark(chance))
    made = client.post("/v1/documents", files=[("files", ("harness.txt", data, "text/plain"))])
    deadline = time.monotonic() + JOBS_SECONDS
    while time.monotonic() < deadline:
        job = client.get(f"/v1/jobs/{made.json()['id']}")
        if job.status_code == 200 and job.json()["status"] == ENDED:
            gone = client.delete(f"/v1/documents/{job.json()['files'][0]['document_id']}")
            return [] if gone.status_code == 204 else [f"deleting after the restart: {gone.text}"]
        time.sleep(0.1)
    return [f"a document uploaded after the restart is never taken in: {made.text}"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--workers", type=int, default=1, help="processes of the service")
    parser.add_argument("--users", type=int, default=4, help="at the same time; at most 10")
    parser.add_argument("--longest", type=float, default=10.0, help="seconds of load in a round")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the line of JSON there, too")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="yuanwen-kill-"))
    server = Server(folder, workers=options.workers)
    play = Play(server, users=options.users, longest=options.longest, seed=options.seed)
    started = time.perf_counter()
    try:
        play.begin()
        for _ in range(options.rounds):
            play.round()
            told = "sound so far" if play.tally.findings.sound else "not sound"
            print(f"round {play.tally.rounds} of {options.rounds}: {told}", file=sys.stderr, flush=True)
    except Exception:  # noqa: BLE001 - whatever broke, what was found so far is to be told, and this
        play.tally.findings.problems.append(traceback.format_exc())
    finally:
        play.tally.findings.problems += server.errors()
        server.close()
        if play.tally.findings.sound:
            shutil.rmtree(folder)
        else:
            print(f"kept: {folder}", file=sys.stderr)
    summary = play.tally.summary(play.journal, play.answers)
    line = json.dumps(
        {**summary, "workers": options.workers, "seconds": round(time.perf_counter() - started)},
        ensure_ascii=False,
    )
    print(line)
    if options.out is not None:
        options.out.write_text(f"{line}\n", encoding="utf-8")
    return 0 if play.tally.findings.sound else 1


if __name__ == "__main__":
    sys.exit(main())
