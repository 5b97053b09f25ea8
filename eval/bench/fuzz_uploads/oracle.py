"""What must hold of any bytes: they are read as a document that keeps its promises, or refused with a remedy."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from index.document import MARKS_PUT_IN, Document, Loader
from index.errors import DocumentError
from index.isolation.documents import pack_document, unpack_document
from index.isolation.frames import Frame
from index.loaders import loader_for
from index.loaders.ocr import Picture, SeenLine
from index.loaders.pdf.loader import PdfLoader
from index.loaders.pictures import PictureLoader
from index.offsets import INSERTED
from index.split import split
from index.store.protocol import DocumentContent
from rag.cite import says_the_same

_SPANS = 12
READ = "read"


class Broken(AssertionError):
    """A loader's promise that doesn't hold."""


class StandIn:
    """Sees two lines on every picture: real OCR takes seconds for each, and isn't what is tried here."""

    name = "stand-in"

    def read(self, picture: Picture) -> tuple[SeenLine, ...]:
        """The same two lines, whatever the picture."""
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.size == 0:
            raise Broken(f"a picture of shape {picture.shape}")
        out = []
        for number, words in enumerate(("第一行的文字没有说完，接着", "是第二行。")):
            left = 0.1 + 0.05 * np.arange(len(words))
            top = np.full(len(words), 0.2 + 0.05 * number)
            boxes = np.stack((left, top, left + 0.05, top + 0.03), axis=1).astype(np.float32)
            out.append(SeenLine(text=words, boxes=boxes, level=boxes, score=0.9))
        return tuple(out)


def without_ocr(source: str) -> Loader:
    """The product's loader for a file of that name, with a stand-in where it would read pictures."""
    loader = loader_for(source)
    if isinstance(loader, PdfLoader | PictureLoader):
        return type(loader)(reader=StandIn())
    return loader


def outcome(loader: Loader, data: bytes, source: str) -> str:
    """:data:`READ`, or the name of the class of the error that refused ``data``.

    Raises:
        Broken: a promise of :class:`index.document.Loader` doesn't hold.
        Exception: whatever else the loader raised, which is wrong as well.
    """
    try:
        document = loader.load(data, source=source)
    except DocumentError as error:
        _expect(bool(error.message.strip()) and bool(error.remedy.strip()), f"no remedy: {error!r}")
        _expect(error.source == source, f"another source: {error.source!r}")
        return type(error).__name__
    _check_blocks(document)
    _check_offsets(loader, document, data)
    _check_frames(document, data)
    for passage in split(document):
        _expect(document.text[passage.start : passage.end] == passage.text, "a passage says something else")
    return READ


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Broken(otherwise)


def _check_blocks(document: Document) -> None:
    text = document.text
    _expect(bool(text), "an empty document")
    words = [text[block.start : block.end] for block in document.blocks]
    _expect("\n".join(words) == text, "blocks don't cover the text")
    for block, said in zip(document.blocks, words, strict=True):
        _expect(said == said.strip() != "" and "\n" not in said, f"a block says {said[:40]!r}")
        _expect((block.level > 0) == (block.kind == "heading"), f"{block.kind} of level {block.level}")


def _check_offsets(loader: Loader, document: Document, data: bytes) -> None:
    raw: Any = loader.read(
        data, source=document.source, encoding=document.encoding or None, reading=document.reading
    )
    _expect(raw.encoding == document.encoding, f"{raw.encoding!r} isn't {document.encoding!r}")
    content = DocumentContent(text=document.text, blocks=document.blocks, offsets=document.offsets)
    length = len(document.text)
    for character, at in zip(document.text, document.offsets.indices(0, length).tolist(), strict=True):
        _expect(at != INSERTED or character.isspace() or character in MARKS_PUT_IN, f"{character!r} put in")
    _expect(says_the_same(content, raw, 0, length), "the raw text says something else")
    choice = random.Random(7)
    for _ in range(_SPANS):
        start = choice.randrange(length)
        ranges = document.offsets.ranges(start, min(length, start + choice.randrange(1, 60)))
        if not ranges:
            continue
        place = raw.place(ranges)
        _expect(place.raw == ranges, "a place has other ranges")
        _expect(bool(place.first_line > 0 or place.parts or place.page), "a place leads nowhere")
        for box in place.boxes:
            sound = 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1 and box.page >= 1
            _expect(sound, f"a box {box}")


def _check_frames(document: Document, data: bytes) -> None:
    header, pieces = pack_document(document)
    frame = Frame(header=header, payload=b"".join(pieces))
    again = unpack_document(frame, data=data, source=document.source)
    _expect((again.text, again.blocks) == (document.text, document.blocks), "a frame says something else")
    _expect(
        (again.reading, again.warnings) == (document.reading, document.warnings), "a frame reads otherwise"
    )
    _expect(again.title == document.title, "a frame has another title")
