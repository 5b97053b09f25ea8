"""Which files the corpus is made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from eval.bench.formats.bundles import as_epub, as_mail, mail_truth
from eval.bench.formats.contents import Contents
from eval.bench.formats.decks import as_odp, as_pptx
from eval.bench.formats.model import Notes, Source, Truth, truth_of
from eval.bench.formats.pages import body, page, print_page
from eval.bench.formats.plain import as_markdown, as_separated, as_text
from eval.bench.formats.programs import Programs
from eval.bench.formats.scans import Scanner, as_picture_file, scanned
from eval.bench.formats.sites import Site, site_page
from eval.bench.formats.word_files import as_docx, as_odt
from eval.bench.formats.workbooks import as_xls, as_xlsx


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a recipe works with."""

    contents: Contents
    choice: random.Random
    programs: Programs


Draw = Callable[[Contents], Source]
Make = Callable[[Bench], tuple[bytes, Truth]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One file of the corpus.

    Args:
        name: with its ending.
        programs: whether Chromium or LibreOffice is needed.
    """

    name: str
    make: Make
    programs: bool = False


SONG, HEI, MING, KAI, ZENHEI = (
    "Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UMing CN", "AR PL UKai CN", "WenQuanYi Zen Hei",
)  # fmt: skip


def recipes() -> list[Recipe]:
    """All of them, in the order of the formats."""
    return [
        *_texts(),
        *_sites(),
        *_printed(),
        *_exported(),
        *_word(),
        *_decks(),
        *_sheets(),
        *_bundles(),
        *_scans(),
    ]


def _simple(
    name: str, draw: Draw, write: Callable[[Source], bytes], *, notes: Notes = Notes.MARKED
) -> Recipe:
    """A file that a library here writes."""

    def make(bench: Bench) -> tuple[bytes, Truth]:
        source = draw(bench.contents)
        return write(source), truth_of(source, notes=notes)

    return Recipe(name=name, make=make)


def _texts() -> Iterator[Recipe]:
    yield _simple("regulation_utf8.txt", lambda c: c.regulation(), lambda s: as_text(s).encode("utf-8"))
    yield _simple(
        "regulation_gb18030.txt",
        lambda c: c.regulation(),
        lambda s: as_text(s, indent="    ").encode("gb18030"),
    )
    yield _simple("prose_utf16.txt", lambda c: c.prose(), lambda s: as_text(s, blank=True).encode("utf-16"))
    yield _simple("prose_big5.txt", lambda c: c.traditional(), lambda s: as_text(s).encode("big5"))
    yield _simple(
        "yearbook_wrapped.txt", lambda c: c.yearbook(), lambda s: as_text(s, wrap=32).encode("utf-8-sig")
    )
    yield _simple("regulation_wrapped.txt", lambda c: c.regulation(),
                  lambda s: as_text(s, wrap=40, indent="", blank=True).encode("utf-8"))  # fmt: skip
    yield _simple("notice_gb18030.txt", lambda c: c.notice(), lambda s: as_text(s).encode("gb18030"))
    yield _simple("regulation.md", lambda c: c.regulation(), lambda s: as_markdown(s).encode())
    yield _simple("report.md", lambda c: c.report(), lambda s: as_markdown(s).encode())
    yield _simple("prose_notes.md", lambda c: c.prose(notes=2), lambda s: as_markdown(s).encode("gb18030"))
    yield _simple(
        "sheet_gb18030.csv", lambda c: c.sheet(), lambda s: as_separated(s.tables[0]).encode("gb18030")
    )
    yield _bare("sheet_bare.csv", ",", "utf-8-sig")
    yield _bare("sheet_bare.tsv", "\t", "utf-16")


def _bare(name: str, separator: str, encoding: str) -> Recipe:
    """A table without caption, unit and remark."""

    def make(bench: Bench) -> tuple[bytes, Truth]:
        source = bench.contents.sheet()
        data = as_separated(source.tables[0], separator=separator, titled=False).encode(encoding)
        return data, Truth(units=(), cells=truth_of(source).cells)

    return Recipe(name=name, make=make)


def _sites() -> Iterator[Recipe]:
    stamps = {
        "government": "发布时间：2023-05-08 09:30　来源：江北市人民政府办公室　字体：[大 中 小]",
        "old": "发布者：管理员　发布时间：2012-3-9　点击数：1024",
        "article": "2022-10-12 08:15 江北日报 记者 李明",
        "wiki": "来自内部知识库",
        "word": "（2021年3月修订）",
    }
    plans: list[tuple[str, Draw, Site]] = [
        ("government_notice", lambda c: c.notice(), Site(name="government")),
        (
            "government_regulation",
            lambda c: c.regulation(),
            Site(name="government", encoding="gb18030", declared="gb2312"),
        ),
        ("government_report", lambda c: c.report(), Site(name="government")),
        (
            "old_regulation",
            lambda c: c.regulation(),
            Site(name="old", encoding="gbk", declared="gb2312", breaks=True),
        ),
        (
            "old_report",
            lambda c: c.report(deep=True),
            Site(name="old", encoding="gbk", declared="gb2312", breaks=True),
        ),
        ("article_prose", lambda c: c.prose(), Site(name="article")),
        ("wiki_prose", lambda c: c.prose(notes=2), Site(name="wiki")),
        (
            "word_regulation",
            lambda c: c.regulation(),
            Site(name="word", encoding="gb18030", declared="gb2312"),
        ),
        ("word_report", lambda c: c.report(), Site(name="word", encoding="gb18030", declared="gb2312")),
    ]
    for name, draw, site in plans:
        yield _site(f"{name}.html", draw, site, stamps[site.name])


def _site(name: str, draw: Draw, site: Site, stamp: str) -> Recipe:
    def make(bench: Bench) -> tuple[bytes, Truth]:
        source = draw(bench.contents)
        # A page has one heading of the first level: what stands before it on paper is left to the article's body.
        return site_page(source, site, stamp)

    return Recipe(name=name, make=make)


def _margins(vertical: str, sides: str) -> dict[str, str]:
    return {"top": vertical, "bottom": vertical, "left": sides, "right": sides}


_A4: dict[str, Any] = {"format": "A4", "margin": _margins("22mm", "24mm")}
_LETTER: dict[str, Any] = {"format": "Letter", "margin": _margins("20mm", "20mm")}
_B5: dict[str, Any] = {"width": "176mm", "height": "250mm", "margin": _margins("18mm", "18mm")}
_WIDE: dict[str, Any] = {"format": "A4", "landscape": True, "margin": _margins("18mm", "20mm")}


def _printed() -> Iterator[Recipe]:
    def plan(name: str, draw: Draw, paper: dict[str, Any], *, heads: bool = False, **looks: Any) -> Recipe:
        def make(bench: Bench) -> tuple[bytes, Truth]:
            source = draw(bench.contents)
            options = {**paper, **(_running(source.running_head) if heads else {})}
            return bench.programs.printed(print_page(source, **looks), options=options), truth_of(source)

        return Recipe(name=f"chromium_{name}.pdf", make=make, programs=True)

    yield plan("regulation", lambda c: c.regulation(), _A4, font=SONG)
    yield plan("regulation_heads", lambda c: c.regulation(4000), _A4, font=MING, heads=True, size="11pt")
    yield plan("regulation_gaps", lambda c: c.regulation(), _LETTER, font=HEI, indent="0", gap="0.7em")
    yield plan("notice", lambda c: c.notice(), _A4, font=KAI, size="16pt", line="1.9")
    yield plan(
        "notice_song", lambda c: c.notice(attached=False), _A4, font=SONG, size="15pt", line="2", heads=True
    )
    yield plan("prose_columns", lambda c: c.prose(8), _A4, font=SONG, columns=2, size="10.5pt")
    yield plan(
        "yearbook_columns", lambda c: c.yearbook(4500), _A4, font=MING, columns=2, size="10.5pt", heads=True
    )
    yield plan("yearbook_b5", lambda c: c.yearbook(3000), _B5, font=KAI, size="11pt", heads=True)
    yield plan("prose_notes", lambda c: c.prose(5, notes=2), _A4, font=ZENHEI)
    yield plan("report", lambda c: c.report(), _A4, font=SONG, heads=True)
    yield plan("report_deep", lambda c: c.report(2, rows=8, deep=True), _A4, font=HEI, size="11pt")
    yield plan("report_wide", lambda c: c.report(3, rows=12), _WIDE, font=SONG, size="11pt", heads=True)
    yield plan("three_columns", lambda c: c.prose(9), _WIDE, font=SONG, columns=3, size="10.5pt")


def _running(words: str) -> dict[str, Any]:
    style = "font-size:9px;width:100%;text-align:center;font-family:'Noto Serif CJK SC'"
    return {
        "display_header_footer": True,
        "header_template": f'<div style="{style}">{words}</div>',
        "footer_template": f'<div style="{style}">— <span class="pageNumber"></span> —</div>',
    }


def _converted(
    name: str,
    draw: Draw,
    write: Callable[[Source], bytes],
    way: tuple[str, ...],
    *,
    notes: Notes = Notes.NUMBERED,
) -> Recipe:
    """A file that LibreOffice saved; ``way``: the endings it goes through."""

    def make(bench: Bench) -> tuple[bytes, Truth]:
        source = draw(bench.contents)
        data = write(source)
        for ending, wanted in pairwise(way):
            data = bench.programs.converted(data, ending, wanted)
        return data, truth_of(source, notes=notes)

    return Recipe(name=name, make=make, programs=True)


def _html(source: Source) -> bytes:
    return page(source.title, "".join(body(source.blocks))).encode()


def _exported() -> Iterator[Recipe]:
    odt_pdf, docx_pdf, none = ("odt", "pdf"), ("docx", "pdf"), Notes.NONE
    yield _converted("office_regulation.pdf", lambda c: c.regulation(), as_odt, odt_pdf)
    yield _converted("office_yearbook_columns.pdf", lambda c: c.yearbook(4000, notes=2),
                     lambda s: as_odt(s, columns=2, size="10.5pt", font=MING), odt_pdf)  # fmt: skip
    yield _converted("office_prose_notes.pdf", lambda c: c.prose(7, notes=3), as_odt, odt_pdf)
    yield _converted("office_report.pdf", lambda c: c.report(), lambda s: as_odt(s, font=HEI), odt_pdf)
    yield _converted(
        "office_notice.pdf", lambda c: c.notice(), lambda s: as_odt(s, font=KAI, size="16pt"), odt_pdf
    )
    yield _converted(
        "office_docx_regulation.pdf", lambda c: c.regulation(), as_docx, docx_pdf, notes=Notes.NONE
    )
    yield _converted(
        "office_docx_report.pdf", lambda c: c.report(deep=True), as_docx, docx_pdf, notes=Notes.NONE
    )
    yield _converted("office_docx_columns.pdf", lambda c: c.prose(8),
                     lambda s: as_docx(s, columns=2, font=SONG), docx_pdf, notes=none)  # fmt: skip


def _word() -> Iterator[Recipe]:
    none = Notes.NONE
    yield _simple("python_regulation.docx", lambda c: c.regulation(), as_docx, notes=none)
    yield _simple(
        "python_tracked.docx", lambda c: c.yearbook(), lambda s: as_docx(s, tracked=True), notes=none
    )
    yield _simple("python_report.docx", lambda c: c.report(deep=True), as_docx, notes=none)
    yield _simple("python_notice.docx", lambda c: c.notice(), as_docx, notes=none)
    yield _converted(
        "office_notes.docx", lambda c: c.prose(6, notes=3), as_odt, ("odt", "docx"), notes=Notes.UNSEEN
    )
    yield _converted("office_report.docx", lambda c: c.report(), as_odt, ("odt", "docx"))
    yield _converted("office_html_report.docx", lambda c: c.report(deep=True), _html, ("html", "odt", "docx"),
                     notes=Notes.MARKED)  # fmt: skip
    yield _converted(
        "office_html_regulation.docx", lambda c: c.regulation(), _html, ("html", "odt", "docx"), notes=none
    )


def _decks() -> Iterator[Recipe]:
    yield _simple("python_points.pptx", lambda c: c.slides(), as_pptx, notes=Notes.NONE)
    yield _simple("python_report.pptx", lambda c: c.report(), as_pptx, notes=Notes.NONE)
    yield _simple("python_yearbook.pptx", lambda c: c.yearbook(1800), as_pptx, notes=Notes.NONE)
    yield _converted("office_points.pptx", lambda c: c.slides(), as_odp, ("odp", "pptx"), notes=Notes.NONE)
    yield _converted(
        "office_python_points.pptx", lambda c: c.slides(), as_pptx, ("pptx", "odp", "pptx"), notes=Notes.NONE
    )


def _sheets() -> Iterator[Recipe]:
    def book(name: str, number: int, *, deep: bool, old: bool = False, way: tuple[str, ...] = ()) -> Recipe:
        def make(bench: Bench) -> tuple[bytes, Truth]:
            tables = [bench.contents.sheet(deep=deep).tables[0] for _ in range(number)]
            data = as_xls(tables) if old else as_xlsx(tables)
            for ending, wanted in pairwise(way):
                data = bench.programs.converted(data, ending, wanted)
            sheets = tuple(f"表{n}" for n in range(1, number + 1))
            return data, truth_of(Source(title="", blocks=tuple(tables)), optional=sheets)

        return Recipe(name=name, make=make, programs=bool(way))

    yield book("plain.xlsx", 1, deep=False)
    yield book("merged_sheets.xlsx", 3, deep=True)
    yield book("office.xlsx", 2, deep=True, way=("xlsx", "ods", "xlsx"))
    yield book("old.xls", 2, deep=False, old=True)
    yield book("office_merged.xls", 2, deep=True, way=("xlsx", "xls"))
    yield book("office_plain.xls", 1, deep=False, way=("xlsx", "xls"))
    yield book("office_merged.ods", 2, deep=True, way=("xlsx", "ods"))
    yield book("office_plain.ods", 1, deep=False, way=("xlsx", "ods"))


def _bundles() -> Iterator[Recipe]:
    yield _simple("chapters.epub", lambda c: c.regulation(4000), as_epub)
    yield _simple("report.epub", lambda c: c.report(), as_epub)
    yield _converted("office_prose.epub", lambda c: c.prose(6), as_odt, ("odt", "epub"))
    yield _converted("office_regulation.epub", lambda c: c.regulation(), as_odt, ("odt", "epub"))

    def mail(name: str, draw: Draw, **how: Any) -> Recipe:
        def make(bench: Bench) -> tuple[bytes, Truth]:
            source = draw(bench.contents)
            return as_mail(source, **how), mail_truth(source)

        return Recipe(name=f"{name}.eml", make=make)

    yield mail("plain_gbk", lambda c: c.prose(4), charset="gb18030", transfer="base64")
    yield mail("plain_quoted", lambda c: c.prose(4), charset="utf-8", transfer="quoted-printable")
    yield mail("plain_8bit_wrapped", lambda c: c.notice(), charset="utf-8", transfer="8bit", wrap=38)
    yield mail("both_gbk", lambda c: c.notice(), charset="gb18030", transfer="base64", html=True)
    yield mail("html_report", lambda c: c.report(), charset="utf-8", transfer="base64", plain=False)
    yield mail(
        "html_gbk", lambda c: c.regulation(), charset="gb18030", transfer="quoted-printable", plain=False
    )


def _scans() -> Iterator[Recipe]:
    def scan(
        name: str, draw: Draw, scanner: Scanner, paper: dict[str, Any] | None = None, **looks: Any
    ) -> Recipe:
        def make(bench: Bench) -> tuple[bytes, Truth]:
            source = draw(bench.contents)
            pdf = bench.programs.printed(print_page(source, **looks), options=paper or _A4)
            pictures = scanned(pdf, scanner, bench.choice)
            return as_picture_file(pictures, Path(name).suffix[1:], scanner), truth_of(source)

        return Recipe(name=f"scan_{name}", make=make, programs=True)

    def scanner(dpi: int, skew: float, blur: float, noise: float, quality: int) -> Scanner:
        return Scanner(dpi=dpi, skew=skew, blur=blur, noise=noise, quality=quality)

    yield scan("regulation_150.pdf", lambda c: c.regulation(1000), scanner(150, 0.3, 0.4, 6, 75), font=SONG)
    yield scan("notice_200.pdf", lambda c: c.notice(), scanner(200, -0.5, 0.6, 8, 70), font=KAI, size="15pt")
    yield scan(
        "columns_200.pdf", lambda c: c.yearbook(1100), scanner(200, 0.7, 0.6, 8, 75), font=MING, columns=2
    )
    yield scan("regulation_300.pdf", lambda c: c.regulation(900), scanner(300, -1.0, 0.9, 10, 80), font=SONG)
    yield scan("prose_200.png", lambda c: c.prose(2), scanner(200, 0.4, 0.5, 6, 80), font=HEI)
    yield scan("prose_150.jpg", lambda c: c.prose(2), scanner(150, -0.3, 0.3, 5, 60), font=SONG)
    yield scan(
        "columns_300.png",
        lambda c: c.prose(3),
        scanner(300, 0.5, 0.8, 8, 80),
        font=SONG,
        columns=2,
        size="11pt",
    )
    yield scan("skewed_200.jpg", lambda c: c.prose(2), scanner(200, 1.5, 0.7, 10, 70), font=SONG)
    yield scan("pages_200.tiff", lambda c: c.regulation(1300), scanner(200, 0.6, 0.6, 8, 80), font=HEI)
    yield scan(
        "report_200.png", lambda c: c.report(1, rows=5), scanner(200, 0.3, 0.4, 5, 85), font=SONG, size="11pt"
    )
    yield scan(
        "yearbook_150.tiff",
        lambda c: c.yearbook(900),
        scanner(150, -0.8, 0.4, 6, 75),
        _B5,
        font=SONG,
        size="11pt",
    )
