"""Uploads become documents; places in documents lead back to the upload."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import BlockKind, Document
from index.errors import BinaryDocument, EmptyDocument, UnsupportedFormat
from index.loaders import loader_for
from index.loaders.layout import layout
from index.loaders.markdown import MarkdownLoader
from index.loaders.raw import TextFile
from index.offsets import INSERTED
from loader_contract import check_document


def load(text: str, source: str = "样本.txt", encoding: str = "utf-8") -> Document:
    return loader_for(source).load(text.encode(encoding), source=source)


def blocks(document: Document) -> list[str]:
    return [document.text[block.start : block.end] for block in document.blocks]


def assert_leads_back(document: Document, raw: str) -> set[int]:
    """Every mapped character says the same; only white space and marks of rows are put in. Gives raw indices."""
    indices = document.offsets.indices(0, len(document.text)).tolist()
    for at, index in enumerate(indices):
        assert document.text[at] in " \n：；" if index == INSERTED else raw[index] == document.text[at]
    shown = [index for index in indices if index != INSERTED]
    assert len(shown) == len(set(shown))
    assert document.text == "\n".join(blocks(document))
    assert not any("\n" in text or "\r" in text for text in blocks(document))
    return set(shown)


def test_a_loader_is_chosen_by_the_name_whatever_its_case() -> None:
    assert loader_for("a/B.TXT") is loader_for("c.txt")
    assert loader_for("x.markdown") is loader_for("README.md")


@pytest.mark.parametrize("source", ["报告.mp4", "noending", ""])
def test_an_unknown_ending_is_refused_and_the_known_ones_named(source: str) -> None:
    with pytest.raises(UnsupportedFormat, match=r"\.md"):
        loader_for(source)


@pytest.mark.parametrize("source", ["a.txt.zip", "资料.RAR", "a.tar.gz", "a.7z"])
def test_an_archive_is_refused_and_unpacking_it_is_the_remedy(source: str) -> None:
    with pytest.raises(UnsupportedFormat, match=r"请先解压") as refused:
        loader_for(source)
    assert "压缩包" in refused.value.message


def test_a_document_knows_its_upload() -> None:
    data = "标题行\n\n正文的第一段，内容很短。\n".encode("gb18030")
    document = loader_for("a.txt").load(data, source="夹/年鉴.txt")
    assert (document.source, document.encoding, document.size) == ("夹/年鉴.txt", "gb18030", len(data))
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.media_type == "text/plain"
    assert document.title == "标题行"


def test_a_document_without_a_title_is_named_after_its_file() -> None:
    assert load("正文从第一行就开始了，没有标题。\n第二段。", "夹/年鉴 2018.txt").title == "年鉴 2018"


@pytest.mark.parametrize("source", ["a.txt", "a.md"])
def test_white_space_alone_is_an_empty_document(source: str) -> None:
    with pytest.raises(EmptyDocument, match=source):
        load(" \r\n\u3000", source)


def test_carriage_returns_stay_in_the_raw_text_only() -> None:
    data = "第一段在这里。\r\n第二段在这里。\r第三段在这里。".encode()
    loader = loader_for("a.txt")
    assert loader.read(data, source="a.txt").text.count("\r") == 2
    assert blocks(loader.load(data, source="a.txt")) == ["第一段在这里。", "第二段在这里。", "第三段在这里。"]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs"]
)
def test_a_place_is_told_in_bytes_of_the_upload(codec: str) -> None:
    text = "第一行在這裡。\r\n第二行: 中文 and English。\n第三行。"
    data = text.encode(codec)
    raw = loader_for("a.txt").read(data, source="a.txt", encoding=codec)
    assert raw.text == text
    start = text.index("中文 and")
    place = raw.place(((start, start + 6), (0, 3)))
    plain = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(codec, codec)
    assert [data[left:right].decode(plain) for left, right in place.bytes] == ["中文 and", "第一行"]
    assert (place.first_line, place.last_line, place.page) == (1, 2, None)


def test_pages_are_counted_by_form_feeds() -> None:
    raw = TextFile(text="一页\f二页\f三页", encoding="utf-8")
    assert [raw.place(((at, at + 2),)).page for at in (0, 3, 6)] == [1, 2, 3]


@pytest.mark.parametrize("ranges", [(), ((2, 2),), ((0, 9),), ((-1, 1),)])
def test_a_place_outside_the_upload_is_an_error(ranges: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(IndexError):
        TextFile(text="abc", encoding="utf-8").place(ranges)


pieces = st.lists(
    st.sampled_from(
        ["\n", "\n\n", "\r\n", "\f", " ", "\u3000", "\t", "\u200b", "。", "，", "“", "”", "《", "》",
         "（一）", "一、", "第三条 ", "第一章", "1. ", "- 3 -", "7", "12", "自治区召开科技奖励大会", "座谈会。",
         "本办法自发布之日起施行。", "Latin words", "co-\nop", "# ", "**", "|", "`", "> ", "- ",
         "[x](y)", "<b>", "\\*"]
    ),
    max_size=60,
)  # fmt: skip


@given(pieces)
def test_plain_text_loses_no_visible_character_but_page_furniture(parts: list[str]) -> None:
    raw = "文" + "".join(parts)
    shown = assert_leads_back(load(raw), raw)
    furniture = {at for start, end in layout(raw).furniture for at in range(start, end)}
    visible = {at for at, character in enumerate(raw) if not character.isspace() and character != "\u200b"}
    assert visible <= shown | furniture
    assert not shown & furniture


@given(pieces)
def test_markdown_loses_no_visible_character_but_marks(parts: list[str]) -> None:
    raw = "文" + "".join(parts)
    shown = assert_leads_back(load(raw, "a.md"), raw)
    lost = "".join(raw[at] for at in range(len(raw)) if at not in shown and not raw[at].isspace())
    assert set(lost) <= set("#*|`>-[]()xy<b/\\\u200b="), lost


@given(st.text(max_size=200))
def test_any_text_leads_back_to_its_upload(text: str) -> None:
    raw = "文" + text.replace("\0", "").encode("utf-8", "ignore").decode()
    for source in ("a.txt", "a.md"):
        data = raw.encode()
        loader = loader_for(source)
        try:
            document = loader.load(data, source=source, encoding="utf-8")
        except BinaryDocument:
            continue  # too many control characters
        assert_leads_back(document, loader.read(data, source=source, encoding="utf-8").text)


# Markdown

MARKDOWN = """# 中华人民共和国兵役法

