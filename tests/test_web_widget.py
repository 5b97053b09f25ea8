"""The chat widget in a real browser, on pages of other origins that make it hard for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect
from sqlalchemy import update

from access import channel
from api.app import create_app
from api.context import Context, open_context
from api.errors import Overloaded
from api.security.principal import LOCAL
from api.state.tables import widget_sessions
from browser import PHONE, Watched, chromium, needs_chromium
from conftest import YEARBOOK
from elsewhere import Site, strict
from fakes import FindingSpanModel, HashingEmbedder
from index.segment import HanAnalyzer
from index.store.embedded import open_store
from rag.faq import FaqPair
from rag.reader.candidates import COLUMNS
from rag.reader.model import WindowScores
from rag.reader.reader import SpanReader
from rag.service import QAService
from rag.settings import Settings
from serving import GatedReader, serving, until

pytestmark = needs_chromium

SPACES, NATIONAL, HOST, MARS = (
    "2017年自治区众创空间有多少家？",
    "国家级的呢？",
    "奖励大会是谁主持的？",
    "火星上有工厂吗？",
)
MARKUP = (
    "第一章 概况\n\n一、标记\n\n"
    '\U00020bb7野家<script>window.harmed = 1</script><img src=x onerror="window.harmed = 1">😀共有1234家分店。\n\n'
)
ANSWERS = {"国家级": "14家", "众创空间": "27家", "主持": "孙金龙", "分店": "1234家"}
HOSTILE = (
    "*{display:none!important;font-size:40px!important;all:unset!important;"
    "--ink:#fff!important;--ground:#fff!important;--surface:#fff!important;--sunken:#fff}button{position:fixed}"
)
OPEN = {"Access-Control-Allow-Origin": "*"}


class Knowing(FindingSpanModel):
    """Finds the answer that belongs to a word of the question."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(ANSWERS.values(), 4.0))

    def score(self, question: str, passages: Sequence[str]) -> list[list[WindowScores]]:
        known = next((answer for word, answer in ANSWERS.items() if word in question), None)
        return FindingSpanModel({} if known is None else {known: 4.0}).score(question, passages)


@dataclass
class Desk:
    """The service, a site with pages for its widget, and the widget's channel."""

    address: str
    context: Context
    site: Site
    number: int
    token: str
    yearbook: int

    def tag(self, token: str = "", **options: str) -> str:
        given = "".join(f' data-{name.replace("_", "-")}="{value}"' for name, value in options.items())
        return f'<script src="{self.address}/widget.js" data-token="{token or self.token}"{given} defer></script>'

    def page(self, body: str, *, policy: str | None = None, head: str = "") -> str:
        """The address of a new page on the site, under a strict policy unless it brings another."""
        return self.site.page(body, policy=strict(self.address) if policy is None else policy, head=head)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QAService]:
    folder = tmp_path_factory.mktemp("widget")
    settings = Settings(home=folder / "home", cache=folder / "cache", threshold=0.5)
    embedder, analyzer = HashingEmbedder(), HanAnalyzer()
    store = open_store(settings.home, analyzer=analyzer, embedder=embedder.info)
    reader = SpanReader(
        Knowing(), term_weights=store.term_weights, names=analyzer.names, calibration=_calibration(folder)
    )
    with QAService(settings, store=store, embedder=embedder, reader=reader, analyzer=analyzer) as service:
        service.add_bytes(YEARBOOK.encode(), source="年鉴.txt", collection="default")
        service.add_bytes(MARKUP.encode(), source="<b>分店.txt", collection="default")
        yield service


def _calibration(folder: Path) -> Path:
    """The probability is the logistic of the span's margin."""

    def weights(columns: tuple[str, ...]) -> dict[str, object]:
        by_margin = [float(name == "margin") for name in columns]
        return {"mean": [0] * len(columns), "scale": [1] * len(columns), "weights": by_margin, "bias": 0}

    content = {
        "features": COLUMNS,
        "rank": weights(COLUMNS),
        "answers": weights(("rank", "margin_above", *COLUMNS)),
        "thresholds": {"default": 0.5, "wrong-5%": 0.9},
    }
    file = folder / "span.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def desk(service: QAService, site: Site) -> Iterator[Desk]:
    context = open_context(service.settings, service)
    looks = {"title": "年鉴问答", "suggestions": [SPACES], "color": "#ffd400"}
    more: dict[str, Any] = {"origins": [site.origin], "minute_limit": 1000, "day_limit": 1000}
    made, token = channel(context, appearance=looks, **more)
    with serving(create_app(context)) as address:
        (yearbook,) = (one.id for one in service.list() if one.title == "年鉴")
        yield Desk(
            address=address, context=context, site=site, number=made.id, token=token, yearbook=yearbook
        )
    context.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def cached(browser: Browser) -> Iterator[Watched]:
    """A browser that has been here before. What a widget remembers goes with its tab."""
    watched = Watched(browser)
    yield watched
    watched.close()


