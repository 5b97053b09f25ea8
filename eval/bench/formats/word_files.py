"""Word files by python-docx, and OpenDocument texts for LibreOffice to save as something else."""

from __future__ import annotations

import io
from copy import deepcopy
from itertools import groupby
from typing import Any

from docx import Document as new_document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from odf import opendocument, style, table, text

from eval.bench.formats.model import Align, Heading, Paragraph, Source, Table

_ALIGNED = {
    Align.BODY: WD_ALIGN_PARAGRAPH.JUSTIFY,
    Align.CENTER: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}


def as_docx(
    source: Source, *, columns: int = 1, tracked: bool = False, font: str = "Noto Serif CJK SC"
) -> bytes:
    """The document with styles, running head and page numbers.

    Args:
        tracked: the first words of each third paragraph are marked as inserted, and others as deleted before them.
    """
    document = new_document()
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = font, Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), font)
    for number, block in enumerate(source.blocks):
        if isinstance(block, Heading):
            document.add_heading(block.text, level=block.level)
        elif isinstance(block, Table):
            _add_table(document, block)
        else:
            paragraph = _add_paragraph(document, block)
            if tracked and number % 3 == 0 and len(block.text) > 20:
                _track(paragraph)
    if columns > 1:
        _set_columns(document, columns)
    section = document.sections[0]
    section.header.paragraphs[0].text = source.running_head
    _add_page_number(section.footer.paragraphs[0])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _add_paragraph(document: Any, block: Paragraph) -> Any:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(block.text)
    paragraph.alignment = _ALIGNED[block.align]
    if block.align is Align.BODY:
        paragraph.paragraph_format.first_line_indent = Pt(24)
    if block.red:
        run.font.size, run.font.color.rgb = Pt(30), RGBColor(0xDD, 0, 0)
    return paragraph


def _add_table(document: Any, block: Table) -> None:
    document.add_paragraph(block.caption).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(block.unit).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    grid = document.add_table(rows=0, cols=len(block.headers[0]), style="Table Grid")
    for words in (*block.headers, *block.rows):
        for cell, word in zip(grid.add_row().cells, words, strict=True):
            cell.text = word
    if len(block.headers) > 1:
        _merge(grid, block)
    if block.remark:
        document.add_paragraph(block.remark)


def _merge(grid: Any, block: Table) -> None:
    grid.cell(0, 0).merge(grid.cell(len(block.headers) - 1, 0)).text = block.headers[0][0]
    column = 1
    for words, group in groupby(block.headers[0][1:]):
        width = len(list(group))
        grid.cell(0, column).merge(grid.cell(0, column + width - 1)).text = words
        column += width


def _track(paragraph: Any) -> None:
    """Wraps the words as inserted, and puts deleted ones before them."""
    run = paragraph.runs[0]._r
    inserted, deleted = OxmlElement("w:ins"), OxmlElement("w:del")
    for number, change in enumerate((inserted, deleted), 1):
        change.set(qn("w:id"), str(number))
        change.set(qn("w:author"), "校对")
        change.set(qn("w:date"), "2023-05-06T00:00:00Z")
    gone = deepcopy(run)
    for words in gone.findall(qn("w:t")):
        words.tag, words.text = qn("w:delText"), "此处原稿已经删去，"
    deleted.append(gone)
    run.addprevious(deleted)
    run.addprevious(inserted)
    inserted.append(run)


def _set_columns(document: Any, number: int) -> None:
    section = document.add_section(WD_SECTION.CONTINUOUS)
    for one in (document.sections[0], section):
        found = one._sectPr.xpath("./w:cols")
        columns = found[0] if found else OxmlElement("w:cols")
        columns.set(qn("w:num"), str(number))
        if not found:
            one._sectPr.append(columns)


