"""The store in one folder: SQLite is the truth, FAISS and tantivy are derived from it."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.document import Document, Passage
from index.embed import EmbedderInfo, FloatArray, Progress
from index.errors import EmbedderMismatch, StoreError
from index.segment import Analyzer
from index.store import catalog, changes, check, listing, reembed
from index.store.check import StoreProblem
from index.store.derived import DerivedIndexes
from index.store.faults import not_writable, os_faults
from index.store.locks import WriterLock
from index.store.protocol import (
    ANYTHING,
    CollectionCounts,
    DocumentContent,
    DocumentRecord,
    Filter,
    Hit,
    Listing,
    PassageRecord,
    StoreStatus,
)
from index.store.reembed import PassageSource
from index.store.sparse import SparseIndex
from index.store.sqlite import Database
from index.store.terms import FieldWeights
from index.store.uploads import Uploads

_log = logging.getLogger(__name__)

DATABASE_NAME = "yuanwen.db"


def open_store(
    folder: Path,
    *,
    analyzer: Analyzer,
    embedder: EmbedderInfo | None,
    weights: FieldWeights | None = None,
    timeout: float = 30.0,
    any_embedder: bool = False,
) -> EmbeddedStore:
    """Opens the store in ``folder``, creating both where they don't exist.

    Args:
        embedder: what makes the caller's vectors; recorded in a new store. None where no vectors are
            at hand, as for listing: the store is taken as it is.
        timeout: seconds to wait for another writer.
        any_embedder: take the store as it is even if another embedder made it, to re-embed it.

    Raises:
        EmbedderMismatch: another embedder made the vectors.
        NewerStore, DamagedStore, StorageFull, StoreBusy, StoreError: it can't be opened; nothing changed.
    """
    with os_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise not_writable(folder)
    lock = WriterLock(folder / "write.lock", timeout=timeout)
    database = Database(folder / DATABASE_NAME)
    try:
        recorded = _prepare(database, lock, embedder)
        if not any_embedder:
            _require_same(recorded, embedder)
    except BaseException:
        database.close()
        raise
    weights = FieldWeights() if weights is None else weights
    return EmbeddedStore(
        folder, database, lock, SparseIndex(folder, analyzer, weights), None if any_embedder else embedder
    )


def _prepare(database: Database, lock: WriterLock, embedder: EmbedderInfo | None) -> EmbedderInfo | None:
    """Makes the tables what they should be; returns the embedder on record."""
    recorded = None
    if database.is_current():
        with database.read() as connection:
            recorded = changes.embedder(connection)
        if recorded is not None or embedder is None:
            return recorded
    with lock.hold():
        database.prepare()
        with database.write() as connection:
            recorded = changes.embedder(connection)
            if recorded is None and embedder is not None:
                changes.record_embedder(connection, embedder)
                recorded = embedder
    return recorded


def _require_same(recorded: EmbedderInfo | None, given: EmbedderInfo | None) -> None:
    if recorded is None or given is None or recorded.fingerprint == given.fingerprint:
        return
    raise EmbedderMismatch(f"索引是用模型 {_name(recorded)} 建的，当前设置的模型是 {_name(given)}。")


def _name(info: EmbedderInfo) -> str:
    return f"{info.id}（版本 {info.revision}，{info.dimension} 维，指纹 {info.fingerprint[:12]}）"


class EmbeddedStore:
    """A :class:`~index.store.protocol.Store` in one folder; make it with :func:`open_store`.

    From any thread and from several processes at once: readers see the newest commit and never wait, except
    for a moment on one another in dense search; writers wait for one another. A change is committed to SQLite
    first and then carried into the derived indexes. If that second step fails (a full disk), the change
    stands and is logged; lexical search catches up when it next can, and until then finds what it had, less
    what was deleted.
    """

    def __init__(
        self,
        folder: Path,
        database: Database,
        lock: WriterLock,
        sparse: SparseIndex,
        embedder: EmbedderInfo | None,
    ) -> None:
        self.folder = folder
        self._db = database
        self._lock = lock
        self._sparse = sparse
        self._derived = DerivedIndexes(folder, database, lock, sparse)
        self._embedder = embedder
        self._uploads = Uploads(folder / "uploads")
        self._collected = False
        self._closed = False

    # --- state ---

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return self._closed

    @property
    def generation(self) -> int:
        """Grows by one with every committed change, by whichever process."""
        with self._db.read() as connection:
            return changes.tip(connection).generation

    def status(self) -> StoreStatus:
        """Counts and sizes now; derived indexes that are behind catch up first, if no one else is writing."""
        self._derived.freshen_sparse()
        with self._derived.dense_view() as (connection, dense):
            counts = catalog.counts(connection)
            return StoreStatus(
                generation=changes.tip(connection).generation,
                documents=counts.documents,
                passages=counts.passages,
                characters=counts.characters,
                dense=0 if dense is None else len(dense),
                sparse=len(self._sparse),
                database_bytes=self._db.bytes(),
                dense_bytes=0 if dense is None else dense.bytes,
                sparse_bytes=self._sparse.bytes,
                upload_bytes=self._uploads.bytes(),
                embedder=changes.embedder(connection),
            )

    # --- changes ---

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: FloatArray,
        *,
        upload: bytes,
        collection: str = "default",
    ) -> DocumentRecord:
        """See :meth:`index.store.protocol.Store.add`."""
        check.require_consistent(document, passages, upload)
        with self._changing():
            with self._db.read() as connection:
                rows = check.require_vectors(vectors, len(passages), self._recorded(connection))
            try:
                self._uploads.keep(upload, document.sha256)
                with self._db.write() as connection:
                    old = catalog.find(connection, document.source, collection)
                    generation = changes.advance(connection)
                    if old is not None:
                        catalog.remove(connection, old.id, generation=generation)
                    record = catalog.insert(
                        connection, document, passages, rows, collection=collection, generation=generation
                    )
            except BaseException:
                self._discard_upload(document.sha256)
                raise
            if old is not None:
                self._discard_upload(old.sha256)
        return record

    def delete(self, document_id: int) -> None:
        """See :meth:`index.store.protocol.Store.delete`."""
        with self._changing():
            with self._db.write() as connection:
                record = catalog.document(connection, document_id)
                catalog.remove(connection, document_id, generation=changes.advance(connection))
            self._discard_upload(record.sha256)

    def rename(self, document_id: int, source: str) -> DocumentRecord:
        """See :meth:`index.store.protocol.Store.rename`."""
        with self._changing(), self._db.write() as connection:
            record = catalog.document(connection, document_id)
            if record.source == source:
                return record
            if catalog.find(connection, source, record.collection) is not None:
                raise ValueError(f"collection {record.collection!r} has a document of source {source!r}")
            # No derived index holds the source. The row keeps its generation: with a later one, its passages would
            # be taken for new ones, and added to the derived indexes a second time.
            changes.advance(connection)
            catalog.rename(connection, document_id, source)
            return catalog.document(connection, document_id)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """See :meth:`index.store.protocol.Store.batch`."""
        with self._writing(), self._derived.batch():
            yield

    def reembed(
        self,
        embedder: EmbedderInfo,
        vectors_for: Callable[[Sequence[PassageSource]], FloatArray],
        *,
        progress: Progress | None = None,
    ) -> None:
        """Replaces every vector and the recorded embedder, all in one moment at the end.

        Until then the old vectors answer. Vectors made before a crash are kept aside, and a second call with
        the same embedder goes on from there.

        Args:
            vectors_for: shape (n, embedder.dimension), rows of unit length, for n passages.

        Raises:
            ValueError: vectors of the wrong shape or length.
            StorageFull, StoreBusy: the old vectors are as they were.
        """
        with self._changing():
            reembed.stage(self._db, embedder, vectors_for, progress)
            reembed.switch(self._db, embedder)
            self._embedder = embedder
        self._derived.save_dense(force=True)

    # --- documents ---

    def find(self, source: str, *, collection: str = "default") -> DocumentRecord | None:
        """The document of that source."""
        with self._db.read() as connection:
            return catalog.find(connection, source, collection)

    def documents(self, *, collection: str | None = None) -> list[DocumentRecord]:
        """All documents, by collection, then source."""
        with self._db.read() as connection:
            return catalog.documents(connection, collection)

    def listing(self, wanted: Listing) -> list[DocumentRecord]:
        """See :meth:`index.store.protocol.Store.listing`."""
        with self._db.read() as connection:
            return listing.listing(connection, wanted)

    def collections(self) -> dict[str, CollectionCounts]:
        """The collections that hold a document, by name."""
        with self._db.read() as connection:
            return listing.collections(connection)

    def document(self, document_id: int) -> DocumentRecord:
        """One document; raises NotFound."""
        with self._db.read() as connection:
            return catalog.document(connection, document_id)

    def content(self, document_id: int) -> DocumentContent:
        """One document's text; raises NotFound."""
        with self._db.read() as connection:
            return catalog.content(connection, document_id)

    def upload(self, document_id: int) -> bytes:
        """The bytes that were uploaded; raises NotFound, DamagedStore."""
        sha256 = self.document(document_id).sha256
        try:
            return self._uploads.read(sha256)
        except StoreError:
            self.document(document_id)  # deleted in between: then that is what to say
            raise

    def passages(self, passage_ids: Sequence[int]) -> list[PassageRecord]:
        """In the order asked; ids that are gone are left out."""
        with self._db.read() as connection:
            return catalog.passages(connection, passage_ids)

    def document_passages(self, document_id: int) -> list[PassageRecord]:
        """All passages of a document, in order."""
        with self._db.read() as connection:
            return catalog.document_passages(connection, document_id)

    # --- search ---

    def search_dense(self, vector: FloatArray, k: int, *, where: Filter = ANYTHING) -> list[Hit]:
        """See :meth:`index.store.protocol.Store.search_dense`.

        Raises:
            ValueError: the vector is not of the embedder's dimension, or not finite.
            EmbedderMismatch: another process has re-embedded the store since it was opened.
        """
        with self._derived.dense_view() as (connection, dense):
            if dense is None:
                return []
            query = check.require_query_vector(vector, self._recorded(connection))
            return dense.search(query, k, allowed=self._derived.allowed(connection, where))

    def search_sparse(self, query: str, k: int, *, where: Filter = ANYTHING) -> list[Hit]:
        """See :meth:`index.store.protocol.Store.search_sparse`."""

        def search() -> list[Hit]:
            with self._db.read() as connection:
                names = where.collections
                collections = None if names is None else catalog.collection_ids(connection, names)
                return self._sparse.search(
                    query, k, where, collections, lambda ids: catalog.existing(connection, ids)
                )

        return self._derived.read_sparse(search)

    def sparse_bound(self, query: str) -> float:
        """See :meth:`index.store.protocol.Store.sparse_bound`."""
        return self._derived.read_sparse(lambda: self._sparse.bound(query))

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """See :meth:`index.store.protocol.Store.term_weights`."""
        return self._derived.read_sparse(lambda: self._sparse.term_weights(terms))

    # --- upkeep ---

    def verify(self) -> list[StoreProblem]:
        """Everything that is wrong with the store; empty for a sound one.

        Reads the whole database. Derived indexes are compared as they stand, after catching up.
        """
        self._derived.freshen_sparse()
        with self._derived.dense_view() as (connection, dense):
            problems = check.database_problems(connection, self._uploads)
            problems += check.index_problems(connection, dense, self._sparse)
            return problems

    def repair(self) -> None:
        """Makes both derived indexes anew from the database, and removes files that nothing refers to."""
        with self._writing():
            self.collect()
            self._derived.rebuild()

    def collect(self) -> int:
        """Removes uploads that no document refers to (left by a crash); returns how many."""
        with self._writing(), self._db.read() as connection:
            return self._uploads.collect(catalog.uploads(connection).keys())

    def close(self) -> None:
        """Releases files and locks; calling it twice is fine."""
        if self._closed:
            return
        try:
            self._derived.close()
        finally:
            self._closed = True
            self._db.close()

    # --- inside ---

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Holds the writer's lock; the first time, clears away what a crash may have left."""
        with self._lock.hold():
            if not self._collected:
                self._collected = True
                self.collect()
                self._sparse.remove_old()
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Around one change: the derived indexes follow when it is committed, in a batch from time to
        time."""
        with self._writing():
            yield
            self._derived.changed()

    def _recorded(self, connection: sqlite3.Connection) -> EmbedderInfo:
        """The embedder on record, which must be ours if we have one."""
        recorded = changes.embedder(connection)
        if recorded is None:
            raise StoreError("索引里还没有记录向量模型。", remedy="请用一个向量模型打开索引后再添加文档。")
        _require_same(recorded, self._embedder)
        return recorded

    def _discard_upload(self, sha256: str) -> None:
        """Removes an upload that has lost its last document, or :meth:`collect` will."""
        try:
            with self._db.read() as connection:
                wanted = catalog.is_upload_wanted(connection, sha256)
            if not wanted:
                self._uploads.discard(sha256)
        except StoreError as error:
            _log.warning("多余的原文件 %s 以后再清理：%s", sha256, error)


__all__ = ["EmbeddedStore", "PassageSource", "StoreProblem", "open_store"]
