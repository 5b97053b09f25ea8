"""From a marked span to a citation that has been checked against the upload."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from index.document import MARKS_PUT_IN, Block, BlockKind, Place, RawText
from index.errors import NotFound, YuanwenError
from index.offsets import INSERTED
from index.store.protocol import DocumentContent, DocumentRecord, Store
from rag.answer import Citation
from rag.read import Mark
from rag.reread import read_again

Reread = Callable[[DocumentRecord, DocumentContent, bytes], RawText]
"""Reads a document's upload again; see :func:`rag.reread.read_again`."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One cited document: what the store says of it, and the upload as just read (None: it can't be)."""

    record: DocumentRecord
    content: DocumentContent
    raw: RawText | None


class Citer:
    """Makes the citations of one answer; takes each cited upload once, anew for every answer.

    Args:
        reread: reads an upload whose bytes are as they were.
    """

    def __init__(self, store: Store, reread: Reread = read_again) -> None:
        self._store = store
        self._reread = reread
        self._sources: dict[int, _Source] = {}

    def cite(self, mark: Mark) -> Citation:
        """The citation of ``mark``, with ``verified`` telling whether the upload says the same now.

        Raises:
            NotFound: the document was deleted meanwhile.
        """
        source = self._source(mark.passage.document_id)
        record, content = source.record, source.content
        verified = source.raw is not None and says_the_same(content, source.raw, mark.start, mark.end)
        place = _place(source, mark.start, mark.end)
        return Citation(
            document=PurePath(record.source).name,
            document_id=record.id,
            collection=record.collection,
            source=record.source,
            title=record.title,
            heading_path=heading_path_at(content, mark.start),
            page=place.page if place else None,
            first_line=place.first_line if place else 0,
            last_line=place.last_line if place else 0,
            boxes=place.boxes if place else (),
            parts=place.parts if place else (),
            start=mark.start,
            end=mark.end,
            quote=content.text[mark.start : mark.end],
            evidence=content.text[mark.evidence_start : mark.evidence_end],
            evidence_start=mark.evidence_start,
            evidence_end=mark.evidence_end,
            verified=verified,
        )

    def content(self, document_id: int) -> DocumentContent:
        """A document's text and structure, read once for all its marks.

        Raises:
            NotFound: the document was deleted meanwhile.
        """
        return self._source(document_id).content

    def _source(self, document_id: int) -> _Source:
        if document_id not in self._sources:
            record = self._store.document(document_id)
            content = self._store.content(document_id)
            self._sources[document_id] = _Source(record, content, self._read_again(record, content))
        return self._sources[document_id]

    def _read_again(self, record: DocumentRecord, content: DocumentContent) -> RawText | None:
        try:
            data = self._store.upload(record.id)
            if hashlib.sha256(data).hexdigest() != record.sha256:
                return None
            return self._reread(record, content, data)
        except NotFound:
            raise
        except YuanwenError:
            # A lost or changed upload is what ``verified`` is there to tell; the answer itself still stands
            # in the database, and says that it couldn't be verified.
            return None


def says_the_same(content: DocumentContent, raw: RawText, start: int, end: int) -> bool:
    """Whether the upload's characters at ``[start, end)`` are those of the clean text.

    Characters that cleaning inserted stand for nothing in the upload; they must be white space, or the marks
    between the cells of a table's row.
    """
    quote = content.text[start:end]
    kept: list[str] = []
    for at, (character, position) in enumerate(
        zip(quote, content.offsets.indices(start, end).tolist(), strict=True), start
    ):
        if position != INSERTED:
            kept.append(character)
        elif not character.isspace() and not _is_row_mark(content, at):
            return False
    try:
        return bool(quote) and raw.says(content.offsets.ranges(start, end)) == "".join(kept)
    except IndexError:
        return False


def _is_row_mark(content: DocumentContent, position: int) -> bool:
    block = block_at(content, position)
    return block is not None and block.kind is BlockKind.ROW and content.text[position] in MARKS_PUT_IN


def heading_path_at(content: DocumentContent, position: int) -> tuple[str, ...]:
    """The headings above the block that holds ``position``, the block itself included if it is a heading."""
    block = block_at(content, position)
    return () if block is None else block.heading_path


def block_at(content: DocumentContent, position: int) -> Block | None:
    """The block that holds ``position``; None between blocks."""
    index = bisect_right(content.blocks, position, key=lambda block: block.start) - 1
    return content.blocks[index] if index >= 0 and position < content.blocks[index].end else None


def _place(source: _Source, start: int, end: int) -> Place | None:
    ranges = source.content.offsets.ranges(start, end)
    return source.raw.place(ranges) if source.raw is not None and ranges else None
