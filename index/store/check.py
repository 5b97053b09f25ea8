"""What must hold of what goes into a store, and of a store at rest."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from index.document import Document, Passage
from index.embed import EmbedderInfo, FloatArray
from index.store import catalog, changes
from index.store.changes import Ids
from index.store.dense import DenseIndex
from index.store.sparse import SparseIndex
from index.store.uploads import Uploads

_UNIT_TOLERANCE = 1e-2
"""How far from 1 a row's length may be: half-precision models give rows that are off by some thousandths."""


class Part(StrEnum):
    """Where a problem is. Those of the derived indexes are cured by ``repair``."""

    DATABASE = "database"
    VECTORS = "vectors"
    UPLOADS = "uploads"
    DENSE = "dense"
    SPARSE = "sparse"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreProblem:
    """Something that is wrong with a store, in words."""

    part: Part
    message: str


# --- on the way in ---


def require_consistent(document: Document, passages: Sequence[Passage], upload: bytes) -> None:
    """Raises ValueError if passages don't say what the document says, or the upload isn't the document's."""
    length = len(document.text)
    for passage in passages:
        if not 0 <= passage.start < passage.end <= length:
            raise ValueError(
                f"passage [{passage.start}, {passage.end}) outside a text of {length} characters"
            )
        if document.text[passage.start : passage.end] != passage.text:
            raise ValueError(f"passage [{passage.start}, {passage.end}) differs from the document's text")
    if hashlib.sha256(upload).hexdigest() != document.sha256:
        raise ValueError("document.sha256 is not that of the upload")


def require_vectors(vectors: FloatArray, count: int, embedder: EmbedderInfo) -> FloatArray:
    """The vectors as float32, shape (count, dimension); raises ValueError if they aren't unit vectors of that
    shape."""
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.shape != (count, embedder.dimension):
        raise ValueError(f"vectors of shape {rows.shape}, expected {(count, embedder.dimension)}")
    # Written so that NaN fails too.
    if not np.all(np.abs(np.linalg.norm(rows, axis=1) - 1.0) <= _UNIT_TOLERANCE):
        raise ValueError("vectors must be of unit length")
    return rows


def require_query_vector(vector: FloatArray, embedder: EmbedderInfo) -> FloatArray:
    """The vector as float32, shape (dimension,); raises ValueError if it is of another shape or not
    finite."""
    row = np.asarray(vector, dtype=np.float32)
    if row.shape != (embedder.dimension,):
        raise ValueError(f"query vector of shape {row.shape}, expected {(embedder.dimension,)}")
    if not np.all(np.isfinite(row)):
        raise ValueError("query vector is not finite")
    return row


# --- at rest ---


def database_problems(connection: sqlite3.Connection, uploads: Uploads) -> list[StoreProblem]:
    """What is wrong with the truth itself, and with the uploads that it refers to."""
    problems = [
        StoreProblem(part=Part.DATABASE, message=f"数据库检查：{text}")
        for (text,) in connection.execute("PRAGMA integrity_check")
        if text != "ok"
    ]
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        problems.append(StoreProblem(part=Part.DATABASE, message="数据库里有失去所属文档的行。"))
    problems += _vector_problems(connection)
    for sha256, size in catalog.uploads(connection).items():
        kept = uploads.size(sha256)
        if kept != size:
            what = "不见了" if kept is None else f"是 {kept} 字节，应为 {size} 字节"
            problems.append(StoreProblem(part=Part.UPLOADS, message=f"保存的原文件 {sha256} {what}。"))
    return problems


def _vector_problems(connection: sqlite3.Connection) -> list[StoreProblem]:
    embedder = changes.embedder(connection)
    dimension = 0 if embedder is None else embedder.dimension
    (missing,) = connection.execute(
        "SELECT count(*) FROM passages WHERE id NOT IN (SELECT passage_id FROM vectors)"
    ).fetchone()
    (wrong,) = connection.execute(
        "SELECT count(*) FROM vectors WHERE length(vector) <> ?", (4 * dimension,)
    ).fetchone()
    (counted,) = connection.execute(
        "SELECT count(*) FROM documents AS d"
        " WHERE passages <> (SELECT count(*) FROM passages AS p WHERE p.document_id = d.id)"
    ).fetchone()
    messages = (
        (missing, f"{missing} 个段落没有向量。"),
        (wrong, f"{wrong} 个向量的维数不是 {dimension}。"),
        (counted, f"{counted} 个文档的段落数不符。"),
    )
    return [StoreProblem(part=Part.VECTORS, message=message) for count, message in messages if count]


def index_problems(
    connection: sqlite3.Connection, dense: DenseIndex | None, sparse: SparseIndex
) -> list[StoreProblem]:
    """Where a derived index is damaged, or holds other passages than the database."""
    problems = [
        StoreProblem(part=Part.SPARSE, message=f"词汇索引的文件 {name} 已损坏。")
        for name in sparse.damaged_files()
    ]
    held = {} if problems else {Part.SPARSE: sparse.ids()}
    if dense is not None:
        held[Part.DENSE] = dense.ids()
    wanted = changes.passage_ids(connection)
    names = {Part.DENSE: "向量索引", Part.SPARSE: "词汇索引"}
    problems += [
        StoreProblem(part=part, message=f"{names[part]}{_difference(ids, wanted)}。")
        for part, ids in held.items()
        if not np.array_equal(np.sort(ids), wanted)
    ]
    return problems


def _difference(held: Ids, wanted: Ids) -> str:
    missing, extra = np.setdiff1d(wanted, held).size, np.setdiff1d(held, wanted).size
    repeated = held.size - np.unique(held).size
    return f"缺少 {missing} 个段落，多出 {extra} 个，重复 {repeated} 个"
