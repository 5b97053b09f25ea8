"""Bad plain texts, Markdown, CSV and web pages."""

from __future__ import annotations

import random

from eval.bench import small_files as small
from eval.bench.small_files import SAID
from eval.bench.zoo.kinds import Outside, either, read, refused

_MEGA = 10**6
_NOT_TEXT = ("BinaryDocument", "UndecodableText")


def noise(size: int = 20_000) -> bytes:
    """Random bytes, the same each time."""
    return random.Random(3).randbytes(size)


def _remote_page(outside: Outside) -> bytes:
    url = outside.url
    return (
        f'<html><head><meta http-equiv="refresh" content="0;url={url}/refresh"><base href="{url}/">'
        f'<link rel="stylesheet" href="style.css"><script src="{url}/script.js"></script></head><body><p>{SAID}</p>'
        f'<img src="{url}/picture.png"><iframe src="{url}/frame"></iframe><iframe src="file://{outside.path}"></iframe>'
        f'<object data="file://{outside.path}"></object><svg><image href="{url}/a.svg"/></svg>'
        "<script>document.write('脚本写的')</script></body></html>"
    ).encode()


def _laughs(kind: str) -> bytes:
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    text = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><p>{SAID}</p><p>&l9;</p></body></html>"
    return f'<?xml version="1.0"?><!DOCTYPE {kind} [<!ENTITY l0 "哈哈">{entities}]>{text}'.encode()


def _entity_page(outside: Outside) -> bytes:
    return (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{outside.path}">'
        f'<!ENTITY y SYSTEM "{outside.url}/y">]><html xmlns="http://www.w3.org/1999/xhtml"><body><p>{SAID}</p>'
        "<p>&x;&y;</p></body></html>"
    ).encode()


def _wide_table(span: str) -> bytes:
    cell = f'<td {span}="100000">{SAID}</td>'
    return f"<table><tr><th>甲</th><th>乙</th></tr>{f'<tr>{cell}{cell}</tr>' * 20}</table>".encode()


