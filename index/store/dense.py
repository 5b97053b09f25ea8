"""Exact dense search in memory (FAISS), derived from the database."""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.embed import FloatArray
from index.store import changes
from index.store.changes import Commit, Ids
from index.store.faults import os_faults
from index.store.files import write_atomically
from index.store.protocol import Hit
from index.store.ranking import Scores, first_hits

_log = logging.getLogger(__name__)

_MAGIC = b"YUANWEN-DENSE-1\n"
_SNAPSHOT_AFTER = 1_000
"""Passages changed since the snapshot before it is worth writing anew; replaying that many takes about 10
ms."""


class DenseIndex:
    """Every vector of the database as of one commit, in a flat inner-product index: exact, about 2 ms for
    40,000 vectors of 384 numbers.

    A snapshot file saves reading the vectors out of the database one by one. It carries the commit that it
    covers: what came after is replayed, and one that is damaged or of another history is ignored. Callers
    take turns, searches too, for FAISS can't search and change at once.
    """

    def __init__(self, path: Path, *, dimension: int) -> None:
        self._path = path
        self.dimension = dimension
        self._index: Any = None
        self._commit: Commit | None = None
        self._unsaved = 0

    @property
    def bytes(self) -> int:
        """Of the vectors held and their ids: in memory, and in the snapshot file once that is worth writing."""
        return len(self) * (4 * self.dimension + 8)

    def __len__(self) -> int:
        return 0 if self._index is None else int(self._index.ntotal)

    def ids(self) -> Ids:
        """Every passage id held, shape (len(self),)."""
        ids: Ids = _faiss().vector_to_array(self._index.id_map).astype(np.int64)
        return ids

    def search(self, vector: FloatArray, k: int, *, allowed: Ids | None = None) -> list[Hit]:
        """The ``k`` vectors of highest inner product with ``vector``, shape (dimension,), ties by lower id.

        Args:
            allowed: ascending passage ids to choose from; None for all.
        """
        if allowed is not None and allowed.size == 0:
            return []
        parameters = None
        if allowed is not None:
            bitmap = _bitmap(allowed)
            parameters = _faiss().SearchParameters(sel=_faiss().IDSelectorBitmap(bitmap))
        row = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)

        def fetch(limit: int) -> tuple[Ids, Scores]:
            with _one_thread():
                scores, ids = self._index.search(row, min(limit, len(self)), params=parameters)
            found = ids[0] >= 0
            return ids[0][found], scores[0][found].astype(np.float64)

        return first_hits(fetch, k) if len(self) else []

    def save(self, *, force: bool = False) -> None:
        """Writes the snapshot if enough has changed since the last; the caller holds the writer's lock.

        Raises:
            StorageFull, StoreError: the old snapshot is as it was.
        """
        if self._index is None or (self._unsaved < _SNAPSHOT_AFTER and not force):
            return
        with os_faults(self._path.parent):
            write_atomically(self._path, self._write)
        self._unsaved = 0

    def forget(self) -> None:
        """Drops what is in memory and on disk: it is read from the database anew."""
        self._index, self._commit = None, None
        with os_faults(self._path.parent):
            self._path.unlink(missing_ok=True)

    def sync(self, connection: sqlite3.Connection) -> None:
        """Brings the index to what the caller's transaction sees."""
        target = changes.tip(connection)
        if self._commit == target:
            return
        if self._index is None:
            self._load()
        known = self._commit is not None and changes.is_known(connection, self._commit)
        if not known or self._generation < changes.vectors_since(connection):
            self._clear()
        self._replay(connection)
        self._commit = target

    @property
    def _generation(self) -> int:
        return 0 if self._commit is None else self._commit.generation

    def _replay(self, connection: sqlite3.Connection) -> None:
        since = self._generation
        # Should anything fail half way, nobody must take the index for what it was before.
        self._commit = None
        removed = changes.removed_passages(connection, since) if since > 0 else np.zeros(0, np.int64)
        if removed.size:
            self._unsaved += int(self._index.remove_ids(removed))
        for ids, vectors in changes.vectors_after(connection, since, self.dimension):
            self._index.add_with_ids(vectors, ids)
            self._unsaved += ids.size

    def _clear(self) -> None:
        self._index = _faiss().IndexIDMap(_faiss().IndexFlatIP(self.dimension))
        self._commit = None
        self._unsaved = 0

    def _load(self) -> None:
        self._clear()
        try:
            with os_faults(self._path.parent):
                data = self._path.read_bytes() if self._path.exists() else None
            if data is None:
                return
            parsed = _parse(data, self.dimension)
        except ValueError as error:
            _log.warning("向量索引快照 %s 已损坏(%s),将从数据库重建。", self._path, error)
            return
        if parsed is not None:
            self._commit, ids, vectors = parsed
            self._index.add_with_ids(vectors, ids)

    def _write(self, file: BinaryIO) -> None:
        assert self._commit is not None
        ids = self.ids().astype("<i8")
        flat = _faiss().downcast_index(self._index.index)
        vectors = (
            _faiss().rev_swig_ptr(flat.get_xb(), len(self) * self.dimension) if len(self) else np.zeros(0)
        )
        vectors = vectors.astype("<f4", copy=False)
        head = {
            "generation": self._commit.generation,
            "token": self._commit.token,
            "dimension": self.dimension,
            "count": len(self),
            "crc32": zlib.crc32(vectors.data, zlib.crc32(ids.data)),
        }
        file.write(_MAGIC + json.dumps(head).encode() + b"\n")
        file.write(ids.data)
        file.write(vectors.data)


def _faiss() -> Any:
    """The module, imported when first needed; untyped, for its type stubs contradict it."""
    import faiss

    return faiss


@contextmanager
def _one_thread() -> Iterator[None]:
    # One query is too little work to share: 2 ms on one thread, 5 ms on two (40,000 x 384, two busy cores).
    threads = _faiss().omp_get_max_threads()
    _faiss().omp_set_num_threads(1)
    try:
        yield
    finally:
        _faiss().omp_set_num_threads(threads)


def _bitmap(ids: Ids) -> NDArray[np.uint8]:
    """One bit per possible id, lowest bit first, set for the ids given."""
    bits = np.zeros(int(ids[-1]) + 1, dtype=np.bool_)
    bits[ids] = True
    return np.packbits(bits, bitorder="little")


def _parse(data: bytes, dimension: int) -> tuple[Commit, Ids, FloatArray] | None:
    """Reads a snapshot: the commit that it covers, ids of shape (n,), vectors of shape (n, dimension).

    None if it is of another dimension, from before a re-embedding.

    Raises:
        ValueError: it is damaged.
    """
    if not data.startswith(_MAGIC):
        raise ValueError("unknown format")
    end = data.index(b"\n", len(_MAGIC))
    head = json.loads(data[len(_MAGIC) : end])
    try:
        count, crc32 = head["count"], head["crc32"]
        commit = Commit(head["generation"], head["token"])
        stored = head["dimension"]
    except (KeyError, TypeError) as error:
        raise ValueError("damaged header") from error
    if stored != dimension:
        return None
    body = memoryview(data)[end + 1 :]
    if body.nbytes != count * (8 + 4 * dimension) or zlib.crc32(body) != crc32:
        raise ValueError("wrong size or checksum")
    ids = np.frombuffer(body[: 8 * count], dtype="<i8").astype(np.int64)
    vectors = np.frombuffer(body[8 * count :], dtype="<f4").reshape(count, dimension)
    return commit, ids, vectors.astype(np.float32, copy=False)
