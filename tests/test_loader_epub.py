"""Books: chapters in the order of the spine, each block led back to its chapter and element."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping

import pytest

from index.document import Document, PartKind
from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
)
from index.loaders.epub import EpubLoader
from loader_contract import check_document

LOADER = EpubLoader()
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
CHAPTER = "<h1>第{0}章 概况</h1><p>第{0}章说，众创空间有{0}7家。</p>"
LOCK = (
    '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData>'
    '<enc:CipherReference URI="{}"/></enc:CipherData></enc:EncryptedData></encryption>'
)


def book(chapters: Mapping[str, str], *, spine: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """An EPUB 3 whose chapters are given by file name; ``spine`` are more ``itemref``."""
    items = "".join(
        f'<item id="i{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, name in enumerate(chapters)
    )
    references = "".join(f'<itemref idref="i{at}"/>' for at in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        f"<metadata><dc:title> 科技 年鉴 </dc:title></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
        f'<spine><itemref idref="nav"/>{references}{spine}</spine></package>'
    )
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members |= {"OEBPS/content.opf": package, "OEBPS/nav.xhtml": xhtml("<p>目录在此</p>")}
    members |= {f"OEBPS/{name}": xhtml(body) for name, body in chapters.items()} | dict(more or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def xhtml(body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/></head><body>{body}</body></html>'
    )


def load(data: bytes) -> Document:
    return check_document(LOADER, data, "a.epub")


GOOD = book({"b.xhtml": CHAPTER.format(1), "a.xhtml": CHAPTER.format(2)})


def test_chapters_are_read_in_the_order_of_the_spine_without_the_table_of_contents() -> None:
    document = load(GOOD)
    assert document.text.split("\n") == [
        "第1章 概况", "第1章说，众创空间有17家。", "第2章 概况", "第2章说，众创空间有27家。",
    ]  # fmt: skip
    assert document.title == "科技 年鉴"
    assert document.blocks[3].heading_path == ("第2章 概况",)


def test_a_span_is_found_in_its_chapter() -> None:
    document = load(GOOD)
    start = document.text.index("27家")
    raw = LOADER.read(GOOD, source="a.epub")
    parts = raw.place(document.offsets.ranges(start, start + 3)).parts
    assert [(part.kind, part.name) for part in parts] == [
        (PartKind.CHAPTER, "OEBPS/a.xhtml"),
        (PartKind.ELEMENT, "html > body > p:nth-of-type(1)"),
    ]


def test_footnotes_are_notes() -> None:
    document = load(
        book({"a.xhtml": '<p>正文。</p><aside epub:type="footnote" id="n"><p>一条注。</p></aside>'})
    )
    assert [block.kind.value for block in document.blocks] == ["paragraph", "note"]


def test_a_chapter_is_read_once_however_often_the_spine_names_it() -> None:
    data = book({"a.xhtml": CHAPTER.format(1)}, spine='<itemref idref="i0"/>' * 4000)
    assert load(data).text.count("17家") == 1


def test_a_locked_chapter_is_told_and_locked_fonts_dont_matter() -> None:
    with pytest.raises(EncryptedDocument):
        LOADER.load(
            book({"a.xhtml": "x"}, more={"META-INF/encryption.xml": LOCK.format("OEBPS/a.xhtml")}),
            source="a.epub",
        )
    fonts = {"META-INF/encryption.xml": LOCK.format("OEBPS/font.otf")}
    assert "17家" in load(book({"a.xhtml": CHAPTER.format(1)}, more=fonts)).text


def test_a_missing_chapter_is_told_and_the_others_are_read() -> None:
    data = book({"a.xhtml": CHAPTER.format(1), "b.xhtml": CHAPTER.format(2)})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != "OEBPS/b.xhtml":
                new.writestr(name, old.read(name))
    document = load(out.getvalue())
    assert "17家" in document.text
    assert document.warnings == ("OEBPS/b.xhtml 读不出来：里面缺少 OEBPS/b.xhtml。",)


def test_a_book_none_of_whose_chapters_can_be_read_says_why() -> None:
    with pytest.raises(DamagedDocument, match="读不出来"):
        LOADER.load(book({"a.xhtml": "x"}, more={"OEBPS/a.xhtml": "\0\0"}), source="a.epub")


def test_a_chapter_outside_the_archive_is_not_looked_for() -> None:
    with pytest.raises(EmptyDocument):
        LOADER.load(book({"../../../etc/passwd": "x"}), source="a.epub")


def test_entities_of_a_package_are_never_expanded() -> None:
    levels = "".join(f'<!ENTITY e{at + 1} "{f"&e{at};" * 10}">' for at in range(9))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "笑">{levels}]><container><rootfile full-path="&e9;"/></container>'
    with pytest.raises(DocumentError):
        LOADER.load(book({"a.xhtml": "x"}, more={"META-INF/container.xml": bomb}), source="a.epub")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"%PDF-1.7", MislabelledDocument),
        (GOOD[:-40], DamagedDocument),
        (book({}), EmptyDocument),
        (book({"a.xhtml": ""}, more={"OEBPS/content.opf": "<package"}), DamagedDocument),
        (book({"a.xhtml": "字" * 20_000_000}), DocumentTooLarge),
    ],
    ids=["pdf", "cut off", "no chapter", "bad package", "bomb"],
)
def test_what_cant_be_read_is_told(data: bytes, error: type[DocumentError]) -> None:
    with pytest.raises(error) as told:
        LOADER.load(data, source="a.epub")
    assert told.value.remedy


def test_damaged_books_are_read_or_told() -> None:
    choice = random.Random(3)
    for _ in range(150):
        data = bytearray(GOOD[: choice.randrange(30, len(GOOD) + 200)])
        for _ in range(choice.randrange(6)):
            data[choice.randrange(len(data))] = choice.randrange(256)
        try:
            LOADER.load(bytes(data), source="a.epub")
        except DocumentError as error:
            assert error.remedy
