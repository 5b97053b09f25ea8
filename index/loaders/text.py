"""Plain text."""

from __future__ import annotations

from dataclasses import dataclass

from index.document import Document
from index.loaders.finish import finish
from index.loaders.layout import layout
from index.loaders.raw import TextFile


@dataclass(frozen=True, slots=True)
class TextLoader:
    """Reads ``.txt``: one paragraph per line, or lines broken by a page layout; see :mod:`index.loaders.layout`."""

    extensions: frozenset[str] = frozenset({".txt", ".text"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,
        reading: bytes = b"",  # noqa: ARG002, the encoding says it all
    ) -> TextFile:
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
        return finish(
            found.drafts,
            titled=found.titled,
            data=data,
            source=source,
            encoding=raw.encoding,
            media_type="text/plain",
        )
