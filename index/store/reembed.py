"""New vectors for every passage, switched in at one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.embed import EmbedderInfo, FloatArray, Progress
from index.store import catalog, changes
from index.store.check import require_vectors
from index.store.sqlite import Database

_CHUNK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageSource:
    """What the text that is embedded for a passage can be made from."""

    title: str
    heading_path: tuple[str, ...]
    text: str


def stage(
    database: Database,
    embedder: EmbedderInfo,
    vectors_for: Callable[[Sequence[PassageSource]], FloatArray],
    progress: Progress | None,
) -> None:
    """Makes the vectors that are still missing, beside the present ones; the caller holds the writer's
    lock."""
    done = _begin(database, embedder)
    with database.read() as connection:
        total = catalog.counts(connection).passages
    if progress is not None:
        progress(done, total)
    last = 0
    while True:
        with database.read() as connection:
            passages = catalog.unstaged_after(connection, last, _CHUNK)
            titles = {i: catalog.document(connection, i).title for i in {p.document_id for p in passages}}
        if not passages:
            return
        sources = [
            PassageSource(title=titles[p.document_id], heading_path=p.heading_path, text=p.text)
            for p in passages
        ]
        vectors = require_vectors(vectors_for(sources), len(sources), embedder)
        rows = [(p.id, changes.vector_bytes(v)) for p, v in zip(passages, vectors, strict=True)]
        with database.write() as connection:
            connection.executemany("INSERT INTO staged_vectors VALUES (?, ?)", rows)
        last = passages[-1].id
        done += len(passages)
        if progress is not None:
            progress(done, total)


def switch(database: Database, embedder: EmbedderInfo) -> None:
    """Puts the staged vectors in place of the others, in one transaction."""
    with database.write() as connection:
        generation = changes.advance(connection)
        connection.execute("DELETE FROM vectors")
        connection.execute(
            "INSERT INTO vectors SELECT passage_id, vector FROM staged_vectors ORDER BY passage_id"
        )
        connection.execute("DELETE FROM staged_vectors")
        changes.record_embedder(connection, embedder)
        connection.execute("UPDATE meta SET staged_embedder = NULL, vectors_since = ?", (generation,))


def _begin(database: Database, embedder: EmbedderInfo) -> int:
    """Keeps what an interrupted run with the same embedder has made, drops the rest; returns how many are
    kept."""
    wanted = changes.embedder_json(embedder)
    with database.write() as connection:
        if _staged_embedder(connection) != wanted:
            connection.execute("DELETE FROM staged_vectors")
            connection.execute("UPDATE meta SET staged_embedder = ?", (wanted,))
        (kept,) = connection.execute("SELECT count(*) FROM staged_vectors").fetchone()
    return int(kept)


def _staged_embedder(connection: sqlite3.Connection) -> str | None:
    (text,) = connection.execute("SELECT staged_embedder FROM meta").fetchone()
    return None if text is None else str(text)
