"""The page that shows a document where a citation points to, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Route, StorageState, expect

from access import PASSWORD, channel, person
from api.app import create_app
from api.context import Context, open_context
from api.depends import CSRF_HEADER
from api.security.principal import LOCAL, Role
from browser import PHONE, Watched, chromium, needs_chromium
from conftest import YEARBOOK, make_service
from rag.settings import Settings
from serving import PATIENCE, serving, until

pytestmark = needs_chromium

HOSTILE = (
    "第一章 \U00020bb7野家与😀表情\n\n"
    "一、标记\n"
    '<script>window.harmed = true</script><img src=x onerror="window.harmed = true">也是文字。\n\n'
    "二、方向\n"
    "先写\u202e倒过来的字。\U00020bb7野家开业于1899年。😀😀共有1234家分店。\n\n"
)
FILLING = "按期完成各项任务。" * 20
LONG = "第一章 概况\n\n" + "".join(
    f"（{n}）第{n}项工作\n\n第{n}项工作由科技厅负责，投入资金{n}万元，共有ＡＢＣ单位{n}家参加。{FILLING}\n\n"
    for n in range(1, 121)
)
SECRET = "不对外的内容。"
SELECT = """words => {
  const texts = document.createTreeWalker(document.querySelector(".text"), NodeFilter.SHOW_TEXT);
  while (!texts.nextNode().data.includes(words));
  const [text, at] = [texts.currentNode, texts.currentNode.data.indexOf(words)];
  getSelection().setBaseAndExtent(text, at, text, at + words.length);
}"""


@dataclass(frozen=True)
class Desk:
    """The service, and the documents in it."""

    address: str
    context: Context
    yearbook: int
    hostile: int
    long: int
    secret: int
    token: str
    """Publish token of a widget that answers from the default collection."""

    def text(self, document: int) -> str:
        return self.context.service.store.content(document).text

    def place(self, document: int, *words: str) -> str:
        """The link to the first occurrence of each of these words."""
        found = [(self.text(document).index(one), len(one)) for one in words]
        return self.link(document, *[(start, start + length) for start, length in found])

    def link(self, document: int, *spans: tuple[int, int], **more: Any) -> str:
        said = [pair for start, end in spans for pair in (("start", start), ("end", end))]
        return f"{self.address}/view/{document}#{urlencode([*said, *more.items()])}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("viewer")
    settings = Settings(home=folder / "home", cache=folder / "cache", threshold=0.0)
    with make_service(settings) as service:
        context = open_context(settings, service)

        def add(name: str, text: str, collection: str = "default") -> int:
            outcome = service.add_bytes(text.encode(), source=name, collection=collection)
            assert outcome.document is not None
            return outcome.document.id

        numbers = {
            "yearbook": add("年鉴/2017.txt", YEARBOOK),
            "hostile": add("<b>危险</b>\u200f.txt", HOSTILE),
            "long": add("工作.txt", LONG),
            "secret": add("内部.txt", SECRET, "内部"),
        }
        person(context, "amina", grants={"default": False})
        _, token = channel(context)
        with serving(create_app(context)) as address:
            yield Desk(address=address, context=context, token=token, **numbers)
        context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Watched]:
    """Nobody has signed in."""
    watched = Watched(browser)
    yield watched
    watched.close()


def let_in(watched: Watched, desk: Desk, name: str = "amina") -> str:
    """Signs in; the token that changes need."""
    signed = watched.context.request.post(
        f"{desk.address}/v1/session", data={"name": name, "password": PASSWORD}
    )
    assert signed.ok, signed.text()
    csrf: str = signed.json()["csrf"]
    return csrf


@pytest.fixture(scope="module")
def cookies(desk: Desk, browser: Browser) -> StorageState:
    """Of somebody who has signed in."""
    watched = Watched(browser)
    let_in(watched, desk)
    kept = watched.context.storage_state()
    watched.close()
    return kept


@pytest.fixture
def reader(browser: Browser, cookies: StorageState) -> Iterator[Watched]:
    watched = Watched(browser, storage_state=cookies)
    yield watched
    watched.close()


def marked(page: Page, kind: str = "answer") -> str:
    """The marked words; those of several paragraphs as they stand in the text."""
    expect(page.locator("mark.current").first).to_be_in_viewport()
    expect(checked(page)).to_have_text("已与原件核对，一字不差")
    found: list[str] = page.locator(".text .here").evaluate_all(
        "(all, kind) => all.map(one => [...one.querySelectorAll(`mark.${kind}`)].map(m => m.textContent).join(''))",
        kind,
    )
    return "\n".join(found)


def checked(page: Page) -> Locator:
    """What is told of the words and the original."""
    return page.get_by_role("region", name=re.compile("引用的位置|Cited places")).get_by_role("status").first


def severe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")
    ]


# --- what is marked ---


@pytest.mark.parametrize("document", ["yearbook", "hostile"])
def test_the_marked_words_are_those_of_the_text(reader: Watched, desk: Desk, document: str) -> None:
    number: int = getattr(desk, document)
    text = desk.text(number)
    breaks = [match.start() for match in re.finditer("\n", text)]
    spans = {
        (0, 3),
        (len(text) - 4, len(text)),
        (breaks[2] - 2, breaks[2] + 3),
        (breaks[0] - 3, breaks[3] + 4),
    }
    if document == "hostile":
        spans |= {
            (at := text.index(words), at + len(words)) for words in ("1899", "😀表", "\U00020bb7野", "1234家")
        }
    page = reader.open(desk.link(number, (0, 1)))
    for start, end in sorted(spans):
        page.goto(desk.link(number, (start, end)))  # only its fragment changes
        expect(page.locator("mark.current").first).to_have_text(text[start:end].partition("\n")[0])
        assert marked(page) == text[start:end]


def test_the_sentence_around_the_words_is_marked_as_their_evidence(reader: Watched, desk: Desk) -> None:
    page = reader.open(desk.place(desk.yearbook, "14家"))
    expect(page.locator("mark.evidence mark.answer")).to_have_text("14家")
    assert marked(page, "evidence") == "2017年新认定众创空间13家，自治区众创空间达到27家，其中国家级14家。"
    answer, evidence = page.locator("mark.answer"), page.locator("mark.evidence")
    expect(answer).to_have_css("text-decoration-line", "underline")
    expect(evidence).to_have_css("text-decoration-line", "none")


def test_what_looks_like_markup_is_shown_as_text(reader: Watched, desk: Desk) -> None:
    page = reader.open(desk.place(desk.hostile, "也是文字"))
    assert marked(page) == "也是文字"
    expect(page.get_by_text("<script>window.harmed = true</script><img src=x")).to_be_visible()
    assert page.locator(".text script, .text img, h1 b").count() == 0
    assert page.evaluate("window.harmed") is None
    assert page.locator(".text p, .text h2, .text h3, .text h4").evaluate_all(
        "all => all.map(one => one.textContent).join('\\n')"
    ) == desk.text(desk.hostile)


def test_where_the_words_stand_is_told_and_copied_with_them(reader: Watched, desk: Desk) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = desk.place(desk.yearbook, "孙金龙")
    page = reader.open(link)
    path = page.get_by_role("navigation", name="所在的标题").get_by_role("listitem")
    expect(path.last).to_have_text("二、奖励大会")
    expect(page.get_by_text("第 9 行", exact=True)).to_be_visible()
    page.get_by_role("button", name="复制引文").click()
    expect(page.get_by_text("引文和出处已复制。")).to_be_visible()
    quote, cited, address = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert (quote, address) == ("“孙金龙”", link)
    assert cited.startswith("——《") and cited.endswith("二、奖励大会，第 9 行")
    page.get_by_role("button", name="复制链接").click()
    expect(page.get_by_text("链接已复制。")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link


def test_a_link_to_what_is_selected_opens_at_just_that(reader: Watched, desk: Desk) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = reader.open(desk.place(desk.hostile, "1899"))  # its marks stand before what is selected
    assert marked(page) == "1899"
    button = page.get_by_role("button", name="复制选中内容的链接")
    expect(button).to_have_count(0)

    def opened() -> str:
        page.evaluate("navigator.clipboard.writeText('')")
        button.click()
        page.wait_for_function("async () => await navigator.clipboard.readText() !== ''")
        page.goto(page.evaluate("navigator.clipboard.readText()"))
        return marked(page)

    for words in ("😀表", "1899"):
        page.evaluate(SELECT, words)
        assert opened() == words
    paragraph = page.locator(".text p").filter(has_text="1234家")
    paragraph.click(click_count=3)
    assert opened() == paragraph.inner_text().strip()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.text'))")
    assert opened() == desk.text(desk.hostile).strip()
    page.evaluate("getSelection().empty()")
    expect(button).to_have_count(0)


def test_without_tls_what_is_copied_is_copied_all_the_same_and_nothing_moves(
    reader: Watched, desk: Desk
) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = reader.context.new_page()
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    link = desk.place(desk.long, "第60项工作由")
    page.goto(link)
    assert marked(page) == "第60项工作由"
    stands = page.evaluate("scrollY")
    button = page.get_by_role("button", name="复制链接")
    button.press("Enter")
    expect(page.get_by_text("链接已复制。")).to_be_visible()
    expect(button).to_be_focused()
    assert page.evaluate("scrollY") == stands
    beside = reader.open(f"{desk.address}/healthz")
    assert beside.evaluate("navigator.clipboard.readText()") == link


def test_a_changed_original_is_warned_of(reader: Watched, desk: Desk) -> None:
    outcome = desk.context.service.add_bytes(
        "会被改动的原件。".encode(), source="改.txt", collection="default"
    )
    assert outcome.document is not None
    (upload,) = desk.context.settings.home.rglob(f"*{outcome.document.sha256}*")
    upload.write_bytes("已被改动的原件。".encode())
    page = reader.open(desk.link(outcome.document.id, (0, 2)))
    expect(page.get_by_role("alert")).to_contain_text("请勿直接引用")
    expect(page.locator("mark.answer")).to_have_text("会被")


# --- who reads ---


def test_who_has_not_signed_in_does_so_and_comes_back_to_the_same_place(
    stranger: Watched, desk: Desk
) -> None:
    link = desk.place(desk.yearbook, "孙金龙")
    page = stranger.open(link)
    expect(page.get_by_role("heading", name="请先登录")).to_be_visible()
    page.get_by_role("link", name="去登录").click()
    page.get_by_label("用户名").fill("amina")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    assert marked(page) == "孙金龙"
    assert page.url == link


def test_a_password_that_somebody_else_has_set_is_changed_first(stranger: Watched, desk: Desk) -> None:
    desk.context.accounts.create(
        "boris", PASSWORD, Role.READER, grants={"default": False}, by=LOCAL, must_change=True
    )
    csrf = let_in(stranger, desk, "boris")
    page = stranger.open(desk.place(desk.yearbook, "孙金龙"))
    expect(page.get_by_role("heading", name="请先修改密码")).to_be_visible()
    change = {"old": PASSWORD, "new": PASSWORD[::-1]}
    page.request.put(f"{desk.address}/v1/session/password", data=change, headers={CSRF_HEADER: csrf})
    page.get_by_role("link", name="去修改").click()
    assert marked(page) == "孙金龙"


@pytest.mark.parametrize(
    "back", ["//evil.example/", "/view/../v1/session", "https://evil.example/view/1", "/view\\..\\"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(reader: Watched, desk: Desk, back: str) -> None:
    page = reader.open(f"{desk.address}/#/?{urlencode({'back': back})}")
    expect(page.get_by_role("navigation")).to_be_visible()
    assert urlsplit(page.url).path == "/"


def test_a_visitor_reads_what_the_widget_answers_from_and_nothing_else(stranger: Watched, desk: Desk) -> None:
    page = stranger.open(desk.place(desk.yearbook, "孙金龙") + f"&token={desk.token}")
    assert marked(page) == "孙金龙"
    expect(page.get_by_role("link", name="下载原件")).to_have_count(0)
    page.reload()
    assert marked(page) == "孙金龙"
    begun = [url for url in stranger.requests if url.endswith("/v1/widget/session")]
    assert len(begun) == 1  # the same visit
    page.goto(desk.link(desk.secret, (0, 2), token=desk.token))
    expect(page.get_by_role("heading", name="没有这份文档")).to_be_visible()
    told = page.get_by_role("main").inner_text()
    page.goto(desk.link(999_999, (0, 2), token=desk.token))
    expect(page.get_by_role("heading", name="没有这份文档")).to_be_visible()
    assert page.get_by_role("main").inner_text() == told
    assert SECRET not in page.content()


def test_a_visit_that_has_ended_is_begun_again(stranger: Watched, desk: Desk) -> None:
    link = desk.place(desk.yearbook, "孙金龙") + f"&token={desk.token}"
    page = stranger.open(link)
    assert marked(page) == "孙金龙"
    kept = "JSON.parse(sessionStorage.getItem('yuanwen.viewer.visit'))"
    page.evaluate(
        f"sessionStorage.setItem('yuanwen.viewer.visit', JSON.stringify({{...{kept}, token: 'ywv_ended'}}))"
    )
    page.reload()
    assert marked(page) == "孙金龙"
    assert page.evaluate(f"{kept}.token") != "ywv_ended"


def test_a_link_whose_widget_has_another_token_says_so_before_anything_of_signing_in(
    stranger: Watched, desk: Desk
) -> None:
    made, token = channel(desk.context)
    link = desk.place(desk.yearbook, "孙金龙") + f"&token={token}"
    page = stranger.open(link)
    assert marked(page) == "孙金龙"
    desk.context.channels.rotate(made.id, by=LOCAL)
    page.goto(desk.place(desk.yearbook, "14家") + f"&token={token}")
    expect(checked(page)).to_contain_text("没能完成核对。这个链接已失效，请回到网页里重新提问。")
    page.reload()
    expect(page.get_by_role("heading", name="这个链接已失效")).to_be_visible()
    expect(page.get_by_text("请回到那个网页重新提问")).to_be_visible()
    let_in(stranger, desk)
    page.get_by_role("link", name="去登录").click()
    assert marked(page) == "14家"


def test_a_visit_that_could_not_be_begun_again_is_begun_once_the_service_is_back(
    stranger: Watched, desk: Desk
) -> None:
    page = stranger.open(desk.place(desk.yearbook, "孙金龙") + f"&token={desk.token}")
    assert marked(page) == "孙金龙"
    ended = page.evaluate("JSON.parse(sessionStorage.getItem('yuanwen.viewer.visit')).token")
    headers = {"Authorization": f"Bearer {desk.token}", "Origin": desk.address}
    page.request.post(f"{desk.address}/v1/widget/session", headers=headers, data={"again": ended})
    page.route("**/v1/widget/session", lambda route: route.abort())
    page.goto(desk.place(desk.yearbook, "14家") + f"&token={desk.token}")
    expect(checked(page)).to_contain_text("连不上服务")
    page.unroute("**/v1/widget/session")
    checked(page).get_by_role("button", name="重试").press("Enter")
    assert marked(page) == "14家"
    expect(page.get_by_role("article")).to_be_focused()  # not nowhere, since the button is gone


def test_who_is_signed_out_while_reading_signs_in_and_reads_on(stranger: Watched, desk: Desk) -> None:
    let_in(stranger, desk)
    page = stranger.open(desk.place(desk.yearbook, "孙金龙"))
    assert marked(page) == "孙金龙"
    stranger.context.clear_cookies()
    link = desk.place(desk.yearbook, "14家")
    page.goto(link)
    expect(checked(page)).to_contain_text("没能完成核对。登录已失效，请重新登录。")
    door = checked(page).get_by_role("link", name="去登录")
    back = f"/#/?{urlencode({'back': link.removeprefix(desk.address)})}"
    expect(door).to_have_attribute("href", back)
    let_in(stranger, desk)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # back from the tab of the sign-in
    assert marked(page) == "14家"


def test_who_is_signed_in_reads_as_themselves_with_a_widgets_link_too(reader: Watched, desk: Desk) -> None:
    page = reader.open(desk.place(desk.yearbook, "孙金龙") + f"&token={desk.token}")
    assert marked(page) == "孙金龙"
    expect(page.get_by_role("link", name="下载原件")).to_be_visible()
    assert not [url for url in reader.requests if url.endswith("/v1/widget/session")]
    with page.expect_download() as download:
        page.get_by_role("link", name="下载原件").click()
    assert Path(download.value.path()).read_text() == YEARBOOK


# --- ways through the text ---


def test_places_are_gone_through_by_keys_and_buttons_and_kept_over_a_reload(
    reader: Watched, desk: Desk
) -> None:
    words = ["第3项工作由", "第60项工作由", "第110项工作由"]
    page = reader.open(desk.place(desk.long, *words))
    assert marked(page) == words[0]
    page.keyboard.press("n")
    expect(page.locator("mark.current")).to_have_text(words[1])
    assert marked(page) == words[1]
    page.reload()
    assert marked(page) == words[1]
    expect(page.locator(".text .here")).to_be_focused()
    button = page.get_by_role("button", name="下一处引用")
    button.press("Enter")
    expect(page.locator("mark.current")).to_have_text(words[2])
    assert marked(page) == words[2]
    expect(page.get_by_text("第 3 处引用，共 3 处。")).to_be_attached()
    page.keyboard.press("Enter")  # the button is still the one that is pressed
    expect(page.locator("mark.current")).to_have_text(words[0])
    assert marked(page) == words[0]
    expect(button).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("mark.current")).to_have_text(words[2])
    page.keyboard.press("p")
    expect(page.locator("mark.current")).to_have_text(words[1])
    page.get_by_role("button", name="复制链接").press("n")  # which isn't about places
    page.get_by_role("button", name="查找", exact=True).click()
    page.keyboard.type("np")
    expect(page.locator("mark.current")).to_have_text(words[1])
    page.evaluate("location.hash = ''")
    expect(page.locator("mark")).to_have_count(0)


def test_the_outline_leads_to_headings_and_follows_the_reading(reader: Watched, desk: Desk) -> None:
    page = reader.open(f"{desk.address}/view/{desk.long}")
    outline = page.get_by_role("navigation", name="目录")
    link = outline.get_by_role("link", name="（80）第80项工作")
    link.click()
    heading = page.get_by_role("heading", name="（80）第80项工作")
    expect(heading).to_be_in_viewport()
    expect(heading).to_be_focused()
    expect(link).to_have_attribute("aria-current", "location")
    page.mouse.move(900, 500)
    page.mouse.wheel(0, -3000)
    expect(link).not_to_have_attribute("aria-current", "location")
    expect(outline.locator("[aria-current]")).to_be_in_viewport()
    link.focus()
    page.keyboard.press("ArrowDown")
    link = outline.get_by_role("link", name="（81）第81项工作")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="（81）第81项工作")).to_be_in_viewport()
    expect(link).to_have_attribute("aria-current", "location")


def test_the_outline_marks_the_section_of_the_cited_words(reader: Watched, desk: Desk) -> None:
    text = desk.context.service.store.content(desk.long).text
    start = text.index("（80）第80项工作") + len("（80）第80项工作\n\n")
    page = reader.open(f"{desk.address}/view/{desk.long}#start={start}&end={start + 2}")
    expect(page.locator("mark.answer").first).to_be_in_viewport()
    link = page.get_by_role("navigation", name="目录").get_by_role("link", name="（80）第80项工作")
    expect(link).to_have_attribute("aria-current", "location")


def test_on_a_phone_the_outline_is_a_drawer(browser: Browser, desk: Desk, cookies: StorageState) -> None:
    watched = Watched(browser, size=PHONE, storage_state=cookies)
    page = watched.open(desk.place(desk.yearbook, "14家"))
    assert marked(page) == "14家"
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    page.get_by_role("button", name="目录").click()
    drawer = page.get_by_role("dialog", name="目录")
    assert severe(page) == []
    drawer.get_by_role("button", name="关闭").click()
    expect(drawer).not_to_be_visible()
    expect(page.get_by_role("button", name="目录")).to_be_focused()
    page.keyboard.press("Enter")
    drawer.get_by_role("link", name="二、奖励大会").click()
    expect(drawer).not_to_be_visible()
    expect(page.get_by_role("heading", name="二、奖励大会")).to_be_in_viewport()
    page.get_by_role("button", name="文档信息和设置").click()
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    assert severe(page) == []
    watched.close()


def test_a_drawer_opened_before_its_closing_is_told_stays_open(
    browser: Browser, desk: Desk, cookies: StorageState
) -> None:
    watched = Watched(browser, size=PHONE, storage_state=cookies)
    page = watched.open(desk.place(desk.yearbook, "14家"))
    button = page.get_by_role("button", name="目录")
    button.click()
    drawer = page.get_by_role("dialog", name="目录")
    expect(drawer).to_be_visible()
    button.evaluate("button => { document.querySelector('#outline').close(); button.click(); }")
    page.wait_for_timeout(300)  # by then it would have been shut
    expect(drawer.get_by_role("link", name="二、奖励大会")).to_be_visible()
    drawer.get_by_role("button", name="关闭").click()
    expect(drawer).not_to_be_visible()
    button.click()
    expect(drawer).to_be_visible()
    watched.close()


def test_words_are_found_whatever_their_width_and_case(reader: Watched, desk: Desk) -> None:
    page = reader.open(f"{desk.address}/view/{desk.long}")
    page.get_by_role("button", name="查找", exact=True).click()
    field = page.get_by_role("searchbox", name="在文档中查找")
    expect(field).to_be_focused()
    field.fill("abc单位")
    said = page.get_by_role("search").get_by_role("status")
    expect(said).to_have_text("第 1 处，共 120 处")
    field.press("Shift+Enter")
    expect(said).to_have_text("第 120 处，共 120 处")
    expect(page.get_by_text("共有ＡＢＣ单位120家参加")).to_be_in_viewport()
    field.press("Enter")
    field.press("Enter")
    expect(said).to_have_text("第 2 处，共 120 处")
    expect(page.get_by_text("共有ＡＢＣ单位2家参加")).to_be_in_viewport()
    page.get_by_role("search").get_by_role("button", name="上一处").press("Enter")
    expect(said).to_have_text("第 1 处，共 120 处")
    field.press("Enter")
    shown = "[...(CSS.highlights.get('found-current') ?? [])].map(range => range.toString())"
    until(lambda: page.evaluate(f"{shown}.length === 1"))
    assert page.evaluate(shown) == ["ＡＢＣ单位"]
    assert page.evaluate("[...CSS.highlights.get('found')].every(range => range.toString() === 'ＡＢＣ单位')")
    field.fill("按期完成")
    until(lambda: page.evaluate("CSS.highlights.get('found')?.size > 40"))  # all that are near
    field.fill("没有这样的话")
    expect(said).to_have_text("没有找到")
    field.press("Escape")
    expect(field).not_to_be_visible()
    expect(page.get_by_role("button", name="查找", exact=True)).to_be_focused()
    until(lambda: page.evaluate("CSS.highlights.size === 0"))


def test_the_texts_size_is_kept(reader: Watched, desk: Desk) -> None:
    page = reader.open(f"{desk.address}/view/{desk.yearbook}")
    size = "parseFloat(getComputedStyle(document.querySelector('.text')).fontSize)"
    page.get_by_role("button", name="放大文字").wait_for()
    usual = page.evaluate(size)
    page.get_by_role("button", name="放大文字").click()
    until(lambda: page.evaluate(f"{size} > {usual}"))
    page.reload()
    page.get_by_role("button", name="默认字号").click()
    until(lambda: page.evaluate(f"{size} === {usual}"))


# --- when something is not as it should be ---


def test_a_place_outside_the_document_is_told_and_the_text_shown_from_its_top(
    reader: Watched, desk: Desk
) -> None:
    page = reader.open(desk.link(desk.yearbook, (99_990, 99_999)))
    expect(page.get_by_text("链接指向的位置不在这份文档里")).to_be_visible()
    expect(page.get_by_role("heading", name="第三章")).to_be_in_viewport()
    assert page.locator("mark").count() == 0
    page.goto(f"{desk.address}/view/{desk.yearbook}#start=5")
    expect(page.get_by_text("链接里的位置不完整")).to_be_visible()


def test_a_service_out_of_reach_is_tried_again(reader: Watched, desk: Desk) -> None:
    page = reader.context.new_page()
    page.route("**/v1/documents/*", lambda route: route.abort())
    page.goto(desk.place(desk.yearbook, "孙金龙"))
    expect(page.get_by_role("heading", name="连不上服务")).to_be_visible()
    page.unroute("**/v1/documents/*")
    page.get_by_role("button", name="重试").click()
    assert marked(page) == "孙金龙"


def test_a_document_without_headings_or_without_text_is_shown_as_it_is(reader: Watched, desk: Desk) -> None:
    page = reader.context.new_page()
    page.goto(f"{desk.address}/view/{desk.yearbook}")
    expect(page.get_by_role("button", name="目录")).to_be_visible()
    serve_text(page, desk, "")
    page.reload()
    expect(page.get_by_text("这份文档里没有文字。")).to_be_visible()
    expect(page.get_by_role("button", name="目录")).to_have_count(0)


# --- for everybody, on paper, and long ---


@pytest.mark.parametrize(("theme", "language"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_the_pages_are_accessible(browser: Browser, desk: Desk, theme: Any, language: str) -> None:
    watched = Watched(browser, theme=theme, language=language)
    page = watched.open(desk.place(desk.yearbook, "孙金龙"))
    expect(page.get_by_role("link", name=re.compile("去登录|Sign in"))).to_be_visible()
    assert severe(page) == []
    let_in(watched, desk)
    page = watched.open(desk.place(desk.yearbook, "孙金龙", "14家"))
    expect(checked(page)).to_have_text(re.compile("一字不差|word for word"))
    page.get_by_role("button", name=re.compile("^(查找|Find)$")).click()
    assert severe(page) == []
    watched.close()


def test_on_paper_there_is_the_text_and_where_it_is_from(reader: Watched, desk: Desk) -> None:
    page = reader.open(desk.place(desk.yearbook, "孙金龙"))
    assert marked(page) == "孙金龙"
    page.emulate_media(media="print")
    for gone in ("banner", "button", "navigation", "complementary"):
        expect(page.get_by_role(gone)).to_have_count(0)
    expect(page.locator("mark.answer")).to_be_visible()
    expect(page.get_by_text("来源：默认文档集 / 年鉴/2017.txt")).to_be_visible()
    expect(page.get_by_text("第 9 行 · 已与原件核对，一字不差")).to_be_visible()
    expect(page.get_by_text("热娜·卡斯木")).to_be_visible()


def serve_text(page: Page, desk: Desk, text: str) -> None:
    """In place of the service, which would take its time to read that much: any document has this text."""
    record = page.request.get(f"{desk.address}/v1/documents/{desk.long}").json()
    cited = {"quote": "", "heading_path": [], "page": None, "first_line": 1, "last_line": 1, "verified": True}

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        asked = {name: int(value) for name, (value,) in parse_qs(url.query).items()}
        start, end = asked.get("start", 0), asked.get("end", 0)
        body = record | {"characters": len(text)}
        if url.path.endswith("/text"):
            body = {"characters": len(text), "text": text[start:end], "outline": []}
        elif url.path.endswith("/place"):
            body = cited | {"evidence_start": start - 5, "evidence_end": end + 5}
        route.fulfill(json=body)

    page.route("**/v1/documents/**", answer)


def opened(page: Page, link: str) -> float:
    """Seconds until the place is in sight."""
    began = monotonic()
    page.goto(link)
    expect(page.locator("mark.current")).to_be_in_viewport(timeout=1000 * PATIENCE)
    return monotonic() - began


def test_millions_of_characters_open_in_their_middle(
    reader: Watched, desk: Desk, record_property: Any
) -> None:
    lines = [f"第{n}行：\U00020bb7野家，" + "科技服务与众创空间。" * (n % 31) for n in range(24_000)]
    lines[12_000] = "没有换行的一段，" * 60_000
    text = "\n".join(lines)
    assert 4_000_000 < len(text) < 6_000_000
    page = reader.context.new_page()
    small = opened(page, desk.place(desk.yearbook, "孙金龙"))
    serve_text(page, desk, text)
    page.goto("about:blank")
    middle = text.index("第18000行：")
    big = opened(page, desk.link(desk.long, (middle, middle + 8)))
    record_property("seconds", {"small": small, "big": big})
    assert big < 10 * small + 5
    expect(page.locator("mark.answer")).to_have_text("第18000行：")
    page.get_by_role("button", name="打印").and_(page.locator(":enabled")).wait_for()  # all of it has come
    expect(page.locator("mark.answer")).to_be_in_viewport()
    for at in (len(text) - 6, 999_998, 0, text.index("没有换行") + 300_000):
        page.goto(desk.link(desk.long, (at, at + 6)))
        words = text[at : at + 6].replace("\n", "")
        until(lambda words=words: "".join(page.locator("mark.answer").all_text_contents()) == words)
        expect(page.locator("mark.current").first).to_be_in_viewport()


def test_as_long_as_text_is_missing_it_is_told_and_the_browser_does_not_search_in_vain(
    reader: Watched, desk: Desk
) -> None:
    page = reader.context.new_page()
    serve_text(page, desk, ("众创空间。" * 20 + "\n") * 12_000)
    page.route("**/text?start=1000000&**", lambda route: route.abort())
    page.goto(desk.link(desk.long, (2, 4)))
    missing = page.get_by_role("alert").filter(has_text="其余的文字没有载入。")
    expect(missing).to_be_visible()
    page.keyboard.press("Control+f")
    said = page.get_by_role("search").get_by_role("status")
    page.get_by_role("searchbox").fill("空间")
    expect(said).to_have_text("正在载入全文…")
    page.unroute("**/text?start=1000000&**")
    missing.get_by_role("button", name="重试").click()
    expect(said).to_have_text(re.compile("共 240,000 处"))
    expect(missing).to_have_count(0)
