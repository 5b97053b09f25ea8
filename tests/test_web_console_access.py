"""Who gets into the console, in a real browser: signing in, people, keys, the audit log, and what the service is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from access import PASSWORD, QUICK
from api.app import create_app
from api.context import Context
from api.security.principal import LOCAL, Role
from browser import PHONE, TABLET, Watched, chromium, needs_chromium
from console_desk import barriers, end_sessions, fits
from served_console import Served, served
from serving import serving

pytestmark = needs_chromium

OWN = "我自己的一句话密码 2026"
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("access"), threshold=0.0) as desk:
        desk.context.accounts.create("chief", PASSWORD, Role.ADMIN, grants={}, by=LOCAL, must_change=False)
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


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Watched]:
    """A browser in which nobody is signed in."""
    watched = Watched(browser)
    yield watched
    watched.close()


def enter(page: Page, name: str, password: str) -> None:
    page.get_by_label("用户名", exact=True).fill(name)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", level=1, name=name)


# --- signing in ---


@pytest.fixture
def first_start(context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Address and first password of a service that nobody has signed in to."""
    monkeypatch.setattr("api.security.secrets._HASHER", QUICK)
    made = context.accounts.create_first()
    assert made is not None
    with serving(create_app(context)) as address:
        yield address, made[1]


def test_the_first_password_lets_in_and_is_changed_at_once(
    stranger: Watched, first_start: tuple[str, str]
) -> None:
    address, password = first_start
    page = stranger.open(f"{address}/#/keys")
    expect(page.get_by_label("用户名", exact=True)).to_be_focused()
    expect(page).to_have_title("登录 · 原文")
    enter(page, "admin", "不是这个密码吧")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    expect(page.get_by_label("密码", exact=True)).to_be_focused()
    page.get_by_role("button", name="显示密码").click()
    expect(page.get_by_label("密码", exact=True)).to_have_attribute("type", "text")
    enter(page, "admin", password)

    expect(heading(page, "请换一个自己的密码")).to_be_visible()
    fresh, again = page.get_by_label("新密码", exact=True), page.get_by_label("再输一次新密码")
    expect(fresh).to_be_focused()
    change = page.get_by_role("button", name="修改密码", exact=True)
    for one, other, told in (
        ("太短", "太短", "现在是 2 个字符，要 10 到 200 个。"),
        (OWN, f"{OWN}。", "两次输入的新密码不一样。"),
    ):
        fresh.fill(one)
        again.fill(other)
        change.click()
        expect(page.get_by_text(told)).to_be_visible()
    assert not barriers(page)
    stranger.context.clear_cookies()  # as when it took too long
    again.fill(OWN)
    again.press("Enter")
    enter(page, "admin", password)
    page.get_by_role("button", name="退出登录").click()
    enter(page, "admin", password)
    fresh.fill(OWN)
    again.fill(OWN)
    again.press("Enter")
    expect(heading(page, "密钥")).to_be_focused()
    expect(page).to_have_title("密钥 · 原文")


def test_too_many_attempts_say_how_long_to_wait(stranger: Watched, desk: Served) -> None:
    page = stranger.open(desk.address)
    for _ in range(10):
        page.request.post(f"{desk.address}/v1/session", data={"name": "nobody", "password": "wrong"})
    enter(page, "nobody", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("试得太多了")
    expect(page.get_by_text(re.compile(r"请等 \d+ 秒再试"))).to_be_visible()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_disabled()


def test_a_session_that_ends_meanwhile_costs_nothing_that_was_typed(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser, "chief")
    page = watched.open(f"{desk.address}/#/users")
    page.get_by_role("button", name="新建用户").click()
    form = page.get_by_role("dialog", name="新建用户")
    form.get_by_label("用户名").fill("zhao")
    end_sessions(desk.context, "chief")
    form.get_by_role("button", name="新建用户").click()

    again = page.get_by_role("dialog", name="请再登录一次")
    expect(again.get_by_label("用户名")).to_have_value("chief")
    expect(again.get_by_label("密码", exact=True)).to_be_focused()
    for _ in range(3):  # from the second time on browsers don't ask
        page.keyboard.press("Escape")
    again.get_by_label("密码", exact=True).fill(PASSWORD)
    again.get_by_label("密码", exact=True).press("Enter")
    expect(again).to_have_count(0)
    expect(page.get_by_role("dialog").get_by_text("“zhao”的密码")).to_be_visible()
    assert desk.context.accounts.user_named("zhao") is not None
    watched.close()


def test_whoever_doesnt_go_on_is_signed_out(browser: Browser, desk: Served) -> None:
    desk.context.accounts.create("wu", PASSWORD, Role.ADMIN, grants={}, by=LOCAL, must_change=False)
    watched = desk.sign_in(browser, "wu")
    page = watched.open(f"{desk.address}/#/users")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    wu = desk.context.accounts.user_named("wu")
    assert wu is not None
    _, password = desk.context.accounts.reset_password(wu.id, by=LOCAL)
    page.get_by_role("link", name="密钥").click()
    again = page.get_by_role("dialog", name="请再登录一次")
    again.get_by_label("密码", exact=True).fill(password)
    again.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_label("再输一次新密码")).to_be_visible()
    page.get_by_role("button", name="不再继续，退出").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    assert page.request.get(f"{desk.address}/v1/session").status == 401
    watched.close()


