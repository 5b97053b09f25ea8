"""Lines that a page layout broke come back as paragraphs; all others stay as they are."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import BlockKind, Document
from index.loaders import loader_for
from index.loaders.furniture import furniture
from index.loaders.layout import layout
from index.loaders.lines import mark_edges, read_lines

YEARBOOK = Path(__file__).parent.parent / "seeds" / "新疆科技年鉴_第一章.txt"

PARAGRAPHS = (
    "为了规范和加强国家兵役工作，保证公民依法服兵役，保障军队兵员补充和储备，建设巩固国防和强大军队，根据宪法，制定本法。",
    "各级人民政府应当把兵役工作纳入国民经济和社会发展规划，所需经费按照事权和支出责任划分列入各级财政预算。"
    "县级以上地方人民政府兵役机关在上级军事机关和同级人民政府领导下，负责办理本行政区域的兵役工作；机关、团体、"
    "企业事业组织和乡、民族乡、镇的人民政府，依照本法的规定完成兵役工作任务。",
    "国家加强兵役工作信息化建设，采取有效措施实现有关部门之间信息共享，推进兵役信息收集、处理、传输、存储等技术的"
    "现代化，为提高兵役工作质量效益提供支持。本办法自2021年10月1日起施行，2011年发布的《征兵工作条例》同时废止。",
    "每年十二月三十一日以前年满十八周岁的男性公民，都应当按照兵役机关的安排在当年进行初次兵役登记。初次兵役登记可以"
    "采取网络登记的方式进行，也可以到兵役登记站（点）现场登记。进行兵役登记，应当如实填写个人信息。",
)


def load(text: str) -> Document:
    return loader_for("a.txt").load(text.encode(), source="a.txt")


def blocks(text: str) -> list[str]:
    document = load(text)
    return [document.text[block.start : block.end] for block in document.blocks]


def wrap(text: str, characters: int, *, indent: int = 0) -> list[str]:
    """Breaks ``text`` as a typesetter does: full lines, no closing mark at a line's start, numbers whole."""
    lines = [""]
    room = 2 * (characters - indent)
    for word in re.findall(r"(?:[A-Za-z0-9.]+|.)[，。、；：！？）》”]*", text):
        width = sum(1 if character.isascii() else 2 for character in word)
        if width > room:
            lines.append("")
            room = 2 * characters
        lines[-1] += word
        room -= width
    return lines


@pytest.mark.parametrize("characters", [16, 20, 27, 40])
@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_wrapped_paragraphs_come_back_whole(characters: int, gap: str) -> None:
    indent = 2 if gap == "\n" else 0
    text = gap.join(
        "\u3000" * indent + "\n".join(wrap(paragraph, characters, indent=indent)) for paragraph in PARAGRAPHS
    )
    assert blocks(text) == list(PARAGRAPHS)


def test_paragraphs_that_lost_their_indentation_come_back_whole() -> None:
    lines = [line for paragraph in PARAGRAPHS * 2 for line in wrap(paragraph, 18, indent=2)]
    assert blocks("\n".join(lines)) == list(PARAGRAPHS) * 2


@pytest.mark.parametrize("page_break", ["\f", ""])
def test_running_heads_and_page_numbers_are_left_out_and_sentences_go_on(page_break: str) -> None:
    lines = [line for paragraph in PARAGRAPHS * 3 for line in [*wrap(paragraph, 18), ""]]
    pages = [lines[at : at + 12] for at in range(0, len(lines), 12)]
    text = "\n".join(
        "\n".join([*page, "", f"- {number} -", f"{page_break}兵役法汇编 {2000 + number}", ""])
        for number, page in enumerate(pages, start=7)
    )
    assert blocks(text) == list(PARAGRAPHS) * 3


