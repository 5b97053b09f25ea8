"""Small sound files of every format that uploads may have, made anew: what fuzzing and bad files begin with.

All say :data:`SAID`, and have what their format has: headings, tables, notes, lists, merged cells, several encodings.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any

SAID = "2017年，全区有众创空间253家。"
"""What a reader finds in each of them."""
TITLE = "新疆科技年鉴"
ROWS = (("指标", "2016年", "2017年"), ("众创空间", 201, 253), ("孵化器", 12.5, 16))
TEXT = (
    f"{TITLE}\n\n第一章 概况\n\n第一条 {SAID}\n"
    "第二条 孵化场地总面积579312平方米，\n在孵企业1437家。\n\n（一）3月5日召开。\n"
)
MARKDOWN = (
    f"---\ntitle: {TITLE}\n---\n# 概况\n\n{SAID}**奖励**大会见[公告](https://example.cn/a)。[^1]\n\n[^1]: 脚注。\n\n"
    "- 一等奖\n  1. 甲\n\n> 引&nbsp;`码`\n\n| 指标 | 2017年 |\n|:--|--:|\n| 众创空间 | 253 |\n\n```py\n1\n```\n"
    "<table><tr><th>甲</th></tr><tr><td>乙</td></tr></table>\n\n标题\n====\n"
)
CSV = f'指标,2016年,2017年\n众创空间,201,253\n"孵化器,""国家级""","12\n13",16\n注：{SAID}\n'
HTML = (
    f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}</title><style>p{{}}</style></head><body>'
    f'<nav><a href="/">首页</a></nav><main><h1>概况</h1><p>{SAID}<br>第二行&nbsp;&#x4e2d;<b>粗</b></p>'
    '<table><caption>表1</caption><tr><th rowspan="2">指标</th><th colspan="2">年</th></tr><tr><th>2016</th>'
    "<th>2017</th></tr><tr><td>众创空间</td><td>201</td><td>253</td></tr></table><ul><li>甲<ol><li>乙</li></ol></li>"
    "</ul><dl><dt>词</dt><dd>义</dd></dl><pre>一\n二</pre><ruby>汉<rt>han</rt></ruby><details><summary>更多</summary>"
    '</details><div hidden>隐</div><template>模</template><svg><text>图</text></svg></main><script>"<p>"</script>'
    "</body></html>"
)


def zipped(members: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of ``members``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def docx() -> bytes:
    """Headings, paragraphs, a list, a table with merged cells, a note that python-docx can't write."""
    import docx as python_docx

    made = python_docx.Document()
    made.add_heading(TITLE, 0)
    made.add_heading("第一章 概况", 1)
    made.add_paragraph(SAID)
    made.add_paragraph("一等奖", style="List Number")
    made.add_paragraph("二等奖", style="List Bullet")
    table = made.add_table(len(ROWS), len(ROWS[0]))
    for row, values in zip(table.rows, ROWS, strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = str(value)
    table.cell(1, 0).merge(table.cell(2, 0))
    return _saved(made)


WORD = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>'
)
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(*targets: tuple[str, str], external: bool = False) -> str:
    """A part's relationships: (last word of the type, target) each."""
    mode = ' TargetMode="External"' if external else ""
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def word(body: str, **more: str | bytes) -> bytes:
    """A DOCX whose main part holds ``body``; further parts by the name of their relationship (``styles``)."""
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relations(*((name, f"{name}.xml") for name in more)),
        "word/document.xml": f"{WORD}{body}</w:body></w:document>",
    }
    return zipped(members | {f"word/{name}.xml": content for name, content in more.items()})


def paragraph(text: str = SAID, properties: str = "") -> str:
    """One of a DOCX's main part."""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def tricky_docx() -> bytes:
    """Numbering, notes, comments, changes, fields, a text box kept in two versions, a nested table."""
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    cell = "<w:tc><w:tcPr>{0}</w:tcPr>{1}</w:tc>"
    body = (
        paragraph("奖励", '<w:pPr><w:pStyle w:val="H1"/></w:pPr>')
        + paragraph(properties=numbered)
        + "<w:p><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del><w:r>"
        '<w:t>见</w:t><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="1"/></w:r>'
        '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText></w:r></w:p>'
        + "<w:tbl><w:tr>"
        + cell.format('<w:gridSpan w:val="2"/>', paragraph("年"))
        + "</w:tr><w:tr>"
        + cell.format('<w:vMerge w:val="restart"/>', paragraph("甲"))
        + cell.format("", f"<w:tbl><w:tr>{cell.format('', paragraph('内'))}</w:tr></w:tbl><w:p/>")
        + "</w:tr></w:tbl><w:p><w:r><w:pict><w:txbxContent>"
        + paragraph("框")
        + "</w:txbxContent></w:pict></w:r></w:p><w:sdt><w:sdtContent>"
        + paragraph("控件")
        + "</w:sdtContent></w:sdt>"
    )
    numbering = (
        f'<w:numbering {namespace}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="3"/>'
        '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    styles = (
        f'<w:styles {namespace}><w:style w:styleId="H1" w:type="paragraph"><w:name w:val="heading 1"/>'
        '<w:basedOn w:val="N"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>'
    )
    notes = f'<w:footnotes {namespace}><w:footnote w:id="2">{paragraph("脚注")}</w:footnote></w:footnotes>'
    comments = f'<w:comments {namespace}><w:comment w:id="1">{paragraph("批注")}</w:comment></w:comments>'
    return word(body, styles=styles, numbering=numbering, footnotes=notes, comments=comments)


