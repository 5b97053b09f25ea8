"""What curators and administrators look after in the console, in a real browser: knowledge, evaluations, widgets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from browser import PHONE, Watched, chromium, needs_chromium
from console_desk import barriers
from rag.faq import FaqPair
from served_console import SOURCE, Served, served

pytestmark = needs_chromium

QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "奖励大会是哪天召开的？", "answers": ["2017年9月22日"], "document": SOURCE},
    {"id": "2", "question": "众创空间达到多少家？", "answers": ["27家"]},
    {"id": "3", "question": "火星上有几座图书馆？", "answerable": False},
]
WRONG = [{"id": "1", "answers": ["27家"]}, {"id": "1", "question": "几点？", "answerable": True}]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("curate"), threshold=0.0) as desk:
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
def page(watched: Watched) -> Iterator[Page]:
    page = watched.context.new_page()
    yield page
    page.close()


def lines(questions: list[dict[str, Any]], name: str = "九月.jsonl") -> FilePayload:
    data = "\n".join(json.dumps(one, ensure_ascii=False) for one in questions).encode()
    return {"name": name, "mimeType": "application/x-ndjson", "buffer": data}


# --- knowledge ---


def test_a_faq_has_wordings_and_a_place_out_of_a_viewers_link(page: Page, desk: Served) -> None:
    text = desk.context.service.store.content(desk.yearbook).text
    start = text.index("27家")
    page.goto(f"{desk.address}/#/knowledge")
    page.get_by_role("button", name="新建问答").click()
    form = page.get_by_role("dialog", name="新建问答")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_label("问法")).to_have_js_property("validationMessage", "请填写这一项。")
    form.get_by_label("问法").fill("众创空间有几家？\n有多少众创空间？")
    form.get_by_label("答案", exact=True).fill("27家（2017年）。")
    place = form.get_by_label("文档里的出处")
    place.fill("https://elsewhere.cn/view")
    expect(form.get_by_text("这不是一处出处的网址")).to_be_visible()
    place.fill(f"{desk.address}/view/{desk.yearbook}#start={start}&end={start + 3}")
    expect(form.locator("mark.answer")).to_have_text("27家")
    assert not barriers(page)
    form.get_by_role("button", name="保存").click()
    expect(form).to_have_count(0)
    entry = desk.context.faq.page(None, limit=5).items[0]
    assert entry.pair.questions == ("众创空间有几家？", "有多少众创空间？")
    assert entry.pair.place is not None
    assert (entry.pair.place.document_id, entry.pair.place.start) == (desk.yearbook, start)
    assert entry.pair.collections == {"default"}


def test_a_faq_is_changed_disabled_searched_and_deleted(page: Page, desk: Served) -> None:
    desk.context.faq.add(FaqPair(id=0, questions=("食堂在哪里？",), answer="一楼。"))
    page.goto(f"{desk.address}/#/knowledge/faq")
    everything = page.get_by_role("main").get_by_role("listitem")
    expect(everything.first).to_be_visible()
    before = everything.count()
    page.get_by_role("button", name="新建问答").click()
    page.get_by_role("dialog").get_by_label("问法").fill("窗口几点下班？")
    page.get_by_role("dialog").get_by_label("答案", exact=True).fill("五点。")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(everything).to_have_count(before + 1)
    page.get_by_role("searchbox").fill("窗口")
    expect(everything).to_have_count(1)
    entry = everything.filter(has_text="窗口")
    entry.get_by_role("button", name="修改").click()
    page.get_by_role("dialog").get_by_label("答案", exact=True).fill("六点。")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(entry).to_contain_text("六点。")
    entry.get_by_role("button", name="停用").click()
    expect(entry).to_contain_text("已停用")
    assert not barriers(page)
    entry.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_text("没有符合的。")).to_be_visible()


def test_synonyms_and_words_are_added_and_deleted(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/knowledge/synonyms")
    expect(page.get_by_text("还没有同义词。")).to_be_visible()
    page.get_by_role("button", name="新建同义词").click()
    form = page.get_by_role("dialog")
    form.get_by_label("词，一行一个").fill("孵化器")
    form.get_by_role("button", name="保存").click()
    expect(form.get_by_role("alert")).to_be_visible()
    form.get_by_label("词，一行一个").fill("孵化器\n创业苗圃")
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_text("孵化器 = 创业苗圃")).to_be_visible()
    assert not barriers(page)

    page.get_by_role("link", name="用户词").click()
    page.get_by_role("button", name="添加用户词").click()
    page.get_by_label("词，一行一个").fill("星创天地\n众创空间")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("共 2 个")).to_be_visible()
    page.get_by_role("button", name="删除“星创天地”").click()
    expect(page.get_by_text("共 1 个")).to_be_visible()
    assert [entry.word for entry in desk.context.vocabulary.words(limit=5).items] == ["众创空间"]


# --- evaluations ---


def evaluate(page: Page, desk: Served, name: str, **options: str) -> None:
    """Until its report is there."""
    page.goto(f"{desk.address}/#/evaluations")
    page.get_by_role("button", name="新建评测").click()
    page.get_by_label("问题文件").set_input_files(lines(QUESTIONS))
    page.get_by_label("名字", exact=True).fill(name)
    for label, value in options.items():
        page.get_by_text("更多设置").click()
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_role("link", name="打开报告")).to_be_visible(timeout=60_000)


def test_a_wrong_file_is_told_line_by_line_and_nothing_begins(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/evaluations")
    page.get_by_role("button", name="新建评测").click()
    with page.expect_download() as form:
        page.get_by_role("link", name="下载带说明的空表").click()
    assert form.value.suggested_filename == "questions.xlsx"
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_label("问题文件")).to_have_js_property("validationMessage", "请选择问题文件。")
    page.get_by_label("问题文件").set_input_files(lines(WRONG))
    expect(page.get_by_text("九月.jsonl")).to_be_visible()
    page.get_by_role("button", name="开始", exact=True).click()
    told = page.get_by_role("dialog").get_by_role("alert")
    expect(told.get_by_text("第 1 行: 问题为空")).to_be_visible()
    expect(told.get_by_text("第 2 行: 写明能回答")).to_be_visible()
    assert not barriers(page)
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_text("还没有评测。")).to_be_visible()


def test_an_evaluation_runs_to_its_end_and_two_are_compared(page: Page, desk: Served) -> None:
    evaluate(page, desk, "第一次")
    expect(page.get_by_text(re.compile("问了 3 题，答对 \\d 题"))).to_be_visible()
    exact = page.get_by_role("row").filter(has_text="完全一致").first
    expect(exact).to_contain_text(re.compile(r"\d+\.\d–\d+\.\d%"))
    expect(page.get_by_role("main").get_by_role("heading", name="众创空间达到多少家？")).to_be_visible()
    page.get_by_label("结果").select_option("没有作答")
    expect(page.get_by_text("没有这样的题。")).to_be_visible()
    assert not barriers(page)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="打开报告").click()
    expect(opened.value.get_by_text("第一次").first).to_be_visible()
    opened.value.close()

    evaluate(page, desk, "第二次", 作答的门槛="1")
    page.get_by_role("link", name="← 评测").click()
    page.get_by_label("选中“第一次”用来比较").check()
    page.get_by_label("选中“第二次”用来比较").check()
    page.get_by_role("button", name="比较选中的两次").click()
    expect(page.get_by_text("只比较两次都有的 3 题。a：第一次；b：第二次。")).to_be_visible()
    expect(page.get_by_text(re.compile("^(看不出谁好|b 比 a|完全一致没有差别)"))).to_be_visible()
    expect(page.get_by_role("link", name="打开比较报告")).to_be_visible()
    assert not barriers(page)


# --- widgets ---


def test_a_widgets_code_is_shown_once_and_the_widget_can_be_tried(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/channels")
    page.get_by_role("link", name="新建挂件").click()
    page.get_by_label("名字", exact=True).fill("官网首页")
    origins = page.get_by_label("放在哪些网页上")
    origins.fill("https://www.example.cn\nhttp://www.example.cn/news")
    page.get_by_label("标题").fill("年鉴问答")
    expect(page.get_by_role("region", name="预览")).to_contain_text("年鉴问答")
    page.get_by_role("button", name="新建挂件").click()
    expect(page.get_by_text("第 2 行“http://www.example.cn/news”不能用")).to_be_visible()
    expect(origins).to_be_focused()
    expect(origins).to_have_attribute("aria-invalid", "true")
    open_to_changes = page.get_by_text("只用于信得过的内网")
    expect(open_to_changes).to_be_visible()
    assert not barriers(page)

    origins.fill("https://www.example.cn\nhttp://localhost:3000")
    expect(open_to_changes).to_be_hidden()
    origins.fill("https://www.example.cn")
    page.get_by_role("button", name="新建挂件").click()
    code = page.get_by_label("一段脚本（推荐）", exact=True)
    expect(code).to_contain_text('widget.js" data-token="ywc_')
    tried = page.locator("yuanwen-chat")
    expect(tried.get_by_text("年鉴问答")).to_be_visible()
    assert not barriers(page)
    token = re.search(r"ywc_[\w-]+", code.inner_text())
    assert token is not None
    assert desk.context.channels.of_token(token[0]) is not None

    page.get_by_role("link", name="复制好了，返回列表").click()
    page.get_by_role("link", name="官网首页").click()
    expect(page.get_by_role("heading", name="官网首页")).to_be_visible()
    expect(page.get_by_text("ywc_")).to_have_count(0)
    page.get_by_role("button", name="更换发布令牌").click()
    expect(page.get_by_role("dialog")).to_contain_text("马上失效")
    assert desk.context.channels.of_token(token[0]) is not None
    page.get_by_role("dialog").get_by_role("button", name="更换发布令牌").click()
    expect(code).to_contain_text("ywc_")
    assert desk.context.channels.of_token(token[0]) is None


def test_a_widget_is_disabled_and_deleted(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/channels/new")
    page.get_by_label("名字", exact=True).fill("临时")
    page.get_by_label("放在哪些网页上").fill("http://localhost:3000")
    page.get_by_role("button", name="新建挂件").click()
    page.get_by_role("link", name="复制好了，返回列表").click()
    page.get_by_role("link", name="临时").click()
    page.get_by_label("启用").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    page.get_by_role("link", name="← 网页挂件").click()
    expect(page.get_by_role("listitem").filter(has_text="临时")).to_contain_text("已停用")
    assert not barriers(page)
    page.get_by_role("link", name="临时").click()
    page.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("link", name="新建挂件")).to_be_visible()
    expect(page.get_by_role("link", name="临时")).to_have_count(0)


@pytest.mark.parametrize("path", ["questions", "knowledge/words", "evaluations", "channels/new"])
def test_on_a_phone_in_the_dark_in_english_nothing_runs_over(
    browser: Browser, desk: Served, path: str
) -> None:
    watched = desk.sign_in(browser, language="en-GB", theme="dark", size=PHONE)
    page = watched.open(f"{desk.address}/#/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert not barriers(page)
    watched.close()
