"""What the engine offers to everything above it: keep documents, find passages.

The embedded store (SQLite, FAISS, tantivy) implements it now, a cluster engine later; both pass
``tests/store_contract.py``. Scores are the engine's own: a dense score is a cosine in [-1, 1], a sparse score
a BM25 sum, 0 or more; higher is better for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from index.document import Block, Document, Passage
from index.embed import EmbedderInfo, FloatArray
from index.offsets import OffsetMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which passages may be found; None means no restriction, an empty set means none at all."""

    collections: frozenset[str] | None = None
    document_ids: frozenset[int] | None = None
    passage_ids: frozenset[int] | None = None


ANYTHING = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found, and how well it fits: higher is better."""

    passage_id: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """A stored document without its text.

    Args:
        id: never given to another document, not even after deletion; a replaced document gets a new one.
        generation: of the store when it was added.
    """

    id: int
    collection: str
    source: str
    title: str
    media_type: str
    encoding: str
    sha256: str
    size: int
    characters: int
    passages: int
    added_at: datetime
    generation: int


class Order(StrEnum):
    """What a list of documents goes by; of those that are equal in it, the one with the lower id is smaller."""

    ADDED = "added"  # ids grow with time
    SOURCE = "source"
    TITLE = "title"
    SIZE = "size"


Position = tuple[int | str, int]
"""Where a document stands in an order: its value there, its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Some documents in some order, from one of them on. Texts go by code points.

    Args:
        collections: None for all.
        text: the title or the source holds it, ASCII letters in either case.
        after: where the last one seen stands (:func:`position`); it need not be there any more.
        limit: at most so many.
    """

    collections: frozenset[str] | None = None
    text: str = ""
    order: Order = Order.SOURCE
    descending: bool = False
    after: Position | None = None
    limit: int = 50


def position(record: DocumentRecord, order: Order) -> Position:
    """Where a document stands in ``order``."""
    values: dict[Order, int | str] = {
        Order.ADDED: record.id,
        Order.SOURCE: record.source,
        Order.TITLE: record.title,
        Order.SIZE: record.size,
    }
    return values[order], record.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionCounts:
    """How much a collection holds."""

    documents: int
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentContent:
    """A stored document's text with its structure and its way back to the upload."""

    text: str
    blocks: tuple[Block, ...]
    offsets: OffsetMap
    reading: bytes = b""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRecord:
    """A stored passage. ``ordinal`` counts from 0 within the document."""

    id: int
    document_id: int
    ordinal: int
    start: int
    end: int
    text: str
    heading_path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """Counts and sizes for people and scripts.

    ``dense`` and ``sparse`` are the passages that each derived index holds; they equal ``passages`` in a
    sound store. Sizes are bytes on disk, 0 where there is no file; ``dense_bytes`` those of the vectors, which are
    in memory too.
    """

    generation: int
    documents: int
    passages: int
    characters: int
    dense: int
    sparse: int
    database_bytes: int
    dense_bytes: int
    sparse_bytes: int
    upload_bytes: int
    embedder: EmbedderInfo | None


class Store(Protocol):
    """Documents and their passages, searchable by vector and by terms."""

    @property
    def generation(self) -> int:
        """Grows by one with every committed change, by whichever process."""

    def status(self) -> StoreStatus:
        """Counts and sizes now."""

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: FloatArray,
        *,
        upload: bytes,
        collection: str = "default",
    ) -> DocumentRecord:
        """Adds a document in one transaction, replacing the one of the same collection and source.

        When it returns, the document survives ``kill -9`` and can be found by dense search at once; by sparse
        search at once too, or inside :meth:`batch` when that ends.

        Args:
            vectors: shape (len(passages), dimension), rows of unit length.
            upload: the bytes that ``document`` was read from; kept, and given back by :meth:`upload`.

        Raises:
            ValueError: vectors don't match the passages or the embedder's dimension.
            StorageFull, StoreBusy: nothing changed.
        """

    def delete(self, document_id: int) -> None:
        """Removes a document with all its passages; no search returns it from here on.

        Raises:
            NotFound: no such document.
            StorageFull, StoreBusy: nothing changed.
        """

    def rename(self, document_id: int, source: str) -> DocumentRecord:
        """Calls a document something else; its id, title, text, passages and vectors stay, and so does its own
        generation, while the store's grows by one.

        A no-op where it is called that already. The caller sees to it that the loader for the new name is the one
        for the old, for the upload is read again by it.

        Raises:
            NotFound: no such document.
            ValueError: another document of its collection is called that.
            StorageFull, StoreBusy: nothing changed.
        """

    def batch(self) -> AbstractContextManager[None]:
        """For many additions or deletions: holds the writer's lock and makes sparse search catch up at the
        end (and from time to time). Each document is still its own transaction."""

    def find(self, source: str, *, collection: str = "default") -> DocumentRecord | None:
        """The document of that source."""

    def documents(self, *, collection: str | None = None) -> list[DocumentRecord]:
        """All documents, by collection, then source."""

    def listing(self, wanted: Listing) -> list[DocumentRecord]:
        """A stretch of the list of documents. Who goes on after the last one until nothing comes sees each document
        that was there all the time exactly once, whatever is added or deleted meanwhile."""

    def collections(self) -> dict[str, CollectionCounts]:
        """The collections that hold a document, by name."""

    def document(self, document_id: int) -> DocumentRecord:
        """One document.

        Raises:
            NotFound: no such document.
        """

    def content(self, document_id: int) -> DocumentContent:
        """One document's text.

        Raises:
            NotFound: no such document.
        """

    def upload(self, document_id: int) -> bytes:
        """The bytes that were uploaded, read from disk at this moment.

        Raises:
            NotFound: no such document.
            DamagedStore: the kept upload is gone.
        """

    def passages(self, passage_ids: Sequence[int]) -> list[PassageRecord]:
        """In the order asked; ids that are gone are left out."""

    def document_passages(self, document_id: int) -> list[PassageRecord]:
        """All passages of a document, in order."""

    def search_dense(self, vector: FloatArray, k: int, *, where: Filter = ANYTHING) -> list[Hit]:
        """The ``k`` passages of highest cosine with ``vector``, shape (dimension,), best first (ties: lower
        id)."""

    def search_sparse(self, query: str, k: int, *, where: Filter = ANYTHING) -> list[Hit]:
        """The ``k`` passages of highest BM25 that share a term with ``query``, best first (ties: lower
        id)."""

    def sparse_bound(self, query: str) -> float:
        """A score that no passage can exceed for ``query``: the sum over its terms of boost x IDF x (k1 +
        1)."""

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        """IDF of each gram over all passages, above 0; highest for a term that no passage holds."""

    def repair(self) -> None:
        """Makes everything that searches use anew from the documents; what is found stays the same.

        Raises:
            StorageFull, StoreBusy: the documents are as they were.
        """

    def close(self) -> None:
        """Releases files and locks; calling it twice is fine."""
