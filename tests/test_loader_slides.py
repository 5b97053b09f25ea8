"""Slides: titles, the order of reading, tables, charts, notes, and where each stands."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from index.document import Document
from index.errors import DamagedDocument, DocumentError, DocumentTooLarge, EmptyDocument, MislabelledDocument
from index.loaders.slide_shapes import reading_order
from index.loaders.slides import SlidesLoader
from loader_contract import check_document

LOADER = SlidesLoader()
COVER, TITLED, TITLE_ONLY, BLANK = 0, 1, 5, 6


def saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def slide(deck: Any, layout: int, title: str = "") -> Any:
    made = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        made.shapes.title.text = title
    return made


def box(shapes: Any, text: str, left: float, top: float, width: float = 2, height: float = 1) -> Any:
    made = shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    made.text_frame.text = text
    return made


def load(data: bytes) -> Document:
    return check_document(LOADER, data, "a.pptx")


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(one.kind.value, one.level, document.text[one.start : one.end]) for one in document.blocks]


def parts(document: Document, data: bytes, words: str) -> list[tuple[str, str]]:
    start = document.text.index(words)
    place = LOADER.read(data, source="a.pptx").place(document.offsets.ranges(start, start + len(words)))
    return [(part.kind.value, part.name) for part in place.parts]


def deck() -> Any:
    made = pptx.Presentation()
    slide(made, COVER, "众创空间年度报告")
    second = slide(made, TITLED, "基本情况")
    second.placeholders[1].text = "第一点\n第二点\v换行"
    second.notes_slide.notes_text_frame.text = "讲到这里停一下。"
    third = slide(made, TITLE_ONLY, "数量")
    table = third.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(2)).table
    for at, row in enumerate((("年度", "众创空间"), ("2016", "20"), ("2017", "27"))):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
    return made


def test_titles_paragraphs_tables_and_notes_each_found_at_its_place() -> None:
    data = saved(deck())
    document = load(data)
    assert document.title == "众创空间年度报告"
    assert blocks(document) == [
        ("heading", 1, "众创空间年度报告"),
        ("heading", 2, "基本情况"),
        ("paragraph", 0, "第一点"),
        ("paragraph", 0, "第二点"),
        ("paragraph", 0, "换行"),
        ("note", 0, "讲到这里停一下。"),
        ("heading", 2, "数量"),
        ("row", 0, blocks(document)[7][2]),
        ("row", 0, blocks(document)[8][2]),
    ]
    assert "2017" in blocks(document)[8][2]
    assert blocks(document)[8][2].endswith("众创空间：27")
    assert parts(document, data, "第二点") == [("slide", "2"), ("paragraph", "3")]
    assert parts(document, data, "讲到") == [("slide", "2"), ("note", "1")]
    assert parts(document, data, "27") == [("slide", "3"), ("table", "1"), ("cell", "R3C2")]


def test_columns_are_read_one_after_the_other_and_groups_together() -> None:
    made = pptx.Presentation()
    page = slide(made, TITLE_ONLY, "三张卡片")
    for column, name in enumerate("甲乙丙"):
        box(page.shapes, f"{name}文", 0.5 + 3 * column, 3, height=2)
    for column, name in enumerate("甲乙丙"):
        box(page.shapes, f"{name}题", 0.5 + 3 * column, 2, height=0.9)
    group = page.shapes.add_group_shape()
    box(group.shapes, "组里下", 0.5, 6.5, height=0.3)
    box(group.shapes, "组里上", 0.5, 6.1, height=0.3)
    lines = load(saved(made)).text.split("\n")
    assert lines == ["三张卡片", "甲题", "甲文", "乙题", "乙文", "丙题", "丙文", "组里上", "组里下"]


def test_reading_order_of_boxes_that_lie_on_each_other_is_from_the_top() -> None:
    assert reading_order([(0, 5, 10, 15), (0, 0, 10, 10), (1, 2, 3, 4)]) == [1, 2, 0]
    assert reading_order([]) == []
    assert reading_order([(0, 0, 0, 0)] * 3) == [0, 1, 2]


def test_a_chart_reads_as_the_table_that_it_shows() -> None:
    made = pptx.Presentation()
    page = slide(made, TITLE_ONLY, "趋势")
    data = CategoryChartData()
    data.categories = ["2016年", "2017年"]
    data.add_series("众创空间", (20, 27))
    data.add_series("孵化器", (13, 16.1))
    chart = page.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(2), Inches(5), Inches(3), data
    ).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "数量变化"
    upload = saved(made)
    document = load(upload)
    assert blocks(document)[1] == ("caption", 0, "数量变化")
    assert document.text.split("\n")[-1].endswith("孵化器：16.1")
    assert parts(document, upload, "27") == [("slide", "1"), ("table", "1"), ("cell", "R3C2")]


def test_hidden_slides_pictures_and_macros_are_told() -> None:
    made = deck()
    slide(made, TITLE_ONLY, "藏起来的").element.set("show", "0")
    slide(made, BLANK)
    with zipfile.ZipFile(held := io.BytesIO(saved(made)), "a") as archive:
        archive.writestr("ppt/vbaProject.bin", b"x")
    document = LOADER.load(held.getvalue(), source="a.pptm")
    assert "藏起来的" not in document.text
    assert [one[:8] for one in document.warnings] == ["1 张隐藏的幻灯", "第 5 张幻灯片", "文件里有宏，没有"]


def test_page_numbers_and_footers_are_left_out() -> None:
    made = pptx.Presentation()
    page = slide(made, TITLE_ONLY, "正题")
    for kind, text in (("ftr", "单位名称"), ("sldNum", "7")):
        held = box(page.shapes, text, 1, 7)
        held.element.nvSpPr.nvPr.append(held.element.makeelement(_named("ph"), {"type": kind}))
    assert load(saved(made)).text == "正题"


def _named(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/presentationml/2006/main}}{name}"


def test_a_shape_kept_in_two_versions_is_read_once() -> None:
    made = pptx.Presentation()
    page = slide(made, TITLE_ONLY, "公式")
    first, second = box(page.shapes, "新的一版", 1, 2).element, box(page.shapes, "旧的一版", 1, 2).element
    space = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
    both = first.makeelement(f"{space}AlternateContent", {})
    first.getparent().append(both)
    for name, shape in (("Choice", first), ("Fallback", second)):
        version = both.makeelement(f"{space}{name}", {"Requires": "a14"} if name == "Choice" else {})
        both.append(version)
        version.append(shape)
    assert load(saved(made)).text == "公式\n新的一版"


def changed(data: bytes, name: str, content: bytes | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name or content is not None:
                new.writestr(member, content if member == name and content is not None else old.read(member))
    return out.getvalue()


def test_what_is_no_deck_is_told() -> None:
    good = saved(deck())
    with pytest.raises(MislabelledDocument):
        LOADER.load(b"hello", source="a.pptx")
    with pytest.raises(MislabelledDocument, match=r"\.pptx"):
        ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "PowerPoint Document".encode("utf-16-le")
        LOADER.load(ole, source="a.pptx")
    with pytest.raises(MislabelledDocument):
        LOADER.load(changed(good, "ppt/presentation.xml", None), source="a.pptx")
    with pytest.raises(EmptyDocument):
        LOADER.load(saved(pptx.Presentation()), source="a.pptx")
    with pytest.raises(DamagedDocument):
        LOADER.load(changed(good, "ppt/slides/slide2.xml", None), source="a.pptx")
    with pytest.raises(DamagedDocument):
        LOADER.load(changed(good, "[Content_Types].xml", b"<Types/>"), source="a.pptx")


def test_bombs_and_entities_are_refused_or_left_alone() -> None:
    good = saved(deck())
    with pytest.raises(DocumentTooLarge):
        LOADER.load(changed(good, "ppt/slides/slide2.xml", b" " * 40 * 2**20), source="a.pptx")
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE x [<!ENTITY e0 "哈哈">{entities}]>'.encode()
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        xml = archive.read("ppt/slides/slide2.xml")
    head, _, rest = xml.partition(b"?>")
    try:
        document = LOADER.load(
            changed(
                good,
                "ppt/slides/slide2.xml",
                head + b"?>" + laughs + rest.replace("第一点".encode(), b"&e9;"),
            ),
            source="a.pptx",
        )
    except DocumentError as error:
        assert error.remedy
    else:
        assert "哈" not in document.text


def test_truncated_and_altered_files_are_read_or_told() -> None:
    good = saved(deck())
    choice = random.Random(19)
    for _ in range(30):
        with pytest.raises(DocumentError):
            LOADER.load(good[: choice.randrange(len(good))], source="a.pptx")
    names = ["ppt/slides/slide2.xml", "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels"]
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in names}
    for turn in range(40):
        data = bytearray(good)
        if turn % 2:
            name = choice.choice(names)
            member = bytearray(members[name])
            member[choice.randrange(len(member))] = choice.randrange(256)
            data = bytearray(changed(good, name, bytes(member)))
        else:
            data[choice.randrange(len(data))] ^= 1 << choice.randrange(8)
        try:
            assert LOADER.load(bytes(data), source="a.pptx").text
        except DocumentError as error:
            assert error.remedy