@pytest.fixture
def visitor(cached: Watched) -> Iterator[Watched]:
    cached.requests.clear()
    yield cached
    for page in cached.context.pages:
        page.close()
    faults = cached.faults.copy()
    cached.faults.clear()
    assert faults == []


def begin(visitor: Watched, desk: Desk, address: str = "") -> Page:
    """A page of the site with its widget open."""
    page = visitor.open(address or desk.page(desk.tag()))
    page.get_by_role("button", name="年鉴问答").click()
    return page


def ask(page: Page | FrameLocator, question: str, *, answered: bool = True) -> None:
    box = page.get_by_role("textbox", name="问题")
    before = page.get_by_role("group", name="这个回答有帮助吗？")
    count = before.count()
    box.fill(question)
    box.press("Enter")
    if answered:
        expect(before).to_have_count(count + 1)


def latest_feedback(desk: Desk) -> tuple[str, str, str]:
    given = desk.context.feedback.page(None, limit=1).items[0]
    return given.question, given.verdict, given.comment


# --- asking ---


def test_an_answer_stands_apart_from_its_sentence_and_its_source(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, SPACES)
    log = page.get_by_role("log", name="对话")
    expect(log.get_by_text("27家", exact=True).first).to_be_visible()
    evidence = log.get_by_role("blockquote")
    expect(evidence).to_contain_text("自治区众创空间达到27家，其中国家级14家")
    expect(evidence.locator("mark")).to_have_text("27家")
    expect(log).to_contain_text("很有把握")
    expect(log).to_contain_text("年鉴.txt › 第三章 › 一、众创空间 · 第 5 行")
    link = log.get_by_role("link", name="打开原文")
    assert link.get_attribute("rel") == "noopener"
    number = desk.yearbook
    text = desk.context.service.store.content(number).text
    start = text.index("27家")
    assert link.get_attribute("href") == (
        f"{desk.address}/view/{number}#start={start}&end={start + 3}&token={desk.token}"
    )
    hosts = {urlsplit(url).netloc for url in visitor.requests if not url.startswith("data:")}
    assert hosts == {urlsplit(desk.site.origin).netloc, urlsplit(desk.address).netloc}
    assert not any(desk.token in urlsplit(url).query for url in visitor.requests)


def test_the_source_opens_in_a_tab_of_its_own(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, HOST)
    with visitor.context.expect_page() as opened:
        page.get_by_role("link", name="打开原文").click()
    expect(opened.value.get_by_text("主持大会").first).to_be_visible()


def test_without_an_answer_it_says_so_and_shows_the_nearest_places(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, MARS)
    log = page.get_by_role("log")
    expect(log).to_contain_text("文档里没有找到答案")
    assert 1 <= log.get_by_role("link", name="打开原文").count() <= 3


def test_an_administrators_answer_is_told_from_documents(visitor: Watched, desk: Desk) -> None:
    entry = desk.context.faq.add(FaqPair(id=0, questions=("几点上班",), answer="早上九点。"))
    page = begin(visitor, desk)
    ask(page, "几点上班？")
    expect(page.get_by_role("log")).to_contain_text("早上九点。")
    expect(page.get_by_role("log")).to_contain_text("管理员写的答案")
    desk.context.faq.remove(entry.pair.id)


def test_what_documents_say_is_text(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, "共有多少家分店？")
    log = page.get_by_role("log")
    expect(log).to_contain_text('<img src=x onerror="window.harmed = 1">')
    expect(log).to_contain_text("<b>分店.txt")
    expect(log.locator("mark")).to_have_text("1234家")
    assert page.evaluate("window.harmed") is None


