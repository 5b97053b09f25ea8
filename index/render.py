"""A page of an upload as a picture, for people to see a citation where it stands.

Parsers of pictures and of PDF's drawing instructions meet bytes from anybody here: call it through
:meth:`index.isolate.IsolatedParser.render`, in a process with limits.
"""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from index.errors import DamagedDocument, DocumentTooLarge, EncryptedDocument, NotFound, UnsupportedFormat

if TYPE_CHECKING:
    from PIL.Image import Image

PDF = frozenset({".pdf"})
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"})

NARROWEST, WIDEST = 100, 2400
"""Pixels that a picture may be wide."""
_MOST_HIGH = 4
"""Times its width that a page may be high, to be drawn as a whole."""
_MOST_PIXELS = 100_000_000
"""Of a picture that is to be shown smaller."""


def has_pages(source: str) -> bool:
    """Whether an upload of that name can be shown as pages."""
    return PurePath(source).suffix.lower() in PDF | PICTURES


def render(data: bytes, *, source: str, page: int, width: int) -> bytes:
    """The page as a PNG picture of that width, upright, as shares of which :class:`index.document.Box` is given.

    Args:
        page: from 1.
        width: pixels, :data:`NARROWEST` to :data:`WIDEST`; a picture that is narrower itself isn't made wider.

    Raises:
        UnsupportedFormat: uploads of that name have no pages.
        NotFound: this one hasn't so many.
        DamagedDocument, EncryptedDocument, DocumentTooLarge: the page can't be drawn.
    """
    width = min(max(width, NARROWEST), WIDEST)
    ending = PurePath(source).suffix.lower()
    if ending in PDF:
        picture = _pdf_page(data, source, page, width)
    elif ending in PICTURES:
        picture = _picture(data, source, page, width)
    else:
        raise UnsupportedFormat("这种文件没有页面图像。", source=source, remedy="请打开正文查看。")
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=4)
    return out.getvalue()


def _pdf_page(data: bytes, source: str, page: int, width: int) -> Image:
    """Drawn by pdfium, without forms and their scripts."""
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        kind = EncryptedDocument if "assword" in str(error) else DamagedDocument
        raise kind("画不出这一页。", source=source) from error
    try:
        if not 1 <= page <= len(document):
            raise _no_page(source, page, len(document))
        sheet = document[page - 1]
        wide, high = sheet.get_size()
        if not wide > 0 < high or high > _MOST_HIGH * wide:
            raise DocumentTooLarge("这一页的尺寸不正常，画不出来。", source=source)
        drawn: Image = sheet.render(scale=width / wide, may_draw_forms=False).to_pil()
        return drawn.convert("RGB")
    except pdfium.PdfiumError as error:
        raise DamagedDocument("画不出这一页。", source=source) from error
    finally:
        document.close()


def _picture(data: bytes, source: str, page: int, width: int) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            count: Any = getattr(opened, "n_frames", 1)
            if not 1 <= page <= count:
                raise _no_page(source, page, count)
            opened.seek(page - 1)
            if opened.width * opened.height > _MOST_PIXELS:
                raise DocumentTooLarge("这张图片太大，显示不了。", source=source)
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
    ) as error:
        raise DamagedDocument("图片已损坏。", source=source) from error
    if upright.height > _MOST_HIGH * upright.width:
        raise DocumentTooLarge("这张图片的尺寸不正常，显示不了。", source=source)
    if upright.width > width:
        upright.thumbnail((width, _MOST_HIGH * width))
    return upright


def _no_page(source: str, page: int, count: int) -> NotFound:
    return NotFound(f"{source} 有 {count} 页，没有第 {page} 页。", remedy="页从 1 数起。")
