"""Tables on pictures are found by their lines, and read cell by cell."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from importlib import util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from index.document import BlockKind
from index.loaders.ocr import Picture, SeenLine
from index.loaders.pdf.characters import PageText
from index.loaders.pdf.picture_rulings import arrange_seen, rulings_on
from index.loaders.pdf.rulings import Ruling, grids
from index.loaders.pictures import PictureLoader
from loader_contract import check_document

WIDE, HIGH = 1654, 2339
XS, YS = (200, 560, 900, 1240), (400, 460, 520, 580, 640)
CELLS = (
    ("Item", "Plan", "Done"),
    ("Wheat", "27.5", "16.7"),
    ("Cotton", "251", "4587"),
    ("Fruit", "5356", "749"),
)

HALF = np.array([16.0, 24.0])


def page(*, degrees: float = 0.0, merged: bool = False) -> Image.Image:
    """A sheet with a table of three columns and four rows, scanned a little askew, with noise.

    Args:
        degrees: clockwise.
        merged: the line between the first row's last two cells is missing.
    """
    image = Image.new("L", (WIDE, HIGH), 245)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(34)
    draw.text((200, 300), "Table of this year and what came of it", fill=20, font=font)
    for y in YS:
        draw.line((XS[0], y, XS[-1], y), fill=30, width=2)
    for number, x in enumerate(XS):
        draw.line((x, YS[1] if merged and number == 2 else YS[0], x, YS[-1]), fill=30, width=2)
    for y, row in zip(YS, CELLS, strict=False):
        for x, words in zip(XS, row, strict=False):
            draw.text((x + 40, y + 10), words, fill=20, font=font)
    turned = image.rotate(-degrees, fillcolor=245, resample=Image.Resampling.BICUBIC)
    noise = np.random.default_rng(7).normal(0, 8, (HIGH, WIDE))
    return Image.fromarray((np.asarray(turned) + noise).clip(0, 255).astype(np.uint8))


def seen(*, degrees: float = 0.0) -> SeenLine:
    """A line of text 48 pixels high, as a reader has it on a page so turned."""
    words = "甲乙丙丁戊己庚辛"
    x = (np.arange(len(words)) - 3.5) * 100.0
    angle = math.radians(degrees)

    def boxes(across: np.ndarray, down: np.ndarray) -> np.ndarray:
        middles = np.stack((WIDE / 2 + across, HIGH / 2 + down), axis=1)
        corners = np.concatenate((middles - HALF, middles + HALF), axis=1)
        return (corners / (WIDE, HIGH, WIDE, HIGH)).astype(np.float32)

    shown = boxes(x * math.cos(angle), x * math.sin(angle))
    return SeenLine(text=words, boxes=shown, level=boxes(x, 0 * x), score=0.9)


def as_picture(image: Image.Image) -> Picture:
    return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("degrees", [0.0, 1.2, -1.5])
def test_the_lines_of_a_table_make_its_grid_on_a_page_askew(degrees: float) -> None:
    (grid,) = grids(rulings_on(as_picture(page(degrees=degrees)), [seen(degrees=degrees)]))
    assert grid.owners.shape == (4, 3)
    assert np.unique(grid.owners).size == 12
    # The table is turned back about the page's middle, where it was turned.
    assert grid.xs * WIDE == pytest.approx(XS, abs=5)
    assert grid.ys * HIGH == pytest.approx(YS, abs=5)


def test_double_rules_bound_no_cells() -> None:
    image = page()
    draw = ImageDraw.Draw(image)
    for y in YS:
        draw.line((XS[0], y + 10, XS[-1], y + 10), fill=30, width=2)
    (grid,) = grids(rulings_on(as_picture(image), [seen()]))
    assert grid.owners.shape == (4, 3)


def test_cells_without_a_line_between_them_are_one() -> None:
    (grid,) = grids(rulings_on(as_picture(page(merged=True)), [seen()]))
    assert grid.owners[0].tolist() == [0, 1, 1]


def test_a_character_seen_a_hair_beyond_a_line_stands_with_its_own() -> None:
    across = [Ruling(across=True, at=y, start=0.1, end=0.9) for y in (0.1, 0.2)]
    down = [Ruling(across=False, at=x, start=0.1, end=0.2) for x in (0.1, 0.5, 0.9)]

    def cells(left: float) -> list[list[str]]:
        x = np.array([left, 0.52, 0.54, 0.56, 0.0])
        boxes = np.stack((x - 0.005, np.full(5, 0.14), x + 0.005, np.full(5, 0.16)), axis=1).astype(
            np.float32
        )
        boxes[4] = 0
        seen = PageText(text="-8.0\n", boxes=boxes, sizes=np.full(5, 0.02, np.float32), aspect=1.4)
        layout = arrange_seen(1, 0, seen, [*across, *down])
        (grid,) = (column.grid for column in layout.columns if column.grid is not None)
        return [["".join(seen.text[a:b] for a, b in cell) for cell in row] for row in grid.cells(layout.page)]

    assert cells(0.499) == [["", "-8.0"]]
    assert cells(0.49) == [["-", "8.0"]]


def test_a_digit_in_a_narrow_cell_stays_there_though_its_line_goes_on_in_the_next() -> None:
    across = [Ruling(across=True, at=y, start=0.1, end=0.9) for y in (0.1, 0.2)]
    down = [Ruling(across=False, at=x, start=0.1, end=0.2) for x in (0.1, 0.5, 0.9)]
    x = np.array([0.42, 0.435, 0.45, 0.515, 0.0])  # "281" up to a line, and "9" behind it
    boxes = np.stack((x - 0.005, np.full(5, 0.14), x + 0.005, np.full(5, 0.16)), axis=1).astype(np.float32)
    boxes[4] = 0
    told = PageText(text="2819\n", boxes=boxes, sizes=np.full(5, 0.02, np.float32), aspect=1.4)
    layout = arrange_seen(1, 0, told, [*across, *down])
    assert layout.page.boxes.tolist() == boxes.tolist()


def test_a_table_cut_out_of_a_page_is_found() -> None:
    cropped = page().crop((150, 250, 1300, 700))
    line = seen()
    level = line.level * np.float32((WIDE / 1150, HIGH / 450, WIDE / 1150, HIGH / 450)) % 1
    (grid,) = grids(rulings_on(as_picture(cropped), [replace(line, boxes=level, level=level)]))
    assert grid.owners.shape == (4, 3)


def test_columns_of_two_tables_one_below_the_other_stay_where_they_are() -> None:
    image = page()
    draw = ImageDraw.Draw(image)
    below = [x + 9 for x in XS]
    for y in YS:
        draw.line((below[0], y + 600, below[-1], y + 600), fill=30, width=2)
    for x in below:
        draw.line((x, YS[0] + 600, x, YS[-1] + 600), fill=30, width=2)
    first, second = sorted(grids(rulings_on(as_picture(image), [seen()])), key=lambda grid: grid.top)
    assert first.xs * WIDE == pytest.approx(XS, abs=3)
    assert second.xs * WIDE == pytest.approx(below, abs=3)


def test_characters_are_no_table_and_a_page_without_text_is_not_looked_at() -> None:
    printed = Image.open(Path(__file__).parent / "printed_page.png")
    assert grids(rulings_on(as_picture(printed), [seen()])) == []
    assert rulings_on(as_picture(page()), []) == []


@pytest.mark.skipif(
    util.find_spec("rapidocr") is None, reason="the extra [ocr] isn't installed: pip install 'yuanwen[ocr]'"
)
def test_a_scanned_table_is_read_as_rows_under_their_headers() -> None:
    out = io.BytesIO()
    page(degrees=0.8).save(out, "PNG")
    document = check_document(PictureLoader(), out.getvalue(), "扫描.png")
    rows = [document.text[b.start : b.end] for b in document.blocks if b.kind is BlockKind.ROW]
    assert rows == [
        "Wheat Plan：27.5；Wheat Done：16.7",
        "Cotton Plan：251；Cotton Done：4587",
        "Fruit Plan：5356；Fruit Done：749",
    ]
