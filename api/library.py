"""Collections and documents as somebody who asks may see them: others are as if they weren't there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from api.errors import NotAllowed
from api.security.principal import Principal
from api.state.collections import Collection, Collections, taken
from index.errors import NotFound
from index.store.protocol import CollectionCounts, DocumentRecord, Store

DEFAULT = "default"
"""The collection that is always there."""

_NONE = CollectionCounts(documents=0, passages=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A collection, and how much is in it."""

    name: str
    title: str
    description: str
    created_at: datetime | None
    documents: int
    passages: int


class Library:
    """What both databases say about collections and documents, together."""

    def __init__(self, collections: Collections, store: Store) -> None:
        self._collections = collections
        self._store = store

    def shelves(self, principal: Principal) -> list[Shelf]:
        """Those that ``principal`` may read, by name."""
        kept = {collection.name: collection for collection in self._collections.all()}
        counts = self._store.collections()
        names = sorted({*kept, *counts, DEFAULT})
        return [
            _shelf(name, kept.get(name), counts.get(name, _NONE))
            for name in names
            if principal.may_read(name)
        ]

    def shelf(self, principal: Principal, name: str) -> Shelf:
        """Raises:
        NotFound: no such collection, or none that ``principal`` may read.
        """
        if principal.may_read(name):
            kept, counts = self._collections.find(name), self._store.collections().get(name, _NONE)
            if name == DEFAULT or kept is not None or counts.documents:
                return _shelf(name, kept, counts)
        raise NotFound(f"没有文档集 {name}。", remedy="")

    def create(self, principal: Principal, name: str, *, title: str, description: str) -> Shelf:
        """A new collection.

        Raises:
            NotAllowed: not by ``principal``, whether it is there or not.
            InputError: a name that can't be used. Conflict: it is taken.
        """
        if not principal.may_write(name):
            raise NotAllowed(f"没有创建文档集 {name} 的权限。")
        if name == DEFAULT or name in self._store.collections():
            raise taken(name)
        return _shelf(name, self._collections.create(name, title=title, description=description), _NONE)

    def change(self, principal: Principal, name: str, *, title: str | None, description: str | None) -> Shelf:
        """Changes what is given.

        Raises:
            NotFound: see :meth:`shelf`. NotAllowed: ``principal`` may only read it.
        """
        shelf = self.writable(principal, name)
        title = None if title is None else title.strip() or name
        kept = self._collections.change(name, title=title, description=description)
        return _shelf(name, kept, CollectionCounts(documents=shelf.documents, passages=shelf.passages))

    def writable(self, principal: Principal, name: str) -> Shelf:
        """A collection that is there, and that ``principal`` may change.

        Raises:
            NotFound: see :meth:`shelf`. NotAllowed: ``principal`` may only read it.
        """
        shelf = self.shelf(principal, name)
        principal.require_write(name)
        return shelf

    def document(self, principal: Principal, document_id: int) -> DocumentRecord:
        """Raises:
        NotFound: no such document, or none that ``principal`` may read.
        """
        record = self._store.document(document_id)
        if not principal.may_read(record.collection):
            raise NotFound(f"没有编号为 {document_id} 的文档。")
        return record

    def writable_document(self, principal: Principal, document_id: int) -> DocumentRecord:
        """Raises:
        NotFound: see :meth:`document`. NotAllowed: ``principal`` may only read it.
        """
        record = self.document(principal, document_id)
        principal.require_write(record.collection)
        return record


def _shelf(name: str, kept: Collection | None, counts: CollectionCounts) -> Shelf:
    return Shelf(
        name=name,
        title=name if kept is None else kept.title,
        description="" if kept is None else kept.description,
        created_at=None if kept is None else kept.created_at,
        documents=counts.documents,
        passages=counts.passages,
    )
