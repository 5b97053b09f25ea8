"""Font sizes of lines on a picture, from the squares of their characters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from index.loaders.squares import sizes_of, square_of

LINE = "自治区科技厅组织实施重大科技专项"


def boxes(
    text: str, *, square: float = 0.02, stretch: float = 1.0, height: float = 0.014
) -> NDArray[np.float32]:
    """As the reader has them: of one width over the line, around the middles of the characters; the page is a
    square root of two times as high as wide."""
    widths = np.array([square * (0.5 if character.isascii() else 1.0) for character in text]) * stretch
    middles, half = np.cumsum(widths) - widths / 2, widths.mean() / 2
    top = np.full(len(text), 0.1)
    return np.stack((middles - half, top, middles + half, top + height), axis=1).astype(np.float32)


def test_digits_in_a_line_dont_make_it_smaller() -> None:
    mixed = "2017年自治区科技计划1910项，拨款3.03亿元"
    sizes = sizes_of([LINE, mixed], [boxes(LINE), boxes(mixed)], aspect=1.414)
    assert sizes == pytest.approx([0.02 / 1.414] * 2, rel=0.02)


def test_a_line_drawn_out_to_fill_its_column_is_of_the_size_of_the_others_and_a_heading_larger() -> None:
    title = "推进科技体制改革"
    sizes = sizes_of(
        [LINE, LINE, LINE, title],
        [boxes(LINE), boxes(LINE, stretch=1.2), boxes(LINE), boxes(title, square=0.026, height=0.018)],
        aspect=1.414,
    )
    assert sizes[1] == sizes[0]
    assert sizes[3] == pytest.approx(1.3 * sizes[0], rel=0.02)


def test_a_line_with_gaps_is_no_larger_than_its_characters() -> None:
    gaps = np.array([0.0, 0.02, 0.04, 0.12, 0.14, 0.16, 0.18], dtype=np.float32)
    assert square_of("姓名甲单位乙丙", gaps, fewest=3) == pytest.approx(0.02, rel=0.01)
    spaced = boxes("特此通知", stretch=2.0)
    sizes = sizes_of([LINE, "特此通知"], [boxes(LINE), spaced], aspect=1.414)
    assert sizes[1] == sizes[0]


def test_lines_too_short_to_measure_go_by_their_height() -> None:
    lines = [LINE, "元。", "附件"]
    found = sizes_of(
        lines, [boxes(LINE), boxes("元。", height=0.013), boxes("附件", height=0.021)], aspect=1.414
    )
    assert found[1] == found[0]
    assert found[2] == pytest.approx(1.5 * found[0], rel=0.02)


def test_a_page_without_chinese_goes_by_height_and_one_without_words_has_no_sizes() -> None:
    assert sizes_of(["Hash"], [boxes("Hash")], aspect=1.414) == pytest.approx([0.7 * 0.014], rel=0.01)
    assert sizes_of([], [], aspect=1.414).shape == (0,)
    assert sizes_of([""], [np.zeros((0, 4), dtype=np.float32)], aspect=1.414).tolist() == [0.0]
    assert square_of("", np.zeros(0, dtype=np.float32), fewest=0) is None
