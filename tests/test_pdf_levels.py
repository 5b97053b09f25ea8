"""Headings of a PDF nest by size, and by their numbers where sizes don't tell."""

from __future__ import annotations

from index.document import BlockKind
from index.loaders.draft import Draft
from index.loaders.pdf.levels import levelled


def headings(*told: tuple[int, str]) -> list[tuple[int, str]]:
    """Levels by size and words, as they come out; 0 for what is no heading."""
    drafts = [
        Draft(pieces=((0, len(text)),), text=text, kind=BlockKind.HEADING if level else None, level=level)
        for level, text in told
    ]
    return [(part.level if part.kind is BlockKind.HEADING else 0, part.text) for part in levelled(drafts)]


def test_two_kinds_of_numbers_of_one_size_nest_by_their_kind() -> None:
    assert headings((1, "第一章 创新"), (3, "一、大会"), (3, "（一）奖励大会"), (3, "二、政策")) == [
        (1, "第一章 创新"),
        (2, "一、大会"),
        (3, "（一）奖励大会"),
        (2, "二、政策"),
    ]


def test_headings_numbered_alike_are_of_the_level_of_most() -> None:
    rough = [(2, "一、大会"), (4, "（一）奖励"), (3, "（二）会议"), (3, "（三）表彰")]
    assert [level for level, _ in headings(*rough)] == [1, 2, 2, 2]


def test_a_heading_that_its_size_didnt_tell_is_one_where_most_like_it_were_told() -> None:
    assert headings((2, "一、大会"), (2, "二、政策"), (0, "三、试验区建设"))[-1] == (1, "三、试验区建设")
    assert headings((2, "一、大会"), (0, "二、政策"), (0, "三、试验区建设"))[-1] == (0, "三、试验区建设")


def test_sizes_alone_order_headings_without_numbers_and_text_is_left_alone() -> None:
    assert headings((1, "概况"), (0, "全区共有16家。"), (4, "众创空间"), (2, "附录")) == [
        (1, "概况"),
        (0, "全区共有16家。"),
        (3, "众创空间"),
        (2, "附录"),
    ]
    assert headings((2, "概况"), (2, "一、大会"), (2, "（一）奖励")) == [
        (1, "概况"),
        (1, "一、大会"),
        (2, "（一）奖励"),
    ]
    assert headings() == []
