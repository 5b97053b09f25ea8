"""Asking in the console, in a real browser: answers, follow-ups, how they came about, and what people say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from access import PASSWORD
from browser import PHONE, Watched, chromium, needs_chromium
from console_desk import barriers
from served_console import SOURCE, Served, served

pytestmark = needs_chromium

WHEN = "自治区科学技术奖励大会是哪天召开的？"
UNKNOWN = "食堂几点开门？"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("ask"), threshold=0.0005) as desk:
        yield desk


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def watched(browser: Browser, desk: Served) -> Iterator[Watched]:
    watched = desk.sign_in(browser)
    yield watched
    watched.close()


@pytest.fixture
def page(watched: Watched, desk: Served) -> Iterator[Page]:
    page = watched.open(f"{desk.address}/#/ask")
    yield page
    page.close()


def ask(page: Page, question: str) -> Locator:
    """What is shown of it, once it is answered."""
    field = page.get_by_label("问题", exact=True)
    field.fill(question)
    field.press("Enter")
    turn = page.get_by_role("article").last
    expect(turn.get_by_role("heading", name=question)).to_be_visible()
    expect(turn).not_to_have_attribute("aria-busy", "true")
    return turn


def test_an_answer_stands_apart_from_its_sentence_and_links_to_its_place(page: Page, desk: Served) -> None:
    turn = ask(page, WHEN)
    answer = desk.context.service.ask(WHEN)
    citation = answer.citations[0]
    expect(turn.locator(".answer-text")).to_have_text(answer.text)
    evidence = turn.get_by_role("figure").first
    expect(evidence.locator("mark.evidence")).to_have_text(citation.evidence)
    expect(evidence.locator("mark.answer")).to_have_text(citation.quote)
    expect(turn.get_by_text("已与原件核对")).to_be_visible()
    link = evidence.get_by_role("link", name="打开原文")
    place = f"/view/{desk.yearbook}#start={citation.start}&end={citation.end}"
    expect(link).to_have_attribute("href", place)
    assert not barriers(page)


def test_a_follow_up_says_how_it_was_understood(page: Page) -> None:
    ask(page, WHEN)
    turn = ask(page, "它是谁主持的？")
    expect(turn.get_by_text("理解为：自治区科学技术奖励大会是谁主持的？")).to_be_visible()
    page.get_by_role("button", name="新对话").click()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(ask(page, "它是谁主持的？").get_by_text("理解为")).to_have_count(0)


def test_what_isnt_in_the_documents_is_said_to_be_missing(page: Page) -> None:
    turn = ask(page, UNKNOWN)
    expect(turn.get_by_role("strong").filter(has_text="文档里没有找到答案")).to_be_visible()
    expect(turn.get_by_role("heading", name="最接近的地方")).to_be_visible()
    expect(turn.get_by_role("link", name="打开原文").first).to_be_visible()
    expect(turn.locator("mark")).to_have_count(0)  # nothing there answers it
    assert not barriers(page)


def test_the_explanation_shows_the_numbers_that_the_service_gives(page: Page, desk: Served) -> None:
    page.get_by_label("说明怎样得出的").check()
    turn = ask(page, WHEN)
    told = desk.context.service.ask(WHEN, explain=True).explanation
    assert told is not None
    stages = turn.get_by_role("region", name="怎样得出的")
    expect(stages.get_by_role("heading", level=3)).to_have_count(6)
    found = stages.get_by_role("group", name="四、找到的段落").get_by_role("row")
    expect(found).to_have_count(len(told.found) + 1)
    expect(found.nth(1)).to_contain_text(f"{told.found[0].dense:.3f}")
    expect(found.nth(1)).to_contain_text(f"{told.found[0].fused:.3f}")
    spans = stages.get_by_role("group", name="五、读出来的片段").get_by_role("row")
    expect(spans).to_have_count(len(told.spans) + 1)
    expect(spans.nth(1)).to_contain_text(f"{told.spans[0].score:.2f}")
    most = max(told.terms, key=lambda term: term.weight)
    expect(stages.get_by_role("listitem").filter(has_text=f"{most.weight:.2f}").first).to_be_visible()
    assert not barriers(page)


def test_only_curators_are_told_how(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser, "reader")
    page = watched.open(f"{desk.address}/#/ask")
    turn = ask(page, WHEN)
    expect(turn.get_by_role("button", name="有帮助", exact=True)).to_be_visible()
    expect(page.get_by_label("说明怎样得出的")).to_have_count(0)
    watched.close()


def test_a_collection_can_be_chosen(page: Page, desk: Served) -> None:
    desk.context.collections.create("空的", title="空的", description="")
    page.reload()
    page.get_by_text("查找范围与选项").click()
    page.get_by_label("只限选中的").check()
    page.get_by_text("查找范围与选项").click()
    page.get_by_label("问题", exact=True).fill(WHEN)
    page.keyboard.press("Enter")
    expect(page.get_by_label("只限选中的")).to_be_focused()  # none is chosen
    expect(page.get_by_role("article")).to_have_count(0)
    page.get_by_label("空的").check()
    turn = ask(page, WHEN)
    expect(turn.get_by_text("查找的文档里没有相近的内容")).to_be_visible()


def test_a_conversation_goes_on_behind_other_screens_until_its_owner_leaves(
    browser: Browser, desk: Served
) -> None:
    watched = desk.sign_in(browser, "reader")
    page = watched.open(f"{desk.address}/#/ask")
    held: list[Route] = []
    page.route("**/v1/ask/stream", lambda route: held.append(route), times=1)
    page.get_by_label("问题", exact=True).fill(WHEN)
    with page.expect_request("**/v1/ask/stream"):
        page.keyboard.press("Enter")
    page.get_by_role("link", name="文档").click()
    expect(page.get_by_role("heading", level=1, name="文档")).to_be_visible()
    held[0].continue_()
    page.get_by_role("link", name="提问").click()
    turn = page.get_by_role("article")
    expect(turn.get_by_role("link", name="打开原文").first).to_be_visible()
    expect(
        ask(page, "它是谁主持的？").get_by_text("理解为：自治区科学技术奖励大会是谁主持的？")
    ).to_be_visible()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_label("用户名", exact=True).fill("editor")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("navigation", name="菜单")).to_contain_text("editor")
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
    expect(turn).to_have_count(0)
    watched.close()


def test_asking_takes_nothing_but_a_keyboard(page: Page) -> None:
    expect(page.get_by_label("问题", exact=True)).to_be_focused()
    page.keyboard.type(WHEN)
    page.keyboard.press("Enter")
    helpful = page.get_by_role("button", name="有帮助", exact=True)
    expect(helpful).to_be_visible()
    for _ in range(40):
        if helpful.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(helpful).to_have_attribute("aria-pressed", "true")


def test_a_lost_service_is_told(page: Page, watched: Watched) -> None:
    expect(page.get_by_label("问题", exact=True)).to_be_visible()
    watched.context.set_offline(True)
    try:
        turn = ask(page, WHEN)
        expect(turn.get_by_role("alert")).to_contain_text("连不上服务")
    finally:
        watched.context.set_offline(False)


def test_on_a_phone_in_the_dark_in_english_nothing_runs_over(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser, language="en-GB", theme="dark", size=PHONE)
    page = watched.open(f"{desk.address}/#/ask")
    page.get_by_label("Explain how it came about").check()
    page.get_by_label("Question", exact=True).fill(WHEN)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="How it came about")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert not barriers(page)
    watched.close()


# --- what is said of an answer, and what curators make of it ---


def test_a_disliked_answer_becomes_a_faq_that_answers_next_time(page: Page, desk: Served) -> None:
    turn = ask(page, UNKNOWN)
    turn.get_by_role("button", name="没有帮助").click()
    turn.get_by_label("说明").fill("应该写在办事指南里")
    turn.get_by_role("button", name="补充").click()
    expect(turn.get_by_label("说明")).to_have_count(0)

    page.get_by_role("navigation").get_by_role("link", name="问过的问题").click()
    page.get_by_label("评价").select_option("没有帮助")
    entry = page.get_by_role("listitem").filter(has_text=UNKNOWN).first
    expect(entry).to_contain_text("没有找到答案")
    expect(entry).to_contain_text("应该写在办事指南里")
    expect(entry).to_contain_text("用户 editor")
    assert not barriers(page)
    entry.get_by_role("link", name=UNKNOWN).click()
    expect(page.get_by_text("应该写在办事指南里")).to_be_visible()
    expect(page.get_by_role("strong").filter(has_text="文档里没有找到答案")).to_be_visible()

    page.get_by_role("button", name="加入问答").click()
    form = page.get_by_role("dialog", name="新建问答")
    expect(form.get_by_label("问法")).to_have_value(UNKNOWN)
    form.get_by_label("答案", exact=True).fill("早上七点半。")
    assert not barriers(page)
    form.get_by_role("button", name="保存").click()
    expect(form).to_have_count(0)
    expect(page.get_by_role("link", name="已加入问答")).to_be_visible()

    page.get_by_role("navigation").get_by_role("link", name="提问").click()
    page.get_by_label("说明怎样得出的").check()
    again = ask(page, "请问食堂几点开门")
    expect(again.locator(".answer-text")).to_have_text("早上七点半。")
    expect(again.get_by_text("管理员写的答案", exact=True)).to_be_visible()
    expect(again.get_by_text("是同一件事，用了它的答案。")).to_be_visible()
    again.get_by_role("link", name="看这条问答").click()
    expect(page.get_by_role("dialog", name="修改问答").get_by_label("问法")).to_have_value(UNKNOWN)


def test_a_question_becomes_one_for_evaluations(page: Page, desk: Served) -> None:
    wrong = ask(page, WHEN).get_by_role("button", name="没有帮助")
    wrong.click()
    expect(wrong).to_have_attribute("aria-pressed", "true")
    page.goto(f"{desk.address}/#/questions?verdict=wrong")
    page.get_by_role("listitem").filter(has_text=WHEN).first.get_by_role("button", name="作为评测题").click()
    form = page.get_by_role("dialog", name="作为评测题")
    form.get_by_label("正确的答案", exact=True).fill("2017年9月22日上午")
    assert not barriers(page)
    form.get_by_role("button", name="保存").click()
    expect(form).to_have_count(0)
    page.get_by_label("评价").select_option("有更好的答案")
    entry = page.get_by_role("listitem").filter(has_text=WHEN).first
    expect(entry.get_by_text("评测题", exact=True)).to_be_visible()
    with page.expect_download() as kept:
        page.get_by_role("link", name="导出评价").click()
    lines = [json.loads(line) for line in kept.value.path().read_text("utf-8").splitlines()]
    assert (WHEN, ["2017年9月22日上午"]) in [(line["question"], line["answers"]) for line in lines]


def test_synonyms_are_picked_from_a_question_and_its_nearest_place(page: Page, desk: Served) -> None:
    ask(page, "创业团队有多少个？")
    page.goto(f"{desk.address}/#/questions")
    page.get_by_role("listitem").filter(has_text="创业团队").first.get_by_role(
        "button", name="加同义词"
    ).click()
    form = page.get_by_role("dialog", name="新建同义词")
    form.get_by_role("button", name="+ 团队").first.click()
    expect(form.get_by_label("词，一行一个")).to_have_value("团队")
    form.get_by_label("词，一行一个").fill("团队\n小组")
    form.get_by_role("button", name="保存").click()
    expect(form).to_have_count(0)
    assert [entry.group.words for entry in desk.context.vocabulary.groups(limit=5).items] == [
        ("团队", "小组")
    ]


def test_questions_are_searched_and_the_address_keeps_what_was_chosen(page: Page, desk: Served) -> None:
    ask(page, "众创空间场地面积是多少？")
    page.goto(f"{desk.address}/#/questions")
    page.get_by_role("searchbox").fill("场地面积")
    expect(page).to_have_url(re.compile(r"\?q="))
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("link", name="众创空间场地面积是多少？").click()
    expect(page.get_by_text(SOURCE.removesuffix(".txt")).first).to_be_visible()
    page.get_by_role("link", name="← 问过的问题").click()
    expect(page.get_by_role("searchbox")).to_have_value("场地面积")
    page.get_by_role("searchbox").fill("没有人问过的")
    expect(page.get_by_text("没有符合条件的问题。")).to_be_visible()