def test_an_answer_on_its_way_can_be_stopped(visitor: Watched, desk: Desk) -> None:
    service = desk.context.service
    gated = GatedReader(service.reader)
    service.reader = gated
    try:
        page = begin(visitor, desk)
        ask(page, SPACES, answered=False)
        log = page.get_by_role("log")
        expect(log).to_contain_text("正在读")
        expect(log).to_contain_text("《年鉴》")
        expect(log.get_by_role("blockquote").first).to_contain_text("自治区众创空间达到27家")
        page.get_by_role("button", name="停止").click()
        expect(log).to_contain_text("已停止")
        expect(log.get_by_role("blockquote")).to_have_count(0)
    finally:
        gated.gate.set()
        service.reader = gated._reader
    page.get_by_role("button", name="重新提问").click()
    expect(log.get_by_text("27家", exact=True).first).to_be_visible()


def test_what_arrives_does_not_take_the_reader_from_what_is_read(visitor: Watched, desk: Desk) -> None:
    service = desk.context.service
    reader = service.reader
    page = begin(visitor, desk)
    log = page.get_by_role("log")
    for _ in range(3):
        ask(page, SPACES)
    assert log.evaluate("log => log.scrollTop") > 0  # the last answer is followed
    service.reader = gated = GatedReader(reader)
    try:
        ask(page, HOST, answered=False)
        expect(log).to_contain_text("正在读")
        log.evaluate("log => log.scrollTop = 0")
    finally:
        gated.gate.set()
        service.reader = reader
    expect(log.locator("mark")).to_have_text(["27家"] * 3 + ["孙金龙"])
    assert log.evaluate("log => log.scrollTop") == 0


def test_copying_takes_the_source_along(visitor: Watched, desk: Desk) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = begin(visitor, desk)
    ask(page, HOST)
    page.get_by_role("button", name="复制（带出处）").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    answer, _, quote, source = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert (answer, quote) == ("孙金龙", "“自治区党委副书记孙金龙主持大会。”")
    assert source.startswith("——年鉴.txt › 第三章 › 二、奖励大会 · 第 ")


# --- writing ---


def test_enter_sends_but_not_an_input_methods_enter(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    box = page.get_by_role("textbox", name="问题")
    box.fill("主持")
    enter = {"key": "Enter", "bubbles": True, "cancelable": True}
    box.dispatch_event("keydown", {**enter, "isComposing": True})
    box.press("Shift+Enter")
    expect(box).to_have_value("主持\n")
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.get_by_role("log")).to_contain_text("孙金龙")


def test_a_question_that_is_too_long_cant_be_sent(visitor: Watched, desk: Desk) -> None:
    most = desk.context.settings.max_question_chars
    page = begin(visitor, desk)
    box = page.get_by_role("textbox", name="问题")
    send = page.get_by_role("button", name="发送")
    expect(page.get_by_role("button", name=SPACES)).to_be_visible()  # the service has told its limit
    box.fill("\U00020bb7" * (most - 1))
    expect(page.get_by_text("还可以输入 1 个字")).to_be_visible()
    box.fill("\U00020bb7" * (most + 2))
    expect(page.get_by_text("超出 2 个字")).to_be_visible()
    expect(send).to_be_disabled()
    box.fill("\U00020bb7" * most)
    expect(send).to_be_enabled()


def test_all_of_it_works_by_keyboard(visitor: Watched, desk: Desk) -> None:
    page = visitor.open(desk.page(desk.tag()))
    launch = page.get_by_role("button", name="年鉴问答")
    launch.focus()
    expect(launch).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="年鉴问答")
    expect(dialog.get_by_role("textbox", name="问题")).to_be_focused()
    expect(launch).to_have_attribute("aria-expanded", "true")
    page.evaluate("window.keys = 0; document.addEventListener('keydown', () => (window.keys += 1))")
    page.keyboard.type("jk谁主持的")
    page.keyboard.press("Enter")
    assert page.evaluate("window.keys") == 0  # the page's shortcuts aren't meant
    expect(dialog.get_by_role("link", name="打开原文")).to_be_visible()
    for name in ("关闭", "新对话"):
        dialog.get_by_role("button", name=name).focus()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(launch).to_be_focused()