def test_lone_numbers_at_page_edges_are_page_numbers_if_they_ascend() -> None:
    pages = [
        "\n".join([*wrap(paragraph, 20), str(number)]) for number, paragraph in enumerate(PARAGRAPHS, start=3)
    ]
    assert blocks("\f".join(pages)) == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "text",
    [
        "产量如下。\n1\n2\n3\n4\n5\n以上为各月产量。",
        "各月产量分别为：\n12\n15\n9\n合计三十六吨。",
        "编号\n1\n这是第一条内容。\n2\n这是第二条内容。\n3\n这是第三条内容。",
        "第一页的内容。\f2017\f第三页的内容。\f88",
    ],
)
def test_a_column_of_figures_is_content(text: str) -> None:
    assert furniture(mark_edges(read_lines(text))) == set()
    assert blocks(text) == re.split(r"[\n\f]", text)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(PARAGRAPHS),
        "\n\n".join(PARAGRAPHS),
        "春眠不觉晓，\n处处闻啼鸟。\n夜来风雨声，\n花落知多少。",
        "苹果　三元一斤\n香蕉　五元一斤\n橘子　四元一斤\n西瓜　一元一斤".replace("\u3000", " "),
        "张三：你好！\n李四：你好，吃了吗？\n张三：吃了。",
        "乌鲁木齐市科学技术局\n克拉玛依市科学技术局\n吐鲁番地区科学技术局\n昌吉回族自治州科技局",
    ],
)
def test_one_paragraph_per_line_is_never_glued(text: str) -> None:
    assert blocks(text) == re.split(r"\n+", text)


def test_only_the_broken_part_of_a_text_is_rejoined() -> None:
    # Enough of each kind that either has a neighbourhood of its own.
    whole = [f"第{number}次会议讨论了预算。" for number in "一二三四五六七八九"] * 4
    broken = [line for paragraph in PARAGRAPHS * 3 for line in wrap(paragraph, 20)]
    found = blocks("\n".join([*whole, "", *broken]))
    assert found[: len(whole) - 6] == whole[:-6]
    assert found[-3:] == list(PARAGRAPHS[-3:])


def test_english_lines_get_a_space_and_keep_their_hyphens() -> None:
    text = (
        "In the end nobody remembered very clearly by whom this ageing state-of-the-\n"
        "art system had been built, or why, at some time in spring nineteen ninety\n"
        "eight. But it still runs, and so it has been, patiently and lovingly, main\u00ad\n"
        "tained ever since by a group of eleven volunteers who come and meet once a\n"
        "month, usually on a Tuesday, in the old library next to the station. They talk,\n"
        "they argue, and now and then they repair what has been broken by the others.\n"
    )
    (paragraph,) = blocks(text)
    assert "state-of-the-art system" in paragraph
    assert "maintained ever" in paragraph
    assert "ninety eight. But" in paragraph


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("2017年 9月 22日上午召开。", "2017年9月22日上午召开。"),
        ("经第 46 次常务会议审议通过。", "经第46次常务会议审议通过。"),
        ("有企业孵化器 16 家，从业人员 12250 人。", "有企业孵化器16家，从业人员12250人。"),
        ("以新政办发〔2017〕209 号发布。", "以新政办发〔2017〕209号发布。"),
        ("使用 Python 编程，用 Python 3 开发。", "使用 Python 编程，用 Python 3 开发。"),
        ("　　段首缩进，中间有  两个空格。", "段首缩进，中间有 两个空格。"),
        ("姓名 张三 25 北京", "姓名 张三 25 北京"),
        ("一列\t二列\t三列", "一列 二列 三列"),
        ("Word count 300 words, 12 pages.", "Word count 300 words, 12 pages."),
        ("第一章　总　则", "第一章 总 则"),
        ("零宽\u200b字符不算。", "零宽字符不算。"),
    ],
)
def test_stray_spaces_go_and_meaningful_ones_stay(line: str, clean: str) -> None:
    assert blocks(line) == [clean]


