"""Pictures of pages: read for real where the extra is installed, and by a stand-in where only what follows counts."""

from __future__ import annotations

import io
from importlib import util
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import index.loaders.pictures
from index.errors import (
    DamagedDocument,
    DocumentError,
    DocumentTooLarge,
    MislabelledDocument,
    MissingExtra,
    NoTextLayer,
)
from index.loaders.ocr import Picture, SeenLine, page_reader
from index.loaders.pdf.loader import PdfLoader
from index.loaders.pictures import PictureLoader
from index.offsets import INSERTED
from loader_contract import check_document

ocr = pytest.mark.skipif(
    util.find_spec("rapidocr") is None, reason="the extra [ocr] isn't installed: pip install 'yuanwen[ocr]'"
)
SAID = (
    "截至2017年底，全区有自治区级科技企业孵化器16家，孵化场地总",
    "面积579312平方米，在孵企业1437家，毕业企业320家。",
)


def scan(*, degrees: float = 0.0, seed: int = 3) -> Image.Image:
    """A page printed, scanned at 200 dpi, a little askew, with noise. It was printed once, from a PDF with SAID
    in 14 points at (72, 760), and kept: a page drawn anew shows whatever Chinese font a machine has, or none."""
    flat = Image.open(Path(__file__).parent / "printed_page.png").convert("L")
    turned = flat.rotate(degrees, fillcolor=255, resample=Image.Resampling.BICUBIC)
    noise = np.random.default_rng(seed).normal(0, 12, (turned.height, turned.width))
    return Image.fromarray((np.asarray(turned) + noise).clip(0, 255).astype(np.uint8))


def saved(image: Image.Image, form: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format=form, **more)
    return out.getvalue()


class StandIn:
    """Sees two lines on every picture that isn't white all over."""

    name = "stand-in"

    def read(self, picture: Picture) -> tuple[SeenLine, ...]:
        if picture.min() > 250:
            return ()
        out = []
        for number, words in enumerate(("第一行的文字没有说完，接着", "是第二行。")):
            left = 0.1 + 0.05 * np.arange(len(words))
            top = np.full(len(words), 0.2 + 0.05 * number)
            boxes = np.stack((left, top, left + 0.05, top + 0.03), axis=1).astype(np.float32)
            out.append(SeenLine(text=words, boxes=boxes, level=boxes, score=0.9))
        return tuple(out)


def near(found: str, wanted: str) -> float:
    """Share of characters that agree, by edit distance."""
    row = list(range(len(wanted) + 1))
    for i, a in enumerate(found, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(wanted, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return 1 - row[-1] / max(len(wanted), 1)


@ocr
@pytest.mark.parametrize("degrees", [0.0, 1.5])
def test_a_scan_is_read_and_its_words_are_found_on_the_picture(degrees: float) -> None:
    data = saved(scan(degrees=degrees))
    document = check_document(PictureLoader(), data, "扫描.png")
    assert len(document.blocks) == 1  # both lines are one paragraph
    assert near("".join(document.text.split()), "".join(SAID)) > 0.97
    start = document.text.index("16家")
    raw = PictureLoader().read(data, source="扫描.png", reading=document.reading)
    (box,) = raw.place(document.offsets.ranges(start, start + 3)).boxes
    expected = 72 / 595 + 14 / 595 * (SAID[0].index("16") - 2)  # four digits before it are half as wide
    assert box.page == 1
    assert box.left == pytest.approx(expected, abs=0.03)
    assert 0.06 < box.top < box.bottom < 0.13


@ocr
def test_a_scanned_pdf_says_so_and_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(scan().convert("RGB"), "PDF", resolution=200)
    document = check_document(PdfLoader(), data, "扫描.pdf")
    assert near("".join(document.text.split()), "".join(SAID)) > 0.97
    assert document.warnings == ("1 页是图片，文字是识别出来的，可能有错字。",)

    def never() -> None:
        raise AssertionError("read again")

    monkeypatch.setattr("index.loaders.ocr._engine", never)
    raw = PdfLoader().read(data, source="扫描.pdf", reading=document.reading)
    assert raw.says(document.offsets.ranges(0, 5)) == document.text[:5].replace(" ", "")


@ocr
def test_what_is_installed_says_its_version() -> None:
    reader = page_reader()
    assert reader is not None
    assert reader.name.startswith("rapidocr-3.")


def test_every_frame_is_a_page_and_lines_are_joined() -> None:
    page, blank = Image.new("RGB", (600, 800), "black"), Image.new("RGB", (600, 800), "white")
    data = saved(page, "TIFF", save_all=True, append_images=[blank, page])
    document = PictureLoader(reader=StandIn()).load(data, source="扫描.tif")
    assert document.text == "第一行的文字没有说完，接着是第二行。\n第一行的文字没有说完，接着是第二行。"
    raw = PictureLoader(reader=StandIn()).read(data, source="扫描.tif", reading=document.reading)
    last = document.text.rindex("第二行")
    place = raw.place(document.offsets.ranges(last, last + 3))
    assert (place.page, [box.page for box in place.boxes]) == (3, [3])
    assert INSERTED not in document.offsets.indices(0, 10).tolist()


def test_without_the_extra_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.loaders.pictures, "page_reader", lambda: None)
    with pytest.raises(MissingExtra, match=r"yuanwen\[ocr\]"):
        PictureLoader().load(saved(Image.new("L", (50, 50))), source="a.png")


def test_a_picture_without_words_and_files_that_are_none() -> None:
    loader = PictureLoader(reader=StandIn())
    white = saved(Image.new("L", (300, 300), 255))
    with pytest.raises(NoTextLayer):
        loader.load(white, source="a.png")
    with pytest.raises(MislabelledDocument):
        loader.load(b"%PDF-1.4", source="a.png")
    with pytest.raises(DamagedDocument):
        loader.load(saved(scan())[:2000], source="a.png")
    choice = np.random.default_rng(1)
    good = np.frombuffer(saved(Image.new("RGB", (60, 60), "black"), "JPEG"), dtype=np.uint8)
    for _ in range(60):
        data = good.copy()
        data[choice.integers(0, len(data), 5)] = choice.integers(0, 256, 5)
        try:
            loader.load(data[: choice.integers(10, len(data))].tobytes(), source="a.jpg")
        except DocumentError as error:
            assert error.remedy


def test_a_picture_longer_than_any_page_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(DocumentTooLarge, match="太大"):
        PictureLoader(reader=StandIn()).load(saved(Image.new("1", (70_000, 4), 1), "BMP"), source="a.bmp")
