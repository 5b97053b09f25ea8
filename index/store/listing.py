"""Lists of documents, page by page, and what collections hold."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from index.store.catalog import RECORD, to_record
from index.store.protocol import CollectionCounts, DocumentRecord, Listing, Order

_COLUMNS = {Order.ADDED: "d.id", Order.SOURCE: "d.source", Order.TITLE: "d.title", Order.SIZE: "d.size"}


def listing(connection: sqlite3.Connection, wanted: Listing) -> list[DocumentRecord]:
    """See :meth:`index.store.protocol.Store.listing`."""
    clauses: list[str] = []
    values: list[Any] = []
    if wanted.collections is not None:
        clauses.append("c.name IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(wanted.collections)))
    if wanted.text:
        clauses.append("(instr(lower(d.title), lower(?)) OR instr(lower(d.source), lower(?)))")
        values += [wanted.text, wanted.text]
    column = _COLUMNS[wanted.order]
    if wanted.after is not None:
        clauses.append(f"({column}, d.id) {'<' if wanted.descending else '>'} (?, ?)")
        values += wanted.after
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    direction = "DESC" if wanted.descending else "ASC"
    rows = connection.execute(
        f"{RECORD} {where} ORDER BY {column} {direction}, d.id {direction} LIMIT ?", (*values, wanted.limit)
    )
    return [to_record(row) for row in rows]


def collections(connection: sqlite3.Connection) -> dict[str, CollectionCounts]:
    """See :meth:`index.store.protocol.Store.collections`."""
    rows = connection.execute(
        "SELECT c.name, count(*), sum(d.passages)"
        " FROM documents AS d JOIN collections AS c ON c.id = d.collection_id GROUP BY c.name ORDER BY c.name"
    )
    return {
        name: CollectionCounts(documents=documents, passages=passages) for name, documents, passages in rows
    }
