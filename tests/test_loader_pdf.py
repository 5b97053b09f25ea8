"""PDF with a text layer: what is read, in what order, where it stands; and files that can't be read."""

from __future__ import annotations

import io
import random

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph

from eval.bench.zoo.pdfs import objects
from index.document import BlockKind, Document
from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
    NoTextLayer,
)
from index.loaders.ocr import Picture, SeenLine
from index.loaders.pdf import characters, loader
from index.loaders.pdf.fonts import has_chinese_font
from index.loaders.pdf.loader import PdfLoader
from loader_contract import check_document
from pdf_files import (
    BODY,
    FONT,
    HIGH,
    SECTION,
    TITLE,
    WIDE,
    chinese_font,
    drawn,
    lines,
    printed,
    table,
    together,
)

PARAGRAPHS = [
    f"{year}年，全区科技系统认真贯彻落实会议精神，围绕创新驱动发展战略，组织实施重点研发项目{count}项，"
    f"投入经费{count * 3}万元，引导企业增加研发投入。众创空间与孵化器共服务创业团队{count * 2}个，"
    f"其中在孵企业{count + 7}家，毕业企业{count // 2}家。全年登记科技成果{count + 11}项，技术合同成交额明显增长。"
    for year, count in zip(range(2001, 2025), range(31, 500, 17), strict=False)
]


class NoReader:
    """Sees nothing on any page, as if no OCR was installed but for the warning."""

    name = "none"

    def read(self, picture: Picture) -> tuple[SeenLine, ...]:
        """Nothing."""
        assert picture.ndim == 3
        return ()


class FakeReader:
    """Finds the dark bands of a picture, and says the same words of each."""

    name = "fake-1"

    def __init__(self) -> None:
        self.calls = 0

    def read(self, picture: Picture) -> tuple[SeenLine, ...]:
        """A line for each band."""
        self.calls += 1
        dark = (picture.min(axis=2) < 128).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], dark, [False])).astype(np.int8)))
        return tuple(
            self._line(picture, int(top), int(bottom))
            for top, bottom in zip(edges[::2], edges[1::2], strict=True)
        )

    def _line(self, picture: Picture, top: int, bottom: int) -> SeenLine:
        across = np.flatnonzero((picture[top:bottom].min(axis=2) < 128).any(axis=0))
        text = "图片上的一行文字。"
        steps = np.linspace(across[0], across[-1] + 1, len(text) + 1) / picture.shape[1]
        level = np.full(len(text), 1.0)
        boxes = np.stack(
            (steps[:-1], level * top / picture.shape[0], steps[1:], level * bottom / picture.shape[0]), 1
        ).astype(np.float32)
        return SeenLine(text=text, boxes=boxes, level=boxes, score=0.9)


PDF = PdfLoader(reader=NoReader())


def picture_page(canvas: Canvas) -> None:
    """A page that is a picture of three dark lines."""
    pixels = np.full((842, 595), 255, dtype=np.uint8)
    for y in (100, 130, 160):
        pixels[y : y + 12, 80:500] = 0
    canvas.drawImage(ImageReader(Image.fromarray(pixels)), 0, 0, WIDE, HIGH)


def paragraphs(document: Document) -> list[str]:
    """The paragraphs' texts."""
    return words(document, BlockKind.PARAGRAPH)


def words(document: Document, kind: BlockKind) -> list[str]:
    """Texts of the blocks of one kind."""
    return [document.text[b.start : b.end] for b in document.blocks if b.kind is kind]


def story(*texts: str) -> list[Flowable]:
    """Body paragraphs."""
    return [Paragraph(text, BODY) for text in texts]


def head_and_number(canvas: Canvas, page: int) -> None:
    """A running head, another on even pages, and a page number."""
    canvas.setFont(FONT, 9)
    canvas.drawString(72, HIGH - 40, "新疆科技年鉴（2018）" if page % 2 else "第一章　科技发展综述")
    canvas.drawCentredString(WIDE / 2, 36, f"— {page} —")


