"""A store in memory: the one stand-in for the embedded store, held to the same contract suite."""

from __future__ import annotations

import math
import string
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from index.document import Document, Passage
from index.embed import EmbedderInfo, FloatArray
from index.errors import NotFound
from index.segment import Analyzer
from index.store.check import require_consistent, require_query_vector, require_vectors
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
    position,
)

K1, B = 1.2, 0.75
_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class _Entry:
    record: DocumentRecord
    content: DocumentContent
    upload: bytes


@dataclass(frozen=True, slots=True)
class _Row:
    passage: PassageRecord
    collection: str
    vector: FloatArray
    terms: Counter[str]


class MemoryStore:
    """Keeps everything in dictionaries and scores every passage for every search."""

    def __init__(self, *, analyzer: Analyzer, embedder: EmbedderInfo) -> None:
        self._analyzer = analyzer
        self._embedder = embedder
        self._lock = threading.RLock()
        self._generation = 0
        self._next_document = 1
        self._next_passage = 1
        self._entries: dict[int, _Entry] = {}
        self._rows: dict[int, _Row] = {}

    @property
    def generation(self) -> int:
        return self._generation

    def status(self) -> StoreStatus:
        entries, rows = self._entries.values(), len(self._rows)
        return StoreStatus(
            generation=self._generation,
            documents=len(entries),
            passages=rows,
            characters=sum(entry.record.characters for entry in entries),
            dense=rows,
            sparse=rows,
            database_bytes=0,
            dense_bytes=0,
            sparse_bytes=0,
            upload_bytes=sum(len(upload) for upload in {entry.upload for entry in entries}),
            embedder=self._embedder,
        )

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        vectors: FloatArray,
        *,
        upload: bytes,
        collection: str = "default",
    ) -> DocumentRecord:
        require_consistent(document, passages, upload)
        rows = require_vectors(vectors, len(passages), self._embedder)
        with self._lock:
            self._generation += 1
            old = self.find(document.source, collection=collection)
            if old is not None:
                self._remove(old.id)
            record = self._record(document, len(passages), collection)
            content = DocumentContent(
                text=document.text,
                blocks=document.blocks,
                offsets=document.offsets,
                reading=document.reading,
                warnings=document.warnings,
            )
            self._entries[record.id] = _Entry(record, content, upload)
            for ordinal, (passage, vector) in enumerate(zip(passages, rows, strict=True)):
                self._insert(record, ordinal, passage, vector)
        return record

    def delete(self, document_id: int) -> None:
        with self._lock:
            self.document(document_id)
            self._generation += 1
            self._remove(document_id)

    def rename(self, document_id: int, source: str) -> DocumentRecord:
        with self._lock:
            record = self.document(document_id)
            if record.source == source:
                return record
            if self.find(source, collection=record.collection) is not None:
                raise ValueError(source)
            self._generation += 1
            renamed = replace(record, source=source)
            self._entries[document_id] = replace(self._entries[document_id], record=renamed)
            return renamed

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self._lock:
            yield

    def find(self, source: str, *, collection: str = "default") -> DocumentRecord | None:
        records = self.documents(collection=collection)
        return next((record for record in records if record.source == source), None)

    def documents(self, *, collection: str | None = None) -> list[DocumentRecord]:
        records = [entry.record for entry in self._entries.values()]
        wanted = [record for record in records if collection in (None, record.collection)]
        return sorted(wanted, key=lambda record: (record.collection, record.source))

    def listing(self, wanted: Listing) -> list[DocumentRecord]:
        def comes_after(record: DocumentRecord) -> bool:
            if wanted.after is None:
                return True
            here = position(record, wanted.order)
            return here < wanted.after if wanted.descending else here > wanted.after

        text = wanted.text.translate(_ASCII_LOWER)
        records = [
            record
            for record in self.documents()
            if (wanted.collections is None or record.collection in wanted.collections)
            and any(text in part.translate(_ASCII_LOWER) for part in (record.title, record.source))
            and comes_after(record)
        ]
        records.sort(key=lambda record: position(record, wanted.order), reverse=wanted.descending)
        return records[: wanted.limit]

    def collections(self) -> dict[str, CollectionCounts]:
        records = self.documents()
        return {
            name: CollectionCounts(
                documents=sum(record.collection == name for record in records),
                passages=sum(record.passages for record in records if record.collection == name),
            )
            for name in dict.fromkeys(record.collection for record in records)
        }

    def document(self, document_id: int) -> DocumentRecord:
        return self._entry(document_id).record

    def content(self, document_id: int) -> DocumentContent:
        return self._entry(document_id).content

    def upload(self, document_id: int) -> bytes:
        return self._entry(document_id).upload

    def passages(self, passage_ids: Sequence[int]) -> list[PassageRecord]:
        return [self._rows[i].passage for i in passage_ids if i in self._rows]

    def document_passages(self, document_id: int) -> list[PassageRecord]:
        return [row.passage for row in self._rows.values() if row.passage.document_id == document_id]

    def search_dense(self, vector: FloatArray, k: int, *, where: Filter = ANYTHING) -> list[Hit]:
        query = require_query_vector(vector, self._embedder)
        return _best(((i, float(row.vector @ query)) for i, row in self._matching(where)), k)

    def search_sparse(self, query: str, k: int, *, where: Filter = ANYTHING) -> list[Hit]:
        terms = set(self._analyzer.grams(query))
        scores = ((i, self._bm25(row, terms)) for i, row in self._matching(where) if terms & row.terms.keys())
        return _best(scores, k)

    def sparse_bound(self, query: str) -> float:
        return sum(self._idf(term) * (K1 + 1) for term in set(self._analyzer.grams(query)))

    def term_weights(self, terms: Sequence[str]) -> dict[str, float]:
        return {term: self._idf(term) for term in terms}

    def repair(self) -> None:
        """Searches go over the documents themselves."""

    def close(self) -> None:
        """There is nothing to release."""

    def _entry(self, document_id: int) -> _Entry:
        try:
            return self._entries[document_id]
        except KeyError as error:
            raise NotFound(f"没有编号为 {document_id} 的文档。") from error

    def _record(self, document: Document, passages: int, collection: str) -> DocumentRecord:
        number, self._next_document = self._next_document, self._next_document + 1
        return DocumentRecord(
            id=number,
            collection=collection,
            source=document.source,
            title=document.title,
            media_type=document.media_type,
            encoding=document.encoding,
            sha256=document.sha256,
            size=document.size,
            characters=len(document.text),
            passages=passages,
            added_at=datetime.now(UTC),
            generation=self._generation,
        )

    def _insert(self, record: DocumentRecord, ordinal: int, passage: Passage, vector: FloatArray) -> None:
        number, self._next_passage = self._next_passage, self._next_passage + 1
        stored = PassageRecord(
            id=number,
            document_id=record.id,
            ordinal=ordinal,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            heading_path=passage.heading_path,
        )
        terms = Counter(self._analyzer.grams(passage.text))
        self._rows[number] = _Row(stored, record.collection, vector.copy(), terms)

    def _remove(self, document_id: int) -> None:
        del self._entries[document_id]
        self._rows = {i: row for i, row in self._rows.items() if row.passage.document_id != document_id}

    def _matching(self, where: Filter) -> Iterator[tuple[int, _Row]]:
        for number, row in list(self._rows.items()):
            if (
                (where.collections is None or row.collection in where.collections)
                and (where.document_ids is None or row.passage.document_id in where.document_ids)
                and (where.passage_ids is None or number in where.passage_ids)
            ):
                yield number, row

    def _idf(self, term: str) -> float:
        n = sum(1 for row in self._rows.values() if term in row.terms)
        return math.log1p((len(self._rows) - n + 0.5) / (n + 0.5))

    def _bm25(self, row: _Row, terms: set[str]) -> float:
        """Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with tantivy's IDF."""
        average = float(np.mean([other.terms.total() for other in self._rows.values()]))
        norm = K1 * (1 - B + B * row.terms.total() / average)
        shared = sorted(terms & row.terms.keys())
        return sum(self._idf(t) * (K1 + 1) * row.terms[t] / (row.terms[t] + norm) for t in shared)


def _best(scores: Iterator[tuple[int, float]], k: int) -> list[Hit]:
    ranked = sorted(scores, key=lambda pair: (-pair[1], pair[0]))[: max(k, 0)]
    return [Hit(passage_id=i, score=score) for i, score in ranked]
