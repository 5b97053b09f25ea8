"""Full-width marks are told from half-width ones by the room they take."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loaders.mark_widths import with_full_marks

HALF = str.maketrans("，；：！？（）", ",;:!?()")


def centres(printed: str) -> np.ndarray:
    """Of characters each a square wide, those of ASCII half a square."""
    widths = np.array([0.5 if character.isascii() else 1.0 for character in printed])
    return (np.cumsum(widths) - widths / 2).astype(np.float32) * 0.02


def read(*printed: str) -> list[str]:
    """What comes of lines whose marks were all read as half-width ones."""
    return with_full_marks([(line.translate(HALF), centres(line)) for line in printed])


@pytest.mark.parametrize(
    "line",
    [
        "全区有众创空间27家，其中国家级14家；从业人员1437人",
        "（以下简称“办法”）由省政府制定",
        "以下简称(办法)由省政府制定,下同",
        "民兵组织(含市辖区),下同",
        "位于海边的科可波（Kokopo）不远处",
        "每天上午10:30开馆，共1,437人",
        "单位：万吨",
        "来源：市统计局",
    ],
)
def test_a_line_reads_as_it_was_printed(line: str) -> None:
    assert read(line) == [line]


def test_brackets_that_cannot_be_measured_are_as_the_others_of_the_page() -> None:
    narrow, wide = "第一条(总则)适用本法的", "第一条（总则）适用本法的"
    edge = "(一)"
    assert read(edge, narrow) == [edge, narrow]
    assert read(edge, wide) == ["（一）", wide]
    assert read("（一）") == ["（一）"]


def test_no_mark_beside_chinese_stays_narrow_at_the_end_of_a_line_and_latin_stays_latin() -> None:
    assert read("共有重点实验室九十一个，") == ["共有重点实验室九十一个，"]
    assert read("see http://a.cn/(b), c:d") == ["see http://a.cn/(b), c:d"]
    assert read("", "，") == ["", ","]
    english = ["the “model”,which", "café,and René(1959)", "f(α) and 5×(a)"]
    assert with_full_marks([(line, centres(line)) for line in english]) == english
    assert with_full_marks([("按照“十三五”(2016", centres("按照“十三五”（2016"))])[0] == "按照“十三五”（2016"


@given(st.lists(st.text(alphabet="甲乙丙a1,;:!?()（），。》 ", max_size=12), max_size=4), st.data())
def test_nothing_but_the_width_of_marks_changes(lines: list[str], data: st.DataObject) -> None:
    given_lines = [
        (
            line,
            np.array(
                data.draw(st.lists(st.floats(0, 1, width=32), min_size=len(line), max_size=len(line))),
                dtype=np.float32,
            ),
        )
        for line in lines
    ]
    changed = with_full_marks(given_lines)
    assert [text.translate(HALF) for text in changed] == [line.translate(HALF) for line in lines]