def test_paragraphs_are_joined_over_lines_columns_and_pages() -> None:
    for columns in (1, 2, 3):
        document = check_document(PDF, printed(story(*PARAGRAPHS), columns=columns), "甲.pdf")
        assert paragraphs(document) == PARAGRAPHS, columns


def test_running_heads_and_page_numbers_are_left_out() -> None:
    data = printed(story(*PARAGRAPHS), furniture=head_and_number)
    document = check_document(PDF, data, "甲.pdf")
    assert paragraphs(document) == PARAGRAPHS
    assert document.media_type == "application/pdf"


@chinese_font
def test_running_heads_and_numbers_as_near_as_lines_of_the_text_are_left_out() -> None:
    head, said = "中华人民共和国农业技术推广法", "国家鼓励和支持科技人员开发推广先进的农业技术"
    pages = [
        together(
            lines(head, y=800),
            lines(*(f"{first}{said}" for first in firsts), y=784),
            lines(f"— {number} —", x=280, y=784 - 16 * len(firsts)),
        )
        for number, firsts in enumerate(("甲" * 44, "乙" * 44), 1)
    ]
    text = check_document(PDF, drawn(*pages), "甲.pdf").text
    assert head not in text
    assert "—" not in text
    assert text.count(said) == 88


def test_words_that_differ_from_page_to_page_are_text_where_they_stand_as_near_as_its_lines() -> None:
    said = "国家鼓励和支持科技人员开发推广先进的农业技术"
    pages = [
        lines(f"第{number}章中华人民共和国农业技术推广法", *(f"{first}{said}" for first in firsts), y=800)
        for number, firsts in (("一", "甲乙丙丁戊己庚辛"), ("二", "子丑寅卯辰巳午未"))
    ]
    text = check_document(PDF, drawn(*pages), "甲.pdf").text
    assert text.count("农业技术推广法") == 2


def test_a_number_in_the_text_is_no_page_number() -> None:
    data = drawn(lines("总数见下。", "2017", "以上是全部年份，没有别的。", y=500))
    assert "2017" in check_document(PDF, data, "甲.pdf").text


def test_a_heading_over_both_columns_stands_before_them() -> None:
    span = [Paragraph("新疆科技工作概况", TITLE)]

    def title(canvas: Canvas, page: int) -> None:
        if page == 1:
            span[0].wrap(WIDE - 144, 40)
            span[0].drawOn(canvas, 72, HIGH - 110)

    data = printed(story(*PARAGRAPHS[:8]), columns=2, furniture=title, top=130)
    document = check_document(PDF, data, "甲.pdf")
    assert document.title == "新疆科技工作概况"
    assert document.blocks[0].kind is BlockKind.HEADING
    assert paragraphs(document) == PARAGRAPHS[:8]


