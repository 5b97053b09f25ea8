"""Plain text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePath

from index.document import Document
from index.loaders.draft import assemble
from index.loaders.headings import structure
from index.loaders.layout import layout
from index.loaders.raw import TextFile


@dataclass(frozen=True, slots=True)
class TextLoader:
    """Reads ``.txt``: one paragraph per line, or lines broken by a page layout; see :mod:`index.loaders.layout`."""

    extensions: frozenset[str] = frozenset({".txt", ".text"})

    def read(self, data: bytes, *, source: str, encoding: str | None = None) -> TextFile:
        """The raw text of ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
        """
        return TextFile.read(data, source=source, encoding=encoding)

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document in ``data``.

        Raises:
            EmptyDocument, BinaryDocument, UndecodableText: see :func:`index.encoding.decode`.
        """
        raw = self.read(data, source=source, encoding=encoding)
        found = layout(raw.text)
        outline = structure(found.drafts, titled=found.titled)
        text, blocks, offsets = assemble(found.drafts, outline.described)
        return Document(
            source=source,
            title=PurePath(source).stem if outline.title is None else outline.title,
            text=text,
            blocks=blocks,
            offsets=offsets,
            media_type="text/plain",
            encoding=raw.encoding,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
        )
