"""Several processes on one store."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import StoreBusy
from index.store.embedded import EmbeddedStore, open_store
from tests.store_contract import EMBEDDER, PlainAnalyzer, dense_ids, put, sparse_ids, unit_vectors

HEAD = """
import sys, pathlib
from index.store.embedded import open_store
from tests.store_contract import *
store = open_store(pathlib.Path(sys.argv[1]), analyzer=PlainAnalyzer(), embedder=EMBEDDER)
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def process(folder: Path, code: str) -> Iterator[subprocess.Popen[str]]:
    """Runs code in another process until its ``ready()``; a line to its stdin lets it go on."""
    command = [sys.executable, "-c", HEAD + code, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            yield child
        finally:
            child.kill()


def go_on(child: subprocess.Popen[str]) -> str:
    output, _ = child.communicate("\n", timeout=30)
    assert child.returncode == 0
    return output.strip()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    store = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=EMBEDDER, timeout=10)
    yield store
    store.close()


def test_a_reader_sees_what_another_process_writes(store: EmbeddedStore, tmp_path: Path) -> None:
    old, _ = put(store, "old.txt", ["文 旧"], seed=1)
    code = """
assert len(sparse_ids(store, "文")) == len(dense_ids(store, unit_vectors(1)[0])) == 1
ready()
found = sparse_ids(store, "文"), dense_ids(store, unit_vectors(1)[0])
print(store.generation, *found, [d.source for d in store.documents()])
"""
    with process(tmp_path, code) as child:
        _, (new,) = put(store, "new.txt", ["文 新"], seed=2)
        store.delete(old)
        assert go_on(child) == f"3 [{new}] [{new}] ['new.txt']"


def test_readers_do_not_wait_for_a_writer(store: EmbeddedStore, tmp_path: Path) -> None:
    _, ids = put(store, "a.txt", ["文"])
    code = """
with store.batch():
    put(store, "b.txt", ["文"])
    ready()
store.close()
"""
    with process(tmp_path, code) as child:
        started = time.perf_counter()
        assert set(ids) < set(dense_ids(store, unit_vectors(1)[0]))
        # Lexical search may not have caught up, but it answers.
        assert set(ids) <= set(sparse_ids(store, "文"))
        assert len(store.documents()) == 2
        assert time.perf_counter() - started < 5
        go_on(child)
    assert len(sparse_ids(store, "文")) == 2


def test_a_second_writer_waits_its_turn(store: EmbeddedStore, tmp_path: Path) -> None:
    code = """
with store.batch():
    put(store, "theirs.txt", ["文 1"])
    ready()
    put(store, "theirs too.txt", ["文 2"])
store.close()
"""
    with process(tmp_path, code) as child:
        writer = threading.Thread(target=put, args=(store, "ours.txt", ["文 3"]))
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
        go_on(child)
        writer.join(10)
        assert not writer.is_alive()
    assert [d.generation for d in store.documents()] == [3, 2, 1]
    assert len(sparse_ids(store, "文")) == 3
    assert store.verify() == []


def test_a_writer_gives_up_when_the_time_is_over(store: EmbeddedStore, tmp_path: Path) -> None:
    hasty = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=EMBEDDER, timeout=0.1)
    with process(tmp_path, "with store.batch():\n    ready()\n"):
        for action in (lambda: put(hasty, "a.txt", ["文"]), lambda: hasty.delete(1)):
            with pytest.raises(StoreBusy):
                action()
    assert hasty.generation == 0
    hasty.close()


def test_another_thread_waits_for_a_batch(store: EmbeddedStore, tmp_path: Path) -> None:
    hasty = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=EMBEDDER, timeout=0.1)
    caught: list[BaseException] = []

    def work() -> None:
        try:
            put(hasty, "a.txt", ["文"])
        except StoreBusy as error:
            caught.append(error)

    with hasty.batch():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        put(hasty, "b.txt", ["文"])
    assert len(caught) == 1
    assert [d.source for d in hasty.documents()] == ["b.txt"]
    hasty.close()


def test_the_lock_of_a_killed_writer_is_free(store: EmbeddedStore, tmp_path: Path) -> None:
    code = """
with store.batch():
    put(store, "theirs.txt", ["文"])
    ready()
"""
    with process(tmp_path, code) as child:
        child.kill()
    put(store, "ours.txt", ["文"])
    assert len(sparse_ids(store, "文")) == len(dense_ids(store, unit_vectors(1)[0])) == 2
    assert store.verify() == []


def test_two_processes_may_create_a_store_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom tests.test_store_processes import *\n"
        + HEAD
        + "put(store, sys.argv[2], ['文'])\nstore.close()\n"
    )
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "new"), f"{i}.txt"]) for i in range(4)
    ]
    assert [child.wait(30) for child in children] == [0] * 4
    store = open_store(tmp_path / "new", analyzer=PlainAnalyzer(), embedder=EMBEDDER)
    assert len(store.documents()) == 4
    assert store.verify() == []
    store.close()