def test_what_waits_is_never_done_as_somebody_else(browser: Browser, desk: Served) -> None:
    desk.context.accounts.create("newcomer", PASSWORD, Role.ADMIN, grants={}, by=LOCAL)
    watched = desk.sign_in(browser, "chief")
    page = watched.open(f"{desk.address}/#/users")
    page.get_by_role("button", name="新建用户").click()
    page.get_by_role("dialog").get_by_label("用户名").fill("victim")
    end_sessions(desk.context, "chief")
    page.get_by_role("dialog").get_by_role("button", name="新建用户").click()
    again = page.get_by_role("dialog", name="请再登录一次")
    again.get_by_label("用户名").fill("newcomer")
    again.get_by_label("密码", exact=True).fill(PASSWORD)
    again.get_by_role("button", name="登录").click()
    page.get_by_label("现在的密码").fill(PASSWORD)  # the page knows nothing any more
    page.get_by_label("新密码", exact=True).fill(OWN)
    page.get_by_label("再输一次新密码").fill(OWN)
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_role("navigation", name="菜单")).to_contain_text("newcomer")
    assert desk.context.accounts.user_named("victim") is None
    watched.close()


def test_signing_in_anew_in_another_tab_is_noticed(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser, "chief")
    page = watched.open(f"{desk.address}/#/users")

    def add_after_signing_in_as(name: str, added: str) -> None:
        """In another tab, that is, while the form is open in this one."""
        page.get_by_role("button", name="新建用户").click()
        page.get_by_role("dialog").get_by_label("用户名").fill(added)
        signed = page.request.post(f"{desk.address}/v1/session", data={"name": name, "password": PASSWORD})
        assert signed.ok
        page.get_by_role("dialog").get_by_role("button", name="新建用户").click()

    add_after_signing_in_as("chief", "anew")
    expect(page.get_by_role("dialog").get_by_text("“anew”的密码")).to_be_visible()
    page.get_by_role("button", name="好了").click()
    add_after_signing_in_as("reader", "never")
    menu = page.get_by_role("navigation", name="菜单")
    expect(menu).to_contain_text("reader")
    expect(menu.get_by_role("link")).to_have_text(["提问", "文档"])
    assert desk.context.accounts.user_named("never") is None
    watched.close()


def test_ones_own_password_is_changed_in_the_menu(browser: Browser, desk: Served) -> None:
    desk.context.accounts.create("sun", PASSWORD, Role.READER, grants={}, by=LOCAL, must_change=False)
    watched = desk.sign_in(browser, "sun")
    page = watched.open(desk.address)
    page.get_by_role("button", name="修改密码").click()
    form = page.get_by_role("dialog", name="修改密码")
    form.get_by_label("现在的密码").fill("不是这个密码吧")
    form.get_by_label("新密码", exact=True).fill(OWN)
    form.get_by_label("再输一次新密码").fill(OWN)
    form.get_by_role("button", name="修改密码").click()
    expect(form.get_by_role("alert")).to_contain_text("原密码不对")
    form.get_by_label("现在的密码").fill(PASSWORD)
    form.get_by_role("button", name="修改密码").click()
    expect(form).to_have_count(0)

    out = page.get_by_role("button", name="退出登录")
    said = page.get_by_role("status")
    watched.context.set_offline(True)
    out.click()
    expect(said.filter(has_text="连不上服务。请检查网络")).to_be_visible()
    watched.context.set_offline(False)
    busy = {"title": "StoreBusy", "detail": "数据库正忙。", "remedy": "请稍后重试。"}
    page.route("**/v1/session", lambda route: route.fulfill(status=503, json=busy), times=1)
    out.click()
    expect(said.filter(has_text="数据库正忙。 请稍后重试。")).to_be_visible()
    out.click()
    enter(page, "sun", OWN)
    expect(page.get_by_role("navigation", name="菜单")).to_be_visible()
    watched.close()


