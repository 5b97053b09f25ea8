"""What changed since when: commits, vectors, tombstones; every function works in the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import EmbedderInfo, FloatArray

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Commit:
    """One committed state of the database; ``token`` differs between histories that share a number."""

    generation: int
    token: int


def tip(connection: sqlite3.Connection) -> Commit:
    """The newest commit."""
    row = connection.execute(
        "SELECT generation, token FROM commits ORDER BY generation DESC LIMIT 1"
    ).fetchone()
    return Commit(*row)


def is_known(connection: sqlite3.Connection, commit: Commit) -> bool:
    """Whether the commit is part of this database's history."""
    row = connection.execute(
        "SELECT token FROM commits WHERE generation = ?", (commit.generation,)
    ).fetchone()
    return row is not None and row[0] == commit.token


def advance(connection: sqlite3.Connection) -> int:
    """Starts the next generation; returns its number."""
    (generation,) = connection.execute("SELECT max(generation) + 1 FROM commits").fetchone()
    connection.execute("INSERT INTO commits VALUES (?, random())", (generation,))
    return int(generation)


def embedder(connection: sqlite3.Connection) -> EmbedderInfo | None:
    """The embedder that made all vectors, if one is recorded."""
    (text,) = connection.execute("SELECT embedder FROM meta").fetchone()
    return None if text is None else EmbedderInfo(**json.loads(text))


def record_embedder(connection: sqlite3.Connection, info: EmbedderInfo) -> None:
    """Records which embedder makes the vectors."""
    connection.execute("UPDATE meta SET embedder = ?", (embedder_json(info),))


def embedder_json(info: EmbedderInfo) -> str:
    """An embedder as it is recorded."""
    return json.dumps(asdict(info), ensure_ascii=False, sort_keys=True)


def vectors_since(connection: sqlite3.Connection) -> int:
    """The generation in which all vectors were last replaced at once."""
    (generation,) = connection.execute("SELECT vectors_since FROM meta").fetchone()
    return int(generation)


def vector_bytes(vector: FloatArray) -> bytes:
    """A vector as it is stored."""
    return vector.astype("<f4").tobytes()


def vectors_after(
    connection: sqlite3.Connection, generation: int, dimension: int
) -> Iterator[tuple[Ids, FloatArray]]:
    """Ids and vectors of passages added after ``generation``, ascending by id, some thousands at a time."""
    # Reading all of them walks the table once; looking each up by its document would cost as much again.
    query = "SELECT passage_id, vector FROM vectors ORDER BY passage_id"
    values: tuple[int, ...] = ()
    if generation > 0:
        query = (
            "SELECT v.passage_id, v.vector FROM documents AS d JOIN passages AS p ON p.document_id = d.id"
            " JOIN vectors AS v ON v.passage_id = p.id WHERE d.generation > ? ORDER BY v.passage_id"
        )
        values = (generation,)
    cursor = connection.execute(query, values)
    while rows := cursor.fetchmany(4096):
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4").reshape(-1, dimension)
        yield ids, matrix.astype(np.float32, copy=False)


def removed_passages(connection: sqlite3.Connection, generation: int) -> Ids:
    """Ids of passages deleted after ``generation``."""
    rows = connection.execute(
        "SELECT first_passage_id, after_passage_id FROM tombstones WHERE generation > ?", (generation,)
    )
    ranges = [np.arange(first, after, dtype=np.int64) for first, after in rows]
    return np.concatenate(ranges) if ranges else np.zeros(0, np.int64)


def removed_documents(connection: sqlite3.Connection, generation: int) -> list[int]:
    """Ids of documents deleted after ``generation``."""
    rows = connection.execute("SELECT document_id FROM tombstones WHERE generation > ?", (generation,))
    return [row[0] for row in rows]


def documents_after(connection: sqlite3.Connection, generation: int) -> list[tuple[int, int, str]]:
    """(id, collection number, title) of documents added after ``generation``, in the order they were
    added."""
    return connection.execute(
        "SELECT id, collection_id, title FROM documents WHERE generation > ? ORDER BY id", (generation,)
    ).fetchall()


def passage_ids(connection: sqlite3.Connection) -> Ids:
    """Ids of all passages, ascending."""
    rows = connection.execute("SELECT id FROM passages ORDER BY id")
    return np.fromiter((row[0] for row in rows), dtype=np.int64)
