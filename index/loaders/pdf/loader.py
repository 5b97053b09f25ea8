"""The PDF loader: every page read once while loading; afterwards only those that a citation touches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from index.document import Document
from index.errors import (
    DamagedDocument,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
    NoTextLayer,
)
from index.loaders.finish import finish
from index.loaders.ocr import PageReader, page_reader
from index.loaders.pdf.characters import PDFIUM, PageText, TooManyCharacters, read_page
from index.loaders.pdf.pages import PageLayout, arrange
from index.loaders.pdf.paragraphs import blocks_of
from index.loaders.pdf.picture_rulings import arrange_seen
from index.loaders.pdf.raw import PagedText, fits, note, noted
from index.loaders.pdf.rulings import drawn_bounds, grids, rulings
from index.loaders.pdf.seen import Seen, is_picture, see

MOST_PAGES = 5_000
MOST_CHARACTERS = 30_000_000


@dataclass(frozen=True, slots=True)
class PdfLoader:
    """Reads ``.pdf``.

    Args:
        reader: reads pages that are pictures; None for whatever is installed.
    """

    reader: PageReader | None = None
    extensions: frozenset[str] = frozenset({".pdf"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, a PDF says its own
        reading: bytes = b"",
    ) -> PagedText:
        """The raw text; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, NoTextLayer.
        """
        told = noted(reading)
        if told is None or not fits(*told, _page_count(data, source)):
            return self._read_all(data, source)[0]
        starts, seen = told
        return PagedText(starts=starts, seen=seen, text_of=partial(_page_of, data, source))

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument, NoTextLayer.
        """
        text, pages, warnings, title = self._read_all(data, source)
        blocks = blocks_of(pages)
        if not blocks.drafts:
            raise EmptyDocument("整理之后没有文字。", source=source)
        return finish(
            blocks.drafts,
            titled=blocks.titled,
            data=data,
            source=source,
            encoding="",
            media_type="application/pdf",
            title=title,
            reading=note(text.starts, text.seen),
            warnings=warnings,
        )

    def _read_all(
        self, data: bytes, source: str
    ) -> tuple[PagedText, list[PageLayout], list[str], str | None]:
        starts, pages, pictures, seen = [0], [], [], {}
        reader = page_reader() if self.reader is None else self.reader
        with _opened(data, source) as document:
            if len(document) > MOST_PAGES:
                raise DocumentTooLarge(f"有 {len(document)} 页，上限是 {MOST_PAGES} 页。", source=source)
            title = _title(document)
            for number in range(len(document)):
                layout, sight = _read(document[number], number, starts[-1], reader, source)
                if sight is not None:
                    seen[number] = sight
                elif is_picture(document[number], layout.page):
                    pictures.append(number + 1)
                pages.append(layout)
                starts.append(starts[-1] + len(layout.page.text) + 1)
                if starts[-1] > MOST_CHARACTERS:
                    raise DocumentTooLarge(f"文字超过 {MOST_CHARACTERS} 个字。", source=source)
        if not any(layout.page.text.strip() for layout in pages):
            if pictures:
                raise NoTextLayer(f"{len(pictures)} 页都是图片，没有文字。", source=source)
            raise EmptyDocument("没有文字。", source=source)
        warnings = _warnings(pictures, seen)
        text = PagedText(
            starts=np.array(starts, dtype=np.int64), seen=seen, text_of=partial(_page_of, data, source)
        )
        return text, pages, warnings, title


def _read(
    page: Any, number: int, start: int, reader: PageReader | None, source: str
) -> tuple[PageLayout, Seen | None]:
    """One page, by its text or by its picture."""
    import pypdfium2 as pdfium

    try:
        text = read_page(page)
        if reader is not None and is_picture(page, text):
            sight = see(page, reader)
            if sight is not None:
                # Layout goes by lines that are level; what a citation shows, by the picture.
                seen, drawn = sight
                return arrange_seen(number + 1, start, seen.page(level=True), drawn), seen
        tables = grids(rulings(drawn_bounds(page)))
        return arrange(number + 1, start, text, tables), None
    except TooManyCharacters as error:
        raise DocumentTooLarge(f"第 {number + 1} 页的文字多得不正常。", source=source) from error
    except pdfium.PdfiumError as error:
        raise DamagedDocument(f"第 {number + 1} 页读不出来。", source=source) from error


def _page_of(data: bytes, source: str, number: int) -> PageText:
    """A page's text, read again."""
    with _opened(data, source) as document:
        return read_page(document[number])


def _page_count(data: bytes, source: str) -> int:
    with _opened(data, source) as document:
        return len(document)


@contextmanager
def _opened(data: bytes, source: str) -> Iterator[Any]:
    """The document, alone under the lock.

    Raises:
        MislabelledDocument, EncryptedDocument, DamagedDocument.
    """
    import pypdfium2 as pdfium

    if b"%PDF-" not in data[:1024]:
        raise MislabelledDocument("内容不是 PDF。", source=source)
    with PDFIUM:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            # What pdfium tells may be of a file before this one; one that is locked names its lock in plain.
            if b"/Encrypt" in data and ("assword" in str(error) or "ecurity" in str(error)):
                raise EncryptedDocument("文件加了密码。", source=source) from error
            raise DamagedDocument("PDF 的结构已损坏。", source=source) from error
        try:
            if len(document) == 0:
                raise DamagedDocument("PDF 里没有页。", source=source)
            yield document
        except pdfium.PdfiumError as error:
            raise DamagedDocument("PDF 的一页已损坏。", source=source) from error
        finally:
            document.close()


def _title(document: Any) -> str | None:
    """What the file says its title is; programs often write a file's name or nonsense there, which is left out."""
    try:
        title = str(document.get_metadata_value("Title")).strip()
    except UnicodeDecodeError:
        return None
    named = title.lower().endswith(
        (".doc", ".docx", ".indd", ".pdf", ".html", ".wps", ".ppt", ".pptx", ".xls")
    )
    sound = 2 <= len(title) <= 60 and title.isprintable() and not named and not title.startswith("Microsoft")
    return title if sound and any("\u4e00" <= character <= "\u9fff" for character in title) else None


def _warnings(pictures: list[int], seen: dict[int, Seen]) -> list[str]:
    out = []
    if pictures:
        shown = "、".join(map(str, pictures[:10])) + ("……" if len(pictures) > 10 else "")
        out.append(f"第 {shown} 页（共 {len(pictures)} 页）是图片，没有读出文字；装上 yuanwen[ocr] 就能读。")
    if seen:
        out.append(f"{len(seen)} 页是图片，文字是识别出来的，可能有错字。")
    return out