# --- people and keys ---


def test_somebody_who_was_added_sees_what_they_were_given(
    page: Page, stranger: Watched, desk: Served
) -> None:
    page.route("**/v1/collections*", lambda route: route.abort(), times=1)
    page.goto(f"{desk.address}/#/users")
    page.get_by_role("button", name="新建用户").click()
    form = page.get_by_role("dialog")
    form.get_by_label("用户名").fill("王 芳")
    form.get_by_role("button", name="新建用户").click()
    expect(form.get_by_label("用户名")).to_be_focused()
    expect(form.get_by_label("用户名")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("用户名").fill("王芳")
    form.get_by_role("button", name="重试").click()
    form.get_by_role("radio", name="读者").check()
    form.get_by_label("默认文档集").select_option("只读")
    assert not barriers(page)
    form.get_by_role("button", name="新建用户").click()
    password = page.get_by_role("dialog").get_by_role("code").inner_text()
    page.get_by_role("button", name="好了").click()
    row = page.get_by_role("row").filter(has_text="王芳")
    expect(row).to_contain_text("还没换密码")
    expect(page.get_by_text(password)).to_have_count(0)

    theirs = stranger.open(desk.address)
    enter(theirs, "王芳", password)
    theirs.get_by_label("新密码", exact=True).fill(OWN)
    theirs.get_by_label("再输一次新密码").fill(OWN)
    theirs.get_by_label("再输一次新密码").press("Enter")
    menu = theirs.get_by_role("navigation", name="菜单")
    expect(menu.get_by_role("link")).to_have_text(["提问", "文档"])
    theirs.goto(f"{desk.address}/#/documents")
    expect(theirs.get_by_role("link", name=re.compile("打开“年鉴"))).to_be_visible()
    for button in ("上传文件", "新建文档集", re.compile("^删除")):
        expect(theirs.get_by_role("button", name=button)).to_have_count(0)

    row.get_by_role("button", name="停用：王芳").click()
    page.get_by_role("dialog").get_by_role("button", name="停用").click()
    expect(row).to_contain_text("已停用")
    theirs.reload()
    expect(theirs.get_by_role("button", name="登录", exact=True)).to_be_visible()
    row.get_by_role("button", name="恢复：王芳").click()
    row.get_by_role("button", name="重设密码：王芳").click()
    held: list[Route] = []
    page.route("**/v1/users/*/password", lambda route: held.append(route), times=1)
    sure = page.get_by_role("dialog")
    with page.expect_request("**/v1/users/*/password"):
        sure.get_by_role("button", name="重设密码").click()
    for name in ("取消", "关闭"):
        expect(sure.get_by_role("button", name=name)).to_be_disabled()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # the second time browsers don't ask
    held[0].continue_()
    assert page.get_by_role("dialog").get_by_role("code").inner_text() != password
    page.get_by_role("button", name="好了").click()
    row.get_by_role("button", name="删除：王芳").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(row).to_have_count(0)


def test_nobody_locks_themselves_out(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/users")
    mine = page.get_by_role("row").filter(has_text="editor")
    expect(mine).to_contain_text("自己不能停用或删除自己")
    expect(mine.get_by_role("button")).to_have_count(0)


def test_a_key_that_was_made_works_until_it_is_revoked(page: Page, stranger: Watched, desk: Served) -> None:
    page.goto(f"{desk.address}/#/keys")
    page.get_by_role("button", name="新建密钥").click()
    form = page.get_by_role("dialog")
    form.get_by_label("名字").fill("官网")
    form.get_by_label("看文档").check()
    form.get_by_label("多久后到期").select_option("90 天")
    form.get_by_label("只限选中的").check()
    form.get_by_role("button", name="新建密钥").click()
    expect(form.get_by_label("只限选中的")).to_be_focused()  # none is chosen
    form.get_by_label("默认文档集").check()
    assert not barriers(page)
    form.get_by_role("button", name="新建密钥").click()
    shown = page.get_by_role("dialog", name="密钥“官网”")
    token = shown.get_by_role("code").first.inner_text()
    expect(shown.get_by_role("region", name="试一试")).to_contain_text(f"{desk.address}/v1/ask")
    shown.get_by_role("button", name="复制密钥").click()
    expect(shown.get_by_role("status").filter(has_text="已复制")).to_be_visible()
    shown.get_by_role("button", name="已保存好").click()
    expect(page.get_by_role("button", name="新建密钥")).to_be_focused()
    (made,) = page.request.get(f"{desk.address}/v1/keys").json()["items"]
    assert made["collections"] == ["default"]

    program = {"Authorization": f"Bearer {token}"}
    for path, status in (("documents", 200), ("users", 403)):
        assert stranger.context.request.get(f"{desk.address}/v1/{path}", headers=program).status == status
    row = page.get_by_role("row").filter(has_text="官网")
    expect(row).to_contain_text("看文档")
    row.get_by_role("button", name="吊销“官网”").click()
    page.get_by_role("dialog").get_by_role("button", name="吊销").click()
    expect(row).to_have_count(0)
    expect(heading(page, "密钥")).to_be_focused()
    expect(page.get_by_text("没有可用的密钥：都已吊销或到期")).to_be_visible()
    page.get_by_label("也显示已吊销和到期的").check()
    expect(row).to_contain_text("已吊销")
    assert desk.context.keys.principal_of(token) is None


# --- the audit log and the system ---


def test_the_audit_log_tells_who_did_what_to_whom(page: Page, desk: Served) -> None:
    made = desk.context.accounts.create("qian", PASSWORD, Role.READER, grants={}, by=LOCAL)
    page.goto(f"{desk.address}/#/users")
    page.get_by_role("button", name="删除：qian").click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_role("row").filter(has_text="qian")).to_have_count(0)
    page.goto(f"{desk.address}/#/audit")
    entry = page.get_by_role("row").nth(1)
    for told in ("editor", "删除用户", "qian", "127.0.0.1"):
        expect(entry).to_contain_text(told)
    page.get_by_label("操作", exact=True).select_option("登录的所有操作")
    expect(page.get_by_role("row").filter(has_text="删除用户")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="登录").first).to_be_visible()
    page.get_by_label("操作", exact=True).select_option("所有操作")
    page.get_by_label("对什么").fill(f"user:{made.id}")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_label("到（含）").fill("2020-01-01")
    expect(page.get_by_text("没有符合的记录。")).to_be_visible()
    page.get_by_role("button", name="全部清除").click()
    expect(page.get_by_role("row").nth(2)).to_be_visible()
    page.route("**/v1/audit?*", lambda route: route.abort(), times=1)
    page.get_by_label("操作", exact=True).select_option("登录的所有操作")
    expect(page.get_by_role("alert")).to_contain_text("连不上服务")
    expect(page.get_by_role("row")).to_have_count(0)  # they weren't looked for


