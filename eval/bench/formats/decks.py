"""Slides by python-pptx, and OpenDocument presentations for LibreOffice to save as PPTX."""

from __future__ import annotations

import io
from typing import Any

from odf import draw, opendocument, style, text
from pptx import Presentation
from pptx.util import Cm

from eval.bench.formats.model import Heading, Paragraph, Source, Table


def as_pptx(source: Source) -> bytes:
    """A slide for each heading, its paragraphs as points, a table as a table below them."""
    deck = Presentation()
    frame: Any = None
    slide: Any = None
    for block in source.blocks:
        if isinstance(block, Heading):
            slide = deck.slides.add_slide(deck.slide_layouts[0 if block.level == 1 else 1])
            slide.shapes.title.text = block.text
            frame = slide.placeholders[1].text_frame
            if block.level == 1:
                slide.placeholders[1]._element.getparent().remove(slide.placeholders[1]._element)
        elif isinstance(block, Paragraph):
            if frame is None:
                slide = deck.slides.add_slide(deck.slide_layouts[1])
                slide.shapes.title._element.getparent().remove(slide.shapes.title._element)
                frame = slide.placeholders[1].text_frame
            if frame.text:
                frame.add_paragraph().text = block.text
            else:
                frame.text = block.text
        else:
            _add_table(deck, block)
            frame = None
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _add_table(deck: Any, block: Table) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = block.caption
    rows = (block.headers[-1], *block.rows)
    grid = slide.shapes.add_table(len(rows), len(rows[0]), Cm(1), Cm(5), Cm(23), Cm(len(rows))).table
    for number, words in enumerate(rows):
        for column, word in enumerate(words):
            grid.cell(number, column).text = word
    box = slide.shapes.add_textbox(Cm(17), Cm(4), Cm(7), Cm(1))
    box.text_frame.text = block.unit
    if block.remark:
        slide.shapes.add_textbox(Cm(1), Cm(17), Cm(22), Cm(1)).text_frame.text = block.remark


def as_odp(source: Source) -> bytes:
    """The same on an OpenDocument presentation, titles and points in frames."""
    deck = opendocument.OpenDocumentPresentation()
    layout = style.PageLayout(name="pl")
    layout.addElement(
        style.PageLayoutProperties(pagewidth="28cm", pageheight="21cm", printorientation="landscape")
    )
    deck.automaticstyles.addElement(layout)
    master = style.MasterPage(name="m", pagelayoutname=layout)
    deck.masterstyles.addElement(master)
    points: Any = None
    for block in source.blocks:
        assert not isinstance(block, Table), "use as_pptx"
        if isinstance(block, Heading):
            slide = draw.Page(masterpagename=master)
            deck.presentation.addElement(slide)
            _frame(slide, "title", 1, 3).addElement(text.P(text=block.text))
            points = None
        else:
            if points is None:
                points = _frame(slide, "outline", 5, 14)
            points.addElement(text.P(text=block.text))
    out = io.BytesIO()
    deck.write(out)
    return out.getvalue()


def _frame(slide: Any, kind: str, top: int, height: int) -> Any:
    frame = draw.Frame(width="25cm", height=f"{height}cm", x="1.5cm", y=f"{top}cm")
    frame.setAttrNS("urn:oasis:names:tc:opendocument:xmlns:presentation:1.0", "class", kind)
    box = draw.TextBox()
    frame.addElement(box)
    slide.addElement(frame)
    return box
