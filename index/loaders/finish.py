"""From the blocks of an upload to its document: the last step that every text loader shares."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePath

from index.document import Document
from index.errors import EmptyDocument
from index.loaders.draft import Draft, assemble
from index.loaders.headings import LONGEST_TOLD, structure

MOST_WARNINGS = 50
_LONGEST_WARNING = 1000


def finish(
    drafts: Sequence[Draft],
    *,
    titled: Sequence[bool],
    data: bytes,
    source: str,
    encoding: str,
    media_type: str,
    title: str | None = None,
    reading: bytes = b"",
    warnings: Sequence[str] = (),
) -> Document:
    """The document of ``drafts``, read out of the upload ``data``.

    Args:
        titled: for each draft, whether the layout makes it a title; see :func:`index.loaders.headings.structure`.
        title: the document's, where the upload tells it apart from its text; the text's own goes before it.
        reading, warnings: see :class:`index.document.Document`.

    Raises:
        EmptyDocument: nothing is left: all there was is marks, page numbers and the like.
    """
    outline = structure(drafts, titled=titled)
    text, blocks, offsets = assemble(drafts, outline.described)
    if not text:
        raise EmptyDocument("整理之后没有文字。", source=source)
    return Document(
        source=source,
        title=(outline.title or title or PurePath(source).stem)[:LONGEST_TOLD],
        text=text,
        blocks=blocks,
        offsets=offsets,
        media_type=media_type,
        encoding=encoding,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        reading=reading,
        warnings=tuple(warning[:_LONGEST_WARNING] for warning in warnings[:MOST_WARNINGS]),
    )