_PAGE = small.HTML.encode()
_TEXTS = [
    refused("empty.txt", lambda _: b"", "EmptyDocument"),
    refused("white-space-only.txt", lambda _: " \r\n\u3000\ufeff\n".encode(), "EmptyDocument"),
    refused("zeros.txt", lambda _: bytes(10_000), *_NOT_TEXT, "EmptyDocument"),
    refused("random.txt", lambda _: noise(), *_NOT_TEXT),
    refused("control-characters-only.txt", lambda _: bytes(range(1, 9)) * 500, *_NOT_TEXT, "EmptyDocument"),
    either(
        "lone-surrogates-in-utf16.txt",
        lambda _: "\ufeff年鉴".encode("utf-16-le") + b"\x00\xd8\x2d\x4e" * 9,
        *_NOT_TEXT,
    ),
    either(
        "gb18030-broken-at-the-end.txt",
        lambda _: small.TEXT.encode("gb18030").rstrip() + b"\x81",
        "UndecodableText",
    ),
    either("utf8-cut-in-a-character.txt", lambda _: (small.TEXT + "家").encode()[:-1], "UndecodableText"),
    either("pdf-named.txt", lambda _: small.pdf(), *_NOT_TEXT),
    refused("docx-named.txt", lambda _: small.word(small.paragraph()), *_NOT_TEXT),
    read("html-named.txt", lambda _: _PAGE),
    read("marks-that-turn-text-around.txt", lambda _: f"\u202e{SAID}\u202c\n\u2066{SAID}\u2069\n".encode()),
    read("million-combining-marks.txt", lambda _: (SAID + "\nz" + "\u0301" * _MEGA).encode(), quick=False),
    read(
        "half-a-million-paragraphs.txt",
        lambda _: "".join(f"第{n}段：{SAID}\n" for n in range(500_000)).encode(),
        quick=False,
    ),
    read(
        "one-line-of-100-MB.txt", lambda _: SAID.encode() * (100 * 2**20 // len(SAID.encode())), quick=False
    ),
    refused("above-the-limit.txt", lambda _: b"a" * (100 * 2**20 + 1), "DocumentTooLarge", quick=False),
    either("quotes-nested-100000.md", lambda _: b">" * 100_000 + SAID.encode(), "EmptyDocument"),
    either("brackets-nested-50000.md", lambda _: b"[" * 50_000 + SAID.encode() + b"](" * 50_000, quick=False),
    either("stars-unclosed-50000.md", lambda _: b"*a **b _c " * 50_000 + SAID.encode(), quick=False),
    either(
        "lists-nested-1000.md",
        lambda _: "".join(f"{'  ' * n}- 项\n" for n in range(1000)).encode(),
        "DocumentTooLarge",
    ),
    either(
        "table-of-5000-columns.md",
        lambda _: ("|甲" * 5000 + "|\n" + "|-" * 5000 + "|\n" + "|乙" * 5000 + "|\n").encode(),
    ),
    either("references-that-loop.md", lambda _: f"[a]: b\n[b]: a\n[a][b][a]\n\n{SAID}\n".encode() * 500),
    refused("zeros.csv", lambda _: bytes(10_000), *_NOT_TEXT, "EmptyDocument"),
    refused("xlsx-named.csv", lambda _: small.xlsx(), *_NOT_TEXT),
    either(
        "one-line-of-50-MB.csv", lambda _: SAID.encode() * (50 * 2**20 // 42), "DocumentTooLarge", quick=False
    ),
    either(
        "million-columns.csv",
        lambda _: ("甲," * _MEGA + "\n" + "1," * _MEGA).encode(),
        "DocumentTooLarge",
        quick=False,
    ),
    refused(
        "three-million-empty-cells.csv",
        lambda _: b",,,\n" * 750_000,
        "DocumentTooLarge",
        "EmptyDocument",
        quick=False,
    ),
    either("quote-never-closed.csv", lambda _: ('甲,"' + "乙,丙\n" * 100_000).encode(), quick=False),
    refused(
        "header-of-100-KB-over-20000-rows.csv",
        lambda _: ("家," + "年" * 50_000 + "\n" + "甲,1\n" * 20_000).encode(),
        "DocumentTooLarge",
        quick=False,
    ),
    either("quotes-only.tsv", lambda _: b'"' * 100_001, "EmptyDocument"),
]
_PAGES = [
    refused("empty.html", lambda _: b"", "EmptyDocument"),
    refused("random.html", lambda _: noise(), *_NOT_TEXT),
    either("pdf-named.html", lambda _: small.pdf(), *_NOT_TEXT, "EmptyDocument"),
    either("cut-in-a-tag.html", lambda _: _PAGE[: len(_PAGE) // 2]),
    read("elements-nested-100000.html", lambda _: b"<div>" * 100_000 + SAID.encode(), quick=False),
    read("tables-nested-5000.html", lambda _: b"<table><tr><td>" * 5_000 + SAID.encode(), quick=False),
    either(
        "formatting-never-closed.html",
        lambda _: (f"<p><b><i><a href=x>{SAID}" * 20_000).encode(),
        "DocumentTooLarge",
        quick=False,
    ),
    read("colspan-100000.html", lambda _: _wide_table("colspan"), quick=False),
    read("rowspan-100000.html", lambda _: _wide_table("rowspan")),
    read(
        "hundred-thousand-attributes.html",
        lambda _: ("<p " + "".join(f"a{n}=b " for n in range(100_000)) + f">{SAID}</p>").encode(),
        quick=False,
    ),
    read(
        "one-attribute-of-10-MB.html", lambda _: f'<p title="{"x" * 10**7}">{SAID}</p>'.encode(), quick=False
    ),
    read(
        "million-entities.html",
        lambda _: (f"<p>{SAID}</p><p>" + "&amp;&#x4e2d;" * 500_000).encode(),
        quick=False,
    ),
    read("scripts-frames-and-pictures-from-elsewhere.html", _remote_page, never=("脚本写的",)),
    read(
        "svg-and-math-mixed.html",
        lambda _: f"<p>{SAID}</p>{'<svg><foreignObject><math><mi><p>x' * 50}".encode(),
    ),
    either("billion-laughs.xhtml", lambda _: _laughs("html"), "DamagedDocument", says=SAID),
    either("external-entity.xhtml", _entity_page, "DamagedDocument", says=SAID),
]
TEXTS = (*_TEXTS, *_PAGES)
