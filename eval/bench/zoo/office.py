"""Bad Word files, slides, workbooks and books."""

from __future__ import annotations

import re

from eval.bench import small_files as small
from eval.bench.small_files import SAID, paragraph, word
from eval.bench.zoo import archives
from eval.bench.zoo.archives import WORD, plus
from eval.bench.zoo.kinds import BadFile, Outside, either, read, refused
from eval.bench.zoo.texts import noise

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_DAMAGED, _LARGE, _OTHER, _LOCKED = (
    "DamagedDocument",
    "DocumentTooLarge",
    "MislabelledDocument",
    "EncryptedDocument",
)
_GIGA = 2**30
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_BIG = "大" * 100_000


def changed(data: bytes, name: str, before: str, after: str) -> bytes:
    """An archive with one member's first match of a pattern replaced."""
    members = small.members_of(data)
    text, count = re.subn(before, lambda _: after, members[name].decode(), count=1)
    assert count == 1, (name, before)
    return small.zipped(members | {name: text.encode()})


def _with_type(declared: str, used: str) -> bytes:
    """A Word file whose main part declares entities and uses one."""
    main = f"<!DOCTYPE w:document [{declared}]>{small.WORD}{paragraph(SAID + used)}</w:body></w:document>"
    return plus(word(paragraph()), {WORD: main})


def _external(outside: Outside) -> bytes:
    return _with_type(
        f'<!ENTITY x SYSTEM "file://{outside.path}"><!ENTITY y SYSTEM "{outside.url}/y">', "&x;&y;"
    )


def _external_type(outside: Outside) -> bytes:
    main = f'<!DOCTYPE w:document SYSTEM "{outside.url}/type.dtd">{small.WORD}{paragraph()}</w:body></w:document>'
    return plus(word(paragraph()), {WORD: main})


def _remote(outside: Outside) -> bytes:
    targets = [("image", f"{outside.url}/a.png"), ("attachedTemplate", f"{outside.url}/a.dotm")]
    targets += [("styles", f"file://{outside.path}"), ("footnotes", f"{outside.url}/notes.xml")]
    return plus(word(paragraph()), {"word/_rels/document.xml.rels": small.relations(*targets, external=True)})


def _inner_path(outside: Outside) -> bytes:
    """A relationship that isn't marked as external and leads out all the same."""
    targets = (("styles", f"file://{outside.path}"), ("footnotes", f"../../../../../..{outside.path}"))
    return plus(word(paragraph()), {"word/_rels/document.xml.rels": small.relations(*targets)})


def _style_loop() -> bytes:
    style = (
        '<w:style w:type="paragraph" w:styleId="{0}"><w:name w:val="{0}"/><w:basedOn w:val="{1}"/></w:style>'
    )
    styles = f"<w:styles {_W}>{style.format('A', 'B')}{style.format('B', 'A')}</w:styles>"
    return word(paragraph(properties='<w:pPr><w:pStyle w:val="A"/></w:pPr>'), styles=styles)


