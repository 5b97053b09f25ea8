"""Which lines are headings, and what stands under them."""

from __future__ import annotations

import pytest

from index.document import BlockKind, Document
from index.loaders import loader_for
from index.loaders.numbering import Scheme, number_of


def load(text: str, source: str = "a.txt") -> Document:
    return loader_for(source).load(text.encode(), source=source)


def headings(text: str) -> list[str]:
    document = load(text)
    return [
        document.text[block.start : block.end] for block in document.blocks if block.kind is BlockKind.HEADING
    ]


def path_of(document: Document, text: str) -> tuple[str, ...]:
    (path,) = [
        block.heading_path for block in document.blocks if document.text[block.start : block.end] == text
    ]
    return path


@pytest.mark.parametrize(
    ("line", "scheme", "value"),
    [
        ("第一编 总则", Scheme.PART, 1),
        ("第十二章 附 则", Scheme.CHAPTER, 12),
        ("第 3 节 方法", Scheme.SECTION, 3),
        ("第一百二十三条 本法", Scheme.ARTICLE, 123),
        ("第三条之一 本法", Scheme.ARTICLE, 3),
        ("二十一、其他", Scheme.HAN, 21),
        ("（十）其他", Scheme.HAN_BRACKET, 10),
        ("(2) 其他", Scheme.DIGIT_BRACKET, 2),
        ("1.2.3 安装", Scheme.DECIMAL, 3),
        ("4. 安装", Scheme.DIGIT, 4),
        ("4、安装", Scheme.DIGIT, 4),
    ],
)
def test_numbers_of_every_scheme_are_read(line: str, scheme: Scheme, value: int) -> None:
    number = number_of(line)
    assert number is not None
    assert (number.scheme, number.value) == (scheme, value)


@pytest.mark.parametrize(
    "line",
    [
        "一是加强领导。",
        "一要完善机制",
        "2017年工作要点",
        "3.14%的增长",
        "第三方机构",
        "46 次会议",
        "二等奖",
        "第三条件",
    ],
)
def test_what_only_looks_like_a_number_is_none(line: str) -> None:
    assert number_of(line) is None


NOTICE = """关于加强科技工作的通知

各地、州、市人民政府：

一、总体要求
坚持创新驱动发展，服务经济社会发展大局。
（一）指导思想
1. 基本原则
统筹规划，分步实施。
（二）公正高效原则。严格依法办事，不得推诿。
二、提高认识，加强领导
1、组织保障
各地要成立领导小组。
特此通知。
"""


def test_headings_nest_by_scheme() -> None:
    document = load(NOTICE)
    assert document.title == "关于加强科技工作的通知"
    assert path_of(document, "统筹规划，分步实施。") == ("一、总体要求", "（一）指导思想", "1. 基本原则")
    assert path_of(document, "各地要成立领导小组。") == ("二、提高认识，加强领导", "1、组织保障")
    assert path_of(document, "坚持创新驱动发展，服务经济社会发展大局。") == ("一、总体要求",)
    levels = [block.level for block in document.blocks if block.kind is BlockKind.HEADING]
    assert levels == [1, 2, 3, 4, 2, 3]


def test_an_item_with_a_sentence_in_it_is_a_paragraph() -> None:
    assert "（二）公正高效原则。严格依法办事，不得推诿。" not in headings(NOTICE)


def test_lines_of_a_numbered_list_are_no_headings() -> None:
    assert headings("会议议程如下。\n一、开幕\n二、讲话\n三、闭幕\n请准时参加会议。") == []


def test_entries_of_a_table_of_contents_are_no_headings() -> None:
    contents = "目 录\n第一章 总则\n第一节 目的\n第二章 附则\n\n"
    text = contents + "第一章 总则\n第一节 目的\n为了规范工作，制定本法。\n第二章 附则\n自公布之日起施行。"
    assert headings(text)[-3:] == ["第一章 总则", "第一节 目的", "第二章 附则"]
    assert len(headings(text)) <= 4


def test_an_article_heads_the_paragraphs_up_to_the_next_one() -> None:
    document = load(
        "第一章　总　则\n第一条 为了规范兵役工作，制定本法。\n第二条 公民有下列义务：\n（一）登记；\n（二）服役。\n"
        "第二章　附　则\n第三条　本法自公布之日起施行。"
    )
    assert path_of(document, "第一条 为了规范兵役工作，制定本法。") == ("第一章 总 则", "第一条")
    assert path_of(document, "（二）服役。") == ("第一章 总 则", "第二条")
    assert path_of(document, "第三条 本法自公布之日起施行。") == ("第二章 附 则", "第三条")
    assert [block.kind for block in document.blocks].count(BlockKind.HEADING) == 2


def test_an_article_with_only_a_title_is_a_heading() -> None:
    document = load("第一条 违约责任\n任何一方违约，应当赔偿损失。\n第二条 争议解决\n协商不成的，提起诉讼。")
    assert path_of(document, "任何一方违约，应当赔偿损失。") == ("第一条 违约责任",)
    assert path_of(document, "协商不成的，提起诉讼。") == ("第二条 争议解决",)


def test_the_documents_own_order_of_schemes_counts() -> None:
    text = "\n".join(
        f"{number}. 部分{number}\n（一）目标{number}\n先做这件事情，再做别的。\n"
        f"（二）措施{number}\n然后做那件事情，不要拖延。"
        for number in (1, 2, 3)
    )
    document = load(text)
    paths = [block.heading_path for block in document.blocks if block.kind is BlockKind.PARAGRAPH]
    assert paths[0] == ("1. 部分1", "（一）目标1")
    assert paths[-1] == ("3. 部分3", "（二）措施3")


def test_a_short_line_set_off_above_text_is_a_heading() -> None:
    text = "前面是一段完整的话，说明背景情况。\n\n会议情况\n\n会议于九月召开，听取了汇报，并作出决定。"
    assert headings(text) == ["会议情况"]


@pytest.mark.parametrize("line", ["2017年5月3日", "地址：北京市", "“天山众创"])
def test_other_short_lines_are_no_headings(line: str) -> None:
    assert (
        headings(f"前面是一段完整的话，说明背景情况。\n\n{line}\n\n后面是另一段完整的话，说明结果，请查收。")
        == []
    )


def test_markdown_headings_keep_their_levels_and_the_title_is_in_no_path() -> None:
    document = load("# 手册\n\n## 安装\n\n### 要求\n\n需要 Python。\n\n## 使用\n\n运行它。", "a.md")
    assert document.title == "手册"
    assert path_of(document, "需要 Python。") == ("安装", "要求")
    assert path_of(document, "运行它。") == ("使用",)
