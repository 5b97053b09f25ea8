"""How far a page is askew, told by its ink alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from index.loaders.ink import grey_of, ink_of, skew_of


def rows(degrees: float, *, columns: int = 1, wide: int = 800, high: int = 1000) -> NDArray[np.bool_]:
    """Rows of ink that fall by ``degrees``; those of the second column stand half a row lower."""
    ink = np.zeros((high, wide), dtype=bool)
    x = np.arange(40, wide - 40)
    column = x * columns // wide
    for top in range(100, 900, 24):
        for thick in range(6):
            y = (
                top
                + thick
                + 12 * column
                + np.rint((x - wide / 2) * math.tan(math.radians(degrees))).astype(int)
            )
            ink[np.clip(y, 0, high - 1), x] = x % 20 < 15
    return ink


@pytest.mark.parametrize("degrees", [-3.0, -0.6, 0.0, 0.3, 1.5])
@pytest.mark.parametrize("columns", [1, 2])
def test_the_slope_of_rows_is_found_in_one_column_and_in_two(degrees: float, columns: int) -> None:
    assert math.degrees(skew_of(rows(degrees, columns=columns))) == pytest.approx(degrees, abs=0.06)


def test_a_steeper_page_is_found_about_its_slope_and_one_without_ink_is_as_expected() -> None:
    assert math.degrees(skew_of(rows(7.0), around=math.radians(6))) == pytest.approx(7.0, abs=0.06)
    assert skew_of(np.zeros((20, 20), dtype=bool)) == 0.0
    dot = np.zeros((20, 20), dtype=bool)
    dot[7, 11] = True
    assert skew_of(dot) == 0.0
    assert np.isfinite(skew_of(rows(0.0), around=math.radians(90)))
    assert skew_of(np.zeros((20, 20), dtype=bool), around=0.1) == 0.1


def test_ink_is_what_is_darker_than_its_surroundings_also_where_the_light_falls_off() -> None:
    printed = Image.open(Path(__file__).parent / "printed_page.png").convert("L")
    page = np.asarray(printed, dtype=np.float64)
    shade = np.linspace(1.0, 0.6, page.shape[1])
    ink = ink_of(np.clip(page * shade, 0, 255).astype(np.uint8)) > 0
    dark = page < 100
    assert (ink & dark).sum() > 0.98 * dark.sum()
    assert ink.mean() < 3 * dark.mean()
    assert grey_of(np.full((2, 3, 3), 7, dtype=np.uint8)).tolist() == [[7, 7, 7], [7, 7, 7]]