def pptx() -> bytes:
    """A cover, a slide with boxes, a table, a chart, notes."""
    import pptx as python_pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    deck = python_pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = TITLE
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "概况"
    inch = Inches(1)
    slide.shapes.add_textbox(inch, inch, inch, inch).text_frame.text = SAID
    table = slide.shapes.add_table(len(ROWS), len(ROWS[0]), inch, 3 * inch, 5 * inch, inch).table
    for y, values in enumerate(ROWS):
        for x, value in enumerate(values):
            table.cell(y, x).text = str(value)
    table.cell(1, 0).merge(table.cell(2, 0))
    chart: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    chart.categories = ["2016年", "2017年"]
    chart.add_series("众创空间", (201, 253))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, inch, 5 * inch, inch, inch, chart)
    slide.notes_slide.notes_text_frame.text = "讲稿"
    deck.slide_layouts.remove(deck.slide_layouts[10])
    return _saved(deck)


def xlsx() -> bytes:
    """Two sheets: a title, headers of two rows, merged cells, a percentage, a date, a formula, a hidden sheet."""
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "众创"
    sheet.append([f"{TITLE}：{SAID}"])
    sheet.append(["指标", "年", None])
    sheet.append([None, *ROWS[0][1:]])
    for row in ROWS[1:]:
        sheet.append(row)
    sheet.append(["占比", 0.85, "=B4+C4"])
    sheet.append(["日期", datetime.date(2017, 3, 5), True])
    sheet["B6"].number_format = "0.0%"
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("B2:C2")
    book.create_sheet("隐藏").sheet_state = "hidden"
    return _saved(book)


def xls() -> bytes:
    """The same table as BIFF8."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("众创")
    sheet.write_merge(0, 0, 0, 2, f"{TITLE}：{SAID}")
    for y, row in enumerate(ROWS, 1):
        for x, value in enumerate(row):
            sheet.write(y, x, value)
    return _saved(book)


def ods(rows: str = "") -> bytes:
    """The same table as OpenDocument; ``rows`` are more ``table:table-row``."""
    text = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
            for value in row
        )
        + "</table:table-row>"
        for row in ((SAID, "", ""), *ROWS)
    )
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="众创">{text}{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content})


CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def chapter(body: str) -> str:
    """A chapter of a book in XHTML."""
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'


def package(chapters: Sequence[str], *, spine: str = "") -> str:
    """An EPUB's table of members, all chapters in the spine; ``spine`` are more ``itemref``."""
    items = "".join(
        f'<item id="i{at}" href="{name}" media-type="application/xhtml+xml"/>'
        for at, name in enumerate(chapters)
    )
    references = "".join(f'<itemref idref="i{at}"/>' for at in range(len(chapters)))
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        f"<metadata><dc:title>{TITLE}</dc:title></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
        f'<spine><itemref idref="nav"/>{references}{spine}</spine></package>'
    )


def epub(*, spine: str = "", **more: str) -> bytes:
    """Two chapters with a table, a note and a list; ``more`` are members in ``OEBPS/`` by name without ending."""
    one = chapter(
        f'<h1>第一章</h1><p>{SAID}<a epub:type="noteref" href="#n">1</a></p>'
        '<aside id="n" epub:type="footnote" xmlns:epub="http://www.idpf.org/2007/ops"><p>注</p></aside>'
    )
    two = chapter(
        "<h2>第二章</h2><table><tr><th>年</th><th>家</th></tr><tr><td>2017</td><td>253</td></tr></table>"
    )
    chapters = {"one.xhtml": one, "two.xhtml": two} | {f"{name}.xhtml": body for name, body in more.items()}
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members |= {
        "OEBPS/content.opf": package(list(chapters), spine=spine),
        "OEBPS/nav.xhtml": chapter("<p>目录</p>"),
    }
    return zipped(members | {f"OEBPS/{name}": body for name, body in chapters.items()})


