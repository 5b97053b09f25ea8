"""Reopening, replaying and repairing the embedded store."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import DamagedStore, EmbedderMismatch, NewerStore, StoreError
from index.store import dense as dense_module
from index.store import schema
from index.store.check import Part
from index.store.dense import DenseIndex
from index.store.embedded import EmbeddedStore, open_store
from index.store.sparse import SparseIndex
from tests.store_contract import (
    EMBEDDER,
    PlainAnalyzer,
    dense_ids,
    make_document,
    passages_of,
    put,
    sparse_ids,
    unit_vectors,
)

QUERY = unit_vectors(1, seed=99)[0]
OTHER = replace(EMBEDDER, id="test/other", fingerprint="b2" * 16)


def reopen(folder: Path, **options: object) -> EmbeddedStore:
    return open_store(folder, **{"analyzer": PlainAnalyzer(), "embedder": EMBEDDER, **options})  # type: ignore[arg-type]


def fill(store: EmbeddedStore, sources: range, *, texts: int = 3) -> None:
    with store.batch():
        for i in sources:
            put(store, f"{i}.txt", [f"文字 {i} {j}" for j in range(texts)], seed=i)


def assert_whole(store: EmbeddedStore) -> None:
    """Both searches find every passage of the database, and nothing else."""
    ids = sorted(p.id for record in store.documents() for p in store.document_passages(record.id))
    assert sorted(dense_ids(store, QUERY, 10_000)) == ids
    assert sorted(sparse_ids(store, "文", 10_000)) == ids
    assert store.verify() == []


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 0x55
    path.write_bytes(data)


# --- opening ---


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    fill(store, range(5))
    store.delete(store.documents()[0].id)
    before = (
        store.documents(),
        store.search_dense(QUERY, 10),
        store.search_sparse("文字 3", 10),
        store.generation,
    )
    store.close()
    store = reopen(tmp_path)
    after = (
        store.documents(),
        store.search_dense(QUERY, 10),
        store.search_sparse("文字 3", 10),
        store.generation,
    )
    assert after == before
    assert_whole(store)
    store.close()


def test_ids_are_not_used_again_after_reopening(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    first, first_passages = put(store, "a.txt", ["文"])
    store.delete(first)
    store.close()
    store = reopen(tmp_path)
    second, second_passages = put(store, "a.txt", ["文"])
    assert second > first
    assert second_passages > first_passages
    store.close()


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    store.close()
    with pytest.raises(StoreError, match="关闭"):
        store.documents()


def test_importing_the_store_loads_no_engine() -> None:
    code = (
        "import sys, index.store.embedded\n"
        "print([m for m in ('faiss', 'tantivy', 'torch', 'transformers') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_listing_needs_no_embedder_and_no_engine(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    put(store, "a.txt", ["文"])
    store.close()
    code = (
        "import sys, pathlib\n"
        "from index.store.embedded import open_store\n"
        "from tests.store_contract import PlainAnalyzer\n"
        "store = open_store(pathlib.Path(sys.argv[1]), analyzer=PlainAnalyzer(), embedder=None)\n"
        "print([d.source for d in store.documents()], 'faiss' in sys.modules, 'tantivy' in sys.modules)\n"
        "store.close()"
    )
    run = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['a.txt'] False False"


def test_a_new_store_without_an_embedder_takes_no_documents(tmp_path: Path) -> None:
    store = reopen(tmp_path, embedder=None)
    assert store.status().embedder is None
    assert store.search_dense(QUERY, 3) == []
    with pytest.raises(StoreError, match="没有记录向量模型"):
        put(store, "a.txt", ["文"])
    store.close()
    store = reopen(tmp_path)
    assert store.status().embedder == EMBEDDER
    put(store, "a.txt", ["文"])
    assert_whole(store)
    store.close()


def test_another_embedder_is_refused_by_name(tmp_path: Path) -> None:
    reopen(tmp_path).close()
    with pytest.raises(EmbedderMismatch) as caught:
        reopen(tmp_path, embedder=OTHER)
    assert EMBEDDER.id in str(caught.value)
    assert OTHER.id in str(caught.value)
    assert "yuanwen reindex" in str(caught.value)
    reopen(tmp_path, embedder=OTHER, any_embedder=True).close()


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    reopen(tmp_path).close()
    path = tmp_path / "yuanwen.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET schema_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NewerStore, match="99"):
        reopen(tmp_path)
    assert path.read_bytes() == before


def test_an_older_store_is_upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = reopen(tmp_path)
    put(store, "a.txt", ["文"])
    store.close()

    def add_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE documents ADD COLUMN note TEXT")

    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(schema, "UPGRADES", {schema.VERSION - 1: add_column})
    for _ in range(2):
        store = reopen(tmp_path)
        assert_whole(store)
        store.close()
    connection = sqlite3.connect(tmp_path / "yuanwen.db")
    assert connection.execute("SELECT note, schema_version FROM documents, meta").fetchall() == [
        (None, schema.VERSION)
    ]
    connection.close()


def _text_file(path: Path) -> None:
    path.write_text("这不是数据库" * 100)


def _other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE meta (something)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("make", [_text_file, _other_database])
def test_what_is_no_store_is_named_as_such(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "yuanwen.db")
    before = (tmp_path / "yuanwen.db").read_bytes()
    with pytest.raises(DamagedStore, match="不是原文的数据库"):
        reopen(tmp_path)
    assert (tmp_path / "yuanwen.db").read_bytes() == before


def test_a_damaged_database_is_reported(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    fill(store, range(40), texts=5)
    store.close()
    path = tmp_path / "yuanwen.db"
    data = bytearray(path.read_bytes())
    data[8192 : len(data) - 8192 * 2] = b"\xff" * (len(data) - 8192 * 3)
    path.write_bytes(data)
    with pytest.raises(DamagedStore):
        reopen(tmp_path).verify()


# --- the dense index ---


def test_the_snapshot_is_used_and_what_followed_is_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = reopen(tmp_path)
    fill(store, range(6))
    store.repair()  # writes the snapshot
    store.delete(store.find("2.txt").id)  # type: ignore[union-attr]
    fill(store, range(4, 9))
    store.close()
    added: list[int] = []
    replay = DenseIndex._replay

    def counting(self: DenseIndex, connection: sqlite3.Connection) -> None:
        before = len(self)
        replay(self, connection)
        added.append(len(self) - before)

    monkeypatch.setattr(DenseIndex, "_replay", counting)
    store = reopen(tmp_path)
    assert_whole(store)
    assert added == [6]  # 18 in the snapshot, 9 forgotten, 15 new
    store.close()


@pytest.mark.parametrize("damage", ["cut", "flip", "head", "empty", "foreign"])
def test_a_damaged_snapshot_is_ignored(tmp_path: Path, damage: str) -> None:
    store = reopen(tmp_path)
    fill(store, range(6))
    store.repair()
    expected = store.search_dense(QUERY, 100)
    store.close()
    path = tmp_path / "dense.snapshot"
    if damage == "flip":
        flip(path, -5)
    elif damage == "head":
        flip(path, 20)
    else:
        path.write_bytes({"cut": path.read_bytes()[:-9], "empty": b"", "foreign": b"PK\x03\x04"}[damage])
    store = reopen(tmp_path)
    assert store.search_dense(QUERY, 100) == expected
    assert_whole(store)
    store.close()


def test_a_long_batch_leaves_a_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense_module, "_SNAPSHOT_AFTER", 10)
    store = reopen(tmp_path)
    store.search_dense(QUERY, 1)
    fill(store, range(3))
    assert not (tmp_path / "dense.snapshot").exists()
    fill(store, range(3, 6))
    assert (tmp_path / "dense.snapshot").stat().st_size > 18 * 4 * EMBEDDER.dimension
    store.close()


# --- the lexical index ---


def sparse_folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("sparse-*"))


def test_the_lexical_index_is_carried_on_not_rebuilt(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    fill(store, range(3))
    store.close()
    store = reopen(tmp_path)
    fill(store, range(2, 5))
    assert_whole(store)
    assert sparse_folders(tmp_path) == ["sparse-000001"]
    store.close()


def test_a_lexical_index_that_is_behind_catches_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = reopen(tmp_path)
    fill(store, range(3))
    monkeypatch.setattr(SparseIndex, "catch_up", lambda self, connection: None)  # as if killed before it
    fill(store, range(2, 6))
    store.delete(store.find("0.txt").id)  # type: ignore[union-attr]
    monkeypatch.undo()
    store._sparse.close()
    other = reopen(tmp_path)
    assert_whole(other)
    other.close()
    store.close()


def test_a_deleted_document_does_not_answer_from_an_index_that_is_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = reopen(tmp_path)
    _, kept = put(store, "a.txt", ["文 一"])
    gone, _ = put(store, "b.txt", ["文 二"])
    monkeypatch.setattr(SparseIndex, "catch_up", lambda self, connection: None)
    store.delete(gone)
    assert sparse_ids(store, "文 二") == kept
    assert sparse_ids(store, "文 二", 1) == kept
    assert store.status().sparse == 2
    store.close()


def test_another_analyzer_rebuilds_the_index_whole(tmp_path: Path) -> None:
    class Reversing(PlainAnalyzer):
        def grams(self, text: str) -> list[str]:
            return super().grams(text[::-1])

    store = reopen(tmp_path)
    _, ids = put(store, "a.txt", ["甲乙丙"])
    store.close()
    store = reopen(tmp_path, analyzer=Reversing("reversing-1"))
    assert sparse_ids(store, "甲乙") == ids
    assert sparse_folders(tmp_path) == ["sparse-000002"]
    assert store.verify() == []
    store.close()


def test_two_analyzers_on_one_store_do_not_rebuild_for_ever(tmp_path: Path) -> None:
    one = reopen(tmp_path, analyzer=PlainAnalyzer("one"))
    put(one, "a.txt", ["文"])
    two = reopen(tmp_path, analyzer=PlainAnalyzer("two"))
    for _ in range(4):
        assert sparse_ids(one, "文") == sparse_ids(two, "文") != []
    assert int(sparse_folders(tmp_path)[-1][-6:]) <= 3
    one.close()
    two.close()


def test_every_kind_of_damage_to_the_lexical_index_is_found_and_cured(tmp_path: Path) -> None:
    store = reopen(tmp_path / "sound")
    fill(store, range(6))
    store.close()
    index = tmp_path / "sound" / "sparse-000001"
    for path in sorted(index.iterdir()):
        if path.suffix == ".lock":
            continue
        for damage in ("flip", "cut", "gone"):
            folder = tmp_path / f"{path.name}-{damage}"
            shutil.copytree(tmp_path / "sound", folder)
            victim = folder / "sparse-000001" / path.name
            if damage == "flip":
                flip(victim, victim.stat().st_size // 3)
            elif damage == "cut":
                victim.write_bytes(victim.read_bytes()[:-20])
            else:
                victim.unlink()
            damaged = reopen(folder)
            assert len(sparse_ids(damaged, "文", 100)) == 18 or damaged.verify()
            if damaged.verify():
                assert {problem.part for problem in damaged.verify()} == {Part.SPARSE}
                damaged.repair()
            assert_whole(damaged)
            damaged.close()


def test_indexes_of_another_history_are_not_believed(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    fill(store, range(2))
    store.close()
    shutil.copy(tmp_path / "yuanwen.db", tmp_path / "backup")
    store = reopen(tmp_path)
    fill(store, range(10, 14))
    store.repair()
    store.close()
    # The backup comes back, and is written to until its generation is the one that the indexes carry.
    shutil.copy(tmp_path / "backup", tmp_path / "yuanwen.db")
    store = reopen(tmp_path)
    fill(store, range(20, 24))
    assert_whole(store)
    store.close()
    store = reopen(tmp_path)
    assert_whole(store)
    store.close()


def test_leftovers_of_a_rebuild_are_cleared_away(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    put(store, "a.txt", ["文"])
    store.close()
    (tmp_path / "sparse-000002.tmp").mkdir()
    (tmp_path / "sparse-000002.tmp" / "meta.json").write_text("{}")
    store = reopen(tmp_path)
    put(store, "b.txt", ["文"])
    assert sparse_folders(tmp_path) == ["sparse-000001"]
    assert_whole(store)
    store.close()


# --- uploads ---


def upload_files(folder: Path) -> list[Path]:
    return sorted((folder / "uploads").glob("*/*"))


def test_an_upload_is_kept_once_and_goes_with_its_last_document(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    one, _ = put(store, "a.txt", ["文"])
    two, _ = put(store, "b.txt", ["文"])
    assert len(upload_files(tmp_path)) == 1
    store.delete(one)
    assert store.upload(two) == "文".encode()
    put(store, "b.txt", ["另一篇文"])
    assert [path.read_text() for path in upload_files(tmp_path)] == ["另一篇文"]
    store.close()


def test_uploads_that_a_crash_left_are_collected(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    put(store, "a.txt", ["文"])
    store.close()
    orphan = tmp_path / "uploads" / "ab" / ("ab" * 32)
    orphan.parent.mkdir()
    orphan.write_bytes(b"orphan")
    orphan.with_suffix(".tmp").write_bytes(b"half")
    store = reopen(tmp_path)
    put(store, "b.txt", ["文"])
    assert len(upload_files(tmp_path)) == 1
    assert store.collect() == 0
    store.close()


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_an_upload_that_is_damaged_is_reported(tmp_path: Path, damage: str) -> None:
    store = reopen(tmp_path)
    document_id, _ = put(store, "a.txt", ["文字"])
    (path,) = upload_files(tmp_path)
    if damage == "gone":
        path.unlink()
        assert [problem.part for problem in store.verify()] == [Part.UPLOADS]
    else:
        path.write_bytes("字文".encode())
    with pytest.raises(DamagedStore, match="不见了" if damage == "gone" else "被改动过"):
        store.upload(document_id)
    put(store, "b.txt", ["文字"])  # the same bytes once more: mended
    assert store.upload(document_id) == "文字".encode()
    store.close()


def test_an_upload_must_be_the_documents(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    document, _ = make_document("a.txt", ["文"])
    with pytest.raises(ValueError, match="sha256"):
        store.add(document, passages_of(document), unit_vectors(1), upload=b"something else")
    assert upload_files(tmp_path) == []
    store.close()


def test_verify_finds_missing_vectors_and_wrong_counts(tmp_path: Path) -> None:
    store = reopen(tmp_path)
    put(store, "a.txt", ["文", "字"])
    store.close()
    connection = sqlite3.connect(tmp_path / "yuanwen.db")
    connection.execute("DELETE FROM vectors WHERE passage_id = 1")
    connection.execute("UPDATE documents SET passages = 5")
    connection.commit()
    connection.close()
    store = reopen(tmp_path)
    problems = store.verify()
    assert [problem.part for problem in problems] == [Part.VECTORS, Part.VECTORS, Part.DENSE]
    store.close()
