"""Pictures of pages (scans, photos): read by OCR, laid out as the pages of a PDF are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from index.document import Document
from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    MislabelledDocument,
    MissingExtra,
    NoTextLayer,
)
from index.loaders.finish import finish
from index.loaders.ocr import PageReader, Picture, page_reader
from index.loaders.pdf.characters import PageText
from index.loaders.pdf.pages import PageLayout
from index.loaders.pdf.paragraphs import blocks_of
from index.loaders.pdf.picture_rulings import arrange_seen, rulings_on
from index.loaders.pdf.raw import PagedText, fits, note, noted
from index.loaders.pdf.seen import Seen

MOST_FRAMES = 500
MOST_PIXELS = 100_000_000
LONGEST_SIDE = 65_535
"""Pixels; JPEG's own bound, beyond which no picture is of a page."""
_LONGER_SIDE = 4_000
"""Pixels that a picture is made smaller to before it is read: 340 dpi for A4."""
_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".tif": "image/tiff", ".tiff": "image/tiff",
    ".bmp": "image/bmp", ".webp": "image/webp",
}  # fmt: skip
_NOTHING = PageText(text="", boxes=np.zeros((0, 4), np.float32), sizes=np.zeros(0, np.float32), aspect=1.0)


@dataclass(frozen=True, slots=True)
class PictureLoader:
    """Reads ``.png``, ``.jpg``, ``.tif`` (each frame a page) and the like, with the extra ``[ocr]``.

    Args:
        reader: None for whatever is installed.
    """

    reader: PageReader | None = None
    extensions: frozenset[str] = frozenset(_TYPES)

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, pictures have none
        reading: bytes = b"",
    ) -> PagedText:
        """The raw text: what was read when the picture was loaded, kept in ``reading``.

        Raises:
            MislabelledDocument, DamagedDocument, DocumentTooLarge, MissingExtra, NoTextLayer.
        """
        told = noted(reading)
        if told is None or not fits(*told, len(told[0]) - 1):
            return self._read_all(data, source)[0]
        return PagedText(starts=told[0], seen=told[1], text_of=lambda _: _NOTHING)

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, DocumentTooLarge, EmptyDocument, MissingExtra, NoTextLayer.
        """
        text, pages = self._read_all(data, source)
        blocks = blocks_of(pages)
        if not blocks.drafts:
            raise EmptyDocument("整理之后没有文字。", source=source)
        return finish(
            blocks.drafts,
            titled=blocks.titled,
            data=data,
            source=source,
            encoding="",
            media_type=_TYPES[PurePath(source).suffix.lower()],
            reading=note(text.starts, text.seen),
            warnings=["文字是从图片里识别出来的，可能有错字。"],
        )

    def _read_all(self, data: bytes, source: str) -> tuple[PagedText, list[PageLayout]]:
        reader = page_reader() if self.reader is None else self.reader
        if reader is None:
            raise MissingExtra(
                "读图片要用文字识别，没有安装。", source=source, remedy="请安装：pip install 'yuanwen[ocr]'。"
            )
        starts, seen, pages = [0], {}, []
        for number, picture in enumerate(_frames(data, source)):
            height, width = picture.shape[:2]
            lines = reader.read(picture)
            page, drawn = _NOTHING, []
            if lines:
                seen[number] = Seen.from_lines(lines, engine=reader.name, aspect=height / width)
                page, drawn = seen[number].page(level=True), rulings_on(picture, lines)
            pages.append(arrange_seen(number + 1, starts[-1], page, drawn))
            starts.append(starts[-1] + len(page.text) + 1)
        if not seen:
            raise NoTextLayer(
                "图片里没有认出文字。", source=source, remedy="请换一张更清楚的图片，或者上传文字版。"
            )
        text = PagedText(starts=np.array(starts, dtype=np.int64), seen=seen, text_of=lambda _: _NOTHING)
        return text, pages


def _frames(data: bytes, source: str) -> Iterator[Picture]:
    """Each frame upright, no larger than can be read."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            _check(opened, source)
            for number in range(getattr(opened, "n_frames", 1)):
                opened.seek(number)
                if opened.width * opened.height > MOST_PIXELS or max(opened.size) > LONGEST_SIDE:
                    raise DocumentTooLarge(f"第 {number + 1} 幅图太大。", source=source)
                upright = ImageOps.exif_transpose(opened).convert("RGB")
                upright.thumbnail((_LONGER_SIDE, _LONGER_SIDE))
                yield np.asarray(upright)
    except UnidentifiedImageError as error:
        raise MislabelledDocument("内容不是图片，或不是这种图片。", source=source) from error
    except Image.DecompressionBombError as error:
        raise DocumentTooLarge("图片太大。", source=source) from error
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError) as error:
        raise DamagedDocument("图片已损坏。", source=source) from error


def _check(opened: Any, source: str) -> None:
    frames = getattr(opened, "n_frames", 1)
    if frames > MOST_FRAMES:
        raise DocumentTooLarge(f"有 {frames} 幅图，上限是 {MOST_FRAMES} 幅。", source=source)
