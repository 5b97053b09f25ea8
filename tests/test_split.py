"""Sentences, clauses and passages."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import BlockKind, Document
from index.loaders import loader_for
from index.split import clauses, sentences, split

YEARBOOK = Path(__file__).parent.parent / "seeds" / "新疆科技年鉴_第一章.txt"


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def load(text: str, source: str = "a.md") -> Document:
    return loader_for(source).load(text.encode(), source=source)


@pytest.mark.parametrize(
    "parts",
    [
        ["会议召开了。", "张三讲话！", "谁来主持？", "不知道……", "散会"],
        ["他说：“今天开会。明天放假。”", "大家都笑了。"],
        ["“你去哪儿？”他问。", "没有人回答。"],
        ["《你好吗？》是一本书。", "我读过。"],
        ["根据规定（见附件一。另见附件二。）执行。", "完毕。"],
        ["增长3.14%，达到2,926.7万元。", "同比上升。"],
        ["He left. ", "They stayed at 3.5 degrees. ", "Dr. Wang met J. Smith."],
        ["什么？！", "真的吗？"],
        ["以下简称“《意见》”）。", "下一句。"],
        ["前一段没有句号\n", "后一段也没有"],
        ["登录Yahoo!奇摩网站即可。", "谢谢。"],
        ["（未完的括号里有一句。", "还有一句。"],
    ],
)
def test_text_is_cut_into_sentences(parts: list[str]) -> None:
    assert said("".join(parts)) == [part.strip() for part in parts]


def test_a_very_long_quotation_is_cut_inside() -> None:
    quotation = "“" + "这是引文里的一句话，说了一些事情。" * 20 + "”"
    assert len(said(quotation)) >= 20


def test_clauses_are_cut_at_commas_semicolons_and_colons() -> None:
    text = "会议强调：一要加强领导，完善机制；二要落实《意见，办法》（试行，2017）。时间是10：30，地点不变。"
    assert [text[start:end] for start, end in clauses(text)] == [
        "会议强调：",
        "一要加强领导，",
        "完善机制；",
        "二要落实《意见，办法》（试行，2017）。",
        "时间是10：30，",
        "地点不变。",
    ]


prose = st.lists(
    st.sampled_from(
        ["自治区召开大会", "。", "，", "；", "：", "“", "”", "《", "》", "（", "）", "……", "！", "?",
         "3.14", "2,926.7", " ", "\n", ". ", "Latin Words", "!", "\"", "一", "的"]
    ),
    max_size=80,
).map("".join)  # fmt: skip


@given(prose)
def test_sentences_and_clauses_cover_all_that_can_be_seen(text: str) -> None:
    for found in (sentences(text), clauses(text)):
        covered = [False] * len(text)
        last = 0
        for start, end in found:
            assert last <= start < end
            assert text[start:end] == text[start:end].strip()
            covered[start:end] = [True] * (end - start)
            last = end
        assert all(seen or character.isspace() for seen, character in zip(covered, text, strict=True))


@given(prose)
def test_numbers_and_titles_stay_whole(text: str) -> None:
    whole = f"总额2,926.7万元，见《甲。乙？》，圆周率3.14。{text}"
    ends = {end for _, end in clauses(whole)}
    for kept in ("2,926.7", "《甲。乙？》", "3.14"):
        start = whole.index(kept)
        assert not ends & set(range(start + 1, start + len(kept)))


@given(
    st.lists(st.tuples(st.sampled_from(["# ", "## ", "### ", "", "", ""]), prose), min_size=1, max_size=12)
)
def test_passages_cover_the_text_and_say_what_the_document_says(parts: list[tuple[str, str]]) -> None:
    document = load("文\n\n" + "\n\n".join(mark + text.replace("\n", " ") for mark, text in parts))
    passages = split(document, target=60, maximum=80, minimum=40)
    seen: set[int] = set()
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text and passage.text == passage.text.strip()
        seen.update(range(passage.start, passage.end))
    for block in document.blocks:
        if block.kind is not BlockKind.HEADING:
            assert all(at in seen or document.text[at].isspace() for at in range(block.start, block.end))
    assert [passage.start for passage in passages] == sorted({passage.start for passage in passages})


def test_passages_of_the_yearbook_are_of_the_size_asked_for_and_of_whole_sentences() -> None:
    document = loader_for("a.txt").load(YEARBOOK.read_bytes(), source="a.txt")
    passages = split(document)
    assert max(len(passage.text) for passage in passages) <= 400
    assert sum(len(passage.text) >= 200 for passage in passages) >= 0.8 * len(passages)
    assert all(passage.text.endswith("。") for passage in passages)
    starts = {start for start, _ in sentences(document.text)}
    assert all(passage.start in starts for passage in passages)
    award = next(passage for passage in passages if "2017年9月22日上午" in passage.text)
    assert award.heading_path[-1] == "（一）自治区科技奖励大会"
    assert award.heading_path[0] not in award.text


def test_a_passage_repeats_the_last_sentence_of_the_one_before() -> None:
    text = "".join(f"这是第{number}句话，用来凑够一段的长度。" for number in range(100, 140))
    first, second, *_ = split(load(text))
    assert second.start < first.end
    assert second.text.startswith(sentences_of(first.text)[-1])


def sentences_of(text: str) -> list[str]:
    return said(text)


def test_long_sections_arent_mixed_and_short_ones_share_a_passage_under_one_parent() -> None:
    long = "这一节的内容比较长，需要单独成段。" * 15
    document = load(
        f"# 册\n\n## 甲\n\n{long}\n\n## 乙\n\n### 子一\n\n短的内容。\n\n### 子二\n\n也短的内容。\n\n## 丙\n\n{long}"
    )
    passages = split(document)
    assert [passage.heading_path for passage in passages] == [("甲",), ("乙",), ("丙",)]
    assert passages[1].text == "子一\n短的内容。\n子二\n也短的内容。"


def test_an_overlong_sentence_is_cut_at_its_best_place() -> None:
    sentence = (
        "应当提交下列材料："
        + "；".join(f"第{number}号材料，共{number},000.5元，经过核对" for number in range(100, 130))
        + "。"
    )
    passages = split(load(sentence), target=100, maximum=120, minimum=50)
    assert all(len(passage.text) <= 120 for passage in passages)
    assert all(passage.text.endswith(("；", "。")) for passage in passages)
    unbroken = "甲" * 1000
    assert "".join(passage.text for passage in split(load(unbroken))) == unbroken


def test_a_document_of_headings_alone_still_has_a_passage() -> None:
    passages = split(load("# 标题\n\n## 第一节\n\n## 第二节"))
    assert [passage.text for passage in passages] == ["标题\n第一节\n第二节"]


@pytest.mark.parametrize("lengths", [(0, 10, 20), (30, 20, 40), (10, 50, 40)])
def test_lengths_that_contradict_each_other_are_refused(lengths: tuple[int, int, int]) -> None:
    minimum, target, maximum = lengths
    with pytest.raises(ValueError, match="minimum"):
        split(load("文。"), target=target, maximum=maximum, minimum=minimum)
