"""Web pages: what people read of them, in order, each block found again in the page."""

from __future__ import annotations

import random

import pytest
from selectolax.lexbor import LexborHTMLParser

from index.document import BlockKind, Document, PartKind
from index.errors import DocumentError, EmptyDocument
from index.loaders.web_markup import tame
from index.loaders.web_page import WebPageLoader, text_blocks
from loader_contract import check_document

LOADER = WebPageLoader()
BODY = "<p>2017年，全区新认定众创空间13家，自治区众创空间达到27家，其中国家级14家。</p>" * 3
SITE = f"""<!doctype html><html><head><meta charset="utf-8"><title>关于众创空间的通知 - 科技厅</title>
<script>var a = "<p>不是正文</p>";</script><style>p {{ color: red }}</style></head><body>
<div class="header"><a href="/">首页</a><a href="/a">机构</a></div>
<nav><ul><li><a href="/b">政策</a></li></ul></nav>
<div class="breadcrumb">当前位置：首页 &gt; 通知</div>
<div class="main"><h1>关于众创空间的通知</h1><div class="share">分享到：</div>
<div id="zoom"><h2>一、基本情况</h2>{BODY}<p style="display: none">看不见的</p>
<ul><li>第一项要求</li><li>第二项要求</li></ul>
<p>上一篇：</p></div></div>
<ul class="list"><li><a href="/c">相关新闻一</a></li><li><a href="/d">相关新闻二</a></li></ul>
<footer>新ICP备05001234号</footer></body></html>"""


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.text[block.start : block.end]) for block in document.blocks]


def page(body: str) -> Document:
    return check_document(LOADER, f"<html><body>{body}</body></html>".encode(), "a.html")


def test_the_article_is_read_and_the_site_around_it_is_not() -> None:
    document = check_document(LOADER, SITE.encode(), "a.html")
    said = document.text
    assert document.title == "关于众创空间的通知"
    assert blocks(document)[:2] == [("heading", "关于众创空间的通知"), ("heading", "一、基本情况")]
    assert said.count("27家") == 3
    assert "第一项要求\n第二项要求" in said
    for furniture in ("首页", "政策", "分享", "看不见", "上一篇", "相关新闻", "ICP", "不是正文", "color"):
        assert furniture not in said


def test_buttons_in_brackets_side_by_side_are_left_out() -> None:
    buttons = (
        '<p>【<a href="javascript:print()">打印本页</a>】【<a href="javascript:close()">关闭窗口</a>】</p>'
    )
    assert page(BODY + buttons).text == page(BODY).text
    said = "<p>【打印】按钮在页面右上角。</p>"
    assert "打印" in page(BODY + said).text


def test_a_page_of_two_lines_is_read_as_it_is() -> None:
    assert page("<div class='nav'>值班电话：0991-3836155</div>").text == "值班电话：0991-3836155"


def test_every_block_is_found_in_the_page_by_its_selector() -> None:
    document = check_document(LOADER, SITE.encode(), "a.html")
    raw = LOADER.read(SITE.encode(), source="a.html", encoding=document.encoding)
    tree = LexborHTMLParser(SITE)
    for block in document.blocks:
        words = document.text[block.start : block.end]
        (part,) = raw.place(document.offsets.ranges(block.start, block.end)).parts
        assert part.kind is PartKind.ELEMENT
        (found,) = tree.css(part.name)
        assert "".join((found.text() or "").split()) == "".join(words.split())


def test_line_breaks_end_paragraphs_but_not_headings() -> None:
    document = page("<h2>关于<br>通知</h2><p>　　第一段。<br>　　第二<b>段</b>。</p>文字<div>又一段</div>尾")
    assert blocks(document) == [
        ("heading", "关于通知"), ("paragraph", "第一段。"), ("paragraph", "第二段。"), ("paragraph", "文字"),
        ("paragraph", "又一段"), ("paragraph", "尾"),
    ]  # fmt: skip


