"""Changing the embedder of a store."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embed import FloatArray
from index.errors import EmbedderMismatch
from index.store import reembed as reembed_module
from index.store.embedded import EmbeddedStore, PassageSource, open_store
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

NEW = replace(EMBEDDER, id="test/new", dimension=5, fingerprint="c3" * 16)


class Recorder:
    """Gives unit vectors that depend on the text, remembers what it was asked, fails after some calls."""

    def __init__(self, *, calls: int = 1000) -> None:
        self.asked: list[PassageSource] = []
        self._calls = calls

    def __call__(self, sources: Sequence[PassageSource]) -> FloatArray:
        if self._calls == 0:
            raise KeyboardInterrupt
        self._calls -= 1
        self.asked += sources
        return np.concatenate([self.vector(source.text) for source in sources])

    @staticmethod
    def vector(text: str) -> FloatArray:
        return unit_vectors(1, seed=zlib.crc32(text.encode()), dimension=NEW.dimension)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    first = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=EMBEDDER)
    for i in range(4):
        put(first, f"{i}.txt", [f"文字 {i} {j}" for j in range(5)], seed=i)
    first.delete(first.documents()[0].id)
    first.repair()
    first.close()
    return open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=NEW, any_embedder=True)


def test_reembedding_replaces_every_vector(store: EmbeddedStore, tmp_path: Path) -> None:
    document, upload = make_document("標題.txt", ["正文"], title="标题")
    # The store still takes vectors of the old embedder.
    store.add(document, passages_of(document, heading_path=("第一章",)), unit_vectors(1), upload=upload)
    progress: list[tuple[int, int]] = []
    recorder = Recorder()
    store.reembed(NEW, recorder, progress=lambda done, total: progress.append((done, total)))
    assert recorder.asked[-1] == PassageSource(title="标题", heading_path=("第一章",), text="正文")
    assert progress[-1] == (16, 16)
    assert store.status().embedder == NEW
    for record in store.documents():
        for passage in store.document_passages(record.id):
            assert dense_ids(store, Recorder.vector(passage.text)[0], 1) == [passage.id]
    assert store.verify() == []
    store.close()
    store = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=NEW)
    assert len(dense_ids(store, unit_vectors(1, dimension=5)[0])) == 16
    assert len(sparse_ids(store, "文")) == 16
    assert store.verify() == []
    store.close()


def test_an_interrupted_run_leaves_the_old_vectors_and_goes_on(
    store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reembed_module, "_CHUNK", 4)
    before = dense_ids(store, unit_vectors(1)[0])
    with pytest.raises(KeyboardInterrupt):
        store.reembed(NEW, Recorder(calls=2))
    assert dense_ids(store, unit_vectors(1)[0]) == before
    store.close()
    old = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=EMBEDDER)
    assert dense_ids(old, unit_vectors(1)[0]) == before
    put(old, "new.txt", ["之后添加"])
    old.delete(old.documents()[0].id)  # some of the staged vectors go with it
    old.close()
    store = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=NEW, any_embedder=True)
    recorder = Recorder()
    store.reembed(NEW, recorder)
    # Ten old passages are left, of which three had their vector; one is new.
    assert len(recorder.asked) == 8
    assert store.verify() == []
    assert len(dense_ids(store, unit_vectors(1, dimension=5)[0])) == 11
    store.close()


def test_another_embedder_starts_again(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reembed_module, "_CHUNK", 4)
    with pytest.raises(KeyboardInterrupt):
        store.reembed(replace(NEW, fingerprint="d4" * 16), Recorder(calls=2))
    recorder = Recorder()
    store.reembed(NEW, recorder)
    assert len(recorder.asked) == 15
    store.close()


def test_wrong_vectors_change_nothing(store: EmbeddedStore) -> None:
    with pytest.raises(ValueError, match="vectors of shape"):
        store.reembed(NEW, lambda sources: unit_vectors(len(sources)))
    assert store.status().embedder == EMBEDDER
    assert len(dense_ids(store, unit_vectors(1)[0])) == 15
    store.close()


def test_a_store_opened_with_the_old_embedder_notices(store: EmbeddedStore, tmp_path: Path) -> None:
    old = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=EMBEDDER)
    assert old.search_dense(unit_vectors(1)[0], 1) != []
    store.reembed(NEW, Recorder())
    with pytest.raises(EmbedderMismatch, match="test/new"):
        old.search_dense(unit_vectors(1)[0], 1)
    with pytest.raises(EmbedderMismatch):
        put(old, "a.txt", ["文"])
    assert len(sparse_ids(old, "文")) == 15
    old.close()
    store.close()


def test_a_store_that_takes_any_embedder_follows(store: EmbeddedStore, tmp_path: Path) -> None:
    reader = open_store(tmp_path, analyzer=PlainAnalyzer(), embedder=None)
    (old,) = reader.search_dense(unit_vectors(1)[0], 1)
    replacement = unit_vectors(1, seed=77)[0]
    same_size = replace(EMBEDDER, fingerprint="e5" * 16)
    store.reembed(same_size, lambda sources: np.tile(replacement, (len(sources), 1)))
    (new,) = reader.search_dense(replacement, 1)
    assert old.score < 1
    assert new.score == pytest.approx(1, abs=1e-6)
    assert len(dense_ids(reader, replacement)) == 15
    reader.close()
    store.close()
