"""Documents in the console, in a real browser: how they come in, what becomes of each file, and how they go."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from access import PASSWORD, person
from api.security.principal import Role
from browser import PHONE, TABLET, Watched, chromium, needs_chromium
from console_desk import barriers, end_sessions, fits
from served_console import Served, served
from serving import PATIENCE
from uploads import uncounted

pytestmark = needs_chromium

RULES = "# 考勤办法\n\n第一条 工作时间为九点至十八点。\n"
UNKNOWN = "これはテストです。ひらがなとカタカナの文章。".encode("shift_jis")
"""Not told from itself, but GB18030 has characters for it."""
DROP = """() => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["一。"], "一.txt"));
  return document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}"""
"""Whether a file that is dropped on the page would be opened instead of it."""
LONG = "长" * 90 + ".txt"
"""No document can have this name."""
JOB = {"id": "x", "kind": "add", "status": "waiting", "collection": "default", "files": []}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("documents"), threshold=0.0) as desk:
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
    page = watched.open(f"{desk.address}/#/documents")
    expect(page.get_by_role("heading", level=1, name="文档")).to_be_visible()
    yield page
    page.close()


@pytest.fixture
def gate(desk: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Before it is opened no file is taken in."""
    gate, service = threading.Event(), desk.context.service

    def held(add: Callable[..., Any]) -> Callable[..., Any]:
        def once_open(*args: Any, **options: Any) -> Any:
            assert gate.wait(PATIENCE)
            return add(*args, **options)

        return once_open

    for name in ("add_bytes", "add_uploads"):
        monkeypatch.setattr(service, name, held(getattr(service, name)))
    yield gate
    gate.set()


def file(name: str, text: str | bytes) -> FilePayload:
    data = text.encode() if isinstance(text, str) else text
    return {"name": name, "mimeType": "text/plain", "buffer": data}


def choose(page: Page, *files: FilePayload) -> Locator:
    """Chooses files; the dialog that asks how they are to go."""
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="上传文件", exact=True).click()
    choosing.value.set_files(list(files))
    return page.get_by_role("dialog")


def upload(page: Page, *files: FilePayload) -> Locator:
    """Uploads files; the card that tells what becomes of them."""
    choose(page, *files).get_by_role("button", name="开始上传").click()
    return page.get_by_role("article").first


def choose_anew(card: Locator, chosen: FilePayload) -> None:
    """For the file that went wrong."""
    with card.page.expect_file_chooser() as choosing:
        card.get_by_role("button", name="重新选择这个文件").click()
    choosing.value.set_files([chosen])


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=f"打开“{title}”", exact=False))


# --- files come in ---


def test_each_file_is_told_its_end_and_what_to_do_about_it(page: Page, desk: Served) -> None:
    card = upload(page, file("考勤.md", RULES), file("旧系统.txt", UNKNOWN), file(LONG, "名字太长。"))
    expect(card.get_by_text("3 个文件：1 个已添加，2 个失败。")).to_be_visible()
    trouble = card.get_by_role("listitem").filter(has_text="编码认不出来")
    expect(trouble).to_contain_text("旧系统.txt")
    expect(trouble).to_contain_text("另存为 UTF-8")
    expect(trouble).to_contain_text("字节")
    assert not barriers(page)
    number = desk.context.service.store.find("考勤.md", collection="default")
    assert number is not None
    link = row(page, "考勤办法").get_by_role("link", name=re.compile("打开“考勤办法”"))
    expect(link).to_have_attribute("href", f"/view/{number.id}")

    trouble.get_by_label("换一种编码").select_option("GB18030 (GBK, GB2312)")
    trouble.get_by_role("button", name="重试 旧系统.txt").click()
    expect(card.get_by_text("3 个文件：2 个已添加，1 个失败。")).to_be_visible()
    expect(row(page, "旧系统")).to_contain_text("GB18030")
    choose_anew(card, file("改短了.txt", "名字太长。"))
    expect(card.get_by_text("3 个文件：3 个已添加。")).to_be_visible()
    assert desk.context.service.store.find("改短了.txt", collection="default") is not None