def test_a_table_reads_as_rows_and_a_layout_table_as_blocks() -> None:
    table = (
        "<table><caption>众创空间</caption><tr><th rowspan=2>地区</th><th colspan=2>2017年</th></tr>"
        "<tr><th>数量</th><th>面积</th></tr><tr><td>乌鲁木齐</td><td>10</td><td>5.5</td></tr></table>"
    )
    document = page(table)
    assert blocks(document) == [
        ("caption", "众创空间"),
        ("row", "乌鲁木齐 2017年数量：10；乌鲁木齐 2017年面积：5.5"),
    ]
    start = document.text.index("10")
    raw = LOADER.read(f"<html><body>{table}</body></html>".encode(), source="a.html", encoding="utf-8")
    parts = raw.place(document.offsets.ranges(start, start + 2)).parts
    assert [(part.kind.value, part.name) for part in parts][1:] == [("table", "1"), ("cell", "R3C2")]
    layout = page(f"<table><tr><td>左栏</td><td><table><tr><td>{BODY}</td></tr></table></td></tr></table>")
    assert all(block.kind is BlockKind.PARAGRAPH for block in layout.blocks)


def test_ruby_and_entities() -> None:
    assert page("<p><ruby>原<rt>yuán</rt></ruby>文&nbsp;&amp;&#x4e2d;</p>").text == "原文 &中"


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-16", "big5"])
def test_the_encoding_is_told_from_the_bytes_whatever_the_page_claims(codec: str) -> None:
    said = "科技企業孵化器" if codec == "big5" else "科技企业孵化器"
    data = f'<meta charset="gb2312"><p>{said * 20}</p>'.encode(codec)
    assert check_document(LOADER, data, "a.html").text == said * 20


@pytest.mark.parametrize("markup", ["", "   ", "<p></p>", "<script>1</script>", "<!-- 注 -->"])
def test_a_page_without_words_is_told(markup: str) -> None:
    with pytest.raises(EmptyDocument):
        LOADER.load(markup.encode() or b" ", source="a.html")


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 100_000 + "深",
        "<ul><li>" * 20_000 + "深",
        "<" * 1_000_000,
        "<table>" * 5_000 + "<tr><td>表",
        f"<table><tr>{'<td colspan=1000000 rowspan=99999>甲' * 50}</tr><tr><td>乙</table>",
        "<p>字\x00字&#xD800;&#0;</p>" * 100,
        "<b>" * 50_000 + "粗",
        "<p>段" * 30_000,
    ],
    ids=["depth", "lists", "brackets", "tables", "spans", "odd characters", "bold", "siblings"],
)
def test_hostile_pages_cost_seconds_at_most(markup: str) -> None:
    try:
        document = LOADER.load(markup.encode(), source="a.html")
    except DocumentError as error:
        assert error.remedy
        return
    assert document.text


def test_damaged_pages_are_read_or_told() -> None:
    choice = random.Random(5)
    good = SITE.encode()
    for _ in range(60):
        data = bytearray(good[: choice.randrange(100, len(good))])
        for _ in range(choice.randrange(8)):
            data[choice.randrange(len(data))] = choice.randrange(256)
        try:
            LOADER.load(bytes(data), source="a.html")
        except DocumentError as error:
            assert error.remedy


def test_paragraphs_and_entries_that_old_pages_never_close_are_all_read() -> None:
    document = page("".join(f"<p>第{number}段文字" for number in range(3000)))
    assert len(document.blocks) == 3000
    entries = page("<ul>" + "".join(f"<li>第{number}项" for number in range(3000)))
    assert len(entries.blocks) == 3000


def test_nothing_is_lost_below_the_deepest_elements() -> None:
    document = page(f"<div>{'<div><b>' * 2000}深处的话{'</b></div>' * 2000}</div><p>后面的话</p>")
    assert document.text == "深处的话\n后面的话"


@pytest.mark.parametrize(
    "around",
    [
        '<form id="aspnetForm">{}</form>',
        '<div class="layout with-sidebar">{}</div>',
        '<div id="links">{}</div>',
    ],
)
def test_a_form_or_class_around_the_whole_page_is_no_furniture(around: str) -> None:
    nav = '<ul><li><a href="/">首页</a></li></ul>'
    assert page(around.format(nav + BODY)).text == page(BODY).text


def test_lists_of_links_go_and_attachments_stay() -> None:
    links = "".join(f'<a href="/{number}">栏目{number}</a> | ' for number in range(9))
    files = '<ul><li><a href="/f/a.docx">附件1：申报表.docx</a></li></ul>'
    foot = "<p>上一篇：<a href='/x'>另一个通知</a></p><p>新ICP备05001234号</p>"
    document = page(f"<div>{links}</div>{BODY}{files}{foot}")
    assert document.text == page(BODY).text + "\n附件1：申报表.docx"


