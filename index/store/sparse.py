"""Lexical search over our own terms (tantivy), derived from the database."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import StoreError
from index.segment import Analyzer
from index.store import catalog, changes
from index.store.changes import Commit, Ids
from index.store.faults import DamagedIndex, os_faults, tantivy_faults
from index.store.files import size_of, sync_folder
from index.store.protocol import Filter, Hit
from index.store.ranking import Scores, first_hits
from index.store.segments import damaged_files
from index.store.terms import (
    FieldWeights,
    bound_of,
    filter_query,
    schema,
    stamp_query,
    terms_query,
    total_documents,
    weights_of,
)

_log = logging.getLogger(__name__)

FORMAT = 1
"""Raise it when the fields or what goes into them change: the index is rebuilt."""

_NAME = re.compile(r"sparse-(\d{6,})")
_HEAP_BYTES = 64 << 20
_SCORE_STEPS = 10_000
"""Scores are floored to steps of 1/10,000: tantivy adds the terms' float32 shares in varying order, so that
equal passages could differ in the last bits and tie the wrong way round."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an index covers, and how it was made; kept as a document of the index, so committed with the
    rest."""

    format: int
    analyzer: str
    generation: int
    token: int

    @property
    def commit(self) -> Commit:
        return Commit(self.generation, self.token)


@dataclass(frozen=True, slots=True)
class _View:
    """One committed state of the index on disk; never changes, so threads share it."""

    folder: Path
    index: Any
    searcher: Any
    stamp: Stamp
    total: int


class SparseIndex:
    """The terms of every passage, in a folder ``sparse-<n>``; the highest ``n`` is the one in use.

    Searching works on an immutable view and needs no lock; :meth:`catch_up` and :meth:`rebuild` are for
    whoever holds the writer's lock. A rebuilt index takes the next ``n`` and appears whole, by a rename.
    """

    def __init__(self, folder: Path, analyzer: Analyzer, weights: FieldWeights) -> None:
        self._folder = folder
        self._analyzer = analyzer
        self._weights = weights
        self._guard = threading.Lock()
        self._view: _View | None = None

    @property
    def stamp(self) -> Stamp | None:
        """Of the state in use; None if there is no usable index."""
        return None if self._view is None else self._view.stamp

    @property
    def bytes(self) -> int:
        """Of the index in use."""
        return 0 if self._view is None else size_of(self._view.folder)

    def __len__(self) -> int:
        return (
            0 if self._view is None else int(self._view.searcher.num_docs) - 1
        )  # the stamp is a document too

    def is_current(self, commit: Commit) -> bool:
        """Whether the state in use covers just ``commit``, with terms made as we make them."""
        return self.stamp == self._stamp(commit)

    def refresh(self) -> None:
        """Looks for a newer state on disk."""
        with self._guard:
            view = self._newest()
            if view is None:  # replaced and deleted while we were opening it, perhaps
                view = self._newest()
            self._view = view

    def ids(self) -> Ids:
        """Every passage id held, shape (len(self),), in no order."""
        import tantivy

        if self._view is None:
            return np.zeros(0, np.int64)
        ids, _ = self._fetch(self._view, tantivy.Query.all_query(), len(self) + 1)
        return ids[ids > 0]

    def search(
        self,
        query: str,
        k: int,
        where: Filter,
        collections: list[int] | None,
        alive: Callable[[Ids], Set[int]],
    ) -> list[Hit]:
        """The ``k`` passages of highest BM25 that share a term with ``query``, ties by lower id.

        Args:
            collections: numbers of the filter's collections, None if it names none.
            alive: which of some ids exist in the database.

        Raises:
            DamagedIndex: it is to be rebuilt.
        """
        view = self._view
        if view is None:
            return []
        wanted = terms_query(view.index.schema, self._analyzer, self._weights, query)
        if wanted is None:
            return []
        wanted = filter_query(view.index.schema, wanted, where, collections)
        return first_hits(lambda limit: self._fetch(view, wanted, limit), k, alive=alive)

    def bound(self, query: str) -> float:
        """A score that no passage can exceed; see :func:`index.store.terms.bound_of`."""
        view = self._view
        if view is None:
            return 0.0
        with tantivy_faults(self._folder):
            return bound_of(view.searcher, view.total, self._analyzer, self._weights, query)

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """IDF of each gram; see :func:`index.store.terms.weights_of`. All alike while there is no index."""
        view = self._view
        if view is None:
            return dict.fromkeys(terms, 1.0)
        with tantivy_faults(self._folder):
            return weights_of(view.searcher, view.total, terms)

    def catch_up(self, connection: sqlite3.Connection) -> None:
        """Brings the index to what the caller's transaction sees, rebuilding it where it can't be carried on.

        Raises:
            StorageFull, StoreError: the index is as it was.
        """
        target = changes.tip(connection)
        self.refresh()
        stamp = self.stamp
        if stamp == self._stamp(target):
            return
        if (
            stamp is None
            or stamp != self._stamp(stamp.commit)
            or not changes.is_known(connection, stamp.commit)
        ):
            self.rebuild(connection)
            return
        assert self._view is not None
        try:
            with self._writer(self._view.index) as writer:
                self._replay(writer, connection, stamp.generation, target)
        except DamagedIndex as error:
            _log.warning("%s将从数据库重建。", error.message)
            self.rebuild(connection)
        self.refresh()

    def rebuild(self, connection: sqlite3.Connection) -> None:
        """Makes the index anew from the database, in a new folder.

        Raises:
            StorageFull, StoreError: the old index is as it was.
        """
        import tantivy

        folder = self._next_folder()
        temporary = folder.with_name(f"{folder.name}.tmp")
        with os_faults(self._folder):
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
            try:
                with tantivy_faults(self._folder):
                    index = tantivy.Index(schema(), path=str(temporary))
                with self._writer(index) as writer:
                    self._replay(writer, connection, 0, changes.tip(connection))
                del index
                temporary.rename(folder)
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise
            sync_folder(self._folder)
        self.refresh()
        self.remove_old()

    def remove_old(self) -> None:
        """Deletes folders that are no longer (or not yet) an index; processes that read one keep their
        files."""
        folders = self._folders()
        for folder in [*folders[:-1], *self._folder.glob("sparse-*.tmp")]:
            shutil.rmtree(folder, ignore_errors=True)

    def damaged_files(self) -> list[str]:
        """Names of files of the index in use that aren't what tantivy wrote, by its own checksums."""
        return [] if self._view is None else damaged_files(self._view.folder)

    def close(self) -> None:
        """Lets go of the files."""
        with self._guard:
            self._view = None

    # --- reading ---

    def _newest(self) -> _View | None:
        view = self._view
        folders = self._folders()
        if not folders:
            return None
        import tantivy

        try:
            with tantivy_faults(self._folder):
                if view is not None and view.folder == folders[-1]:
                    index = view.index
                else:
                    index = tantivy.Index.open(str(folders[-1]))
                    index.config_reader("manual")
                index.reload()
                return _read_view(folders[-1], index)
        except StoreError as error:
            _log.warning("词汇索引 %s 打不开(%s),将从数据库重建。", folders[-1], error)
            return None

    def _fetch(self, view: _View, query: Any, limit: int) -> tuple[Ids, Scores]:
        with tantivy_faults(self._folder):
            hits = view.searcher.search(query, limit, count=False).hits
            ids = view.searcher.fast_field_values("passage", [address for _, address in hits])
        scores = np.array([score for score, _ in hits], dtype=np.float64)
        return np.array(ids, dtype=np.int64), np.floor(scores * _SCORE_STEPS) / _SCORE_STEPS

    def _folders(self) -> list[Path]:
        """Finished indexes, the one in use last."""
        with os_faults(self._folder):
            names = [path for path in self._folder.iterdir() if _NAME.fullmatch(path.name)]
        return sorted(names, key=_number)

    # --- writing ---

    def _stamp(self, commit: Commit) -> Stamp:
        return Stamp(FORMAT, self._analyzer.fingerprint, commit.generation, commit.token)

    def _next_folder(self) -> Path:
        folders = self._folders()
        return self._folder / f"sparse-{_number(folders[-1]) + 1 if folders else 1:06d}"

    @contextmanager
    def _writer(self, index: Any) -> Iterator[Any]:
        """A tantivy writer that commits at the end of the block, and waits for segments being merged."""
        with tantivy_faults(self._folder):
            # One indexing thread keeps the order of passages; merging has threads of its own.
            writer = index.writer(_HEAP_BYTES, 1)
            try:
                yield writer
                writer.commit()
                writer.wait_merging_threads()
            except BaseException:
                # This also gives back tantivy's own lock; what went wrong before it is what matters.
                with suppress(ValueError):
                    writer.wait_merging_threads()
                raise

    def _replay(self, writer: Any, connection: sqlite3.Connection, since: int, target: Commit) -> None:
        import tantivy

        removed = changes.removed_documents(connection, since) if since > 0 else []
        if removed:
            # delete_documents_by_term() silently deletes nothing from unsigned fields (tantivy-py 0.27).
            writer.delete_documents_by_query(tantivy.Query.term_set_query(schema(), "document", removed))
        for document_id, collection_id, title in changes.documents_after(connection, since):
            for passage in catalog.document_passages(connection, document_id):
                context = " ".join((title, *passage.heading_path))
                entry = tantivy.Document()
                entry.add_unsigned("passage", passage.id)
                entry.add_unsigned("document", document_id)
                entry.add_unsigned("collection", collection_id)
                entry.add_text("grams", " ".join(self._analyzer.grams(passage.text)))
                entry.add_text("words", " ".join(self._analyzer.words(passage.text)))
                entry.add_text("context", " ".join(self._analyzer.grams(context)))
                writer.add_document(entry)
        writer.delete_documents_by_query(stamp_query(schema()))
        entry = tantivy.Document()
        entry.add_unsigned("passage", 0)
        entry.add_text("stamp", json.dumps(asdict(self._stamp(target))))
        writer.add_document(entry)


def _number(folder: Path) -> int:
    return int(folder.name.removeprefix("sparse-"))


def _read_view(folder: Path, index: Any) -> _View:
    """Raises ValueError if there isn't just one stamp of a kind that we know."""
    searcher = index.searcher()
    hits = searcher.search(stamp_query(index.schema), 2).hits
    if len(hits) != 1:
        raise ValueError(f"{len(hits)} stamps")
    address = hits[0][1]
    try:
        stamp = Stamp(**json.loads(searcher.doc(address)["stamp"][0]))
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError("unknown stamp") from error
    return _View(folder, index, searcher, stamp, total_documents(searcher, index.schema, address))
