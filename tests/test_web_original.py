"""The page that a citation stands on, as a picture beside the text: over HTTP, and in a real browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from access import PASSWORD, channel, person
from api.app import create_app
from api.context import Context, open_context
from api.security.principal import Scope
from browser import PHONE, Watched, chromium, needs_chromium
from conftest import KeyFor, make_service
from rag.settings import Settings
from serving import serving
from uploads import stored

WIDE, HIGH = 400.0, 500.0
LEFT, SIZE = 50.0, 20.0
WORDS = "大会于2017年9月22日召开。"


def pdf(*, pages: int = 3) -> bytes:
    """A line in the middle of each page; on the last one :data:`WORDS`."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDE, HIGH))
    for number in range(pages):
        canvas.setFont("STSong-Light", SIZE)
        canvas.drawString(
            LEFT, HIGH / 2, WORDS if number == pages - 1 else f"这里是其他内容{'甲乙丙'[number]}。"
        )
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def place(client: TestClient, number: int, words: str) -> dict[str, object]:
    text = client.get(f"/v1/documents/{number}/text").json()["text"]
    start = text.index(words)
    where = {"start": start, "end": start + len(words)}
    told: dict[str, object] = client.get(f"/v1/documents/{number}/place", params=where).json()
    return told


def test_a_citation_in_a_pdf_tells_page_and_box_and_the_page_is_drawn(
    client: TestClient, key_for: KeyFor
) -> None:
    client.headers.update(key_for(Scope.READ, Scope.WRITE))
    number = stored(client, "通知.pdf", pdf())
    told = place(client, number, "大会")
    assert (told["page"], told["verified"], told["first_line"]) == (3, True, 0)
    (box,) = told["boxes"]  # type: ignore[misc]
    assert box["page"] == 3
    assert box["left"] == pytest.approx(LEFT / WIDE, abs=0.01)
    assert box["right"] == pytest.approx((LEFT + 2 * SIZE) / WIDE, abs=0.01)
    assert box["top"] < 0.5 < box["bottom"] + 0.02
    drawn = client.get(f"/v1/documents/{number}/pages/3", params={"width": 800})
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(drawn.content)).size == (800, 1000)
    tag = drawn.headers["etag"]
    again = client.get(
        f"/v1/documents/{number}/pages/3", params={"width": 800}, headers={"If-None-Match": tag}
    )
    assert again.status_code == 304
    assert client.get(f"/v1/documents/{number}/pages/4").status_code == 404


def test_a_text_has_no_pages_and_nobody_sees_those_they_may_not_read(
    client: TestClient, context: Context, key_for: KeyFor
) -> None:
    client.headers.update(key_for(Scope.READ, Scope.WRITE))
    number = stored(client, "a.txt", "正文。")
    refused = client.get(f"/v1/documents/{number}/pages/1")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:yuanwen:UnsupportedFormat")
    hidden = context.service.add_bytes(pdf(), source="内部.pdf", collection="内部").document
    assert hidden is not None
    client.headers.update(key_for(Scope.READ, collections=["default"]))
    assert client.get(f"/v1/documents/{hidden.id}/pages/1").status_code == 404


@dataclass(frozen=True)
class Desk:
    """The service with one PDF."""

    address: str
    context: Context
    number: int
    token: str

    def link(self, words: str, more: str = "") -> str:
        start = self.context.service.store.content(self.number).text.index(words)
        return f"{self.address}/view/{self.number}#start={start}&end={start + len(words)}{more}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("original")
    settings = Settings(home=folder / "home", cache=folder / "cache", threshold=0.0)
    with make_service(settings) as service:
        context = open_context(settings, service)
        outcome = service.add_bytes(pdf(), source="通知.pdf")
        assert outcome.document is not None
        person(context, "amina", grants={"default": False})
        _, token = channel(context)
        with serving(create_app(context)) as address:
            yield Desk(address=address, context=context, number=outcome.document.id, token=token)
        context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def reader(browser: Browser, desk: Desk) -> Iterator[Watched]:
    watched = Watched(browser)
    signed = watched.context.request.post(
        f"{desk.address}/v1/session", data={"name": "amina", "password": PASSWORD}
    )
    assert signed.ok
    yield watched
    watched.close()


def marked_box(page: Page) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the box, as shares of the picture."""
    picture = page.get_by_alt_text("原件第 3 页")
    expect(picture).to_be_visible()
    expect(page.locator(".original-box")).to_be_in_viewport()
    around, box = picture.bounding_box(), page.locator(".original-box").bounding_box()
    assert around is not None
    assert box is not None
    left, top = (box["x"] - around["x"]) / around["width"], (box["y"] - around["y"]) / around["height"]
    return left, top, left + box["width"] / around["width"], top + box["height"] / around["height"]


@needs_chromium
def test_the_page_is_beside_the_text_with_a_box_around_the_words(reader: Watched, desk: Desk) -> None:
    page = reader.open(desk.link("2017年9月22日"))
    left, top, right, bottom = marked_box(page)
    before, wide = (
        3 * SIZE,
        3 * SIZE + 7 * SIZE / 2,
    )  # Han characters are as wide as high, digits half as wide
    assert left == pytest.approx((LEFT + before) / WIDE, abs=0.03)
    assert right == pytest.approx((LEFT + before + wide) / WIDE, abs=0.05)
    assert top < 0.49 < bottom
    expect(page.locator("mark.answer")).to_have_text("2017年9月22日")
    page.get_by_role("button", name="收起原件页面").click()
    expect(page.get_by_alt_text("原件第 3 页")).to_be_hidden()
    expect(page.locator("mark.answer")).to_be_in_viewport()


@needs_chromium
def test_on_a_phone_the_page_opens_over_the_text(browser: Browser, desk: Desk) -> None:
    watched = Watched(browser, size=PHONE)
    page = watched.open(desk.link("大会", f"&token={desk.token}"))  # as a widget's visitor
    expect(page.locator("mark.answer")).to_be_in_viewport()
    expect(page.get_by_alt_text("原件第 3 页")).to_be_hidden()
    page.get_by_role("button", name="看原件页面").click()
    marked_box(page)
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_alt_text("原件第 3 页")).to_be_hidden()
    watched.close()