def test_what_is_the_same_stays_and_what_differs_is_replaced(page: Page) -> None:
    expect(upload(page, file("制度.md", RULES)).get_by_text("1 个已添加")).to_be_visible()
    again = upload(page, file("制度.md", RULES))
    expect(again.get_by_text("1 个文件：1 个没有变化。")).to_be_visible()
    other = upload(page, file("制度.md", f"{RULES}\n第二条 迟到要说明。\n"))
    expect(other.get_by_text("1 个文件：1 个已替换。")).to_be_visible()
    with page.expect_file_chooser() as choosing:
        row(page, "考勤办法").filter(has_text="制度.md").get_by_role(
            "button", name=re.compile("替换")
        ).click()
    choosing.value.set_files([file("随便什么名字.md", RULES.replace("考勤", "请假"))])
    card = page.get_by_role("article", name="替换“制度.md”")
    expect(card.get_by_text("1 个已替换")).to_be_visible()
    expect(row(page, "请假办法")).to_contain_text("制度.md")


def test_what_cant_be_read_is_said_before_the_upload(page: Page) -> None:
    dialog = choose(page, file("片.mp4", b"ftyp"), file("通知.txt", "通知。"))
    expect(dialog).to_contain_text("1 个文件的类型不支持，会跳过")
    expect(dialog.get_by_role("heading", name="上传 1 个文件")).to_be_visible()
    dialog.get_by_role("button", name="取消").click()
    dialog = choose(page, file("片.mp4", b"ftyp"))
    expect(dialog.get_by_role("heading", name="没有可以上传的文件")).to_be_visible()
    expect(dialog.get_by_role("button", name="开始上传")).to_have_count(0)

    page.keyboard.press("Escape")
    dialog = choose(page, file(".隐藏.txt", "不该上传"))
    expect(dialog.get_by_text("只有隐藏的文件（名字以点开头）")).to_be_visible()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With folders in it, what is hidden, and more files than are listed at once."""
    folder = tmp_path / "规章"
    (folder / "2024").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "说明.txt").write_text("不该上传", encoding="utf-8")
    (folder / "总则.md").write_text(RULES, encoding="utf-8")
    for number in range(60):
        (folder / "2024" / f"第{number}号.txt").write_text(f"第{number}号文件的内容。", encoding="utf-8")
    return folder


def test_a_folder_comes_in_with_its_paths(page: Page, folder: Path, desk: Served) -> None:
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="上传文件夹").click()
    choosing.value.set_files(folder)
    page.get_by_role("dialog", name="上传 61 个文件").get_by_role("button", name="开始上传").click()
    card = page.get_by_role("article").first
    expect(card.get_by_text("61 个文件：61 个已添加。")).to_be_visible(timeout=30_000)
    store = desk.context.service.store
    assert store.find("规章/2024/第7号.txt", collection="default") is not None
    assert store.find("规章/.git/说明.txt", collection="default") is None
    card.get_by_text("逐个文件（61）").click()
    expect(card.get_by_role("listitem")).to_have_count(50)
    card.get_by_role("button", name="显示全部 61 个").click()
    expect(card.get_by_role("listitem")).to_have_count(61)


def drag(page: Page, kind: str, path: Path) -> None:
    """What the browser hears from whoever drags that file or folder over the page."""
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 700, "y": 500, "data": data})
    devtools.detach()


def hover(page: Page, path: Path) -> Locator:
    """Drags it over the page until the page says so: it forgets a drag that is silent for longer than a busy machine
    may need to look."""
    words = page.get_by_text("松开，就放进来")
    drag(page, "dragEnter", path)
    for _ in range(100):
        drag(page, "dragOver", path)
        if words.is_visible():
            break
        page.wait_for_timeout(50)
    return words


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    dropped = tmp_path / "拖来的"
    (dropped / "里面").mkdir(parents=True)
    (dropped / "里面" / "一.txt").write_text("一。", encoding="utf-8")
    (dropped / ".隐藏.txt").write_text("不该上传", encoding="utf-8")
    return dropped


def test_a_folder_may_be_dropped_anywhere(page: Page, dropped: Path) -> None:
    expect(page.get_by_role("button", name="上传文件", exact=True)).to_be_visible()
    for kind in ("dragEnter", "dragOver", "drop"):
        drag(page, kind, dropped)
    expect(page.get_by_role("dialog", name="上传 1 个文件")).to_contain_text("拖来的/里面/一.txt")
    expect(page.get_by_text("松开，就放进来")).to_have_count(0)


def test_what_is_dropped_counts_though_the_list_below_it_was_drawn_anew(page: Page, dropped: Path) -> None:
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(hover(page, dropped)).to_be_visible()
    # Something else comes to lie below the pointer.
    page.evaluate("document.querySelector('.shelf').prepend(document.createElement('hr'))")
    page.evaluate("document.querySelector('.shelf hr').style.height = '100vh'")
    drag(page, "drop", dropped)
    expect(page.get_by_role("dialog", name="上传 1 个文件")).to_be_visible()


def test_a_drag_that_leaves_leaves_nothing_behind(page: Page, dropped: Path) -> None:
    expect(page.get_by_role("button", name="上传文件", exact=True)).to_be_visible()
    words = hover(page, dropped)
    expect(words).to_be_visible()
    drag(page, "dragCancel", dropped)
    expect(words).to_have_count(0)


# --- on the way ---


def test_a_job_is_followed_after_the_page_was_loaded_anew_and_can_be_stopped(
    page: Page, gate: threading.Event, desk: Served
) -> None:
    with page.expect_response(lambda response: response.request.method == "POST"):
        card = upload(page, file("慢.txt", "很慢的文件。"))
    expect(card.get_by_role("progressbar")).to_be_visible()
    with page.expect_response(lambda response: response.request.method == "POST"):
        upload(page, file("排队.txt", "排队的文件。"))
    page.reload()
    cards = page.get_by_role("article")
    expect(cards).to_have_count(2)
    waiting = cards.filter(has_text="排队.txt")
    waiting.get_by_role("button", name="停止").click()
    expect(waiting.get_by_text("1 个未处理")).to_be_visible()
    gate.set()
    expect(cards.filter(has_text="慢.txt").get_by_text("1 个已添加")).to_be_visible()
    assert desk.context.service.store.find("排队.txt", collection="default") is None
    waiting.get_by_role("button", name="收起").click()
    expect(cards).to_have_count(1)


def test_what_could_not_be_read_in_a_file_is_shown(page: Page) -> None:
    card = upload(page, file("公式.xlsx", uncounted()))
    expect(card.get_by_text("1 个文件：1 个已添加。")).to_be_visible()
    expect(card.get_by_role("heading", name="没有全读出来的文件")).to_be_visible()
    expect(card.get_by_text("1 个公式没有保存计算结果")).to_be_visible()


def test_a_file_chosen_anew_comes_in_though_its_job_still_goes_on(
    page: Page, gate: threading.Event, desk: Served
) -> None:
    upload(page, file("慢慢来.txt", "慢。"), file(LONG, "长。"))
    card = page.get_by_role("article")
    expect(card.get_by_role("heading", name="没有成功的文件")).to_be_visible()
    page.reload()
    choose_anew(card, file("短.txt", "长。"))
    gate.set()
    expect(card.get_by_text("2 个文件：2 个已添加。")).to_be_visible()
    assert desk.context.service.store.find("短.txt", collection="default") is not None


def test_looking_at_jobs_of_others_keeps_no_connection(
    page: Page, gate: threading.Event, browser: Browser, desk: Served
) -> None:
    person(desk.context, "colleague", Role.ADMIN)
    watched = desk.sign_in(browser, "colleague")
    theirs = watched.open(f"{desk.address}/#/documents")
    upload(theirs, file("同事的.txt", "别人在上传。"))
    expect(theirs.get_by_role("progressbar")).to_be_visible()
    watched.close()
    page.get_by_role("link", name="任务记录").click()
    first = page.get_by_role("row").nth(1).get_by_role("link")
    for _ in range(7):  # a browser has six connections to a service
        expect(first).to_have_count(1)  # the list of jobs is there, not that of documents any more
        first.click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        page.get_by_role("link", name="返回任务记录").click()
    first.click()
    gate.set()
    expect(page.get_by_role("article").get_by_text("1 个已添加")).to_be_visible()


def test_an_upload_goes_on_behind_other_screens(page: Page, gate: threading.Event) -> None:
    upload(page, file("后台.txt", "在后台处理。"))
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("link", name="提问", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="提问")).to_be_visible()
    gate.set()
    page.get_by_role("link", name="文档", exact=True).click()
    expect(page.get_by_role("article").get_by_text("1 个已添加")).to_be_visible()


def test_an_upload_that_broke_off_goes_on(page: Page) -> None:
    def cut(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.fallback()

    page.route("**/v1/documents?*", cut)
    card = upload(page, file("断线.txt", "断了又续。"))
    expect(card.get_by_role("alert")).to_contain_text("连不上服务")
    page.unroute("**/v1/documents?*")
    card.get_by_role("button", name="继续").click()
    expect(card.get_by_text("1 个文件：1 个已添加。")).to_be_visible()


def test_an_upload_waits_for_whoever_has_to_sign_in_again(browser: Browser, desk: Served) -> None:
    person(desk.context, "carrier", Role.ADMIN)
    watched = desk.sign_in(browser, "carrier")
    page = watched.open(f"{desk.address}/#/documents")
    dialog = choose(page, file("带着.txt", "没有丢。"))
    end_sessions(desk.context, "carrier")
    dialog.get_by_role("button", name="开始上传").click()
    again = page.get_by_role("dialog", name="请再登录一次")
    again.get_by_label("密码", exact=True).fill(PASSWORD)
    again.get_by_role("button", name="登录").click()
    expect(page.get_by_role("article").get_by_text("1 个已添加")).to_be_visible()
    watched.close()


def guarded(page: Page) -> bool:
    """Whether the browser would ask before the page is left."""
    asked: bool = page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))")
    return asked


def test_files_on_their_way_stop_with_whoever_signs_out(browser: Browser, desk: Served) -> None:
    for name in ("leaver", "successor"):
        person(desk.context, name, Role.ADMIN)
    watched = desk.sign_in(browser, "leaver")
    page = watched.context.new_page()
    posts: list[Route] = []
    page.route("**/v1/documents?*", lambda route: posts.append(route) if is_post(route) else route.fallback())
    one_by_one = {**page.request.get(f"{desk.address}/v1/uploads").json(), "request_files": 1}
    page.route("**/v1/uploads", lambda route: route.fulfill(json=one_by_one))
    page.goto(f"{desk.address}/#/documents")
    upload(page, file("一.txt", "第一份。"), file("二.txt", "第二份。"))
    card = upload(page, file("另一次.txt", "断开的。"))
    expect(page.get_by_role("article")).to_have_count(2)
    posts[1].abort()
    expect(card.get_by_role("alert")).to_contain_text("连不上服务")
    assert guarded(page)

    page.get_by_role("button", name="退出登录").click()
    sure = page.get_by_role("dialog", name="文件还没有传完")
    assert not barriers(page)
    sure.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="退出登录").click()
    sure.get_by_role("button", name="退出登录").click()
    page.get_by_label("用户名", exact=True).fill("successor")
    assert not guarded(page)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("navigation", name="菜单")).to_contain_text("successor")
    posts[0].fulfill(status=202, json=JOB)  # nobody waits for it any more
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    assert len(posts) == 2
    watched.close()


def is_post(route: Route) -> bool:
    return route.request.method == "POST"


# --- found, and gone ---


def test_documents_are_found_sorted_and_deleted(page: Page, desk: Served) -> None:
    expect(upload(page, file("要删的.txt", "不要了。")).get_by_text("1 个已添加")).to_be_visible()
    page.get_by_label("按标题或文件名查找").fill("年鉴")
    expect(row(page, "要删的")).to_have_count(0)
    expect(row(page, "年鉴")).to_be_visible()
    page.get_by_label("按标题或文件名查找").fill("没有这样的")
    expect(page.get_by_text("没有标题或文件名含有“没有这样的”的文档。")).to_be_visible()
    page.get_by_label("按标题或文件名查找").fill("")
    page.get_by_label("排序").select_option("最早加入的在前")
    expect(page.get_by_role("row").nth(1)).to_contain_text("年鉴")
    page.get_by_label("排序").select_option("最近加入的在前")
    with page.expect_download() as downloading:
        row(page, "要删的").get_by_role("link", name=re.compile("下载")).click()
    assert downloading.value.path().read_text(encoding="utf-8") == "不要了。"
    row(page, "要删的").get_by_role("button", name="删除“要删的”").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(row(page, "要删的")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert desk.context.service.store.find("要删的.txt", collection="default") is None


def test_nobody_loses_their_place_in_a_long_list(page: Page) -> None:
    card = upload(page, *(file(f"第{number}份.txt", f"第{number}份。") for number in range(4)))
    expect(card.get_by_text("4 个已添加")).to_be_visible()
    short = re.compile(r"/v1/documents\?")
    page.route(short, lambda route: route.continue_(url=f"{route.request.url}&limit=2"))
    page.reload()
    rows = page.get_by_role("row")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="再看一些").click()
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="再看一些").click()
    third = rows.nth(3).inner_text()
    rows.nth(2).get_by_role("button", name=re.compile("删除")).click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(rows.nth(2)).to_contain_text(third.splitlines()[0])
    expect(rows.nth(4)).to_be_visible()


def test_collections_are_made_filled_renamed_and_deleted(page: Page, desk: Served) -> None:
    page.get_by_role("button", name="新建文档集").click()
    form = page.get_by_role("dialog", name="新建文档集")
    form.get_by_label("名字").fill("不 行")
    form.get_by_role("button", name="新建", exact=True).click()
    expect(form).to_contain_text("名字只能有字母、数字、汉字")
    form.get_by_label("名字").fill("规章")
    form.get_by_label("说明").fill("现行的规章。")
    form.get_by_role("button", name="新建", exact=True).click()
    expect(page.get_by_role("heading", level=2, name="规章", exact=True)).to_be_visible()
    expect(page.get_by_text("这里还没有文档")).to_be_visible()
    assert not barriers(page)

    expect(upload(page, file("一.txt", "第一条。")).get_by_text("1 个已添加")).to_be_visible()
    shelves = page.get_by_role("navigation", name="文档集")
    expect(shelves.get_by_role("link", name=re.compile("规章"))).to_contain_text("1")
    main = page.get_by_role("main")
    main.get_by_role("button", name="修改", exact=True).click()
    page.get_by_role("dialog").get_by_label("显示的名称").fill("规章制度")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", level=2, name="规章制度", exact=True)).to_be_visible()

    main.get_by_role("button", name="删除", exact=True).click()
    sure = page.get_by_role("dialog", name="删除文档集")
    expect(sure).to_contain_text("连同其中的 1 个文档")
    sure.get_by_role("button", name="删除文档集").click()
    expect(page.get_by_text("已删除 1 个文档。")).to_be_visible()
    expect(shelves.get_by_role("link", name=re.compile("规章"))).to_have_count(0)


def test_a_collection_that_isnt_there_leads_to_all(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/documents?collection=gone")
    expect(page.get_by_text("没有文档集“gone”，或您不能看它")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="看全部文档").click()
    expect(page.get_by_role("row").nth(1)).to_be_visible()


def test_somebody_without_collections_is_told_whom_to_ask(browser: Browser, desk: Served) -> None:
    person(desk.context, "newcomer")
    watched = desk.sign_in(browser, "newcomer")
    page = watched.open(f"{desk.address}/#/documents")
    expect(page.get_by_text("还没有您可以看的文档集")).to_be_visible()
    expect(page.get_by_text("请管理员在“用户”里给您一个文档集")).to_be_visible()
    assert not barriers(page)
    assert not page.evaluate(DROP)
    watched.close()


def test_the_record_keeps_what_became_of_an_upload(page: Page) -> None:
    upload(page, file("记录.txt", "记下来。"), file("空.txt", "")).get_by_text("1 个失败").wait_for()
    page.get_by_role("link", name="任务记录").click()
    expect(page.get_by_role("heading", level=1, name="任务记录")).to_be_focused()
    entry = page.get_by_role("row").nth(1)
    expect(entry).to_contain_text("完成，有失败")
    expect(entry).to_contain_text("2 个文件：1 个已添加，1 个失败。")
    page.reload()
    entry.get_by_role("link").click()
    expect(page.get_by_role("article")).to_contain_text("文件里没有文字")
    expect(page.get_by_role("article").get_by_role("link", name=re.compile("记录.txt"))).to_be_visible()


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(PHONE, "dark", "zh-CN"), (TABLET, "light", "en-GB"), ((1280, 800), "light", "en-GB")],
    ids=["phone", "tablet", "laptop"],
)
def test_documents_and_jobs_have_no_barriers_and_fit(
    browser: Browser, desk: Served, size: tuple[int, int], theme: str, language: str
) -> None:
    watched = desk.sign_in(browser, size=size, theme=theme, language=language)
    page = watched.open(desk.address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for screen in ("documents", "documents/jobs"):
        page.goto(f"{desk.address}/#/{screen}")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        assert (screen, barriers(page), fits(page)) == (screen, [], True)
        tables = page.locator(".table").evaluate_all(
            "all => all.map(one => one.scrollWidth - one.clientWidth)"
        )
        assert not any(tables)
    watched.close()
