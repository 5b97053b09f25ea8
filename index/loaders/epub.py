"""Books in EPUB: the chapters of the spine, each read as a web page."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from index.document import Document, Part, PartKind
from index.encoding import decode
from index.errors import DamagedDocument, DocumentError, EmptyDocument, EncryptedDocument, MislabelledDocument
from index.loaders.finish import finish
from index.loaders.parted import PartedText
from index.loaders.safe_xml import safe_parser
from index.loaders.web_page import Page
from index.loaders.zipped import open_zip, read_member

MOST_CHAPTERS = 5_000
_LARGEST_CHAPTER = 32 * 2**20
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})


@dataclass(frozen=True, slots=True)
class EpubLoader:
    """Reads ``.epub`` (2 and 3) without a digital lock; pictures, sounds and scripts are left alone."""

    extensions: frozenset[str] = frozenset({".epub"})

    def read(
        self,
        data: bytes,
        *,
        source: str,
        encoding: str | None = None,  # noqa: ARG002, chapters say their own
        reading: bytes = b"",  # noqa: ARG002, nothing to be told
    ) -> PartedText:
        """The raw text: all chapters.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge.
        """
        return _book(data, source)[0].builder.build()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:  # noqa: ARG002
        """The clean document; see :class:`index.document.Loader`.

        Raises:
            MislabelledDocument, DamagedDocument, EncryptedDocument, DocumentTooLarge, EmptyDocument.
        """
        book, title, warnings = _book(data, source)
        drafts, titled = book.drafts()
        if not drafts and warnings:
            raise DamagedDocument(warnings[0], source=source)
        if not drafts:
            raise EmptyDocument("书里没有文字。", source=source)
        return finish(
            drafts,
            titled=titled,
            data=data,
            source=source,
            encoding="",
            media_type="application/epub+zip",
            title=title,
            warnings=warnings,
        )


def _book(data: bytes, source: str) -> tuple[Page, str | None, list[str]]:
    """All chapters as one text, the book's title, and what couldn't be read."""
    archive = open_zip(data, source=source)
    if "META-INF/container.xml" not in archive.namelist():
        raise MislabelledDocument("不是 EPUB。", source=source)
    container = _parsed(archive, "META-INF/container.xml", source)
    path = next((str(one.get("full-path")) for one in container.iter("{*}rootfile")), "")
    package = _parsed(archive, path, source)
    locked = _locked(archive, source)
    book, warnings = Page(source=source), []
    for name in _chapters(package, posixpath.dirname(path)):
        if name in locked:
            raise EncryptedDocument("书加了数字锁（DRM）。", source=source)
        book.around = (Part(kind=PartKind.CHAPTER, name=name),)
        try:
            markup = read_member(archive, name, source=source, maximum=_LARGEST_CHAPTER)
            book.take(decode(markup, source=source).text, xml=True)
        except EmptyDocument:
            continue
        except DocumentError as error:
            warnings.append(f"{name} 读不出来：{error.message.removeprefix(f'{source}: ')}")
    title = next((one.text for one in package.iter("{http://purl.org/dc/elements/1.1/}title")), None)
    return book, " ".join(title.split()) if title and title.strip() else None, warnings + book.warnings


def _parsed(archive: zipfile.ZipFile, name: str, source: str) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(read_member(archive, name, source=source), safe_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedDocument(f"里面的 {name} 已损坏。", source=source) from error


def _chapters(package: Any, folder: str) -> Iterator[str]:
    """Names of the chapters' members in reading order, without the book's own table of contents."""
    seen: set[str] = set()
    items = {item.get("id"): item for item in package.iter("{*}item")}
    for number, reference in enumerate(package.iter("{*}itemref")):
        item = items.get(reference.get("idref"))
        if number >= MOST_CHAPTERS:
            return
        if item is None or item.get("media-type") not in _PAGES or reference.get("linear") == "no":
            continue
        if "nav" in (item.get("properties") or "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(str(item.get("href")))))
        if name not in seen and not name.startswith(("../", "/")):
            seen.add(name)
            yield name


def _locked(archive: zipfile.ZipFile, source: str) -> frozenset[str]:
    """Members that are encrypted."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return frozenset()
    told = _parsed(archive, "META-INF/encryption.xml", source)
    return frozenset(unquote(str(one.get("URI"))) for one in told.iter("{*}CipherReference"))
