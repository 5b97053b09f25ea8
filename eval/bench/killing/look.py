"""Everything that the service shows over HTTP, and what lies in its data folder."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2 as httpx

from eval.bench.killing.check import Findings, Seen
from eval.bench.killing.http import COOKIE, connect, every
from eval.bench.killing.journal import Journal
from eval.bench.killing.marks import marks_in, question_about

_LONG_AGO = 7200.0
"""Seconds after which an upload counts as abandoned, and more."""
_DATABASES = ("yuanwen.db", "service.db")


def look(client: httpx.Client, journal: Journal) -> Seen:
    """All resources; what is known by a number gets it written into ``journal.ids``."""
    seen = Seen()
    _documents(client, journal, seen)
    _conversations(client, journal, seen)
    _listed(client, journal, seen)
    _tokens(client, journal, seen)
    for job_id in {*journal.jobs, *(job["id"] for job in under_way(client))}:
        answer = client.get(f"/v1/jobs/{job_id}")
        if answer.status_code == 200:
            seen.jobs[job_id] = answer.json()
    return seen


def under_way(client: httpx.Client) -> list[dict[str, Any]]:
    """Jobs that wait or run."""
    return [job for status in ("waiting", "running") for job in every(client, "/v1/jobs", status=status)]


def wait_for_jobs(client: httpx.Client, seconds: float) -> None:
    """Until none is under way, or for so long."""
    deadline = time.monotonic() + seconds
    while under_way(client) and time.monotonic() < deadline:
        time.sleep(0.1)


def _documents(client: httpx.Client, journal: Journal, seen: Seen) -> None:
    for record in every(client, "/v1/documents"):
        name = f"{record['collection']}/{record['source']}"
        if ("document", name) in seen.contents:
            seen.half.append(f"{name} is there twice")
        journal.ids["document", name] = str(record["id"])
        seen.contents["document", name] = _content(client, journal, seen, record)


def _content(client: httpx.Client, journal: Journal, seen: Seen, record: dict[str, Any]) -> str:
    """The document's mark, if all of it is there and as it was sent."""
    path = f"/v1/documents/{record['id']}"
    text, original = client.get(f"{path}/text"), client.get(f"{path}/original")
    marks = marks_in(text.json().get("text", "")) if text.status_code == 200 else frozenset()
    mark = min(marks, default="")
    sent = journal.sent.get(mark, b"")
    if text.status_code != 200 or text.json()["text"] != sent.decode():
        seen.half.append(f"{record['source']}: another text than was sent: {text.status_code} {text.text}")
    elif original.status_code != 200 or original.content != sent:
        seen.half.append(f"{record['source']}: another original than was sent: {original.status_code}")
    else:
        start = sent.decode().index(mark)
        place = client.get(f"{path}/place", params={"start": start, "end": start + len(mark)})
        if place.status_code != 200 or not place.json()["verified"]:
            seen.half.append(f"{record['source']}: its mark can't be cited: {place.status_code} {place.text}")
    return mark


def _conversations(client: httpx.Client, journal: Journal, seen: Seen) -> None:
    for one in every(client, "/v1/conversations"):
        title = one["title"]
        seen.contents["conversation", title] = "there"
        journal.ids["conversation", title] = one["id"]
        for turn in _turns(client, one["id"]):
            key, answer = ("turn", f"{title}/{turn['answer']['id']}"), turn["answer"]
            if key in journal.may or (title, answer["question"]) not in journal.vain:
                seen.contents[key] = answer["text"]


def _turns(client: httpx.Client, conversation: str) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        answer = client.get(f"/v1/conversations/{conversation}", params={"limit": "100", **after})
        answer.raise_for_status()
        page = answer.json()["turns"]
        turns += page["items"]
        if page["next"] is None:
            return turns
        after = {"after": page["next"]}


