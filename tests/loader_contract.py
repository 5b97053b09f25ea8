"""What every loader promises; a loader's own tests call :func:`check_document` on each upload they make.

The offsets are exact: every clean character that leads to the raw text is the very character there; what cleaning
put in is white space, or the mark between the cells of a table's row. A place can be told of every stretch.
"""

from __future__ import annotations

import random

from index.document import MARKS_PUT_IN, BlockKind, Document, Loader
from index.ingest import load_here
from index.isolation.documents import pack_document, unpack_document
from index.isolation.frames import Frame
from index.loaders import loader_for
from index.offsets import INSERTED
from index.split import split
from index.store.protocol import DocumentContent
from rag.cite import says_the_same

SPANS = 200


def check_document(loader: Loader, data: bytes, source: str) -> Document:
    """Loads an upload, and checks all that holds for any loader; the document, for what is particular to it."""
    document = loader.load(data, source=source)
    assert loader is loader_for(source) or type(loader) is type(loader_for(source))
    again = load_here(data, source=source)  # the same bytes, the same document
    assert (again.text, again.blocks, again.reading) == (document.text, document.blocks, document.reading)
    assert again.offsets.to_bytes() == document.offsets.to_bytes()
    _check_blocks(document)
    _check_offsets(loader, document, data)
    _check_frames(document, data)
    for passage in split(document):
        assert document.text[passage.start : passage.end] == passage.text
    return document


def _check_blocks(document: Document) -> None:
    assert document.text
    assert document.text == "\n".join(document.text[block.start : block.end] for block in document.blocks)
    for block in document.blocks:
        words = document.text[block.start : block.end]
        assert words == words.strip() != ""
        assert "\n" not in words
        assert (block.level > 0) == (block.kind is BlockKind.HEADING)


def _check_offsets(loader: Loader, document: Document, data: bytes) -> None:
    raw = loader.read(data, source=document.source, encoding=document.encoding, reading=document.reading)
    assert raw.encoding == document.encoding
    content = DocumentContent(text=document.text, blocks=document.blocks, offsets=document.offsets)
    indices = document.offsets.indices(0, len(document.text)).tolist()
    for character, at in zip(document.text, indices, strict=True):
        assert at != INSERTED or character.isspace() or character in MARKS_PUT_IN
    assert says_the_same(content, raw, 0, len(document.text))
    choice = random.Random(7)
    for _ in range(SPANS):
        start = choice.randrange(len(document.text))
        end = min(len(document.text), start + choice.randrange(1, 60))
        if not (ranges := document.offsets.ranges(start, end)):
            continue
        assert says_the_same(content, raw, start, end)
        place = raw.place(ranges)
        assert place.raw == ranges
        assert place.first_line > 0 or place.parts or place.page is not None
        for box in place.boxes:
            assert 0 <= box.left < box.right <= 1
            assert 0 <= box.top < box.bottom <= 1
            assert box.page >= 1


def _check_frames(document: Document, data: bytes) -> None:
    header, payload = pack_document(document)
    again = unpack_document(
        Frame(header=header, payload=b"".join(payload)), data=data, source=document.source
    )
    assert again.text == document.text
    assert again.blocks == document.blocks
    assert (again.reading, again.warnings) == (document.reading, document.warnings)