def eml(*, body: str = SAID, subject: str = "会议通知") -> bytes:
    """A mail in two versions, with an attachment and a mail in it."""
    mail = _mail(body, subject)
    mail.add_alternative(f"<p>{body}</p><table><tr><td>甲</td></tr></table>", subtype="html")
    mail.add_attachment(b"1,2", maintype="text", subtype="csv", filename="数据.csv")
    mail.add_attachment(_mail("里面的。", "转发"))
    return mail.as_bytes()


def _mail(body: str, subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "张三 <a@example.cn>", "李四 <b@example.cn>"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0800"
    mail.set_content(body)
    return mail


def pdf(*, compressed: bool = False, password: str = "", owner: str = "") -> bytes:
    """Two pages: a heading, two columns, a ruled table, a note at the foot, an outline."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    locked = StandardEncryption(password, ownerPassword=owner, strength=128) if password or owner else None
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), pageCompression=int(compressed), encrypt=locked, invariant=1)
    canvas.setTitle(TITLE)
    for number in (1, 2):
        canvas.bookmarkPage(str(number))
        canvas.addOutlineEntry(f"第{number}章", str(number))
        canvas.setFont("STSong-Light", 18)
        canvas.drawString(72, 780, f"第{number}章 概况")
        canvas.setFont("STSong-Light", 10.5)
        for line in range(3):
            canvas.drawString(72, 740 - 16 * line, SAID)
            canvas.drawString(320, 740 - 16 * line, "在孵企业1437家，毕业企业320家。")
        canvas.grid([72, 172, 272], [600, 620, 640])
        canvas.drawString(76, 624, "众创空间")
        canvas.drawString(176, 624, "253")
        canvas.setFont("STSong-Light", 8)
        canvas.drawString(72, 60, "① 注：截至年底。")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(form: str = "PNG", *, size: tuple[int, int] = (64, 48), frames: int = 1, **more: Any) -> bytes:
    """A picture with a dark stroke, in any form that Pillow writes."""
    from PIL import Image, ImageDraw

    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).line((4, 4, size[0] - 4, size[1] - 4), fill="black", width=2)
    out = io.BytesIO()
    several = {"save_all": True, "append_images": [made] * (frames - 1)} if frames > 1 else {}
    made.save(out, format=form, **several, **more)
    return out.getvalue()


def _saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def seeds(form: str) -> dict[str, bytes]:
    """Files of a format by name, the name's ending being the format's; see :data:`FORMATS`.

    Raises:
        KeyError: no such format.
    """
    return {f"{form}-{number}.{form}": data for number, data in enumerate(_SEEDS[form]())}


def _texts(*texts: str, codecs: Sequence[str] = ("utf-8", "gb18030", "utf-16", "utf-16-be")) -> list[bytes]:
    return [text.encode(codec) for text in texts for codec in codecs]


_SEEDS: dict[str, Any] = {
    "txt": lambda: [
        *_texts(TEXT, codecs=("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be")),
        "臺北市政府應設置委員會。\f- 1 -\n".encode("big5"),
    ],
    "md": lambda: _texts(MARKDOWN, codecs=("utf-8", "gb18030")),
    "csv": lambda: [*_texts(CSV), *(CSV.replace(",", mark).encode() for mark in (";", "\t"))],
    "pdf": lambda: [pdf(), pdf(compressed=True)],
    "html": lambda: _texts(HTML, codecs=("utf-8", "gb18030", "utf-16")),
    "docx": lambda: [docx(), tricky_docx()],
    "pptx": lambda: [pptx()],
    "xlsx": lambda: [xlsx()],
    "xls": lambda: [xls()],
    "ods": lambda: [ods()],
    "epub": lambda: [epub()],
    "eml": lambda: [eml(), eml().replace(b"utf-8", b"gb2312")],
    "png": lambda: [  # pictures are told by what is in them, so one loader's run has all their forms
        picture(),
        *(picture("JPEG", progressive=progressive) for progressive in (False, True)),
        *(picture("TIFF", size=(24, 16), frames=2, compression=how) for how in (None, "tiff_lzw", "jpeg")),
        *(picture("BMP", size=(24, 16)), picture("WEBP"), picture("WEBP", frames=2)),
    ],
}  # fmt: skip
FORMATS = tuple(_SEEDS)