def test_nobody_is_called_deleted_before_that_is_known(page: Page, desk: Served) -> None:
    page.route("**/v1/users?*", lambda route: route.abort(), times=1)
    page.goto(f"{desk.address}/#/audit")
    expect(page.get_by_role("alert")).to_contain_text("名字没有取到")
    entry = page.get_by_role("row").nth(1)
    expect(entry).to_contain_text(re.compile(r"用户 \d"))
    expect(page.get_by_text("已删除）")).to_have_count(0)
    page.get_by_role("button", name="重试").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(entry).to_contain_text("editor")


def test_the_system_tells_figures_and_where_settings_come_from(page: Page, desk: Served) -> None:
    asked = page.request.get(f"{desk.address}/v1/session").json()["csrf"]
    page.request.post(
        f"{desk.address}/v1/ask", data={"question": "奖励大会是哪天？"}, headers={"X-CSRF-Token": asked}
    )
    page.goto(f"{desk.address}/#/system")
    expect(page.get_by_text("可以回答问题")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="有答案")).to_contain_text("1")
    expect(page.get_by_role("row", name=re.compile("合计"))).to_contain_text("毫秒")
    page.get_by_label("查找设置").fill("threshold")
    setting = page.get_by_role("row").filter(has_text="YUANWEN_")
    expect(setting).to_have_count(1)
    expect(setting).to_contain_text("命令行")
    expect(setting).to_contain_text("默认是 default")
    page.get_by_label("查找设置").fill("没有这样的设置")
    expect(page.get_by_text("没有符合的设置。")).to_be_visible()
    page.get_by_label("查找设置").fill("")
    page.get_by_label("只看改过的").check()
    expect(page.get_by_role("row").filter(has_text="YUANWEN_PORT")).to_have_count(0)