def _add_page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def as_odt(source: Source, *, columns: int = 1, font: str = "Noto Serif CJK SC", size: str = "12pt") -> bytes:
    """An OpenDocument text with real footnotes, running head and page numbers."""
    document = opendocument.OpenDocumentText()
    styles = _odt_styles(document, columns, font, size)
    _odt_running(document, source, styles)
    notes = 0
    for block in source.blocks:
        if isinstance(block, Heading):
            document.text.addElement(
                text.H(outlinelevel=block.level, stylename=styles[f"h{block.level}"], text=block.text)
            )
        elif isinstance(block, Table):
            _odt_table(document, block, styles)
        else:
            paragraph = text.P(stylename=styles["red" if block.red else block.align], text=block.text)
            if block.note:
                notes += 1
                paragraph.addElement(_odt_note(block.note, notes, styles))
            document.text.addElement(paragraph)
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def _odt_styles(document: Any, columns: int, font: str, size: str) -> dict[str, Any]:
    looks: dict[str, tuple[dict[str, str], dict[str, str]]] = {
        "justify": ({"textindent": "24pt", "textalign": "justify"}, {}),
        "center": ({"textalign": "center"}, {}),
        "right": ({"textalign": "end"}, {}),
        "red": ({"textalign": "center"}, {"fontsizeasian": "28pt", "fontsize": "28pt", "color": "#dd0000"}),
        "plain": ({}, {}),
        "small": ({}, {"fontsizeasian": "9pt", "fontsize": "9pt"}),
        "h1": (
            {"textalign": "center"},
            {"fontsizeasian": "20pt", "fontsize": "20pt", "fontweightasian": "bold"},
        ),
        "h2": ({}, {"fontsizeasian": "16pt", "fontsize": "16pt", "fontweightasian": "bold"}),
        "h3": ({}, {"fontsizeasian": "14pt", "fontsize": "14pt", "fontweightasian": "bold"}),
    }
    made: dict[str, Any] = {}
    for name, (lines, letters) in looks.items():
        one = style.Style(name=f"S{name}", family="paragraph")
        one.addElement(style.ParagraphProperties(lineheight="150%", **lines))
        base = {"fontfamilyasian": font, "fontfamily": font, "fontsizeasian": size, "fontsize": size}
        one.addElement(style.TextProperties(**{**base, **letters}))
        document.styles.addElement(one)
        made[name] = one
    page = style.PageLayout(name="pl")
    properties = style.PageLayoutProperties(
        pagewidth="21cm",
        pageheight="29.7cm",
        margintop="2cm",
        marginbottom="2cm",
        marginleft="2.5cm",
        marginright="2.5cm",
    )
    if columns > 1:
        properties.addElement(style.Columns(columncount=columns, columngap="0.8cm"))
    page.addElement(properties)
    document.automaticstyles.addElement(page)
    made["page"] = page
    return made


def _odt_running(document: Any, source: Source, styles: dict[str, Any]) -> None:
    master = style.MasterPage(name="Standard", pagelayoutname=styles["page"])
    head, foot = style.Header(), style.Footer()
    head.addElement(text.P(stylename=styles["center"], text=source.running_head))
    number = text.P(stylename=styles["center"], text="— ")
    number.addElement(text.PageNumber(selectpage="current"))
    number.addText(" —")
    foot.addElement(number)
    master.addElement(head)
    master.addElement(foot)
    document.masterstyles.addElement(master)


def _odt_note(words: str, number: int, styles: dict[str, Any]) -> Any:
    note = text.Note(noteclass="footnote", id=f"ftn{number}")
    note.addElement(text.NoteCitation(text=str(number)))
    content = text.NoteBody()
    content.addElement(text.P(stylename=styles["small"], text=words))
    note.addElement(content)
    return note


def _odt_table(document: Any, block: Table, styles: dict[str, Any]) -> None:
    framed = style.Style(name=f"C{len(document.automaticstyles.childNodes)}", family="table-cell")
    framed.addElement(style.TableCellProperties(border="0.5pt solid #000000", padding="0.1cm"))
    document.automaticstyles.addElement(framed)
    document.text.addElement(text.P(stylename=styles["center"], text=block.caption))
    document.text.addElement(text.P(stylename=styles["right"], text=block.unit))
    grid = table.Table()
    grid.addElement(table.TableColumn(numbercolumnsrepeated=len(block.headers[0])))
    for words in (block.headers[-1], *block.rows):
        row = table.TableRow()
        for word in words:
            cell = table.TableCell(stylename=framed, valuetype="string")
            cell.addElement(text.P(stylename=styles["small"], text=word))
            row.addElement(cell)
        grid.addElement(row)
    document.text.addElement(grid)
    if block.remark:
        document.text.addElement(text.P(stylename=styles["plain"], text=block.remark))