1984年5月31日 第六届全国人民代表大会通过

<!-- INFO END -->

## 第一章 总 则

第一条 为了**规范和加强**兵役工作，[制定本法](https://example.com/a_(b) "题")。

第二条 义务是*神圣*的职责。

有残疾的公民，免服兵役。

### 第一节 `平时` 征集

- 苹果 & 梨
- 香蕉\\*

1. 先登记
2. 后体检

| 条文 | 罪名 |
|---|---|
| 第114条 | 投放\\|危险 |

> 引用的话。

```python
x = 1
```
"""


def test_markdown_shows_what_a_reader_sees() -> None:
    document = load(MARKDOWN, "兵役法.md")
    assert_leads_back(document, MARKDOWN)
    assert document.title == "中华人民共和国兵役法"
    assert document.media_type == "text/markdown"
    assert blocks(document) == [
        "中华人民共和国兵役法",
        "1984年5月31日 第六届全国人民代表大会通过",
        "第一章 总 则",
        "第一条 为了规范和加强兵役工作，制定本法。",
        "第二条 义务是神圣的职责。",
        "有残疾的公民，免服兵役。",
        "第一节 平时 征集",
        "苹果 & 梨",
        "香蕉*",
        "1. 先登记",
        "2. 后体检",
        "第114条 罪名：投放|危险",
        "引用的话。",
        "x = 1",
    ]


def test_lists_nested_deeper_than_people_nest_them_are_told_of_where_they_are_cut() -> None:
    def nested(depth: int) -> Document:
        entries = "".join(f"{'  ' * level}- 第{level + 1}层\n" for level in range(depth))
        return check_document(MarkdownLoader(), entries.encode(), "a.md")

    assert (nested(29).text.count("层"), nested(29).warnings) == (29, ())
    assert nested(31).text.count("层") == 29
    assert "嵌套太深" in nested(31).warnings[0]


def test_markdown_blocks_stand_under_their_headings_and_articles() -> None:
    document = load(MARKDOWN, "兵役法.md")
    paths = {document.text[block.start : block.end]: block.heading_path for block in document.blocks}
    assert paths["第一章 总 则"] == ()
    assert paths["第一条 为了规范和加强兵役工作，制定本法。"] == ("第一章 总 则", "第一条")
    assert paths["有残疾的公民，免服兵役。"] == ("第一章 总 则", "第二条")
    assert paths["苹果 & 梨"] == ("第一章 总 则", "第一节 平时 征集")


def test_rows_of_a_markdown_table_repeat_their_headers() -> None:
    table = "| 指标 | 2016年 | 2017年 |\n|---|---|---|\n| 众创**空间** | 616 | `567` |\n| Wi*Fi* |  | 3 |\n"
    document = check_document(MarkdownLoader(), table.encode(), "a.md")
    assert blocks(document) == ["众创空间 2016年：616；众创空间 2017年：567", "WiFi 2017年：3"]
    assert {block.kind for block in document.blocks} == {BlockKind.ROW}


def test_a_markdown_table_of_headers_alone_is_kept() -> None:
    assert blocks(load("| 指标 | 数量 |\n|---|---|\n\n正文。", "a.md")) == ["指标；数量", "正文。"]


def test_a_rule_below_a_paragraph_makes_it_no_heading() -> None:
    document = load("这是一段完整的话，后面画了一条线。\n---\n\n下一段。", "a.md")
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]


def test_a_note_in_the_form_of_a_reference_isnt_lost() -> None:
    assert blocks(load("正文[1]。\n\n[1]: 某某著作", "a.md"))[-1] == "[1]: 某某著作"
    assert blocks(load("见[此处][1]。\n\n[1]: https://example.com", "a.md")) == ["见此处。"]


def test_lines_of_a_markdown_paragraph_are_joined_only_where_a_sentence_was_broken() -> None:
    items = "申请人应当具备下列条件：\n（一）有名称；\n（二）有住所。"
    assert blocks(load(items, "a.md")) == items.split("\n")
    assert blocks(load("这一段话在行中间\n被断开了，要接起来。", "a.md")) == [
        "这一段话在行中间被断开了，要接起来。"
    ]


def test_metadata_on_top_is_no_heading() -> None:
    document = load("---\ntitle: 手册\nweight: 3\n---\n\n正文在此。", "a.md")
    assert blocks(document) == ["title: 手册", "weight: 3", "正文在此。"]
    assert {block.kind for block in document.blocks} == {BlockKind.PARAGRAPH}


def test_comments_and_tags_go_but_the_text_between_stays() -> None:
    document = load('<div class="x">\n里面的字<br>另一行\n</div>\n\n正文<!-- 注 -->继续。', "a.md")
    assert blocks(document) == ["里面的字", "另一行", "正文继续。"]


@pytest.mark.parametrize(
    "text", ["- 1 -\n", "页眉\f页眉\f页眉\f页眉\n"], ids=["page number", "running heads"]
)
def test_a_text_of_nothing_but_page_furniture_is_empty(text: str) -> None:
    with pytest.raises(EmptyDocument, match="整理之后没有文字"):
        loader_for("a.txt").load(text.encode(), source="a.txt")


def test_a_heading_of_a_book_s_length_is_said_whole_only_where_it_stands() -> None:
    heading = "长" * 40_000
    data = f"# {heading}\n\n第一段。\n\n## {heading}\n\n第二段。\n".encode()
    document = check_document(loader_for("a.md"), data, "a.md")
    assert document.text.startswith(f"{heading}\n")
    assert len(document.title) <= 300
    assert max(len(title) for block in document.blocks for title in block.heading_path) == 300
