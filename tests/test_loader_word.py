"""Word files: what is read of them, what is left out, and where it stands."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable

import docx
import pytest

from index.document import BlockKind, Document
from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
    UnsupportedFormat,
)
from index.loaders import loader_for
from index.loaders.counting import Counter, Level, written
from index.loaders.word import WordLoader
from loader_contract import check_document

LOADER = WordLoader()
NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def saved(made: docx.document.Document) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def packed(body: str, **more: str) -> bytes:
    """The smallest Word file with a body; ``more`` are members of ``word/`` (``numbering="<w:num …"``)."""
    roots = {"numbering": "numbering", "styles": "styles"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("word/document.xml", f"<w:document {NAMES}><w:body>{body}</w:body></w:document>")
        for name, inner in more.items():
            root = roots.get(name, name)
            made.writestr(f"word/{name}.xml", f"<w:{root} {NAMES}>{inner}</w:{root}>")
    return out.getvalue()


def run(text: str, inside: str = "") -> str:
    return f'<w:r>{inside}<w:t xml:space="preserve">{text}</w:t></w:r>'


def p(inner: str, style: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{style}</w:pPr>' if style else ''}{inner}</w:p>"


def load(data: bytes) -> Document:
    return check_document(LOADER, data, "a.docx")


def said(body: str, **more: str) -> list[str]:
    return load(packed(body, **more)).text.split("\n")


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(one.kind.value, one.level, document.text[one.start : one.end]) for one in document.blocks]


def parts(document: Document, data: bytes, words: str) -> list[tuple[str, str]]:
    start = document.text.index(words)
    place = LOADER.read(data, source="a.docx").place(document.offsets.ranges(start, start + len(words)))
    return [(part.kind.value, part.name) for part in place.parts]


def test_headings_tables_and_paragraphs_in_order_each_found_at_its_place() -> None:
    made = docx.Document()
    made.add_heading("关于众创空间的通知", 0)
    made.add_heading("基本情况", 1)
    made.add_paragraph("第一段说的是情况。")
    table = made.add_table(3, 3)
    rows = (["指标", "2016年", "2017年"], ["众创空间", "20", "27"], ["孵化器", "13", "16"])
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
    made.add_paragraph("表1 数量", style="Caption")
    made.sections[0].header.paragraphs[0].text = "页眉"
    data = saved(made)
    document = load(data)
    assert document.title == "关于众创空间的通知"
    assert blocks(document) == [
        ("heading", 1, "关于众创空间的通知"),
        ("heading", 2, "基本情况"),
        ("paragraph", 0, "第一段说的是情况。"),
        ("row", 0, "众创空间 2016年：20；众创空间 2017年：27"),
        ("row", 0, "孵化器 2016年：13；孵化器 2017年：16"),
        ("caption", 0, "表1数量"),  # a single space before a count goes
    ]
    assert parts(document, data, "第一段") == [("paragraph", "3")]
    assert parts(document, data, "27") == [("table", "1"), ("cell", "R2C3")]
    assert document.blocks[2].heading_path == ("基本情况",)


def test_cells_merged_down_repeat_and_a_form_reads_as_pairs() -> None:
    made = docx.Document()
    table = made.add_table(3, 3)
    rows = (["地区", "年度", "数量"], ["乌鲁木齐", "2016", "5"], ["", "2017", "8"])
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(at, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    made.add_paragraph("间")
    form = made.add_table(2, 2)
    for at, (label, value) in enumerate((("姓名", "阿里木江·买买提"), ("单位", "新疆科技发展战略研究院"))):
        form.cell(at, 0).text, form.cell(at, 1).text = label, value
    lines = load(saved(made)).text.split("\n")
    assert [line.count("乌鲁木齐") > 0 for line in lines[:2]] == [True, True]
    assert "数量：8" in lines[1]
    assert lines[-2:] == ["姓名：阿里木江·买买提", "单位：新疆科技发展战略研究院"]


def test_a_frame_and_tables_in_cells_are_read_once() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{p(run('内甲'))}</w:tc><w:tc>{p(run('内乙'))}</w:tc></w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{p(run('外'))}{inner}</w:tc><w:tc>{p(run('旁'))}</w:tc></w:tr></w:tbl>"
    assert said(outer) == ["外；旁", "内甲；内乙"]
    frame = f"<w:tbl><w:tr><w:tc>{p(run('第一段。'))}{p(run('第二段。'))}</w:tc></w:tr></w:tbl>"
    assert said(frame) == ["第一段。", "第二段。"]


def test_a_text_box_kept_twice_is_read_once() -> None:
    box = f"<w:txbxContent>{p(run('框里的话'))}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert said(p(run("正文") + both)) == ["正文", "框里的话"]
    cell = f"<w:tc>{p(run('格') + both)}</w:tc>"
    assert said(f"<w:tbl><w:tr>{cell}<w:tc>{p(run('乙'))}</w:tc></w:tr></w:tbl>") == ["格；乙", "框里的话"]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f"{run('留')}<w:ins>{run('入')}</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>", "留入"),
        (f"<w:moveFrom>{run('移走')}</w:moveFrom><w:moveTo>{run('移来')}</w:moveTo>", "移来"),
        (run("看得见") + run("看不见", "<w:rPr><w:vanish/></w:rPr>"), "看得见"),
        (run("看") + run("见", '<w:rPr><w:vanish w:val="0"/></w:rPr>'), "看见"),
        (f"<w:hyperlink>{run('链接')}</w:hyperlink><w:smartTag>{run('标')}</w:smartTag>", "链接标"),
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{run('控件')}</w:sdtContent></w:sdt>", "控件"),
        (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
            + run("指令里的")
            + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
            + run("结果")
            + '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            "结果",
        ),
        (run("软\u00ad连") + "<w:r><w:softHyphen/><w:t>字</w:t><w:noBreakHyphen/></w:r>", "软连字-"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>是</w:t></w:r>', "☑是"),
        ("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>", "x=1"),
        (f"{run('一')}<w:r><w:br/></w:r>{run('二')}", "一\n二"),
        (f"{run('一')}<w:r><w:br w:type='page'/><w:lastRenderedPageBreak/></w:r>{run('二')}", "一二"),
    ],
)
def test_words_are_those_that_a_reader_sees(inner: str, text: str) -> None:
    assert "\n".join(said(p(inner))) == text


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    assert said(p(run("前半"), "<w:rPr><w:del/></w:rPr>") + p(run("后半"))) == ["前半后半"]
    assert said(p(run("独"), "<w:rPr><w:del/></w:rPr>")) == ["独"]


def level(depth: int, form: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def listed(text: str, number: int, depth: int = 0) -> str:
    return p(run(text), f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_automatic_numbers_are_read_as_the_page_shows_them() -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="1">'
        + level(0, "chineseCountingThousand", "第%1章")
        + level(1, "chineseCountingThousand", "第%2条", '<w:lvlRestart w:val="0"/>')
        + level(2, "chineseCounting", "（%3）")
        + "</w:abstractNum>"
        + f'<w:abstractNum w:abstractNumId="2">{level(0, "bullet", "l")}</w:abstractNum>'
        + '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
        + '<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
        + '<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="1">'
        + '<w:startOverride w:val="9"/></w:lvlOverride></w:num>'
    )
    body = "".join(
        (
            listed("总则", 1),
            listed("为了规范，制定本办法。", 1, 1),
            listed("本办法适用于自治区。", 1, 1),
            listed("其他情形；", 1, 2),
            listed("附则", 1),
            listed("本办法自发布之日起施行。", 1, 1),
            listed("圆点", 2),
            listed("重新开始的一条。", 3, 1),
        )
    )
    document = load(packed(body, numbering=numbering))
    assert document.text.split("\n") == [
        "第一章 总则",
        "第一条 为了规范，制定本办法。",
        "第二条 本办法适用于自治区。",
        "（一）其他情形；",
        "第二章 附则",
        "第三条 本办法自发布之日起施行。",
        "圆点",
        "第九条 重新开始的一条。",
    ]
    assert document.blocks[5].heading_path[-1] == "第三条"
    assert LOADER.read(packed(body, numbering=numbering), source="a.docx").text.startswith("第一章 总则")


def test_a_style_that_stands_for_a_level_is_numbered_at_that_level() -> None:
    numbering = (
        '<w:abstractNum w:abstractNumId="1">'
        + level(0, "decimal", "%1", '<w:pStyle w:val="A"/>')
        + level(1, "decimal", "%1.%2", '<w:pStyle w:val="B"/>')
        + '</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>'
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="heading {at}"/>'
        '<w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr></w:style>'
        for at, name in ((1, "A"), (2, "B"))
    )
    body = "".join(
        p(run(text), f'<w:pStyle w:val="{style}"/>')
        for text, style in (("概况", "A"), ("人口", "B"), ("经济", "B"))
    )
    document = load(packed(body + p(run("正文。")), numbering=numbering, styles=styles))
    assert blocks(document)[:3] == [
        ("heading", 1, "1 概况"),
        ("heading", 2, "1.1 人口"),
        ("heading", 2, "1.2 经济"),
    ]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (12, "chineseCountingThousand", "十二"), (110, "chineseCountingThousand", "一百一十"),
        (105, "japaneseCounting", "一百零五"), (3, "ideographTraditional", "丙"), (2, "ideographZodiac", "丑"),
        (23, "chineseLegalSimplified", "贰拾叁"), (27, "lowerLetter", "aa"), (4, "upperRoman", "IV"),
        (3, "decimalEnclosedCircleChinese", "③"), (99, "decimalEnclosedCircle", "99"), (7, "decimalZero", "07"),
        (20, "taiwaneseDigital", "二〇"), (99999, "lowerLetter", "99999"), (5, "whatever", "5"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_their_format_says(number: int, form: str, text: str) -> None:
    assert written(number, form) == text


def test_outer_numbers_are_digits_where_a_level_is_legal() -> None:
    levels = {0: Level(form="chineseCounting", text="%1"), 1: Level(form="decimal", text="%1.%2", legal=True)}
    counter = Counter()
    assert [counter.label(0, levels), counter.label(1, levels)] == ["一 ", "1.1 "]


def test_notes_and_comments_follow_their_paragraph() -> None:
    body = p(
        run("正文") + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="0"/></w:r>'
    ) + p(run("后文"))
    footnotes = (
        f'<w:footnote w:type="separator" w:id="1"/><w:footnote w:id="2">{p(run("脚注的话"))}</w:footnote>'
    )
    comments = f'<w:comment w:id="0">{p(run("批注的话"))}</w:comment>'
    data = packed(body, footnotes=footnotes, comments=comments)
    document = load(data)
    assert blocks(document) == [
        ("paragraph", 0, "正文"),
        ("note", 0, "脚注的话"),
        ("note", 0, "批注的话"),
        ("paragraph", 0, "后文"),
    ]
    assert parts(document, data, "脚注") == [("note", "1")]


def changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, change(old.read(member)) if member == name else old.read(member))
    return out.getvalue()


def test_strict_files_and_other_main_parts_are_read() -> None:
    made = docx.Document()
    made.add_paragraph("严格的文件。")
    usual = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = changed(
        saved(made),
        "word/document.xml",
        lambda data: data.replace(usual, b"http://purl.oclc.org/ooxml/wordprocessingml/main"),
    )
    assert load(strict).text == "严格的文件。"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "word/document2.xml", f"<w:document {NAMES}><w:body>{p(run('二号'))}</w:body></w:document>"
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r" Type="{TYPE}officeDocument" Target="word/document2.xml"/></Relationships>',
        )
    assert load(out.getvalue()).text == "二号"


def test_macros_are_told_and_another_files_pieces_too() -> None:
    data = packed(p(run("正文")) + "<w:altChunk/>")
    with zipfile.ZipFile(held := io.BytesIO(data), "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    warnings = LOADER.load(held.getvalue(), source="a.docm").warnings
    assert any("宏" in one for one in warnings)
    assert any("altChunk" in one for one in warnings)


def ole(stream: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + stream.encode("utf-16-le")


@pytest.mark.parametrize(
    ("data", "error", "remedy"),
    [
        (ole("WordDocument"), MislabelledDocument, "另存为 .docx"),
        (ole("PowerPoint Document"), MislabelledDocument, "另存为 .pptx"),
        (ole("EncryptedPackage"), EncryptedDocument, "密码"),
        (b"<html>", MislabelledDocument, "扩展名"),
        (packed(""), EmptyDocument, "没有文字"),
        (packed("")[:-30], DamagedDocument, "损坏"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_remedy(
    data: bytes, error: type[DocumentError], remedy: str
) -> None:
    with pytest.raises(error, match=re.escape(remedy)):
        LOADER.load(data, source="a.docx")


@pytest.mark.parametrize(
    ("name", "newer"),
    [
        ("旧.doc", ".docx"),
        ("旧.ppt", ".pptx"),
        ("a.wps", ".docx"),
        ("a.odt", ".docx"),
        ("a.et", ".xlsx"),
        ("公文.ofd", ".pdf"),
    ],
)
def test_an_old_format_is_refused_with_the_one_to_save_it_as(name: str, newer: str) -> None:
    with pytest.raises(UnsupportedFormat, match=newer):
        loader_for(name)


def test_hostile_files_are_refused_within_bounds() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 200 + p(run("深")) + "</w:tc></w:tr></w:tbl>" * 200
    with pytest.raises(DocumentTooLarge, match="嵌套"):
        LOADER.load(packed(deep), source="a.docx")
    shallower = "<w:tbl><w:tr><w:tc>" * 40 + p(run("深")) + "</w:tc></w:tr></w:tbl>" * 40
    document = LOADER.load(packed(p(run("浅")) + shallower), source="a.docx")
    assert document.text == "浅"
    assert any("嵌套" in one for one in document.warnings)
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE w:document [<!ENTITY e0 "哈哈">{entities}]>'
    bomb = changed(
        packed(p(run("&amp;"))),
        "word/document.xml",
        lambda data: laughs.encode() + data.replace(b"&amp;", b"&e9;"),
    )
    with pytest.raises(DamagedDocument):
        LOADER.load(bomb, source="a.docx")
    wide = "<w:tbl><w:tr>" + "<w:tc><w:tcPr><w:gridSpan w:val='400'/></w:tcPr><w:p/></w:tc>" * 400
    document = LOADER.load(packed(p(run("宽")) + wide + "</w:tr></w:tbl>"), source="a.docx")
    assert document.text == "宽"
    assert any("500 列" in one for one in document.warnings)


def test_truncated_and_altered_files_are_read_or_told() -> None:
    made = docx.Document()
    made.add_heading("标题", 1)
    for at in range(20):
        made.add_paragraph(f"第{at}段，说的是众创空间。", style="List Number")
    table = made.add_table(2, 2)
    table.cell(0, 0).text = "指标"
    good = saved(made)
    choice = random.Random(18)
    for _ in range(50):
        with pytest.raises(DocumentError):
            LOADER.load(good[: choice.randrange(len(good))], source="a.docx")
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for turn in range(60):
        data = bytearray(good)
        if turn % 2:  # inside a member, where the archive's check sums don't find it
            name = choice.choice(
                ["word/document.xml", "word/styles.xml", "word/numbering.xml", "_rels/.rels"]
            )
            member = bytearray(members[name])
            member[choice.randrange(len(member))] = choice.randrange(256)
            data = bytearray(changed(good, name, lambda _, member=member: bytes(member)))
        else:
            data[choice.randrange(len(data))] ^= 1 << choice.randrange(8)
        try:
            assert LOADER.load(bytes(data), source="a.docx").text
        except DocumentError as error:
            assert error.remedy


@pytest.mark.parametrize(
    "missing", ["word/styles.xml", "word/numbering.xml", "[Content_Types].xml", "_rels/.rels"]
)
def test_members_that_are_missing_cost_only_what_they_say(missing: str) -> None:
    made = docx.Document()
    made.add_paragraph("正文还在。", style="List Number")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(made))) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            if member != missing:
                new.writestr(member, old.read(member))
    assert load(out.getvalue()).text.endswith("正文还在。")
    assert load(out.getvalue()).blocks[0].kind is BlockKind.PARAGRAPH