def test_cells_are_read_as_they_are_seen() -> None:
    table = (
        "<table><tr><td><p>地区</p></td><td>数<b>量</b><br>（家）</td></tr>"
        "<tr><td>乌鲁木齐</td><td>2<b>7</b><script>9</script><span style='display:none'>8</span></td></tr></table>"
    )
    assert [words for _, words in blocks(page(table))] == ["乌鲁木齐 数量（家）：27"]


def test_a_table_of_data_within_one_of_layout_reads_as_rows() -> None:
    data = "<table><tr><th>地区</th><th>数量</th></tr><tr><td>和田</td><td>3</td></tr></table>"
    document = page(f"<table><tr><td>左栏的话</td><td><p>前言。</p>{data}</td></tr></table>")
    assert blocks(document)[-1] == ("row", "和田 数量：3")


def test_no_row_of_a_long_table_is_lost() -> None:
    rows = "".join(f"<tr><td>第{number}县</td><td>{number}</td></tr>" for number in range(6000))
    document = LOADER.load(
        f"<table><tr><th>县</th><th>数量</th></tr>{rows}</table>".encode(), source="a.html"
    )
    assert len(document.blocks) == 6000


def test_a_selector_finds_one_element_where_ids_repeat_and_names_are_odd() -> None:
    markup = '<div id="a"><p>一</p></div><div id="a"><o:p>零<p>二</p></o:p></div><p id="1x">三</p>'
    document = page(markup)
    data = f"<html><body>{markup}</body></html>".encode()
    raw = LOADER.read(data, source="a.html", encoding="utf-8")
    tree = LexborHTMLParser(data.decode())
    for block in document.blocks:
        (part,) = raw.place(document.offsets.ranges(block.start, block.end)).parts
        (found,) = tree.css(part.name)
        assert document.text[block.start : block.end] in found.text()


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("2016-2017年工作计划", "2016-2017年工作计划"),
        ("关于申报的通知-科技厅", "关于申报的通知"),
        ("关于申报的通知_通知公告", "关于申报的通知"),
        ("Python - 维基百科", "Python"),
    ],
)
def test_the_sites_name_behind_a_title_goes(given: str, title: str) -> None:
    data = f"<title>{given}</title><p>正文一句话。</p>".encode()
    assert LOADER.load(data, source="a.html").title == title


def test_lines_of_the_source_are_no_spaces_between_han_characters() -> None:
    assert page("<p>科技企业\n   孵化器 in\n Urumqi</p>").text == "科技企业孵化器 in Urumqi"


def test_short_tags_of_xhtml_dont_swallow_the_page() -> None:
    head = '<head><title/><script src="a.js"/></head>'
    data = f'<html xmlns="http://www.w3.org/1999/xhtml">{head}<body><p>字</p></body></html>'.encode()
    assert check_document(LOADER, data, "a.xhtml").text == "字"


def test_repeated_cells_cant_make_a_small_page_endless() -> None:
    cell = f"<td colspan=400 rowspan=2000>{'长' * 190}</td>"
    rows = "<tr><td>1</td><td>2</td></tr>" * 2000
    markup = f"<table><tr><th>a</th><th>b</th></tr><tr>{cell}<td>1</td></tr>{rows}</table>"
    with pytest.raises(DocumentError, match="超过"):
        LOADER.load(markup.encode(), source="a.html")


def test_words_of_a_mails_table() -> None:
    assert text_blocks(
        "<table><tr><th>时间</th><th>地点</th></tr><tr><td>三点</td><td>301</td></tr></table>"
    ) == [
        "时间 地点",
        "三点 301",
    ]


def test_words_of_a_mails_body() -> None:
    assert text_blocks("<p>您好：</p><p>会议改到<b>三点</b>。</p>") == ["您好：", "会议改到三点。"]


def test_a_tag_of_very_many_attributes_costs_no_more_than_its_length() -> None:
    attributes = "".join(f" a{number}=b" for number in range(20_000))
    assert tame(f"<p{attributes}>众创空间</p>", source="a.html") == "<p>众创空间</p>"
    picture = f'<img alt="图" src="data:image/png;base64,{"A" * 50_000}">'
    assert tame(picture, source="a.html") == picture
