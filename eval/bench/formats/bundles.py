"""Mails and books."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from html import escape

from eval.bench.formats.model import Block, Heading, Source, Truth, Unit, truth_of
from eval.bench.formats.pages import body, page
from eval.bench.formats.plain import as_text

_SENDER, _RECEIVER, _DATE = (
    "文秘处 <office@example.cn>",
    "各处室 <all@example.cn>",
    "Mon, 08 May 2023 09:30:00 +0800",
)


def as_mail(
    source: Source, *, charset: str, transfer: str, plain: bool = True, html: bool = False, wrap: int = 0
) -> bytes:
    """A mail with the text in its body: plain, HTML or both.

    Args:
        charset: of both versions; it must be able to write the text.
        transfer: "base64", "quoted-printable" or "8bit".
    """
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"], mail["Date"] = source.title, _SENDER, _RECEIVER, _DATE
    words = as_text(source, wrap=wrap).replace("\r\n", "\n") if plain else ""
    content = page(source.title, "".join(body(source.blocks)), declared=charset)
    if plain:
        mail.set_content(words, charset=charset, cte=transfer)
        if html:
            mail.add_alternative(content, subtype="html", charset=charset, cte=transfer)
    else:
        mail.set_content(content, subtype="html", charset=charset, cte=transfer)
    return mail.as_bytes()


def mail_truth(source: Source) -> Truth:
    """The body's text below the subject; the other headers may be read in any form."""
    told = truth_of(source)
    return Truth(
        units=(Unit(kind="heading", text=source.title), *told.units),
        cells=told.cells,
        optional=(
            "发件人收件人抄送日期时间主题",
            _SENDER,
            _RECEIVER,
            _DATE,
            "2023年5月8日09:30",
            "2023-05-08 09:30:00 +0800",
        ),
    )


def as_epub(source: Source) -> bytes:
    """A book of EPUB 3, each heading of the second level a chapter in a file of its own."""
    chapters = _chapters(source.blocks)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        book.writestr("META-INF/container.xml", _CONTAINER)
        names = [f"c{number}.xhtml" for number in range(len(chapters))]
        book.writestr("OEBPS/content.opf", _package(source.title, names))
        links = "".join(f'<li><a href="{name}">第{n}节</a></li>' for n, name in enumerate(names, 1))
        book.writestr(
            "OEBPS/nav.xhtml", _xhtml("目录", f'<nav epub:type="toc"><h1>目录</h1><ol>{links}</ol></nav>')
        )
        for name, blocks in zip(names, chapters, strict=True):
            book.writestr(f"OEBPS/{name}", _xhtml(source.title, "".join(body(blocks))))
    return out.getvalue()


def _chapters(blocks: Sequence[Block]) -> list[list[Block]]:
    chapters: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, Heading) and block.level == 2:
            chapters.append([])
        chapters[-1].append(block)
    return [chapter for chapter in chapters if chapter]


def _xhtml(title: str, content: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{escape(title)}</title></head>'
        f"<body>{content}</body></html>"
    )


_CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def _package(title: str, names: Sequence[str]) -> str:
    items = "".join(f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names)
    spine = "".join(f'<itemref idref="{n}"/>' for n in names)
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">x</dc:identifier>'
        f"<dc:title>{escape(title)}</dc:title><dc:language>zh</dc:language></metadata><manifest>"
        f'<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>{items}</manifest>'
        f"<spine>{spine}</spine></package>"
    )