@chinese_font
def test_marks_drawn_apart_from_their_line_are_read_in_their_place() -> None:
    """As LibreOffice does where quotation marks come from another font: the marks after the words around them."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(FONT, 12)
        at = 72.0
        for text, gap in (("实施了", 1), ("天山众创行动", 1), ("等专项工作。", 0)):
            canvas.drawString(at, 700, text)
            at += 12 * (len(text) + gap)
        canvas.drawString(72 + 12 * 3, 700, "《")
        canvas.drawString(72 + 12 * 10, 700, "》")

    document = check_document(PDF, drawn(draw), "甲.pdf")
    assert document.text == "实施了《天山众创行动》等专项工作。"
    raw = PDF.read(drawn(draw), source="甲.pdf", reading=document.reading)
    assert len(raw.place(document.offsets.ranges(0, len(document.text))).boxes) == 1


def test_a_last_column_of_one_line_is_read_after_the_full_one() -> None:
    left = lines(*(f"第{n}项工作已经完成并通过验收，" for n in "一二三四五六七八九十"), size=12)
    right = lines("全部工作按期完成，没有遗留项。", x=320, size=12)
    document = check_document(PDF, drawn(together(left, right)), "甲.pdf")
    assert document.text.endswith("第十项工作已经完成并通过验收，全部工作按期完成，没有遗留项。")


def test_a_signature_and_its_date_at_the_right_are_paragraphs_of_their_own() -> None:
    def sign(canvas: Canvas) -> None:
        canvas.setFont(FONT, 12)
        canvas.drawRightString(520, 712, "南屏县水利局")
        canvas.drawRightString(520, 692, "2020年8月4日")

    said = (
        "各单位要把这项工作列入年度计划，确定专人负责，按照规定的时限报送材料，",
        "逐项落实。",
        "附件：重点任务分工表",
    )
    document = check_document(PDF, drawn(together(lines(*said, size=12, leading=18), sign)), "甲.pdf")
    assert document.text.split("\n")[-3:] == ["附件：重点任务分工表", "南屏县水利局", "2020年8月4日"]


def test_headings_head_what_follows_them() -> None:
    data = printed(
        [
            Paragraph("一、科技投入", SECTION),
            *story(*PARAGRAPHS[:2]),
            Paragraph("二、科技成果", SECTION),
            *story(*PARAGRAPHS[2:4]),
        ]
    )
    document = check_document(PDF, data, "甲.pdf")
    assert words(document, BlockKind.HEADING) == ["一、科技投入", "二、科技成果"]
    assert [b.heading_path for b in document.blocks if b.kind is BlockKind.PARAGRAPH] == [
        ("一、科技投入",),
        ("一、科技投入",),
        ("二、科技成果",),
        ("二、科技成果",),
    ]


def test_a_heading_broken_over_two_lines_is_one() -> None:
    long = "关于进一步加强自治区科技创新平台建设与管理工作的意见"
    data = printed([Paragraph(long, SECTION), *story(*PARAGRAPHS[:6])], columns=2)
    document = check_document(PDF, data, "甲.pdf")
    assert words(document, BlockKind.HEADING) == [long]


def test_two_headings_below_each_other_stay_two() -> None:
    data = printed(
        [Paragraph("第一章 科技工作", SECTION), Paragraph("第一节 概况", SECTION), *story(*PARAGRAPHS[:4])]
    )
    document = check_document(PDF, data, "甲.pdf")
    assert words(document, BlockKind.HEADING) == ["第一章 科技工作", "第一节 概况"]


def test_footnotes_are_notes_after_the_paragraph_they_interrupt() -> None:
    small = ParagraphStyle("small", fontName=FONT, fontSize=8, leading=11, wordWrap="CJK")
    notes = ["① 数据来自自治区统计局。", "② 不含兵团所属单位的数据。"]

    def foot(canvas: Canvas, page: int) -> None:
        if page == 1:
            canvas.line(72, 70, 200, 70)
            for index, note in enumerate(notes):
                made = Paragraph(note, small)
                made.wrap(400, 20)
                made.drawOn(canvas, 72, 52 - 12 * index)

    document = check_document(PDF, printed(story(*PARAGRAPHS), furniture=foot), "甲.pdf")
    assert words(document, BlockKind.NOTE) == notes
    assert paragraphs(document) == PARAGRAPHS


def test_captions_are_told_apart() -> None:
    caption = ParagraphStyle("caption", fontName=FONT, fontSize=9, leading=14, alignment=1)
    data = printed(
        [*story(PARAGRAPHS[0]), Paragraph("图1-2 科技投入逐年变化", caption), *story(PARAGRAPHS[1])]
    )
    document = check_document(PDF, data, "甲.pdf")
    assert words(document, BlockKind.CAPTION) == ["图1-2科技投入逐年变化"]
    assert paragraphs(document) == PARAGRAPHS[:2]


def test_rows_repeat_their_header_and_go_on_over_pages() -> None:
    rows = [["地区", "众创空间（家）", "孵化器（家）"]]
    rows += [[f"第{n}地区", str(n + 3), str(2 * n)] for n in range(70)]
    data = printed([*story(PARAGRAPHS[0]), table(rows, [120, 120, 120])])
    document = check_document(PDF, data, "甲.pdf")
    assert words(document, BlockKind.ROW) == [
        f"第{n}地区 众创空间（家）：{n + 3}；第{n}地区 孵化器（家）：{2 * n}" for n in range(70)
    ]


def test_a_header_of_two_rows_alone_at_a_pages_foot_is_that_of_the_rows_overleaf() -> None:
    header = [["指标", "2022年", "", "2023年", ""], ["", "产值", "增速", "产值", "增速"]]
    merged = [((0, 0), (0, 1)), ((1, 0), (2, 0)), ((3, 0), (4, 0))]
    widths = [80] * 5
    rows = [["小麦", "61", "3.1", "64", "4.9"], ["棉花", "25", "1.2", "27", "8"]]
    data = printed([table(header, widths, merged=merged), PageBreak(), table(rows, widths)])
    document = check_document(PDF, data, "甲.pdf")
    assert words(document, BlockKind.ROW)[-2:] == [
        "小麦 2022年产值：61；小麦 2022年增速：3.1；小麦 2023年产值：64；小麦 2023年增速：4.9",
        "棉花 2022年产值：25；棉花 2022年增速：1.2；棉花 2023年产值：27；棉花 2023年增速：8",
    ]


@chinese_font
def test_a_cell_of_several_lines_is_read_as_one() -> None:
    rows = [["项目", "内容"], ["创新平台", "建设自治区级重点实验室十二个与工程技术研究中心"], ["其他", "无"]]
    document = check_document(PDF, printed([table(rows, [80, 90]), *story(PARAGRAPHS[0])]), "甲.pdf")
    first, second = words(document, BlockKind.ROW)
    assert first.replace(" ", "") == "创新平台内容：建设自治区级重点实验室十二个与工程技术研究中心"
    assert second == "其他 内容：无"


def test_a_box_stands_around_the_cited_words() -> None:
    data = drawn(
        together(lines("前言", y=700, size=20), lines("众创空间共有16家，孵化器9家。", x=100, y=421, size=20))
    )
    document = check_document(PDF, data, "甲.pdf")
    start = document.text.index("16家")
    place = PDF.read(data, source="甲.pdf", reading=document.reading).place(
        document.offsets.ranges(start, start + 3)
    )
    (box,) = place.boxes
    assert place.page == 1
    assert box.left == pytest.approx((100 + 6 * 20) / WIDE, abs=0.01)
    assert (box.top + box.bottom) / 2 == pytest.approx((HIGH - 421 - 7) / HIGH, abs=0.01)
    assert box.bottom - box.top < 0.04


@chinese_font
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [False, True])
def test_boxes_are_of_the_page_as_it_is_seen(turn: int, cropped: bool) -> None:
    with pdfium.PdfDocument(drawn(lines("众创空间共有十六家，分布在各地州", x=150, y=600, size=18))) as file:
        page = file[0]
        page.set_rotation(turn)
        if cropped:
            page.set_cropbox(100, 300, 500, 700)
        out = io.BytesIO()
        file.save(out)
        picture = np.asarray(file[0].render(scale=2).to_pil().convert("L"))
    data = out.getvalue()
    document = check_document(PDF, data, "甲.pdf")
    raw = PDF.read(data, source="甲.pdf", reading=document.reading)
    (box, *more) = raw.place(document.offsets.ranges(0, len(document.text))).boxes
    boxes = (box, *more)
    dark_y, dark_x = np.nonzero(picture < 128)
    high, wide = picture.shape
    assert min(b.left for b in boxes) * wide == pytest.approx(dark_x.min(), abs=14)
    assert max(b.right for b in boxes) * wide == pytest.approx(dark_x.max(), abs=30)
    assert min(b.top for b in boxes) * high == pytest.approx(dark_y.min(), abs=14)
    assert max(b.bottom for b in boxes) * high == pytest.approx(dark_y.max(), abs=30)


def test_radicals_are_read_as_the_characters_they_look_like() -> None:
    codes = [ord(c) for c in "⽤⽔⼯⻅⻓⼀"]
    text, kept = characters._decoded(codes)
    assert text == "用水工见长一"
    assert kept.tolist() == list(range(6))


def test_surrogates_are_joined_and_what_is_no_character_left_out() -> None:
    text, kept = characters._decoded([0x4E00, 0xD840, 0xDC0B, 0, 0xFFFE, 0xDC00, 0x4E8C, 0xD800])
    assert text == "一\U0002000b二"
    assert kept.tolist() == [0, 1, 6]


def test_text_that_is_not_drawn_is_read() -> None:
    document = check_document(PDF, drawn(lines(*PARAGRAPHS[0].split("，"), mode=3)), "甲.pdf")
    assert "重点研发项目" in document.text


def test_a_citation_reads_only_the_pages_it_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    data = printed(story(*PARAGRAPHS))
    document = PDF.load(data, source="甲.pdf")
    read: list[int] = []
    real = loader.read_page
    monkeypatch.setattr(loader, "read_page", lambda page: (read.append(1), real(page))[1])
    raw = PDF.read(data, source="甲.pdf", reading=document.reading)
    assert read == []
    start = document.text.index("2020年")
    ranges = document.offsets.ranges(start, start + 5)
    assert raw.says(ranges) == "2020年"
    assert raw.place(ranges).page == 2
    assert len(read) == 1


@pytest.mark.parametrize("reading", [b"", b"nonsense", b"x\x9c"])
def test_a_reading_that_does_not_fit_is_made_again(reading: bytes) -> None:
    data = printed(story(*PARAGRAPHS[:12]))
    document = PDF.load(data, source="甲.pdf")
    other = PDF.load(printed(story(*PARAGRAPHS)), source="乙.pdf").reading
    for noted in (reading, other):
        raw = PDF.read(data, source="甲.pdf", reading=noted)
        assert raw.says(document.offsets.ranges(0, 5)) == document.text[:5]
        assert raw.starts.tolist() == PDF.read(data, source="", reading=document.reading).starts.tolist()


def test_ranges_outside_are_refused() -> None:
    data = drawn(lines("一行文字在这里。"))
    raw = PDF.read(data, source="甲.pdf")
    for ranges in ((), ((0, 0),), ((0, 1000),), ((-1, 2),)):
        with pytest.raises(IndexError):
            raw.says(ranges)


def test_pages_that_are_pictures_are_told() -> None:
    document = check_document(
        PDF, drawn(lines(*PARAGRAPHS[0].split("，")), picture_page, picture_page), "甲.pdf"
    )
    (warning,) = document.warnings
    assert "第 2、3 页" in warning
    assert "图片" in warning


def test_a_file_of_pictures_has_no_text_layer() -> None:
    with pytest.raises(NoTextLayer):
        PDF.load(drawn(picture_page), source="甲.pdf")


def test_what_was_read_on_pictures_is_kept_and_not_read_again() -> None:
    reader = FakeReader()
    data = drawn(lines(*PARAGRAPHS[0].split("，")), picture_page)
    document = PdfLoader(reader=reader).load(data, source="甲.pdf")
    assert document.text.count("图片上的一行文字。") == 3
    assert reader.calls == 1
    start = document.text.index("图片上的一行")
    ranges = document.offsets.ranges(start, start + 6)
    raw = PDF.read(data, source="甲.pdf", reading=document.reading)
    assert raw.says(ranges) == "图片上的一行"
    (box,) = raw.place(ranges).boxes
    assert reader.calls == 1
    assert box.page == 2
    assert box.top == pytest.approx(100 / 842, abs=0.004)
    assert box.left == pytest.approx(80 / 595, abs=0.004)


def test_a_password_is_told() -> None:
    with pytest.raises(EncryptedDocument):
        PDF.load(drawn(lines("机密文字"), encrypt="secret"), source="甲.pdf")


def test_a_file_without_a_page_isnt_called_locked_because_the_one_before_was() -> None:
    with pytest.raises(EncryptedDocument):
        PDF.load(drawn(lines("机密文字"), encrypt="secret"), source="甲.pdf")
    data = objects({2: b"<< /Type /Pages /Kids [] /Count 0 >>"})
    with pytest.raises(DamagedDocument):
        PDF.load(data, source="乙.pdf")


@pytest.mark.parametrize("data", [b"", b"hello", "只是文字".encode(), b"PK\x03\x04" + bytes(100)])
def test_something_else_is_told(data: bytes) -> None:
    with pytest.raises(MislabelledDocument):
        PDF.load(data, source="甲.pdf")


def test_a_file_without_text_is_empty() -> None:
    with pytest.raises(EmptyDocument):
        PDF.load(drawn(lambda canvas: canvas.rect(72, 72, 100, 100)), source="甲.pdf")


def test_bounds_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    data = printed(story(*PARAGRAPHS))
    monkeypatch.setattr(loader, "MOST_PAGES", 1)
    with pytest.raises(DocumentTooLarge):
        PDF.load(data, source="甲.pdf")
    monkeypatch.undo()
    monkeypatch.setattr(loader, "MOST_CHARACTERS", 500)
    with pytest.raises(DocumentTooLarge):
        PDF.load(data, source="甲.pdf")


def test_a_page_of_too_many_characters_is_refused_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "MOST_ON_PAGE", 100)
    with pytest.raises(DocumentTooLarge):
        PDF.load(printed(story(*PARAGRAPHS)), source="甲.pdf")


def _read_or_refused(data: bytes) -> None:
    try:
        document = PDF.load(data, source="甲.pdf")
    except DocumentError as error:
        assert error.remedy
        return
    raw = PDF.read(data, source="甲.pdf", reading=document.reading)
    ranges = document.offsets.ranges(0, len(document.text))
    assert raw.says(ranges)
    assert raw.place(ranges).page is not None


def test_a_truncated_file_is_read_or_refused() -> None:
    data = printed(story(*PARAGRAPHS[:10]), furniture=head_and_number)
    for part in range(50):
        _read_or_refused(data[: len(data) * part // 50])
    with pytest.raises(DamagedDocument):
        PDF.load(data[: len(data) // 3], source="甲.pdf")


def test_a_file_with_wrong_bytes_is_read_or_refused() -> None:
    rows = [["甲", "乙"], ["丙", "丁"], ["戊", "己"]]
    data = printed([*story(*PARAGRAPHS[:4]), table(rows, [90, 90])], furniture=head_and_number)
    choice = random.Random(17)
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(choice.randrange(1, 12)):
            changed[choice.randrange(len(data))] = choice.randrange(256)
        _read_or_refused(bytes(changed))


@chinese_font
def test_text_set_upright_does_not_crash() -> None:
    def upright(canvas: Canvas) -> None:
        canvas.setFont(FONT, 14)
        for index, character in enumerate("竖排的文字从上往下读"):
            canvas.drawString(300, 700 - 18 * index, character)

    assert sorted(check_document(PDF, drawn(upright), "甲.pdf").text.replace("\n", "")) == sorted(
        "竖排的文字从上往下读"
    )


def test_a_tangle_of_lines_is_no_table() -> None:
    def tangle(canvas: Canvas) -> None:
        for index in range(400):
            canvas.line(10 + index, 10, 10 + index, 800)
            canvas.line(10, 10 + 2 * index, 580, 10 + 2 * index)

    assert check_document(PDF, drawn(together(tangle, lines(PARAGRAPHS[0][:30]))), "甲.pdf").text


def test_whether_there_is_a_chinese_font_is_whether_a_lone_character_is_read() -> None:
    with pdfium.PdfDocument(drawn(lines("无", x=100, y=600, size=20))) as file:
        assert has_chinese_font() is ("无" in characters.read_page(file[0]).text)
