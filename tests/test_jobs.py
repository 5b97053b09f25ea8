"""Jobs: who does them, what survives, how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.clock import now
from api.errors import Conflict
from api.jobs.add import REPLACES, AddFiles
from api.jobs.report import Report, Result
from api.jobs.runner import Runner
from api.jobs.spool import Spool
from api.state.database import FILE, StateDatabase
from api.state.home import doing_jobs
from api.state.job_rows import UNDER_WAY, FileStatus, Job, JobFile, JobStatus
from api.state.jobs import KEPT, Jobs
from api.state.leases import LEASE, MOST_ATTEMPTS, LeaseLost, Leases
from index.document import Document
from index.errors import NotFound, StorageFull, StoreBusy
from index.ingest import load_here
from job_worker import put_files
from rag.service import QAService

ROOT = Path(__file__).parent.parent


class Time:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.moment = now()

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, delta: timedelta) -> None:
        self.moment += delta


@pytest.fixture
def database(tmp_path: Path) -> Iterator[StateDatabase]:
    database = StateDatabase(tmp_path / FILE)
    yield database
    database.close()


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def jobs(database: StateDatabase, clock: Time) -> Jobs:
    return Jobs(database, clock=clock)


@pytest.fixture
def leases(database: StateDatabase, clock: Time) -> Leases:
    return Leases(database, clock=clock)


def make(jobs: Jobs, *, collection: str = "", files: int = 0) -> Job:
    rows = [JobFile(ordinal=i, source=f"{i}.txt", sha256="", size=1) for i in range(files)]
    return jobs.create("test", created_by="user:1", collection=collection, files=rows)


KINDS = ("test",)
DIED = LEASE + timedelta(seconds=1)


# --- leases ---


def test_jobs_are_claimed_once_the_oldest_first(jobs: Jobs, leases: Leases, clock: Time) -> None:
    made = []
    for _ in range(3):
        made.append(make(jobs).id)
        clock.pass_(timedelta(milliseconds=1))
    claimed = [leases.claim(worker, KINDS) for worker in ("a", "b", "c", "d")]
    assert [job and job.id for job in claimed] == [*made, None]
    assert leases.claim("a", ("other",)) is None


def test_claims_from_many_threads_never_meet(jobs: Jobs, leases: Leases) -> None:
    made = {make(jobs).id for _ in range(24)}
    claimed: list[str] = []

    def work(worker: str) -> None:
        while (job := leases.claim(worker, KINDS)) is not None:
            claimed.append(job.id)

    threads = [threading.Thread(target=work, args=(str(i),)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(claimed) == Counter(made)


def test_an_expired_lease_is_claimed_again_and_the_first_worker_learns_of_it(
    jobs: Jobs, leases: Leases, clock: Time
) -> None:
    job = make(jobs, files=1)
    leases.claim("first", KINDS)
    clock.pass_(LEASE - timedelta(seconds=1))
    leases.renew(job.id, "first")
    clock.pass_(LEASE - timedelta(seconds=1))
    assert leases.claim("second", KINDS) is None
    clock.pass_(DIED)
    again = leases.claim("second", KINDS)
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 2)
    done = JobFile(ordinal=0, source="0.txt", sha256="", size=1, status=FileStatus.ADDED)
    calls: list[Callable[[], object]] = [
        lambda: leases.renew(job.id, "first"),
        lambda: leases.progress(job.id, "first", done=1, total=1),
        lambda: leases.start_file(job.id, "first", 0),
        lambda: leases.finish_file(job.id, "first", done),
        lambda: leases.release(job.id, "first"),
        lambda: leases.finish(job.id, "first", JobStatus.DONE),
    ]
    for call in calls:
        with pytest.raises(LeaseLost):
            call()
    assert jobs.job(job.id).status is JobStatus.RUNNING
    assert jobs.files(job.id)[0].status is FileStatus.WAITING


def test_jobs_of_one_collection_come_one_after_the_other(jobs: Jobs, leases: Leases, clock: Time) -> None:
    first, second = make(jobs, collection="甲"), make(jobs, collection="甲")
    other = make(jobs, collection="乙")
    claimed = [leases.claim(worker, KINDS) for worker in ("a", "b", "c")]
    assert {job.id for job in claimed if job is not None} in ({first.id, other.id}, {second.id, other.id})
    begun = claimed[0] if claimed[0] is not None and claimed[0].collection == "甲" else claimed[1]
    assert begun is not None
    leases.finish(begun.id, "a" if begun is claimed[0] else "b", JobStatus.DONE)
    assert leases.claim("c", KINDS) is not None


def test_what_kills_every_process_is_given_up(jobs: Jobs, leases: Leases, clock: Time) -> None:
    job = make(jobs)
    for _ in range(MOST_ATTEMPTS):
        assert leases.claim("a", KINDS) is not None
        clock.pass_(DIED)
    assert leases.claim("a", KINDS) is None
    ended = jobs.job(job.id)
    assert ended.status is JobStatus.FAILED
    assert ended.error is not None
    assert ended.error.type == "ProcessDied"


def test_a_file_that_kills_every_process_fails_alone(jobs: Jobs, leases: Leases, clock: Time) -> None:
    job = make(jobs, files=3)
    for attempt in range(MOST_ATTEMPTS):
        assert leases.claim("a", KINDS) is not None
        for ordinal in (0, 1, 2) if attempt == 0 else (1,):  # at first several go together
            leases.start_file(job.id, "a", ordinal)
        clock.pass_(DIED)
    assert leases.claim("a", KINDS) is not None
    assert [file.status for file in jobs.files(job.id)] == ["waiting", "failed", "waiting"]
    error = jobs.files(job.id)[1].error
    assert error is not None
    assert error.type == "ProcessDied"


def test_progress_and_handing_back_are_not_held_against_a_job(
    jobs: Jobs, leases: Leases, clock: Time
) -> None:
    job = make(jobs, files=10)
    for ordinal in range(MOST_ATTEMPTS + 1):  # each process finishes one file before it dies
        assert leases.claim("a", KINDS) is not None
        done = replace(jobs.files(job.id)[ordinal], status=FileStatus.ADDED, document_id=1)
        leases.finish_file(job.id, "a", done)
        clock.pass_(DIED)
    for _ in range(MOST_ATTEMPTS + 1):
        assert leases.claim("a", KINDS) is not None
        leases.release(job.id, "a")
    assert jobs.job(job.id).status is JobStatus.WAITING


# --- cancelling, listing ---


def test_a_waiting_job_is_cancelled_at_once_a_running_one_is_told(jobs: Jobs, leases: Leases) -> None:
    waiting, running = make(jobs), make(jobs)
    assert jobs.cancel(waiting.id).status is JobStatus.CANCELLED
    claimed = leases.claim("a", KINDS)
    assert claimed is not None
    assert claimed.id == running.id
    assert jobs.cancel(running.id).status is JobStatus.RUNNING
    assert leases.renew(running.id, "a") is True
    with pytest.raises(Conflict):
        jobs.cancel(waiting.id)
    with pytest.raises(NotFound):
        jobs.cancel("none")


def test_whoever_is_first_after_a_crash_goes_on_at_once(jobs: Jobs, leases: Leases, tmp_path: Path) -> None:
    job = make(jobs)
    with doing_jobs(tmp_path, first=leases.free_all):
        leases.claim("first", KINDS)
        with doing_jobs(tmp_path, first=leases.free_all):
            assert leases.claim("second", KINDS) is None  # the first lives
    with doing_jobs(tmp_path, first=leases.free_all):
        again = leases.claim("third", KINDS)
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 2)
    with pytest.raises(LeaseLost):
        leases.renew(job.id, "first")


def test_a_job_that_was_to_be_cancelled_when_its_worker_died_is_not_begun_again(
    jobs: Jobs, leases: Leases, clock: Time
) -> None:
    job = make(jobs)
    leases.claim("a", KINDS)
    jobs.cancel(job.id)
    clock.pass_(DIED)
    assert leases.claim("b", KINDS) is None
    assert jobs.job(job.id).status is JobStatus.CANCELLED


def test_pages_show_each_job_once_while_others_come(jobs: Jobs, clock: Time) -> None:
    def one() -> str:
        clock.pass_(timedelta(milliseconds=1))
        return make(jobs).id

    made = [one() for _ in range(7)]
    seen: list[str] = []
    after = None
    while True:
        page = jobs.page(limit=3, after=after, owner="user:1")
        seen += [job.id for job in page.items]
        one()
        if page.next is None:
            break
        after = page.next
    assert seen == made[::-1]
    assert jobs.page(limit=3, owner="user:2").items == ()


def test_one_of_a_kind_at_a_time_where_that_is_wanted(jobs: Jobs, leases: Leases) -> None:
    jobs.create("test", created_by="user:1", alone=True)
    with pytest.raises(Conflict):
        jobs.create("test", created_by="user:2", alone=True)
    jobs.create("test", created_by="user:2", collection="甲", alone=True)
    jobs.create("other", created_by="user:2", alone=True)


def test_what_ended_long_ago_is_dropped(jobs: Jobs, leases: Leases, clock: Time) -> None:
    old, waiting = make(jobs, files=1), make(jobs)
    jobs.cancel(old.id)
    clock.pass_(KEPT + timedelta(days=1))
    jobs.sweep()
    assert jobs.job(waiting.id).status is JobStatus.WAITING
    with pytest.raises(NotFound):
        jobs.job(old.id)


# --- the runner ---


@dataclass(frozen=True)
class Steps:
    """A job of ten steps; ``during`` is called in each."""

    during: Callable[[int], None]
    kind: str = "test"
    finished: list[int] = field(default_factory=list)

    def run(self, job: Job, report: Report) -> Result:
        for step in range(10):
            self.during(step)
            report.progress(step + 1, 10)
            self.finished.append(step)
        return {"steps": 10}


@pytest.fixture
def run(database: StateDatabase) -> Iterator[Callable[..., Runner]]:
    runners: list[Runner] = []

    def make_runner(during: Callable[[int], None], *, lease: float = 60, **options: object) -> Runner:
        leases = Leases(database, lease=timedelta(seconds=lease))
        runners.append(Runner(leases, {"test": Steps(during)}, **options))  # type: ignore[arg-type]
        return runners[-1]

    yield make_runner
    for runner in runners:
        runner.close()


def test_a_job_that_is_done_says_so(jobs: Jobs, run: Callable[..., Runner]) -> None:
    ended: list[str] = []
    job = make(jobs)
    assert run(lambda _: None, on_end=ended.append).run_one() is True
    done = jobs.job(job.id)
    assert (done.status, done.result, done.done, done.total) == (JobStatus.DONE, {"steps": 10}, 10, 10)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert ended == [job.id]


@pytest.mark.parametrize(
    ("error", "told"), [(StorageFull("满了。"), "StorageFull"), (ZeroDivisionError(), "InternalError")]
)
def test_a_job_that_fails_says_why_and_the_next_one_is_done(
    jobs: Jobs, run: Callable[..., Runner], error: Exception, told: str
) -> None:
    def fail_once(step: int) -> None:
        if not failed:
            failed.append(step)
            raise error

    failed: list[int] = []
    first, second = make(jobs), make(jobs)
    runner = run(fail_once)
    while runner.run_one():
        pass
    by_status = {jobs.job(job.id).status: jobs.job(job.id) for job in (first, second)}
    assert set(by_status) == {JobStatus.FAILED, JobStatus.DONE}
    trouble = by_status[JobStatus.FAILED].error
    assert trouble is not None
    assert (trouble.type, "division" in trouble.detail) == (told, False)
    assert trouble.remedy


def test_a_busy_index_is_waited_for_and_not_held_against_the_job(
    jobs: Jobs, run: Callable[..., Runner]
) -> None:
    busy = iter([True] * (MOST_ATTEMPTS + 2))

    def work(_: int) -> None:
        if next(busy, False):
            raise StoreBusy("忙。")

    job = make(jobs)
    runner = run(work)
    for _ in range(MOST_ATTEMPTS + 2):
        assert runner.run_one() is False
        assert jobs.job(job.id).status is JobStatus.WAITING
    assert runner.run_one() is True
    assert jobs.job(job.id).status is JobStatus.DONE


def test_a_cancelled_job_stops_between_its_steps(jobs: Jobs, run: Callable[..., Runner]) -> None:
    job = make(jobs)
    run(lambda step: jobs.cancel(job.id) if step == 3 else None).run_one()
    ended = jobs.job(job.id)
    assert (ended.status, ended.done) == (JobStatus.CANCELLED, 4)


def test_a_process_that_ends_hands_its_job_back(jobs: Jobs, run: Callable[..., Runner]) -> None:
    ending = threading.Event()
    job = make(jobs)
    first = run(lambda step: ending.set() if step == 3 else None, stopping=ending.is_set)
    first.start()
    assert ending.wait(60)
    first.close()
    handed = jobs.job(job.id)
    assert (handed.status, handed.done, handed.attempts) == (JobStatus.WAITING, 4, 0)
    assert run(lambda _: None).run_one() is True
    assert jobs.job(job.id).status is JobStatus.DONE


def test_what_breaks_because_the_process_ends_is_not_the_jobs_fault(
    jobs: Jobs, run: Callable[..., Runner]
) -> None:
    ending = threading.Event()

    def broken(_: int) -> None:
        ending.set()
        raise OSError("closed")

    job = make(jobs)
    run(broken, stopping=ending.is_set).run_one()
    assert jobs.job(job.id).status is JobStatus.WAITING


def test_a_step_longer_than_the_lease_keeps_the_job(jobs: Jobs, run: Callable[..., Runner]) -> None:
    other = run(lambda _: None, lease=1.0)
    claims: list[bool] = []

    def long(step: int) -> None:
        if step == 0:
            time.sleep(2.5)
            claims.append(other.run_one())

    job = make(jobs)
    run(long, lease=1.0).run_one()
    assert claims == [False]
    assert jobs.job(job.id).status is JobStatus.DONE


def test_a_new_job_wakes_the_runner(jobs: Jobs, run: Callable[..., Runner]) -> None:
    done = threading.Event()
    runner = run(lambda _: None, poll=3600, on_end=lambda _: done.set())
    runner.start()
    time.sleep(0.2)  # so that it waits
    make(jobs)
    runner.wake()
    assert done.wait(30)


# --- files ---


@pytest.fixture
def home(service: QAService) -> Path:
    return service.settings.home


def load(data: bytes, *, source: str, encoding: str | None = None) -> Document:
    """A loader with a bug."""
    if source == "错.txt":
        raise ZeroDivisionError
    return load_here(data, source=source, encoding=encoding)


@pytest.fixture
def adding(service: QAService, home: Path) -> Iterator[tuple[Jobs, Runner]]:
    database = StateDatabase(home / FILE)
    jobs, spool = Jobs(database), Spool(home)
    handler = AddFiles(service=service, jobs=jobs, spool=spool, load=load)
    yield jobs, Runner(Leases(database), {handler.kind: handler}, on_end=spool.discard)
    database.close()


def test_a_failed_file_never_fails_the_others(adding: tuple[Jobs, Runner], home: Path) -> None:
    jobs, runner = adding
    files = ["好.txt", "空.txt", "x.exe", "错.txt", "丢.txt", "也好.txt"]
    job = put_files(jobs, home, {name: " " if name == "空.txt" else "正文。" for name in files})
    (home / "incoming" / job.id / "4").unlink()
    runner.run_one()
    told = [(file.status.value, file.error and file.error.type) for file in jobs.files(job.id)]
    assert told == [
        ("added", None),
        ("failed", "EmptyDocument"),
        ("failed", "UnsupportedFormat"),
        ("failed", "InternalError"),
        ("failed", "UnreadableFile"),
        ("added", None),
    ]
    assert jobs.job(job.id).status is JobStatus.DONE
    assert jobs.job(job.id).result == {"added": 2, "failed": 4}
    assert not (home / "incoming" / job.id).exists()


def test_what_is_stored_already_is_unchanged(adding: tuple[Jobs, Runner], home: Path) -> None:
    jobs, runner = adding
    for _ in range(2):
        job = put_files(jobs, home, {"a.txt": "正文。"})
        runner.run_one()
    assert jobs.job(job.id).result == {"unchanged": 1}
    job = put_files(jobs, home, {"a.txt": "另一篇。"})
    runner.run_one()
    assert jobs.job(job.id).result == {"replaced": 1}


def test_a_document_deleted_while_its_replacement_is_read_stays_deleted(
    service: QAService, home: Path, database: StateDatabase
) -> None:
    old = service.add_bytes("旧的。".encode(), source="a.txt").document
    assert old is not None

    def load_late(data: bytes, *, source: str, encoding: str | None = None) -> Document:
        service.delete(old.id)
        return load_here(data, source=source, encoding=encoding)

    jobs, spool = Jobs(database), Spool(home)
    handler = AddFiles(service=service, jobs=jobs, spool=spool, load=load_late)
    job = put_files(jobs, home, {"a.txt": "新的。"}, payload={REPLACES: old.id})
    Runner(Leases(database), {handler.kind: handler}, on_end=spool.discard).run_one()
    (file,) = jobs.files(job.id)
    assert file.error is not None
    assert (file.status, file.error.type) == (FileStatus.FAILED, "NotFound")
    assert service.list() == []


def test_uploads_whose_process_died_are_swept_away(tmp_path: Path) -> None:
    moment = time.time()
    spool = Spool(tmp_path, clock=lambda: moment)
    for job_id in ("waiting", "left"):
        (spool.make(job_id) / "0").write_bytes(b"x")
    assert spool.sweep(lambda: frozenset({"waiting"})) == 0  # it may be coming just now
    moment += 4000
    assert spool.sweep(lambda: frozenset({"waiting"})) == 1
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["waiting"]


# --- several processes ---


@contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with a runner; see ``tests/job_worker.py``."""
    command = [sys.executable, str(ROOT / "tests" / "job_worker.py"), str(home)]
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **paths}) as child:
        try:
            yield child
        finally:
            child.kill()