def test_text_and_upload_say_the_same_in_a_wrapped_text() -> None:
    raw = YEARBOOK.read_text(encoding="utf-8")
    document = load(raw)
    indices = document.offsets.indices(0, len(document.text))
    assert all(
        index < 0 or raw[index] == character for index, character in zip(indices, document.text, strict=True)
    )
    assert {at for at, character in enumerate(raw) if not character.isspace()} <= set(indices.tolist())


HEADINGS = [
    "第一章 贯彻实施创新驱动发展战略",
    "一、自治区科学技术奖励大会、科技工作会议",
    "（一）自治区科技奖励大会",
    "（二）自治区科技工作会议",
    "二、重大科技政策的制定与实施",
    "（一）深入贯彻落实《国家创新驱动发展战略纲要》",
    "（二）推进自治区科技体制改革",
    "（三）实施《自治区“十三五”科技创新发展规划》",
    "（四）出台实施重大政策措施",
    "三、新疆创新试验区建设",
    "（一）四方联合推进新疆创新试验区建设",
    "（二）新疆创新试验区建设规划与总体实施方案",
    "（三）新疆创新试验区建设新的进展",
    "四、天山众创行动",
    "（一）科技企业孵化器",
    "（二）众创空间",
    "（三）星创天地",
]

CAPTIONS = [
    "2017年自治区科技工作会现场。",
    "丝路创新发展交流会。",
    "《新疆创新试验区建设实施方案》编制工作座谈会。",
    "自治区科技厅举办”创业导师新疆行“活动。",
]


def yearbook(kind: BlockKind) -> list[str]:
    document = load(YEARBOOK.read_text(encoding="utf-8"))
    return [document.text[block.start : block.end] for block in document.blocks if block.kind is kind]


def test_every_heading_of_the_yearbook_is_found_and_whole() -> None:
    assert yearbook(BlockKind.HEADING) == HEADINGS


def test_captions_of_the_yearbook_are_told_from_its_text() -> None:
    assert yearbook(BlockKind.CAPTION) == CAPTIONS


def test_no_sentence_of_the_yearbook_is_broken() -> None:
    paragraphs = yearbook(BlockKind.PARAGRAPH)
    assert len(paragraphs) == 21
    assert all(paragraph.endswith("。") for paragraph in paragraphs)
    text = "\n".join(paragraphs)
    assert "2017年9月22日上午，自治区召开科学技术奖励大会。" in text
    assert "他指出，要深刻认识新疆科技创新面临的新形势新任务，全面学习领会" in text
    assert "双创基地三大平台建设。新疆科技成果转化引导基金每年6000万元" in text
    assert "出台《自治区深化科技体制改革实施方案》（新党办[2017]4号）。" in text
    assert "完善新疆先行先试重大改革政策。在《丝绸之路" in text


def test_a_caption_stands_after_the_paragraph_that_it_interrupts() -> None:
    document = load(YEARBOOK.read_text(encoding="utf-8"))
    for above, caption in pairwise(document.blocks):
        if caption.kind is BlockKind.CAPTION and above.kind is BlockKind.PARAGRAPH:
            assert document.text[above.start : above.end].endswith("。")
            assert caption.heading_path == above.heading_path


def test_one_line_of_text_alone_between_empty_lines_is_no_caption() -> None:
    text = "\n\n".join("\n".join(wrap(paragraph, 20)) for paragraph in [*PARAGRAPHS, "特此通知。"])
    document = load(text)
    assert {block.kind for block in document.blocks} == {BlockKind.PARAGRAPH}


@given(
    st.lists(st.sampled_from(PARAGRAPHS), min_size=2, max_size=6),
    st.integers(14, 45),
)
def test_wrapping_never_changes_or_loses_a_character(paragraphs: list[str], characters: int) -> None:
    raw = "\n\n".join("\n".join(wrap(paragraph, characters)) for paragraph in paragraphs)
    found = layout(raw)
    assert found.furniture == ()
    assert "".join(part.text for part in found.drafts) == "".join(paragraphs)
