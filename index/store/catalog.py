"""Documents and passages as rows: every function works inside the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from index.document import Block, BlockKind, Document, Passage
from index.embed import FloatArray
from index.errors import NotFound
from index.offsets import OffsetMap
from index.store.changes import Ids, vector_bytes
from index.store.protocol import DocumentContent, DocumentRecord, Filter, PassageRecord


@dataclass(frozen=True, slots=True)
class Counts:
    """What the database holds."""

    documents: int
    passages: int
    characters: int


RECORD = """
SELECT d.id, c.name, d.source, d.title, d.media_type, d.encoding, d.sha256, d.size, d.characters, d.passages,
       d.added_at, d.generation
FROM documents AS d JOIN collections AS c ON c.id = d.collection_id
"""


def to_record(row: tuple[Any, ...]) -> DocumentRecord:
    """A row of :data:`RECORD`."""
    *fields, added_at, generation = row
    names = (
        "id",
        "collection",
        "source",
        "title",
        "media_type",
        "encoding",
        "sha256",
        "size",
        "characters",
        "passages",
    )
    return DocumentRecord(
        **dict(zip(names, fields, strict=True)),
        added_at=datetime.fromisoformat(added_at),
        generation=generation,
    )


def find(connection: sqlite3.Connection, source: str, collection: str) -> DocumentRecord | None:
    """The document of that source."""
    row = connection.execute(f"{RECORD} WHERE c.name = ? AND d.source = ?", (collection, source)).fetchone()
    return None if row is None else to_record(row)


def document(connection: sqlite3.Connection, document_id: int) -> DocumentRecord:
    """One document.

    Raises:
        NotFound: no such document.
    """
    row = connection.execute(f"{RECORD} WHERE d.id = ?", (document_id,)).fetchone()
    if row is None:
        raise NotFound(f"没有编号为 {document_id} 的文档。")
    return to_record(row)


def documents(connection: sqlite3.Connection, collection: str | None) -> list[DocumentRecord]:
    """All documents, by collection, then source."""
    where, values = ("", ()) if collection is None else ("WHERE c.name = ?", (collection,))
    rows = connection.execute(f"{RECORD} {where} ORDER BY c.name, d.source", values)
    return [to_record(row) for row in rows]


def content(connection: sqlite3.Connection, document_id: int) -> DocumentContent:
    """One document's text.

    Raises:
        NotFound: no such document.
    """
    row = connection.execute(
        "SELECT text, blocks, offsets, reading, warnings FROM contents WHERE document_id = ?", (document_id,)
    ).fetchone()
    if row is None:
        raise NotFound(f"没有编号为 {document_id} 的文档。")
    text, blocks, offsets, reading, warnings = row
    return DocumentContent(
        text=text.decode(),
        blocks=_read_blocks(blocks),
        offsets=OffsetMap.from_bytes(offsets),
        reading=reading,
        warnings=tuple(json.loads(warnings)),
    )


def counts(connection: sqlite3.Connection) -> Counts:
    """What the database holds."""
    row = connection.execute(
        "SELECT count(*), coalesce(sum(passages), 0), coalesce(sum(characters), 0) FROM documents"
    ).fetchone()
    return Counts(*row)


def uploads(connection: sqlite3.Connection) -> dict[str, int]:
    """Bytes of each upload that a document refers to, by hash."""
    return dict(connection.execute("SELECT DISTINCT sha256, size FROM documents"))


def is_upload_wanted(connection: sqlite3.Connection, sha256: str) -> bool:
    """Whether a document refers to the upload."""
    row = connection.execute("SELECT 1 FROM documents WHERE sha256 = ? LIMIT 1", (sha256,)).fetchone()
    return row is not None


def insert(
    connection: sqlite3.Connection,
    value: Document,
    passages: Sequence[Passage],
    vectors: FloatArray,
    *,
    collection: str,
    generation: int,
) -> DocumentRecord:
    """Writes a document with its passages and vectors."""
    connection.execute("INSERT INTO collections (name) VALUES (?) ON CONFLICT DO NOTHING", (collection,))
    cursor = connection.execute(
        "INSERT INTO documents (collection_id, source, title, media_type, encoding, sha256, size, characters,"
        " passages, added_at, generation)"
        " VALUES ((SELECT id FROM collections WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            collection,
            value.source,
            value.title,
            value.media_type,
            value.encoding,
            value.sha256,
            value.size,
            len(value.text),
            len(passages),
            datetime.now(UTC).isoformat(),
            generation,
        ),
    )
    document_id = cursor.lastrowid
    assert document_id is not None
    connection.execute(
        "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?)",
        (
            document_id,
            value.text.encode(),
            _write_blocks(value.blocks),
            value.offsets.to_bytes(),
            value.reading,
            json.dumps(value.warnings, ensure_ascii=False),
        ),
    )
    _insert_passages(connection, document_id, value.text, passages, vectors)
    return document(connection, document_id)


def remove(connection: sqlite3.Connection, document_id: int, *, generation: int) -> None:
    """Deletes a document with all that hangs on it, and notes what derived indexes must forget."""
    connection.execute(
        "INSERT INTO tombstones SELECT ?, ?, coalesce(min(id), 0), coalesce(max(id) + 1, 0)"
        " FROM passages WHERE document_id = ?",
        (document_id, generation, document_id),
    )
    connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))


def rename(connection: sqlite3.Connection, document_id: int, source: str) -> None:
    """Gives a document another source, which no other of its collection has."""
    connection.execute("UPDATE documents SET source = ? WHERE id = ?", (source, document_id))


# --- passages ---------------------------------------------------------------------------------------------

_PASSAGE = 'SELECT id, document_id, ordinal, start, "end", byte_start, byte_end, heading_path FROM passages'


def passages(connection: sqlite3.Connection, passage_ids: Sequence[int]) -> list[PassageRecord]:
    """In the order asked; ids that are gone are left out."""
    wanted = json.dumps([int(i) for i in passage_ids])
    rows = connection.execute(
        f"{_PASSAGE} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY document_id, ordinal", (wanted,)
    ).fetchall()
    found = {record.id: record for record in _with_text(connection, rows)}
    return [found[i] for i in passage_ids if i in found]


def document_passages(connection: sqlite3.Connection, document_id: int) -> list[PassageRecord]:
    """All passages of a document, in order."""
    rows = connection.execute(f"{_PASSAGE} WHERE document_id = ? ORDER BY ordinal", (document_id,)).fetchall()
    return list(_with_text(connection, rows))


def unstaged_after(connection: sqlite3.Connection, passage_id: int, limit: int) -> list[PassageRecord]:
    """The next passages by id that have no staged vector."""
    rows = connection.execute(
        f"{_PASSAGE} WHERE id > ? AND id NOT IN (SELECT passage_id FROM staged_vectors) ORDER BY id LIMIT ?",
        (passage_id, limit),
    ).fetchall()
    return list(_with_text(connection, rows))


def existing(connection: sqlite3.Connection, passage_ids: Ids) -> set[int]:
    """Those of the ids that are there."""
    rows = connection.execute(
        "SELECT id FROM passages WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(passage_ids.tolist()),),
    )
    return {row[0] for row in rows}


def matching(connection: sqlite3.Connection, where: Filter) -> Ids | None:
    """Ids of all passages that a filter lets through, ascending; None if it lets everything through."""
    clauses, values = [], []
    if where.collections is not None:
        clauses.append(
            "document_id IN (SELECT d.id FROM documents AS d JOIN collections AS c ON c.id = d.collection_id"
            " WHERE c.name IN (SELECT value FROM json_each(?)))"
        )
        values.append(json.dumps(sorted(where.collections)))
    if where.document_ids is not None:
        clauses.append("document_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(map(int, where.document_ids))))
    if where.passage_ids is not None:
        clauses.append("id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(map(int, where.passage_ids))))
    if not clauses:
        return None
    rows = connection.execute(f"SELECT id FROM passages WHERE {' AND '.join(clauses)} ORDER BY id", values)
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def collection_ids(connection: sqlite3.Connection, names: frozenset[str]) -> list[int]:
    """Numbers of the named collections, those that there are."""
    rows = connection.execute(
        "SELECT id FROM collections WHERE name IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(names)),),
    )
    return [row[0] for row in rows]


def _with_text(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> Iterator[PassageRecord]:
    """Adds the text to rows of ``_PASSAGE``, those of one document side by side."""
    blob: sqlite3.Blob | None = None
    opened = None
    try:
        for row in rows:
            passage_id, document_id, ordinal, start, end, byte_start, byte_end, heading_path = row
            if document_id != opened:
                if blob is not None:
                    blob.close()
                # Reading a range of a blob costs 1 ms for twenty passages of a 5 MB document; substr() copies
                # the whole text each time: 25 ms.
                blob = connection.blobopen("contents", "text", document_id, readonly=True)
                opened = document_id
            assert blob is not None
            blob.seek(byte_start)
            yield PassageRecord(
                id=passage_id,
                document_id=document_id,
                ordinal=ordinal,
                start=start,
                end=end,
                text=blob.read(byte_end - byte_start).decode(),
                heading_path=tuple(json.loads(heading_path)),
            )
    finally:
        if blob is not None:
            blob.close()


def _insert_passages(
    connection: sqlite3.Connection,
    document_id: int,
    text: str,
    values: Sequence[Passage],
    vectors: FloatArray,
) -> None:
    positions = _byte_positions(text)
    for ordinal, (passage, vector) in enumerate(zip(values, vectors, strict=True)):
        byte_start, byte_end = int(positions[passage.start]), int(positions[passage.end])
        path = json.dumps(passage.heading_path, ensure_ascii=False)
        cursor = connection.execute(
            'INSERT INTO passages (document_id, ordinal, start, "end", byte_start, byte_end, heading_path)'
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (document_id, ordinal, passage.start, passage.end, byte_start, byte_end, path),
        )
        connection.execute("INSERT INTO vectors VALUES (?, ?)", (cursor.lastrowid, vector_bytes(vector)))


def _byte_positions(text: str) -> Ids:
    """Where each character starts in the text's UTF-8, shape (len(text) + 1,); the last is where it ends."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    widths = 1 + (points >= 0x80).astype(np.int64) + (points >= 0x800) + (points >= 0x10000)
    return np.concatenate(([0], np.cumsum(widths, dtype=np.int64)))


def _write_blocks(blocks: Sequence[Block]) -> str:
    rows = [[b.start, b.end, b.kind.value, b.level, b.heading_path] for b in blocks]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _read_blocks(text: str) -> tuple[Block, ...]:
    return tuple(
        Block(start=start, end=end, kind=BlockKind(kind), level=level, heading_path=tuple(path))
        for start, end, kind, level, path in json.loads(text)
    )
