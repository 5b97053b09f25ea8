"""Tables of the database, and the way from older versions of them to the present one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

VERSION = 2
APPLICATION_ID = 0x59554157  # "YUAW": tells our files from other SQLite databases (PRAGMA application_id)

TABLES = """
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    schema_version INTEGER NOT NULL,
    embedder TEXT,                  -- JSON of the EmbedderInfo that made every row of vectors
    staged_embedder TEXT,           -- the same for staged_vectors, while a re-embedding is under way
    vectors_since INTEGER NOT NULL  -- generation in which all vectors were last replaced at once
);
-- One row per committed change. The token tells a generation from the same number in another history of this
-- database (a backup put back and written to), so that no derived index is taken for what it isn't.
CREATE TABLE commits (
    generation INTEGER PRIMARY KEY,
    token INTEGER NOT NULL
);
CREATE TABLE collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    collection_id INTEGER NOT NULL REFERENCES collections (id),
    source TEXT NOT NULL,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    encoding TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    generation INTEGER NOT NULL REFERENCES commits (generation),
    UNIQUE (collection_id, source)
);
CREATE INDEX documents_by_generation ON documents (generation);
CREATE INDEX documents_by_sha256 ON documents (sha256);
-- Apart from documents, so that listing those doesn't read through every text. UTF-8 in a BLOB: a passage is
-- read by its byte range, without decoding what precedes it, and SQLite's text functions end at a NUL.
CREATE TABLE contents (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    text BLOB NOT NULL,
    blocks TEXT NOT NULL,
    offsets BLOB NOT NULL,
    reading BLOB NOT NULL DEFAULT x'',   -- what the loader wants to be told when it reads the upload again
    warnings TEXT NOT NULL DEFAULT '[]'  -- JSON: what couldn't be read
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,
    byte_end INTEGER NOT NULL,
    heading_path TEXT NOT NULL,
    UNIQUE (document_id, ordinal)
);
CREATE TABLE vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    vector BLOB NOT NULL            -- float32, little endian
);
CREATE TABLE staged_vectors (
    passage_id INTEGER PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
    vector BLOB NOT NULL
);
-- What derived indexes must forget; a document's passages have consecutive ids.
CREATE TABLE tombstones (
    document_id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL REFERENCES commits (generation),
    first_passage_id INTEGER NOT NULL,
    after_passage_id INTEGER NOT NULL
);
CREATE INDEX tombstones_by_generation ON tombstones (generation);
"""


def _add_reading(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE contents ADD COLUMN reading BLOB NOT NULL DEFAULT x''")
    connection.execute("ALTER TABLE contents ADD COLUMN warnings TEXT NOT NULL DEFAULT '[]'")


def _drop_reading(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE contents DROP COLUMN reading")
    connection.execute("ALTER TABLE contents DROP COLUMN warnings")


UPGRADES: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _add_reading}
"""Version -> what brings a database of that version to the next one, inside the caller's transaction."""

DOWNGRADES: Mapping[int, Callable[[sqlite3.Connection], None]] = {2: _drop_reading}
"""Version -> what brings a database of that version back to the one before it, inside the caller's transaction."""


def create(connection: sqlite3.Connection) -> None:
    """Makes every table of the present version, inside the caller's transaction."""
    for statement in _statements(TABLES):
        connection.execute(statement)
    connection.execute("INSERT INTO commits VALUES (0, random())")
    connection.execute("INSERT INTO meta VALUES (1, ?, NULL, NULL, 0)", (VERSION,))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def migrate(connection: sqlite3.Connection, version: int, wanted: int) -> None:
    """Brings tables of ``version`` up or down to the ``wanted`` one, inside the caller's transaction."""
    for step in range(version, wanted):
        UPGRADES[step](connection)
    for step in range(version, wanted, -1):
        DOWNGRADES[step](connection)
    connection.execute("UPDATE meta SET schema_version = ?", (wanted,))


def _statements(script: str) -> list[str]:
    # executescript() would commit the caller's transaction first.
    statements, pending = [], ""
    for line in script.splitlines():
        pending += f"{line}\n"
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    return statements