def _numbering_loop() -> bytes:
    links = '<w:numStyleLink w:val="{1}"/><w:styleLink w:val="{2}"/>'
    inner = f'<w:abstractNum w:abstractNumId="{{0}}">{links}</w:abstractNum>'
    numbering = (
        f"<w:numbering {_W}>{inner.format(0, 'A', 'B')}{inner.format(1, 'B', 'A')}"
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    properties = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return word(paragraph(properties=properties), numbering=numbering)


def _level(value: str) -> bytes:
    numbering = (
        f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="{value}"/>'
        '<w:numFmt w:val="upperRoman"/><w:lvlText w:val="第%1条"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    properties = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return word(paragraph(properties=properties), numbering=numbering)


def _tables(depth: int) -> bytes:
    before, after = "<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"
    return word(paragraph() + before * depth + paragraph() + after * depth)


_MACRO = {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0" + "Sub AutoOpen()：宏的内容".encode()}
_WORDS = [
    refused("empty.docx", lambda _: b"", "EmptyDocument", _OTHER),
    refused("zeros.docx", lambda _: bytes(5000), _OTHER),
    refused("random.docx", lambda _: noise(), _OTHER),
    refused("random-after-its-mark.docx", lambda _: b"PK\x03\x04" + noise(), _DAMAGED),
    refused("cut-in-the-middle.docx", lambda _: small.docx()[: len(small.docx()) // 2], _DAMAGED),
    refused("cut-in-its-directory.docx", lambda _: small.docx()[:-30], _DAMAGED),
    either(
        "bytes-overwritten.docx",
        lambda _: word(paragraph())[:700] + bytes(40) + word(paragraph())[740:],
        _DAMAGED,
    ),
    refused("zip-named.docx", lambda _: small.zipped({"说明.txt": SAID}), _OTHER),
    refused("pdf-named.docx", lambda _: small.pdf(), _OTHER),
    refused("text-named.docx", lambda _: small.TEXT.encode(), _OTHER),
    refused("xlsx-named.docx", lambda _: small.xlsx(), _OTHER),
    refused("with-a-password.docx", lambda _: archives.encrypted_office(), _LOCKED),
    refused("with-encrypted-members.docx", lambda _: archives.locked(word(paragraph())), _LOCKED),
    refused(
        "bomb-of-one-gigabyte.docx",
        lambda _: archives.bomb(word(paragraph()), WORD, _GIGA),
        _LARGE,
        quick=False,
    ),
    refused(
        "bomb-that-lies-about-its-size.docx",
        lambda _: archives.lying(word(paragraph()), WORD, _GIGA),
        _LARGE,
        _DAMAGED,
        quick=False,
    ),
    refused(
        "bomb-of-70000-members.docx", lambda _: archives.many(word(paragraph()), 70_000), _LARGE, quick=False
    ),
    refused(
        "bomb-of-overlapping-members.docx",
        lambda _: archives.overlapping(word(paragraph()), WORD, 1000),
        _LARGE,
        quick=False,
    ),
    refused(
        "archive-in-archive.docx",
        lambda _: plus(word(paragraph()), {WORD: archives.bomb(word(paragraph()), "x", 2**24)}),
        _DAMAGED,
    ),
    refused(
        "elements-nested-100000.docx",
        lambda _: plus(
            word(paragraph()),
            {WORD: f"{small.WORD}{'<w:p>' * 100_000}{'</w:p>' * 100_000}</w:body></w:document>"},
        ),
        _LARGE,
    ),
    refused("tables-nested-1000.docx", lambda _: _tables(1000), _LARGE),
    read("tables-nested-60.docx", lambda _: _tables(60)),
    refused("billion-laughs.docx", lambda _: _with_type(f'<!ENTITY l0 "哈哈">{LAUGHS}', "&l9;"), _DAMAGED),
    refused(
        "quadratic-blow-up.docx", lambda _: _with_type(f'<!ENTITY a "{_BIG}">', "&a;" * 20_000), _DAMAGED
    ),
    refused("external-entity.docx", _external, _DAMAGED),
    either("external-document-type.docx", _external_type, _DAMAGED),
    read("members-that-lead-outside.docx", lambda _: archives.beside(word(paragraph())), never=("越界",)),
    read("picture-and-template-from-elsewhere.docx", _remote),
    read("parts-that-lead-outside.docx", _inner_path),
    read("macros.docm", lambda _: plus(word(paragraph()), _MACRO), never=("AutoOpen", "宏的内容")),
    read("styles-based-on-each-other.docx", lambda _: _style_loop()),
    read("numbering-linked-to-itself.docx", lambda _: _numbering_loop()),
    read("numbering-that-starts-at-a-billion.docx", lambda _: _level("999999999")),
    read("numbering-that-starts-at-no-number.docx", lambda _: _level("九")),
    read(
        "main-part-is-its-own-styles.docx",
        lambda _: plus(
            word(paragraph()),
            {
                "word/_rels/document.xml.rels": small.relations(
                    ("styles", "document.xml"), ("numbering", "document.xml")
                )
            },
        ),
    ),
    either(
        "cells-that-span-a-billion-columns.docx",
        lambda _: word(
            "<w:tbl>"
            + f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr>{paragraph()}</w:tc></w:tr>' * 9
            + "</w:tbl>"
        ),
        _LARGE,
    ),
    either("main-part-twice.docx", lambda _: archives.doubled(word(paragraph()), WORD, noise()), _DAMAGED),
    read(
        "half-a-million-paragraphs.docx",
        lambda _: word("".join(paragraph(f"{n}{SAID}") for n in range(500_000))),
        quick=False,
    ),
]


def _layout_loop() -> bytes:
    """A slide's layout whose master is the layout itself."""
    name = "ppt/slideLayouts/_rels/slideLayout6.xml.rels"
    return changed(small.pptx(), name, r"\.\./slideMasters/slideMaster1\.xml", "slideLayout6.xml")


_SLIDES = [
    refused("cut-in-the-middle.pptx", lambda _: small.pptx()[: len(small.pptx()) // 2], _DAMAGED),
    refused("docx-named.pptx", lambda _: small.docx(), _OTHER),
    refused("with-a-password.pptx", lambda _: archives.encrypted_office(), _LOCKED),
    either("layout-is-its-own-master.pptx", lambda _: _layout_loop(), _DAMAGED),
    either(
        "slide-is-its-own-layout.pptx",
        lambda _: changed(
            small.pptx(),
            "ppt/slides/_rels/slide2.xml.rels",
            r"\.\./slideLayouts/slideLayout6\.xml",
            "slide2.xml",
        ),
        _DAMAGED,
    ),
    refused(
        "groups-nested-100000.pptx",
        lambda _: changed(
            small.pptx(),
            "ppt/slides/slide2.xml",
            "</p:spTree>",
            "<p:grpSp>" * 100_000 + "</p:grpSp>" * 100_000 + "</p:spTree>",
        ),
        _DAMAGED,
        _LARGE,
    ),
    either(
        "groups-nested-200.pptx",
        lambda _: changed(
            small.pptx(),
            "ppt/slides/slide2.xml",
            "</p:spTree>",
            "<p:grpSp><p:nvGrpSpPr/><p:grpSpPr/>" * 200 + "</p:grpSp>" * 200 + "</p:spTree>",
        ),
        _DAMAGED,
        _LARGE,
    ),
    refused(
        "bomb-of-one-gigabyte.pptx",
        lambda _: archives.bomb(small.pptx(), "ppt/slides/slide1.xml", _GIGA),
        _LARGE,
        quick=False,
    ),
    read(
        "macros.pptm",
        lambda _: plus(small.pptx(), {"ppt/vbaProject.bin": b"Sub Auto_Open()"}),
        never=("Auto_Open",),
    ),
    either(
        "billion-laughs.pptx",
        lambda _: changed(
            small.pptx(),
            "ppt/slides/slide2.xml",
            "<p:sld ",
            f'<!DOCTYPE s [<!ENTITY l0 "ha">{LAUGHS}]><p:sld ',
        ),
        _DAMAGED,
    ),
]
OFFICE: tuple[BadFile, ...] = (*_WORDS, *_SLIDES)
