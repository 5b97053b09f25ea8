"""Finding the documents that a person means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index.errors import InputError, NotFound
from index.ingest import source_of
from index.store.protocol import DocumentRecord, Store


def resolve_documents(
    store: Store, names: Sequence[str], *, collection: str | None = None
) -> list[DocumentRecord]:
    """The documents meant by numbers, sources, paths from here, or file names, each once, in the order named.

    Raises:
        NotFound: a name that fits no document.
        InputError: a file name that fits several.
    """
    records = store.documents(collection=collection)
    meant: dict[int, DocumentRecord] = {}
    for name in names:
        found = _matches(records, name)
        if not found:
            raise NotFound(f"没有文档 {name}。")
        if len(found) > 1:
            numbers = "、".join(f"{record.id}({record.source})" for record in found)
            raise InputError(f"{name} 对应多个文档：{numbers}。", remedy="请改用编号。")
        meant[found[0].id] = found[0]
    return list(meant.values())


def _matches(records: Sequence[DocumentRecord], name: str) -> list[DocumentRecord]:
    """By source or absolute path first, then by number, then by file name: the most exact that fits."""
    absolute = source_of(Path(name))
    exact = [record for record in records if record.source in (name, absolute)]
    numbered = [record for record in records if name == str(record.id)]
    named = [record for record in records if Path(record.source).name == name]
    return exact or numbered or named
