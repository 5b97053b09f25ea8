"""What a service shows after it was killed, against what it had acknowledged before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eval.bench.killing.journal import Accepted, Content, Journal, Key

ENDED = "done"
_UNDER_WAY = ("waiting", "running")
_UNDECIDED = ("waiting", "working")


@dataclass(slots=True, kw_only=True)
class Seen:
    """What the service shows.

    Args:
        contents: every resource that is there.
        jobs: as ``GET /v1/jobs/{id}`` gives them; those that were acknowledged, and those under way.
        half: what is there in part, in words.
    """

    contents: dict[Key, str] = field(default_factory=dict)
    jobs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    half: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Findings:
    """What is wrong, in words.

    Args:
        lost: what was acknowledged, and isn't so. ghosts: what is there though it mustn't be.
        half: what is there in part. stuck: jobs that don't end.
        problems: anything else.
    """

    lost: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.ghosts or self.half or self.stuck or self.problems)

    def add(self, other: Findings, *, where: str = "") -> None:
        """Those of ``other``, too; ``where`` begins each."""
        for name in ("lost", "ghosts", "half", "stuck", "problems"):
            getattr(self, name).extend(f"{where}{one}" for one in getattr(other, name))


def compare(journal: Journal, seen: Seen) -> Findings:
    """What ``seen`` lacks of what the journal holds acknowledged, has beyond it, or has of it in part."""
    findings = Findings(half=list(seen.half))
    for key in sorted({*journal.may, *seen.contents}):
        _compare_one(key, seen.contents.get(key), journal.may.get(key, frozenset({None})), findings)
    for wanted in journal.together:
        happened = {key: seen.contents.get(key) == content for key, content in wanted.items()}
        if len(set(happened.values())) > 1:
            findings.half.append(f"of one request only a part: {happened}")
    for job in journal.jobs.values():
        _compare_job(job, seen.jobs.get(job.id), findings)
    for job_id, shown in seen.jobs.items():
        if shown["status"] in _UNDER_WAY:
            findings.stuck.append(f"job {job_id} is {shown['status']}: {shown['note']}")
    return findings


def _compare_one(key: Key, content: Content, may: frozenset[Content], findings: Findings) -> None:
    name = " ".join(key)
    if content in may:
        return
    if content is None:
        findings.lost.append(f"{name} is gone: {_words(may)}")
    elif may == {None}:
        findings.ghosts.append(f"{name} is there: {content}")
    else:
        findings.lost.append(f"{name} holds {content}, not {_words(may)}")


def _compare_job(job: Accepted, shown: Mapping[str, Any] | None, findings: Findings) -> None:
    if shown is None:
        findings.lost.append(f"job {job.id} is gone")
        return
    if shown["status"] in _UNDER_WAY:
        return
    if shown["status"] != ENDED:
        findings.lost.append(f"job {job.id} is {shown['status']}: {shown['error']}")
    files = {file["source"]: file for file in shown["files"]}
    for source, good in job.files.items():
        file = files.get(source)
        if file is None:
            findings.lost.append(f"job {job.id} has lost its file {source}")
        elif file["status"] in _UNDECIDED:
            findings.half.append(f"job {job.id} has ended with {source} {file['status']}")
        elif good is not None and good == (file["status"] == "failed"):
            findings.lost.append(f"job {job.id}, {source}: {file['status']}, {file['error']}")


def _words(may: frozenset[Content]) -> str:
    return " or ".join(sorted("nothing" if content is None else content for content in may))
