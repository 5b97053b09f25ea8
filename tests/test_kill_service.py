"""The checks of ``eval/bench/kill_service.py`` find what is wrong; its rounds take a real service, and minutes."""

from __future__ import annotations

from typing import Any

import pytest

from eval.bench.killing.check import Findings, Seen, compare
from eval.bench.killing.journal import Accepted, Journal, Key
from eval.bench.killing.marks import document_of, marks_in, question_about

A: Key = ("document", "default/a.txt")
B: Key = ("document", "default/b.txt")
FAQ: Key = ("faq", "几点下班？")


def acknowledged(journal: Journal, key: Key, content: str | None) -> None:
    with journal.trying("change", {key: content}) as attempt:
        attempt.answered(done=True)


def cut_off(journal: Journal, wanted: dict[Key, str | None]) -> None:
    with pytest.raises(ConnectionError), journal.trying("change", wanted):
        raise ConnectionError


def job(status: str, *files: tuple[str, str]) -> dict[str, Any]:
    shown = [{"source": source, "status": state, "error": None} for source, state in files]
    return {"status": status, "note": "", "error": None, "files": shown}


def test_a_listing_that_lacks_or_has_what_it_must_not_is_reported() -> None:
    journal = Journal()
    acknowledged(journal, A, "1")
    acknowledged(journal, B, "2")
    acknowledged(journal, FAQ, "六点")
    acknowledged(journal, FAQ, None)
    assert compare(journal, Seen(contents={A: "1", B: "2"})).sound
    assert compare(journal, Seen(contents={A: "1"})).lost == ["document default/b.txt is gone: 2"]
    assert compare(journal, Seen(contents={A: "1", B: "old"})).lost == [
        "document default/b.txt holds old, not 2"
    ]
    ghosts = compare(journal, Seen(contents={A: "1", B: "2", FAQ: "六点", ("word", "x"): "there"})).ghosts
    assert ghosts == ["faq 几点下班？ is there: 六点", "word x is there: there"]


def test_what_was_cut_off_may_have_happened_or_not_but_whole() -> None:
    journal = Journal()
    acknowledged(journal, A, "1")
    cut_off(journal, {A: "3", B: "4"})
    assert compare(journal, Seen(contents={A: "1"})).sound
    assert compare(journal, Seen(contents={A: "3", B: "4"})).sound
    assert len(compare(journal, Seen(contents={A: "3"})).half) == 1
    assert len(compare(journal, Seen(contents={B: "4"})).lost) == 1
    journal.settle({A: "1"})
    assert compare(journal, Seen(contents={A: "3", B: "4"})).ghosts == ["document default/b.txt is there: 4"]


def test_what_was_refused_or_never_sent_has_not_happened() -> None:
    journal = Journal(unsent=ConnectionError)
    cut_off(journal, {A: "1"})
    with journal.trying("change", {B: "2"}) as attempt:
        attempt.answered(done=False)
    assert compare(journal, Seen()).sound
    assert len(compare(journal, Seen(contents={A: "1", B: "2"})).ghosts) == 2


@pytest.mark.parametrize(
    ("shown", "wrong"),
    [
        (None, "lost"),
        (job("running", ("a.txt", "working"), ("x.exe", "waiting")), "stuck"),
        (job("failed", ("a.txt", "added"), ("x.exe", "failed")), "lost"),
        (job("done", ("a.txt", "failed"), ("x.exe", "failed")), "lost"),
        (job("done", ("a.txt", "added"), ("x.exe", "added")), "lost"),
        (job("done", ("a.txt", "added")), "lost"),
        (job("done", ("a.txt", "added"), ("x.exe", "waiting")), "half"),
        (job("done", ("a.txt", "added"), ("x.exe", "failed")), None),
    ],
)
def test_an_accepted_job_must_end_with_every_file_decided(
    shown: dict[str, Any] | None, wrong: str | None
) -> None:
    journal = Journal()
    journal.accept(Accepted(id="7", files={"a.txt": True, "x.exe": False}))
    findings = compare(journal, Seen(jobs={} if shown is None else {"7": shown}))
    assert findings.sound == (wrong is None)
    if wrong is not None:
        assert getattr(findings, wrong)
    total = Findings()
    total.add(findings, where="round 1: ")
    assert total.sound == findings.sound


def test_what_was_replaced_is_retired_when_the_job_was_seen_to_end() -> None:
    journal = Journal()
    for number, mark in enumerate(("1", "2", "3")):
        journal.note_mark(A, mark, document_of(mark))
        acknowledged(journal, A, mark)
        journal.accept(Accepted(id=str(number), files={}, documents={A: mark}))
    journal.ended("1", {A: "42"})
    assert set(journal.retired) == {"1"}  # what comes after may still wait
    assert A not in journal.ids
    journal.ended("2", {A: "43"})
    assert set(journal.retired) == {"1", "2"}
    assert journal.ids[A] == "43"
    since = journal.retired["2"]
    assert journal.retired_before(since - 1) == set()


def test_marks_are_found_in_answers_but_not_in_what_was_asked() -> None:
    mark = "123456789012345"
    answer = {"question": question_about(mark), "citations": [{"quote": document_of(mark).decode()}]}
    assert marks_in(answer) == {mark}
    assert marks_in({**answer, "citations": []}) == set()