def test_whatever_is_pressed_the_focus_stays_in_the_panel(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    box = page.get_by_role("textbox", name="问题")
    page.get_by_role("button", name=SPACES).press("Enter")  # goes away with it
    expect(box).to_be_focused()
    expect(page.locator("mark")).to_have_text("27家")
    box.fill(HOST)
    page.get_by_role("button", name="发送").press("Enter")
    expect(page.locator("mark")).to_have_text(["27家", "孙金龙"])
    send = page.get_by_role("button", name="发送")
    expect(send).to_be_disabled()
    expect(send).to_be_focused()
    wrong = page.get_by_role("button", name="没有帮助").last
    for note in ("少了职务", ""):
        wrong.press("Enter")
        page.get_by_label("哪里不对？").last.fill(note)
        page.get_by_role("button", name="提交").last.press("Enter")
        expect(wrong).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


# --- remembering ---


def test_a_reload_keeps_the_conversation_until_a_new_one_is_begun(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, SPACES)
    page.get_by_role("button", name="有帮助", exact=True).click()
    expect(page.get_by_text("谢谢您的反馈。")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="年鉴问答").click()
    log = page.get_by_role("log")
    expect(log).to_contain_text(SPACES)
    expect(page.get_by_role("button", name="有帮助", exact=True)).to_have_attribute("aria-pressed", "true")
    ask(page, NATIONAL)
    expect(log).to_contain_text("理解为：2017年自治区国家级众创空间有多少家？")
    page.get_by_role("button", name="新对话").click()
    expect(log).not_to_contain_text("27家")
    ask(page, "国家级众创空间呢？")
    expect(log).not_to_contain_text("理解为")


def test_earlier_turns_are_shown_once_whenever_they_come(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    page.evaluate("async () => { for (let n = 0; n < 21; n += 1) await Yuanwen.ask('火星上有工厂吗？') }")
    held: list[Route] = []
    page.route("**/v1/conversations/**", lambda route: held.append(route))
    page.reload()
    with page.expect_request("**/v1/conversations/**"):
        page.get_by_role("button", name="年鉴问答").click()
    ask(page, SPACES)  # the service will tell of this one, too
    held[0].continue_()
    asked = page.get_by_text("您问：")
    expect(asked).to_have_count(20)
    expect(asked.last.locator("..")).to_contain_text(SPACES)
    assert asked.first.evaluate("one => one.closest('[aria-live]').ariaLive") == "off"  # none of it is news
    page.unroute("**/v1/conversations/**")
    page.get_by_role("button", name="更早的提问").dblclick()
    expect(asked).to_have_count(22)
    expect(page.get_by_role("log")).to_be_focused()  # the button is gone
    with page.expect_response("**/v1/feedback"):  # what was asked for before it, has come
        page.get_by_role("button", name="有帮助", exact=True).last.click()
    expect(asked).to_have_count(22)


def test_a_new_conversation_has_nothing_of_the_one_before(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, SPACES)
    held: list[Route] = []
    page.route("**/v1/conversations/**", lambda route: held.append(route))
    page.reload()
    with page.expect_request("**/v1/conversations/**"):
        page.get_by_role("button", name="年鉴问答").click()
    page.get_by_role("button", name="新对话").click()
    with page.expect_response("**/v1/conversations/**"):
        held[0].continue_()
    asked = page.get_by_text("您问：")
    service = desk.context.service
    reader = service.reader
    service.reader = gated = GatedReader(reader)
    try:
        page.evaluate("questions => { window.told = questions.map(Yuanwen.ask) }", [SPACES, HOST, NATIONAL])
        expect(asked).to_have_count(3)  # also those that have to wait
        expect(page.get_by_text("等前一个问题答完")).to_have_count(2)
        page.get_by_role("button", name="新对话").click()
        expect(asked).to_have_count(0)
        expect(page.get_by_role("button", name=SPACES)).to_be_visible()
        assert page.evaluate("Promise.all(told)") == [None] * 3
    finally:
        gated.gate.set()
        service.reader = reader
    ask(page, HOST)
    expect(asked).to_have_count(1)


def test_a_widget_that_is_put_in_anew_goes_on_where_it_was(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk, desk.page(desk.tag(lang="ZH-CN")))
    ask(page, SPACES)
    page.evaluate("""() => {
      const gone = document.querySelector("yuanwen-chat");
      const fresh = document.createElement("yuanwen-chat");
      for (const { name, value } of gone.attributes) fresh.setAttribute(name, value);
      gone.remove();
      document.body.append(fresh);
    }""")
    page.get_by_role("button", name="年鉴问答").click()
    expect(page.get_by_role("log")).to_contain_text(SPACES)
    expect(page.get_by_role("dialog")).to_have_css("color-scheme", "light")
    page.evaluate("""() => {
      const chat = document.querySelector("yuanwen-chat");
      chat.setAttribute("theme", "dark");
      chat.title = "另一个标题";
    }""")
    expect(page.get_by_role("dialog", name="另一个标题")).to_have_css("color-scheme", "dark")


def test_an_expired_visit_is_renewed_unnoticed(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, SPACES)
    table = widget_sessions.c
    with desk.context.database.write() as connection:
        made = connection.scalars(
            update(widget_sessions).values(expires_at=table.created_at).returning(table.token_hash)
        ).all()
    assert made
    ask(page, NATIONAL)
    expect(page.get_by_role("log")).to_contain_text("理解为：2017年自治区国家级众创空间有多少家？")


def test_feedback_arrives_with_its_note(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    ask(page, HOST)
    page.get_by_role("button", name="没有帮助").click()
    page.get_by_label("哪里不对？").fill("少了职务")
    assert latest_feedback(desk) == (HOST, "wrong", "")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢您的反馈。")).to_be_visible()
    assert latest_feedback(desk) == (HOST, "wrong", "少了职务")


# --- when something is wrong ---


def test_who_asks_too_often_is_told_how_long_to_wait(visitor: Watched, desk: Desk) -> None:
    _, token = channel(desk.context, origins=[desk.site.origin], minute_limit=1)
    page = visitor.open(desk.page(desk.tag(token, title="年鉴问答")))
    page.get_by_role("button", name="年鉴问答").click()
    ask(page, SPACES)
    ask(page, NATIONAL, answered=False)
    log = page.get_by_role("log")
    expect(log).to_contain_text("提问太频繁了")
    expect(log.get_by_text("秒后可以重试")).to_be_visible()
    expect(log.get_by_role("button", name="重试")).to_be_disabled()
    expect(log.get_by_text("27家", exact=True).first).to_be_visible()


def test_who_is_refused_amid_an_answer_is_told_how_long_to_wait(visitor: Watched, desk: Desk) -> None:
    service = desk.context.service
    reader = service.reader
    busy = GatedReader(reader, failure=Overloaded("正忙。", retry_after=90))
    busy.gate.set()
    service.reader = busy
    try:
        page = begin(visitor, desk)
        ask(page, SPACES, answered=False)
        log = page.get_by_role("log")
        expect(log).to_contain_text("服务正忙")
    finally:
        service.reader = reader
    expect(log.get_by_text("秒后可以重试")).to_be_visible()


def test_a_request_that_is_lost_is_sent_again(visitor: Watched, desk: Desk) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort("connectionreset") if len(lost) <= 1 else route.fallback()

    page = visitor.context.new_page()
    page.route("**/v1/widget/session", lose)
    page.goto(desk.page(desk.tag()))
    page.get_by_role("button", name="年鉴问答").click()
    expect(page.get_by_role("button", name=SPACES)).to_be_visible()  # no refusal of this page
    expect(page.get_by_role("alert")).to_be_empty()
    assert len(lost) == 2


def test_what_failed_at_first_is_made_up_for_once_the_service_answers(visitor: Watched, desk: Desk) -> None:
    page = visitor.context.new_page()
    page.route("**/v1/widget/session", lambda route: route.fulfill(status=503, headers=OPEN, body="{}"))
    page.goto(desk.page(desk.tag()))
    page.get_by_role("button", name="年鉴问答").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("服务正忙")
    alert.get_by_role("button", name="重试").press("Enter")
    expect(page.get_by_role("textbox", name="问题")).to_be_focused()
    expect(alert).to_contain_text("服务正忙")
    page.unroute("**/v1/widget/session")
    ask(page, HOST)
    expect(alert).to_be_empty()
    page.get_by_role("button", name="新对话").click()
    expect(page.get_by_role("button", name=SPACES)).to_be_visible()


def test_a_service_that_restarts_is_waited_for(visitor: Watched, desk: Desk) -> None:
    page = visitor.context.new_page()
    page.clock.install()
    page.goto(desk.page(desk.tag()))
    page.get_by_role("button", name="年鉴问答").click()
    expect(page.get_by_role("button", name=SPACES)).to_be_visible()
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort("connectionrefused") if len(lost) <= 5 else route.fallback()

    page.route("**/v1/ask/stream", lose)
    ask(page, HOST, answered=False)
    for tries in range(1, 6):  # some 16 seconds
        until(lambda tries=tries: page.evaluate("1") == 1 and len(lost) == tries)
        expect(page.get_by_role("log")).to_contain_text("正在重试")
        page.clock.run_for(8000)
    expect(page.locator("mark")).to_have_text("孙金龙")


def test_an_inline_widget_that_cannot_be_loaded_says_so(visitor: Watched, desk: Desk) -> None:
    page = visitor.context.new_page()
    page.route("**/widget/panel.js*", lambda route: route.abort())
    page.goto(desk.page(desk.tag(mode="inline")))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("暂时打不开")
    assert page.evaluate("Yuanwen.ask('谁主持的？')") is None
    page.unroute("**/widget/panel.js*")
    alert.get_by_role("button", name="重试").click()
    region = page.get_by_role("region", name="年鉴问答")
    expect(region.get_by_role("textbox", name="问题")).to_be_focused()
    expect(alert).to_be_empty()
    box = region.bounding_box()
    assert box is not None
    assert box["height"] == pytest.approx(640, abs=0.5)


def test_offline_it_says_so_and_asks_again_later(visitor: Watched, desk: Desk) -> None:
    page = begin(visitor, desk)
    expect(page.get_by_role("button", name=SPACES)).to_be_visible()
    visitor.context.set_offline(True)
    ask(page, HOST, answered=False)
    expect(page.get_by_role("log")).to_contain_text("网络断开了")
    visitor.context.set_offline(False)
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_role("log")).to_contain_text("孙金龙")
    expect(page.get_by_text("您问：")).to_have_count(1)  # not once more below what failed


def test_a_widget_that_is_shut_says_so(browser: Browser, desk: Desk) -> None:
    made, token = channel(desk.context, origins=[desk.site.origin])
    desk.context.channels.change(made.id, enabled=False, by=LOCAL)
    watched = Watched(browser)
    page = watched.open(desk.page(desk.tag(token)))
    page.get_by_role("button", name="文档问答").click()
    expect(page.get_by_role("alert")).to_contain_text("已经停用或更换")
    expect(page.get_by_role("button", name="重试")).to_have_count(0)
    watched.close()


def test_on_a_page_that_isnt_allowed_it_says_so(browser: Browser, desk: Desk) -> None:
    elsewhere = desk.page(desk.tag()).replace("localhost", "127.0.0.1")
    watched = Watched(browser)
    page = watched.open(elsewhere)
    page.get_by_role("button", name="文档问答").click()
    expect(page.get_by_role("alert")).to_contain_text("网址不在允许的范围内")
    expect(page.get_by_role("alert").get_by_role("button", name="重试")).to_be_visible()
    watched.context.close()  # the browser itself writes what it kept from the page
    assert all("CORS" in fault for fault in watched.faults)


# --- on the page ---


def test_the_pages_style_stays_out_and_ours_in(visitor: Watched, desk: Desk) -> None:
    page = begin(
        visitor,
        desk,
        desk.page(f"{desk.tag()}<p>段落</p>", policy="", head=f"<style>{HOSTILE}</style>"),
    )
    ask(page, SPACES)
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == pytest.approx((400, 640), abs=0.5)
    assert box["x"] + box["width"] == pytest.approx(1440 - 20, abs=0.5)
    evidence = page.get_by_role("blockquote")
    assert evidence.evaluate("one => getComputedStyle(one).fontSize") == "14px"
    assert evidence.evaluate("one => getComputedStyle(one).display") == "block"
    expect(evidence).to_have_css("color", "rgb(29, 33, 41)")
    assert page.get_by_text("段落").evaluate("one => getComputedStyle(one).fontSize") == "16px"


def test_on_a_phone_it_takes_the_whole_screen(browser: Browser, desk: Desk) -> None:
    watched = Watched(browser, size=PHONE, reduced_motion="reduce")
    page = begin(watched, desk)
    dialog = page.get_by_role("dialog")
    whole = {"x": 0, "y": 0, "width": PHONE[0], "height": PHONE[1]}
    assert dialog.bounding_box() == pytest.approx(whole, abs=0.5)
    ask(page, SPACES)
    small = (
        dialog.get_by_role("button")
        .or_(dialog.get_by_role("link"))
        .evaluate_all(
            """all => all.map((one) => one.getBoundingClientRect())
                .filter(({ height }) => height > 0 && height < 44).length"""
        )
    )
    assert small == 0
    expect(dialog).to_have_attribute("aria-modal", "true")
    first, last = (page.get_by_role("button", name=name) for name in ("新对话", "发送"))
    last.press("Tab")  # the page below is out of sight
    expect(first).to_be_focused()
    first.press("Shift+Tab")
    expect(last).to_be_focused()
    page.set_viewport_size({"width": PHONE[1], "height": PHONE[0]})
    whole = {"x": 0, "y": 0, "width": PHONE[1], "height": PHONE[0]}
    assert dialog.bounding_box() == pytest.approx(whole, abs=0.5)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(dialog).to_have_attribute("aria-modal", "false")
    page.get_by_role("button", name="关闭").click()
    expect(page.get_by_role("button", name="年鉴问答")).to_be_focused()
    watched.close()


def test_the_channels_colour_gets_an_ink_that_can_be_read(visitor: Watched, desk: Desk) -> None:
    page = visitor.open(desk.page(desk.tag() + desk.tag(color="#102030", side="left", title="左边")))
    yellow, dark = page.get_by_role("button", name="年鉴问答"), page.get_by_role("button", name="左边")
    expect(yellow).to_have_css("background-color", "rgb(255, 212, 0)")
    expect(yellow).to_have_css("color", "rgb(0, 0, 0)")
    expect(dark).to_have_css("color", "rgb(255, 255, 255)")
    expect(dark).to_have_css("left", "20px")


def test_two_widgets_on_a_page_keep_their_conversations_apart(visitor: Watched, desk: Desk) -> None:
    body = (
        f'<div id="one"></div><yuanwen-chat token="{desk.token}" mode="inline" title="第二个"></yuanwen-chat>'
    )
    page = visitor.open(desk.page(body + desk.tag(mode="inline", target="#one", title="第一个")))
    one, other = (page.get_by_role("region", name=name) for name in ("第一个", "第二个"))
    for region, question, answer in ((one, SPACES, "27家"), (other, HOST, "孙金龙")):
        region.get_by_role("textbox").fill(question)
        region.get_by_role("textbox").press("Enter")
        expect(region.locator("mark")).to_have_text(answer)
    expect(one).not_to_contain_text("孙金龙")
    assert page.evaluate("Yuanwen.all.length") == 2
    page.reload()
    expect(one.locator("mark")).to_have_text("27家")
    expect(other.locator("mark")).to_have_text("孙金龙")


def test_the_page_can_open_ask_and_listen(visitor: Watched, desk: Desk) -> None:
    early = """
      window.heard = [];
      for (const name of ["ready", "open", "ask", "answer", "feedback", "close"])
        document.addEventListener(`yuanwen:${name}`, ({ detail }) => window.heard.push([name, detail]));
      (window.Yuanwen ??= []).push(["on", "close", () => window.heard.push("closed")]);
      Yuanwen.push(["ask", "奖励大会是谁主持的？"]);
    """
    page = visitor.context.new_page()
    page.add_init_script(early)
    page.goto(desk.page(desk.tag()))
    expect(page.locator("mark")).to_have_text("孙金龙")
    answer = page.evaluate("Yuanwen.ask('2017年自治区众创空间有多少家？')")
    assert answer["text"] == "27家"
    page.get_by_role("button", name="有帮助", exact=True).last.click()
    until(lambda: bool(page.evaluate("heard.some(([name]) => name === 'feedback')")))
    page.evaluate("Yuanwen.toggle()")
    expect(page.get_by_role("dialog")).to_be_hidden()
    heard = page.evaluate("heard")
    assert "closed" in heard
    assert [one[0] for one in heard if one != "closed"] == [
        "ready", "open", "ask", "answer", "ask", "answer", "feedback", "close"
    ]  # fmt: skip


def test_the_page_can_ask_before_it_is_complete(visitor: Watched, desk: Desk) -> None:
    source = f'src="{desk.address}/widget.js" data-token="{desk.token}"'
    early = """<script>
      window.heard = [];
      const other = Yuanwen.on("answer", () => heard.push("not wanted any more"));
      Yuanwen.on("answer", ({ answer }) => heard.push(answer.text));
      other();
      window.told = Yuanwen.ask("奖励大会是谁主持的？");
    </script>"""
    page = visitor.open(desk.page("", policy="", head=f"<script {source}></script>{early}"))
    assert page.evaluate("told")["text"] == "孙金龙"
    assert page.evaluate("heard") == ["孙金龙"]


def test_as_a_module_it_finds_its_own_tags(browser: Browser, desk: Desk) -> None:
    source = f'src="{desk.address}/widget.js" data-token="{desk.token}"'
    other = f'<script type="module" src="{desk.site.origin}/vendor/widget.js" data-token="theirs"></script>'
    lost = f'<script type="module" {source} data-mode="inline" data-target="#nowhere"></script>'
    watched = Watched(browser)
    page = watched.open(
        desk.page(f'{other}{lost}<script type="module" {source} data-title="真的"></script>', policy="")
    )
    expect(page.get_by_role("button", name="真的")).to_be_visible()
    assert page.evaluate("Yuanwen.all.length") == 1
    watched.context.close()
    (fault,) = watched.faults
    assert "#nowhere" in fault


def test_frames_need_no_scripts_on_their_page(visitor: Watched, desk: Desk) -> None:
    asked = {"one": (SPACES, "27家"), "two": (HOST, "孙金龙")}
    # In frames of other sites this browser keeps nothing; another port is the same site.
    origin = desk.site.origin.replace("localhost", "127.0.0.1")
    made, token = channel(desk.context, origins=[origin])
    base = f"{desk.address}/embed/{made.id}?lang=zh&theme=dark&name="
    frames = [f'<iframe src="{base}{name}#{token}" height="600"></iframe>' for name in asked]
    address = desk.page("".join(frames), policy=f"default-src 'none'; frame-src {desk.address}")
    page = visitor.open(address.replace(desk.site.origin, origin))
    framed = {name: page.frame_locator("iframe").nth(number) for number, name in enumerate(asked)}
    for name, (question, answer) in asked.items():
        ask(framed[name], question)
        expect(framed[name].locator("mark")).to_have_text(answer)
    region = framed["one"].get_by_role("region", name="文档问答")
    expect(region).to_have_css("color-scheme", "dark")
    page.reload()
    for name, (_, answer) in asked.items():
        expect(framed[name].locator("mark")).to_have_text(answer)


def test_a_frame_of_what_is_shut_says_so(visitor: Watched, desk: Desk) -> None:
    broken = f"{desk.number}#%E0%A4%A"
    frames = [f'<iframe src="{desk.address}/embed/{end}"></iframe>' for end in ("999?lang=zh", broken)]
    page = visitor.open(desk.page("".join(frames), policy=f"default-src 'none'; frame-src {desk.address}"))
    for number in range(2):
        said = page.frame_locator("iframe").nth(number).get_by_text("这里的问答已经停用或更换")
        expect(said).to_be_visible()


ENGLISH = {
    "问题": "Question",
    "这个回答有帮助吗？": "Was this answer helpful?",
    "没有帮助": "Not helpful",
    "哪里不对": "What is wrong",
    "文档问答": "Ask the documents",
}
CHINESE = """dialog => [...dialog.querySelectorAll("*")]
  .filter((one) => !one.closest("[lang=zh], .question, .understood"))
  .flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data))
  .filter((words) => /[\u4e00-\u9fff]/.test(words))"""


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_both_languages_are_complete_and_keep_nobody_out(
    visitor: Watched, desk: Desk, language: str, theme: str
) -> None:
    def said(words: str) -> str:
        return ENGLISH[words] if language == "en" else words

    _, token = channel(desk.context, origins=[desk.site.origin])
    page = visitor.open(desk.page(desk.tag(token, lang=language, theme=theme, open="true")))
    dialog = page.get_by_role("dialog", name=said("文档问答"))
    expect(dialog).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")  # nobody asked for it yet
    box = dialog.get_by_role("textbox", name=said("问题"))
    for asked, question in enumerate((SPACES, NATIONAL, MARS), start=1):
        box.fill(question)
        box.press("Enter")
        expect(dialog.get_by_role("group", name=said("这个回答有帮助吗？"))).to_have_count(asked)
    dialog.get_by_role("button", name=said("没有帮助")).first.click()
    expect(dialog.get_by_role("textbox", name=said("哪里不对"))).to_be_focused()
    serious = [
        (found["id"], [node["target"] for node in found["nodes"]])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert (dialog.evaluate(CHINESE) == []) == (language == "en")