def _listed(client: httpx.Client, journal: Journal, seen: Seen) -> None:
    for one in every(client, "/v1/collections"):
        if one["name"] != "default":
            seen.contents["collection", one["name"]] = one["title"]
    turns = {key[1].rsplit("/", 1)[1]: key[1] for key in journal.may if key[0] == "turn"}
    for one in every(client, "/v1/feedback"):
        seen.contents["feedback", turns.get(one["turn"], one["turn"])] = one["comment"]
    for one in every(client, "/v1/faq"):
        seen.contents["faq", one["questions"][0]] = one["answer"]
        journal.ids["faq", one["questions"][0]] = str(one["id"])
    for one in every(client, "/v1/synonyms"):
        seen.contents["synonyms", one["words"][0]] = "、".join(one["words"][1:])
        journal.ids["synonyms", one["words"][0]] = str(one["id"])
    for one in every(client, "/v1/words"):
        seen.contents["word", one["word"]] = "there"


def _tokens(client: httpx.Client, journal: Journal, seen: Seen) -> None:
    """Keys and sessions by what they open; a key whose token nobody was told, by the list."""
    for one in every(client, "/v1/keys"):
        if one["revoked_at"] is None and one["name"] != "harness":
            seen.contents["key", one["name"]] = "there"
            journal.ids["key", one["name"]] = str(one["id"])
    with connect(str(client.base_url)) as stranger:
        for key, token in journal.tokens.items():
            if key[0] == "session":
                answer = stranger.get("/v1/session", headers={"Cookie": f"{COOKIE}={token}"})
                if answer.status_code == 200:
                    seen.contents[key] = "there"
            else:
                headers = {"Authorization": f"Bearer {token}"}
                answer = stranger.get("/v1/collections", params={"limit": "1"}, headers=headers)
                if (answer.status_code == 200) != (key in seen.contents):
                    seen.half.append(f"{key[1]} opens with {answer.status_code}, against the list of keys")


def examine_answers(client: httpx.Client, there: list[str], gone: list[str]) -> Findings:
    """Asks about marks that must be found, and about those that mustn't."""
    findings = Findings()
    for mark in there:
        answer = client.post("/v1/ask", json={"question": question_about(mark)}).json()
        cited = [*answer["citations"], *(one["citation"] for one in answer["candidates"])]
        if not any(mark in marks_in(one) and one["verified"] for one in cited):
            findings.lost.append(f"asked about {mark}, the answer doesn't cite it: {answer['text']}")
    for mark in gone:
        question = {"question": question_about(mark)}
        passages, answer = client.post("/v1/retrieve", json=question), client.post("/v1/ask", json=question)
        if mark in marks_in(passages.json()) | marks_in(answer.json()):
            findings.ghosts.append(f"{mark} is found though it is gone")
    return findings


def examine_answered(client: httpx.Client, gone: frozenset[str], marks: list[str]) -> Findings:
    """As :func:`examine_answers`, for whatever else answers to questions about ``marks`` bring up."""
    findings = Findings()
    for mark in marks:
        answer = client.post("/v1/ask", json={"question": question_about(mark)}).json()
        findings.ghosts += [f"{ghost} is cited though it is gone" for ghost in marks_in(answer) & gone]
    return findings


def age_spool(home: Path) -> None:
    """Makes uploads in the spool look old, so that the next start may sweep away those that nobody needs."""
    moment = time.time() - _LONG_AGO
    for path in sorted((home / "incoming").rglob("*"), reverse=True):
        os.utime(path, (moment, moment))


def examine_folder(home: Path, documents: int) -> Findings:
    """Both databases, and files that belong to nothing.

    Args:
        documents: how many there are, of which no two are the same.
    """
    findings = Findings()
    for name in _DATABASES:
        with closing(sqlite3.connect(f"file:{home / name}?mode=ro", uri=True)) as database:
            for pragma in ("integrity_check", "foreign_key_check"):
                rows = database.execute(f"PRAGMA {pragma}").fetchall()
                findings.problems += [f"{name}: {row}" for row in rows if row != ("ok",)]
    spooled = [path.name for path in (home / "incoming").glob("*")]
    if spooled:
        findings.half.append(f"the spool still holds {', '.join(spooled)}")
    kept = {path.name: path for path in (home / "uploads").glob("*/*")}
    wrong = [name for name, path in kept.items() if hashlib.sha256(path.read_bytes()).hexdigest() != name]
    if wrong or len(kept) != documents:
        findings.half.append(f"{len(kept)} originals for {documents} documents; damaged: {wrong}")
    return findings