def test_settings_are_told_in_english_too(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser, language="en-GB")
    page = watched.open(f"{desk.address}/#/system")
    rows = page.get_by_role("row").filter(has_text="YUANWEN_")
    expect(rows.first).to_be_visible()
    assert [text for text in rows.all_inner_texts() if CHINESE.search(text)] == []
    watched.close()


# --- the frame ---


def test_the_menu_and_a_form_are_used_by_keyboard_alone(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/#/documents")
    expect(heading(page, "文档")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    reach(page, page.get_by_role("link", name="密钥"))
    page.keyboard.press("Enter")
    expect(heading(page, "密钥")).to_be_focused()
    expect(page.get_by_role("link", name="密钥")).to_have_attribute("aria-current", "page")
    reach(page, page.get_by_role("button", name="新建密钥"))
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="新建密钥")
    reach(page, form.get_by_label("名字"))
    page.keyboard.type("keyboard")
    reach(page, form.get_by_label("读运行指标"))
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="密钥“keyboard”")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="keyboard")).to_contain_text("读运行指标")


def reach(page: Page, target: Locator) -> None:
    """By Tab alone."""
    expect(target).to_be_visible()
    for _ in range(60):
        if target.evaluate("one => document.activeElement === one"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab doesn't lead to {target}")


def test_a_wrong_address_or_a_fault_of_a_screen_leaves_the_others(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser)
    watched.context.route("**/v1/audit", lambda route: route.fulfill(json={"items": [{}], "next": None}))
    page = watched.open(f"{desk.address}/#/%E0%A4%A/audit")
    expect(heading(page, "提问")).to_be_visible()
    assert watched.faults == []
    page.get_by_role("link", name="审计日志").click()
    expect(heading(page, "这个页面出错了")).to_be_visible()
    expect(page.get_by_role("button", name="重新载入")).to_be_visible()
    assert not barriers(page)
    page.get_by_role("link", name="密钥").click()
    expect(heading(page, "密钥")).to_be_focused()
    assert len(watched.faults) == 1
    watched.faults.clear()
    watched.close()


def test_the_menu_of_a_phone_opens_and_closes(browser: Browser, desk: Served) -> None:
    watched = desk.sign_in(browser, size=PHONE)
    watched.context.route("**/v1/users", first_alone)  # the shortest table there is
    page = watched.open(f"{desk.address}/#/users")
    button, link = page.get_by_role("button", name="菜单"), page.get_by_role("link", name="系统")
    expect(link).to_be_hidden()
    button.click()
    expect(link).to_be_visible()
    assert not barriers(page)
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_role("dialog").get_by_label("现在的密码")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="修改密码")).to_be_focused()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    link.click()
    expect(heading(page, "系统")).to_be_focused()
    expect(link).to_be_hidden()
    watched.close()


def first_alone(route: Route) -> None:
    """Of a list that is asked for."""
    answered = route.fetch().json()
    route.fulfill(json={**answered, "items": answered["items"][:1]})


@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [(PHONE, "dark", "zh-CN"), (TABLET, "light", "en-GB")],
    ids=["phone", "tablet"],
)
def test_screens_have_no_barriers_and_fit(
    browser: Browser, desk: Served, size: tuple[int, int], theme: str, language: str
) -> None:
    watched = desk.sign_in(browser, size=size, theme=theme, language=language)
    page = watched.open(desk.address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for screen in ("users", "keys", "audit", "system"):
        page.goto(f"{desk.address}/#/{screen}")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        assert (screen, barriers(page), fits(page)) == (screen, [], True)
    watched.close()


def test_the_service_says_what_can_be_uploaded_to_those_who_may(desk: Served, page: Page) -> None:
    limits = page.request.get(f"{desk.address}/v1/uploads").json()
    assert {".txt", ".md"} <= set(limits["extensions"])
    assert {"utf-8", "gb18030"} <= set(limits["encodings"])
    settings = desk.context.settings
    assert limits["file_bytes"] == settings.max_upload_mb * 2**20
    assert limits["request_bytes"] == settings.max_batch_mb * 2**20
