"""From the first start to an answer that was mended, in a real browser: once by mouse, once by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from access import QUICK
from api.app import create_app
from api.context import open_context
from browser import Watched, chromium, needs_chromium
from conftest import YEARBOOK, make_service
from elsewhere import Site, strict
from rag.settings import Settings
from serving import serving

pytestmark = needs_chromium

OWN_PASSWORD = "我自己的密码 2026"
WHEN, WHO = "自治区科学技术奖励大会是哪天召开的？", "它是谁主持的？"
MENDED = "自治区党委副书记孙金龙。"
RULES = "办事大厅规定\n\n第一条 办事大厅工作日上午九点开门。\n\n第二条 复印资料不收费。\n"


class Means(Protocol):
    """How somebody uses a page."""

    def press(self, target: Locator) -> None:
        """A button, a link, a box to tick."""

    def write(self, field: Locator, text: str) -> None:
        """In place of what is there."""


class Mouse:
    """Points and clicks."""

    def press(self, target: Locator) -> None:
        target.click()

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)


class Keyboard:
    """Goes from one thing to the next by Tab, as somebody without a mouse does."""

    def press(self, target: Locator) -> None:
        self._reach(target)
        box = target.evaluate("one => one.type === 'checkbox'")
        target.page.keyboard.press("Space" if box else "Enter")

    def write(self, field: Locator, text: str) -> None:
        self._reach(field)
        field.page.keyboard.press("ControlOrMeta+a")
        field.page.keyboard.insert_text(text)

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        for _ in range(120):
            if target.evaluate("one => one.getRootNode().activeElement === one && document.hasFocus()"):
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"Tab doesn't lead to {target}")


@dataclass
class Place:
    """A service that has just been started for the first time, and a site elsewhere."""

    address: str
    password: str
    site: Site


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    settings = Settings(home=tmp_path / "home", cache=tmp_path / "cache", threshold=0.0)
    monkeypatch.setattr("api.security.secrets._HASHER", QUICK)
    site = Site()
    with make_service(settings) as service:
        context = open_context(settings, service)
        first = context.accounts.create_first()
        assert first is not None
        with serving(create_app(context)) as address:
            yield Place(address=address, password=first[1], site=site)
        context.close()
    site.close()


def sign_in(page: Page, by: Means, password: str) -> None:
    """And choose a password of one's own, which the first one asks for."""
    by.write(page.get_by_label("用户名"), "admin")
    by.write(page.get_by_label("密码", exact=True), password)
    by.press(page.get_by_role("button", name="登录", exact=True))
    by.write(page.get_by_label("新密码", exact=True), OWN_PASSWORD)
    by.write(page.get_by_label("再输一次新密码", exact=True), OWN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="菜单")).to_be_visible()


def upload(page: Page, by: Means) -> None:
    """The yearbook, as it came out of its PDF, and a second document; and see what becomes of them."""
    by.press(page.get_by_role("link", name="去上传文档"))
    files: list[FilePayload] = [
        {"name": "年鉴.txt", "mimeType": "text/plain", "buffer": YEARBOOK.encode("gb18030")},
        {"name": "规定.md", "mimeType": "text/markdown", "buffer": RULES.encode()},
    ]
    with page.expect_file_chooser() as choosing:
        by.press(page.get_by_role("button", name="上传文件", exact=True).first)
    choosing.value.set_files(files)
    by.press(page.get_by_role("button", name="开始上传"))
    expect(page.get_by_text("2 个文件：2 个已添加。")).to_be_visible()
    expect(page.get_by_role("link", name="去提问")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("年鉴")).first).to_be_visible()


def publish(page: Page, by: Means, origin: str) -> str:
    """A widget for that site; the code to paste."""
    by.press(page.get_by_role("link", name="网页挂件"))
    by.press(page.get_by_role("link", name="新建挂件"))
    by.write(page.get_by_label("名字", exact=True), "内网首页")
    by.write(page.get_by_label("放在哪些网页上"), origin)
    by.press(page.get_by_role("button", name="新建挂件"))
    return page.get_by_label("一段脚本（推荐）", exact=True).inner_text()


def ask(page: Page, by: Means, question: str) -> Locator:
    """In the widget; the log, once it is answered."""
    rated = page.get_by_role("group", name="这个回答有帮助吗？")
    count = rated.count()
    by.write(page.get_by_role("textbox", name="问题"), question)
    page.keyboard.press("Enter")
    expect(rated).to_have_count(count + 1)
    return page.get_by_role("log")


@pytest.mark.parametrize("by", [Mouse(), Keyboard()], ids=["mouse", "keyboard"])
def test_from_the_first_start_to_a_mended_answer(place: Place, by: Means) -> None:
    with chromium() as browser:
        admin = Watched(browser)
        console = admin.open(place.address)
        sign_in(console, by, place.password)
        upload(console, by)
        snippet = publish(console, by, place.site.origin)

        host = place.site.page(snippet, policy=strict(place.address))
        employee = Watched(browser)
        page = employee.open(host)
        by.press(page.get_by_role("button", name="文档问答"))
        log = ask(page, by, WHEN)
        answer = log.locator(".said").inner_text()
        assert "22日" in answer
        with employee.context.expect_page() as opened:
            by.press(log.get_by_role("link", name="打开原文").first)
        expect(opened.value.locator("mark.answer").first).to_be_in_viewport()
        assert "".join(opened.value.locator("mark.answer").all_inner_texts()) == answer
        opened.value.close()

        page.bring_to_front()
        ask(page, by, WHO)
        expect(log.get_by_text("理解为：自治区科学技术奖励大会是谁主持的？")).to_be_visible()
        by.press(log.get_by_role("button", name="没有帮助").last)
        by.write(log.get_by_label("哪里不对？（可以不填）").last, "只要名字和职务")
        by.press(log.get_by_role("button", name="提交").last)
        expect(log.get_by_text("谢谢您的反馈。")).to_be_visible()

        console.bring_to_front()
        by.press(console.get_by_role("link", name="问过的问题"))
        asked = console.get_by_role("main").get_by_role("listitem").filter(has_text=WHO)
        expect(asked).to_contain_text("没有帮助")
        by.press(asked.get_by_role("button", name="加入问答"))
        form = console.get_by_role("dialog")
        by.write(form.get_by_label("答案", exact=True), MENDED)
        by.press(form.get_by_role("button", name="保存"))
        expect(form).to_have_count(0)

        page.bring_to_front()
        ask(page, by, "自治区科学技术奖励大会是谁主持的？")
        expect(log).to_contain_text("管理员写的答案")
        expect(log).to_contain_text(MENDED)
        elsewhere = {
            url
            for url in employee.requests
            if not url.startswith(("data:", place.address, place.site.origin))
        }
        assert elsewhere == set()
        admin.close()
        employee.close()
