"""PDF files for tests, made by reportlab with a font that every reader of PDF brings along."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pytest
from reportlab.lib import colors
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from index.loaders.pdf.fonts import has_chinese_font

FONT = "STSong-Light"
chinese_font = pytest.mark.skipif(
    not has_chinese_font(), reason="needs a Chinese font on this machine: apt-get install fonts-wqy-microhei"
)
WIDE, HIGH = 595.0, 842.0
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

BODY = ParagraphStyle(
    "body", fontName=FONT, fontSize=10.5, leading=16, firstLineIndent=21, wordWrap="CJK", alignment=4
)
TITLE = ParagraphStyle("title", fontName=FONT, fontSize=20, leading=30, wordWrap="CJK", alignment=1)
SECTION = ParagraphStyle("section", fontName=FONT, fontSize=14, leading=22, wordWrap="CJK")
CELL = ParagraphStyle("cell", fontName=FONT, fontSize=9, leading=12, wordWrap="CJK")

Draw = Callable[[Canvas], None]


def drawn(*pages: Draw, encrypt: str | None = None, size: tuple[float, float] = (WIDE, HIGH)) -> bytes:
    """A file of pages that are drawn by hand."""
    out = io.BytesIO()
    password = StandardEncryption(encrypt, strength=128) if encrypt else None
    canvas = Canvas(out, pagesize=size, encrypt=password, invariant=1)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines(
    *said: str, x: float = 72, y: float = 760, size: float = 10.5, leading: float = 16, mode: int = 0
) -> Draw:
    """Lines one below the other; ``mode`` 3 draws nothing (what OCR programs lay over a picture)."""

    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(x, y)
        text.setFont(FONT, size, leading)
        text.setTextRenderMode(mode)
        for line in said:
            text.textLine(line)
        canvas.drawText(text)

    return draw


def together(*draws: Draw) -> Draw:
    """All on one page."""

    def draw(canvas: Canvas) -> None:
        for one in draws:
            one(canvas)

    return draw


def printed(
    story: Sequence[Flowable],
    *,
    columns: int = 1,
    furniture: Callable[[Canvas, int], None] | None = None,
    top: float = 72,
) -> bytes:
    """A story set in columns on as many pages as it takes."""
    out = io.BytesIO()
    gap, margin = 24.0, 72.0
    wide = (WIDE - 2 * margin - gap * (columns - 1)) / columns
    frames = [
        Frame(
            margin + i * (wide + gap), 72, wide, HIGH - 72 - top,
            leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
        )
        for i in range(columns)
    ]  # fmt: skip

    def decorate(canvas: Canvas, document: BaseDocTemplate) -> None:
        if furniture is not None:
            furniture(canvas, document.page)

    made = BaseDocTemplate(out, pagesize=(WIDE, HIGH), invariant=1)
    made.addPageTemplates([PageTemplate(frames=frames, onPage=decorate)])
    made.build(list(story))
    return out.getvalue()


def table(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
) -> Table:
    """A ruled table whose first row is repeated on every page that it goes on over.

    Args:
        merged: first and last cell of each that is one, as (column, row).
    """
    cells = [[Paragraph(cell, CELL) for cell in row] for row in rows]
    made = Table(cells, colWidths=list(widths), repeatRows=1)
    spans = [("SPAN", first, last) for first, last in merged]
    made.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), *spans]))
    return made