def drain(jobs: Jobs, runner: Runner) -> None:
    """Does jobs until none is left, in whichever process."""
    while any(job.status in UNDER_WAY for job in jobs.page(limit=100).items):
        if not runner.run_one():
            time.sleep(0.1)


def test_a_job_survives_when_its_process_is_killed_in_the_middle(
    adding: tuple[Jobs, Runner], home: Path, service: QAService
) -> None:
    jobs, runner = adding
    files = {f"{i}.txt": f"第{i}篇的正文。" * 4000 for i in range(6)}  # of which two are stored together
    job = put_files(jobs, home, files)
    with worker(home) as child:
        assert child.stdout is not None
        for _ in range(4):  # it says when it begins a file
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert jobs.job(job.id).status is JobStatus.RUNNING
    assert 0 < sum(file.decided for file in jobs.files(job.id)) < len(files)
    drain(jobs, runner)
    assert jobs.job(job.id).status is JobStatus.DONE
    assert all(file.status in ("added", "unchanged") for file in jobs.files(job.id))
    assert sorted(record.source for record in service.list()) == sorted(files)


def test_two_processes_share_the_jobs_and_do_each_once(
    adding: tuple[Jobs, Runner], home: Path, service: QAService
) -> None:
    jobs, runner = adding
    made = [put_files(jobs, home, {f"{i}.txt": f"第{i}篇。"}, collection=f"集{i}") for i in range(16)]
    with worker(home) as child:
        assert child.stdout is not None
        child.stdout.readline()  # it has begun one
        drain(jobs, runner)
        theirs = 1 + len(child.communicate(timeout=60)[0].splitlines())
        assert child.returncode == 0
    assert all(jobs.job(job.id).result == {"added": 1} for job in made)
    assert theirs < len(made)
    assert service.store.generation == len(made)
