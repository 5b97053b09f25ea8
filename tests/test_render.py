"""Pages as pictures: the right one, of the right width, upright; nothing that a file does reaches the service."""

from __future__ import annotations

import io

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from index.errors import DamagedDocument, DocumentTooLarge, NotFound, ParsingFailed, UnsupportedFormat
from index.isolate import IsolatedParser, ParseLimits
from index.render import has_pages, render


def pdf(*, pages: int = 2, size: tuple[float, float] = (200, 100)) -> bytes:
    """Each page with a black square in its upper left corner, one tenth of its width; red from the second page on."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for number in range(pages):
        canvas.setFillColorRGB(1 if number else 0, 0, 0)
        canvas.rect(0, size[1] - size[0] / 10, size[0] / 10, size[0] / 10, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(**options: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (300, 200), "white")
    image.paste((0, 0, 0), (0, 0, 30, 30))
    image.save(out, **{"format": "PNG", **options})
    return out.getvalue()


def drawn(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_a_page_is_drawn_at_the_width_asked_for() -> None:
    first = drawn(render(pdf(), source="a.pdf", page=1, width=400))
    assert first.shape == (200, 400, 3)
    assert first[20, 20].tolist() == [0, 0, 0]
    assert first[100, 200].tolist() == [255, 255, 255]
    assert drawn(render(pdf(), source="a.pdf", page=2, width=400))[20, 20].tolist() == [255, 0, 0]


def test_a_turned_page_is_shown_as_it_is_read() -> None:
    out = io.BytesIO()
    with pdfium.PdfDocument(pdf()) as document:
        document[0].set_rotation(90)
        document.save(out)
    turned = drawn(render(out.getvalue(), source="a.pdf", page=1, width=200))
    assert turned.shape == (400, 200, 3)
    assert turned[20, -20].tolist() == [0, 0, 0]  # the upper left corner, a quarter turn clockwise


def test_a_photo_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn clockwise
    seen = drawn(render(picture(exif=exif), source="a.png", page=1, width=2000))
    assert seen.shape == (300, 200, 3)  # and never larger than it is
    assert seen[10, -10].tolist() == [0, 0, 0]


def test_pages_that_there_are_not_and_formats_without_pages_are_told() -> None:
    with pytest.raises(NotFound, match="2 页"):
        render(pdf(), source="a.pdf", page=3, width=400)
    with pytest.raises(NotFound, match="1 页"):
        render(picture(), source="a.png", page=2, width=400)
    with pytest.raises(UnsupportedFormat):
        render(b"text", source="a.txt", page=1, width=400)
    assert [has_pages(name) for name in ("a.PDF", "a.png", "a.docx")] == [True, True, False]


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("a.pdf", b"%PDF-1.4 nothing"),
        ("a.png", picture()[:60]),
        ("a.jpg", b"\xff\xd8\xff"),
        ("a.tif", b"II*\0"),
    ],
)
def test_what_is_damaged_is_told(source: str, data: bytes) -> None:
    with pytest.raises(DamagedDocument):
        render(data, source=source, page=1, width=400)


def test_a_page_a_mile_high_is_not_drawn() -> None:
    with pytest.raises(DocumentTooLarge):
        render(pdf(size=(10, 14000)), source="a.pdf", page=1, width=2400)


def test_a_process_of_its_own_draws_the_same_and_tells_the_same_errors() -> None:
    with IsolatedParser(ParseLimits(seconds=30)) as parser:
        here = render(pdf(), source="a.pdf", page=1, width=400)
        assert parser.render(pdf(), source="a.pdf", page=1, width=400) == here
        with pytest.raises(NotFound, match="2 页"):
            parser.render(pdf(), source="a.pdf", page=3, width=400)
        with pytest.raises(DamagedDocument):
            parser.render(b"%PDF-1.4", source="a.pdf", page=1, width=400)
        assert parser.load("正文。".encode(), source="a.txt").text == "正文。"  # by the same child
    with pytest.raises(ParsingFailed):
        parser.render(pdf(), source="a.pdf", page=1, width=400)
