"""The PDF loader: every page read once while loading; afterwards only those that a citation touches."""

from __future__ import annotations

import json
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.document import Box, Document, Place
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
from index.loaders.pdf.pages import PageLayout, arrange, with_notes, without_furniture
from index.loaders.pdf.paragraphs import Blocks, body_size
from index.loaders.pdf.rulings import drawn_bounds, grids, rulings
from index.loaders.pdf.seen import Seen, is_picture, see
from index.loaders.raw import check_ranges

MOST_PAGES = 5_000
MOST_CHARACTERS = 30_000_000
_FORMAT = 1


@dataclass(slots=True)
class PdfText:
    """The raw text of a PDF: its pages one after the other, a form feed after each. Pages are read when needed.

    Args:
        starts: where each page starts in the raw text, and where the text ends; shape (pages + 1,).
        seen: by page, from 0: what was read on its picture.
    """

    data: bytes
    source: str
    starts: NDArray[np.int64]
    seen: dict[int, Seen]
    encoding: str = ""
    _pages: dict[int, PageText] = field(default_factory=dict)

    def says(self, ranges: tuple[tuple[int, int], ...]) -> str:
        """The characters of half-open raw ranges; see :class:`index.document.RawText`."""
        check_ranges(ranges, int(self.starts[-1]))
        out: list[str] = []
        for start, end in ranges:
            for page, a, b in self._split(start, end):
                out.append((self._page(page).text + "\f")[a:b])
        return "".join(out)

    def place(self, ranges: tuple[tuple[int, int], ...]) -> Place:
        """Page, and a box for each line that the ranges touch."""
        check_ranges(ranges, int(self.starts[-1]))
        boxes: list[Box] = []
        for start, end in ranges:
            for page, a, b in self._split(start, end):
                boxes.extend(_boxes(self._page(page), a, b, page + 1))
        first = bisect_right(self.starts.tolist(), ranges[0][0])
        return Place(raw=ranges, bytes=(), first_line=0, last_line=0, page=first, boxes=tuple(_merged(boxes)))

    def _split(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Page from 0, and the half-open range within it."""
        page = int(np.searchsorted(self.starts, start, side="right")) - 1
        while start < end:
            stop = min(end, int(self.starts[page + 1]))
            yield page, start - int(self.starts[page]), stop - int(self.starts[page])
            start = stop
            page += 1

    def _page(self, page: int) -> PageText:
        if page not in self._pages:
            if page in self.seen:
                self._pages[page] = self.seen[page].page()
            else:
                with _opened(self.data, self.source) as document:
                    self._pages[page] = read_page(document[page])
        return self._pages[page]


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
    ) -> PdfText:
        """The raw text; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, NoTextLayer.
        """
        noted = _noted(reading)
        if noted is None or not _fits(*noted, data, source):
            return self._read_all(data, source)[0]
        starts, seen = noted
        return PdfText(data=data, source=source, starts=starts, seen=seen)

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument, NoTextLayer.
        """
        text, pages, warnings, title = self._read_all(data, source)
        pages = without_furniture(pages)
        body = body_size(pages)
        blocks = Blocks(raw="".join(f"{layout.page.text}\f" for layout in pages), body=body)
        for layout in pages:
            blocks.page(with_notes(layout, body))
        blocks.end()
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
            reading=_note(text.starts, text.seen),
            warnings=warnings,
        )

    def _read_all(self, data: bytes, source: str) -> tuple[PdfText, list[PageLayout], list[str], str | None]:
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
        text = PdfText(data=data, source=source, starts=np.array(starts, dtype=np.int64), seen=seen)
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
                return arrange(number + 1, start, sight.page(level=True), ()), sight
        tables = grids(rulings(drawn_bounds(page)))
        return arrange(number + 1, start, text, tables), None
    except TooManyCharacters as error:
        raise DocumentTooLarge(f"第 {number + 1} 页的文字多得不正常。", source=source) from error
    except pdfium.PdfiumError as error:
        raise DamagedDocument(f"第 {number + 1} 页读不出来。", source=source) from error


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
            if "assword" in str(error) or "ecurity" in str(error):
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


def _note(starts: NDArray[np.int64], seen: dict[int, Seen]) -> bytes:
    told = {
        "format": _FORMAT,
        "starts": starts.tolist(),
        "seen": {str(number): sight.told() for number, sight in seen.items()},
    }
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def _noted(reading: bytes) -> tuple[NDArray[np.int64], dict[int, Seen]] | None:
    """What :func:`_note` wrote; None for another version's, or none."""
    try:
        told = json.loads(zlib.decompress(reading))
        if told["format"] != _FORMAT:
            return None
        seen = {int(number): Seen.of(sight) for number, sight in told["seen"].items()}
        return np.array(told["starts"], dtype=np.int64), seen
    except (ValueError, KeyError, TypeError, zlib.error):
        return None


def _fits(starts: NDArray[np.int64], seen: dict[int, Seen], data: bytes, source: str) -> bool:
    """Whether what was noted can be of this file: as many pages, each of at least its form feed.

    Raises:
        MislabelledDocument, EncryptedDocument, DamagedDocument.
    """
    if starts.ndim != 1 or len(starts) < 2 or starts[0] != 0 or (np.diff(starts) < 1).any():
        return False
    with _opened(data, source) as document:
        if len(document) != len(starts) - 1:
            return False
    return all(
        0 <= page < len(starts) - 1 and len(sight.text) + 1 == starts[page + 1] - starts[page]
        for page, sight in seen.items()
    )


def _boxes(page: PageText, start: int, end: int, number: int) -> Iterator[Box]:
    """Boxes of characters, one for each line."""
    boxes = page.boxes[start : min(end, len(page.text))]
    boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
    line: list[NDArray[np.float32]] = []
    for box in boxes:
        if line and min(box[3], line[-1][3]) - max(box[1], line[-1][1]) < 0.3 * (box[3] - box[1]):
            yield _around(line, number)
            line = []
        line.append(box)
    if line:
        yield _around(line, number)


def _around(line: list[NDArray[np.float32]], number: int) -> Box:
    boxes = np.stack(line)
    return Box(
        page=number,
        left=float(boxes[:, 0].min()),
        top=float(boxes[:, 1].min()),
        right=float(boxes[:, 2].max()),
        bottom=float(boxes[:, 3].max()),
    )


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes beside each other on one line as one: a citation may have dropped a space between."""
    out: list[Box] = []
    for box in boxes:
        last = out[-1] if out else None
        if (
            last is not None
            and last.page == box.page
            and min(last.bottom, box.bottom) - max(last.top, box.top) > 0.5 * (box.bottom - box.top)
            and box.left - last.right < 0.02
            and last.left - box.right < 0.02
        ):
            out[-1] = Box(
                page=box.page,
                left=min(last.left, box.left),
                top=min(last.top, box.top),
                right=max(last.right, box.right),
                bottom=max(last.bottom, box.bottom),
            )
        else:
            out.append(box)
    return out
