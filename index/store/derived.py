"""The two derived indexes of a store: kept up with the database, and read as of one state of it."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from index.errors import StorageFull, StoreError
from index.store import catalog, changes
from index.store.changes import Commit, Ids
from index.store.dense import DenseIndex
from index.store.faults import DamagedIndex
from index.store.locks import WriterLock
from index.store.protocol import Filter
from index.store.sparse import SparseIndex
from index.store.sqlite import Database

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

_BATCH_DOCUMENTS = 256
_BATCH_SECONDS = 2.0
"""In a batch the lexical index catches up after so many changes, or so long after it last did."""
_REMEMBERED_FILTERS = 16
_RETRY_SECONDS = 5.0
"""How long searches leave the lexical index alone after it couldn't be brought up to date (a full disk)."""


class DerivedIndexes:
    """Dense search is brought to the reader's own transaction before each search, so it is always complete.

    Lexical search is brought up to date by whoever has the writer's lock: a writer after each change or from time
    to time in a batch, a reader if the lock happens to be free. A reader that doesn't get it takes what is there,
    less what the database no longer has.
    """

    def __init__(self, folder: Path, database: Database, lock: WriterLock, sparse: SparseIndex) -> None:
        self.sparse = sparse
        self._folder = folder
        self._db = database
        self._lock = lock
        self._dense_lock = threading.RLock()
        self._dense: DenseIndex | None = None
        self._allowed_as_of: Commit | None = None
        self._allowed_ids: dict[Filter, Ids | None] = {}
        self._batches = 0
        self._pending = 0
        self._caught_up_at = 0.0
        self._retry_at = 0.0
        self._rebuilt_for_reading = False

    # --- following changes; the writer's lock is held ---

    def changed(self) -> None:
        """Follows one committed change: at once, in a batch from time to time."""
        self._pending += 1
        late = time.monotonic() - self._caught_up_at >= _BATCH_SECONDS
        if self._batches == 0 or late or self._pending >= _BATCH_DOCUMENTS:
            self._carry_on()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Lets changes wait for one another; at the end none is left waiting."""
        self._batches += 1
        self._caught_up_at = time.monotonic()
        try:
            yield
        finally:
            self._batches -= 1
            if self._batches == 0 and self._pending:
                self._carry_on()
                self.save_dense()

    def rebuild(self) -> None:
        """Makes both anew from the database."""
        with self._db.read() as connection:
            self.sparse.rebuild(connection)
        with self.dense_view() as (_, dense):
            if dense is not None:
                dense.forget()
        self.save_dense(force=True)

    def _carry_on(self) -> None:
        """Brings the lexical index up to the database; the writer's lock is held."""
        try:
            with self._db.read() as connection:
                self.sparse.catch_up(connection)
            self._pending = 0
        except StoreError as error:
            # The change is committed: to report a failure would be to deny it.
            _log.warning("词汇索引暂时落后，稍后检索或写入时补上：%s", error)
            self._retry_at = time.monotonic() + _RETRY_SECONDS
        self._caught_up_at = time.monotonic()

    def save_dense(self, *, force: bool = False) -> None:
        """Writes the dense snapshot if that is worth it and no one else is writing."""
        if self._dense is None and not force:
            return
        with self._lock.try_hold() as free:
            if not free:
                return
            try:
                with self.dense_view() as (_, dense):
                    if dense is not None:
                        dense.save(force=force)
            except StorageFull as error:
                _log.warning("没有写出向量索引快照，下次打开时从数据库重建：%s", error)

    # --- reading ---

    def freshen_sparse(self) -> None:
        """Brings the lexical index up to the database, unless another writer is at it."""
        with self._db.read() as connection:
            tip = changes.tip(connection)
        if self.sparse.is_current(tip) or time.monotonic() < self._retry_at:
            return
        self.sparse.refresh()
        stamp = self.sparse.stamp
        if self.sparse.is_current(tip) or (
            stamp is not None and stamp.commit == tip and self._rebuilt_for_reading
        ):
            # With another analyzer's terms: rebuilt once for us, then by a process that has other settings.
            # To rebuild at every search would be a tug of war.
            return
        with self._lock.try_hold() as free:
            if free:
                self._rebuilt_for_reading = True
                self._carry_on()

    def read_sparse(self, read: Callable[[], _T]) -> _T:
        """Reads the lexical index, up to date if possible; one that turns out damaged is rebuilt first."""
        self.freshen_sparse()
        try:
            return read()
        except DamagedIndex as error:
            _log.warning("%s将从数据库重建。", error.message)
        with self._lock.hold(), self._db.read() as connection:
            self.sparse.rebuild(connection)
        return read()

    @contextmanager
    def dense_view(self) -> Iterator[tuple[sqlite3.Connection, DenseIndex | None]]:
        """A read transaction, and the dense index as of that transaction; None while no embedder is
        recorded."""
        # The lock first: otherwise another thread could carry the index beyond this transaction.
        with self._dense_lock, self._db.read() as connection:
            recorded = changes.embedder(connection)
            if recorded is None:
                yield connection, None
                return
            if self._dense is None or self._dense.dimension != recorded.dimension:
                self._dense = DenseIndex(self._folder / "dense.snapshot", dimension=recorded.dimension)
            self._dense.sync(connection)
            yield connection, self._dense

    def allowed(self, connection: sqlite3.Connection, where: Filter) -> Ids | None:
        """Ids that a filter lets through; remembered until the next commit, for a filter by collection or
        document comes with every question and fetching 35,000 ids takes 15 ms. The dense lock is held."""
        if where.passage_ids is not None:
            return catalog.matching(connection, where)
        tip = changes.tip(connection)
        if tip != self._allowed_as_of or len(self._allowed_ids) >= _REMEMBERED_FILTERS:
            self._allowed_as_of, self._allowed_ids = tip, {}
        if where not in self._allowed_ids:
            self._allowed_ids[where] = catalog.matching(connection, where)
        return self._allowed_ids[where]

    def close(self) -> None:
        """Writes the dense snapshot if that is worth it, and lets go of the files."""
        try:
            self.save_dense()
        finally:
            self._dense = None
            self.sparse.close()
