"""Pictures of every page and state, to be looked at: three widths, light and dark, Chinese and English.

    python -m eval.bench.screens --home DIR --out PICTURES [--only NAME ...] [--as VARIANT ...]

``DIR``: a copy of data that `yuanwen add` has filled with the sample yearbook; questions, people, widgets are added.
Writes ``NAME-WIDTH-THEME-LANGUAGE.png``, and says what went wrong in a page while it was being looked at.
"""

from __future__ import annotations

import argparse
import http.server
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import httpx2 as httpx
from playwright.sync_api import Browser, BrowserContext, Page

from eval.bench.chromium import DESK, PHONE, TABLET, chromium
from eval.bench.served import COMMAND, environment_for, serving

PASSWORD = "一句容易记的话 2026"
QUESTIONS = (
    "全区有多少家自治区级科技企业孵化器？",
    "2017年度自治区科学技术奖励大会是谁主持的？",
    "众创空间有多少家？",
    "火星上有几座图书馆？",
)
_SETTLED = 500
"""Milliseconds after the last request: what moves has come to rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One picture: where, what to do there first, and whether somebody is signed in.

    Args:
        path: an address, or one on the host page's site where it begins with "http".
        act: does something on the page.
    """

    name: str
    path: str
    act: Callable[[Page], None] = lambda _: None
    signed_in: bool = True
    whole: bool = False


class Admin:
    """The administrator's own requests, to prepare what there is to see."""

    def __init__(self, url: str, password: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=120, trust_env=False)
        session = self.client.post("/v1/session", json={"name": "admin", "password": password}).json()
        self.client.headers["X-CSRF-Token"] = session["csrf"]
        body = {"old": password, "new": PASSWORD}
        self.client.put("/v1/session/password", json=body).raise_for_status()

    def post(self, path: str, body: Any) -> Any:
        """What the service answers."""
        response = self.client.post(path, json=body)
        response.raise_for_status()
        return response.json()

    def prepare(self, origin: str) -> dict[str, Any]:
        """Questions, feedback, knowledge, a person, a key, a widget; what screens need to know of them."""
        asked = [self.post("/v1/ask", {"question": one, "conversation": "new"}) for one in QUESTIONS]
        verdict = {"turn": asked[1]["id"], "verdict": "wrong", "comment": "只要名字"}
        self.client.post("/v1/feedback", json=verdict)
        pair = {"questions": ["窗口几点下班？", "什么时候下班？"], "answer": "工作日下午六点。"}
        self.client.post("/v1/faq", json=pair)
        self.client.post("/v1/synonyms", json={"words": ["孵化器", "创业苗圃"]})
        self.client.post("/v1/words", json={"words": ["星创天地"]})
        self.client.post(
            "/v1/users",
            json={"name": "wang", "role": "editor", "grants": [{"collection": "default", "access": "write"}]},
        )
        self.client.post("/v1/keys", json={"name": "官网", "scopes": ["ask"]})
        files = [
            ("files", ("坏文件.txt", b"\xff\xfe\x00\xd8\x00")),
            ("files", ("通知.md", "# 通知\n\n周五放假。\n".encode())),
        ]
        self.client.post("/v1/documents", files=files)
        body = {"name": "内网首页", "origins": [origin], "collections": ["default"]}
        looks = {"title": "年鉴问答", "suggestions": list(QUESTIONS[:2])}
        published = self.post("/v1/channels", {**body, "appearance": looks})
        questions = "\n".join(
            json.dumps({"id": str(n), "question": q, "answers": ["16家"]}) for n, q in enumerate(QUESTIONS)
        )
        began = self.client.post(
            "/v1/evaluations?task=ask", files={"file": ("九月.jsonl", questions.encode())}
        )
        while self.client.get(began.headers["Location"]).json()["status"] in ("queued", "running"):
            time.sleep(0.5)
        evaluation = self.client.get("/v1/evaluations").json()["items"][0]["id"]
        return {"asked": asked, "channel": published, "evaluation": evaluation}


def screens(known: dict[str, Any], host: str) -> list[Screen]:
    """All that there is to see."""
    first, disliked = known["asked"][0], known["asked"][1]["id"]
    place = first["citations"][0]
    view = f"/view/{place['document_id']}#start={place['start']}&end={place['end']}"
    channel = known["channel"]["channel"]["id"]
    plain = [
        Screen(name=name.replace("/", "-"), path=f"/#/{name}", whole=True)
        for name in (
            "documents", "documents/jobs", "questions", "knowledge", "knowledge/synonyms",
            "knowledge/words", "evaluations", "channels", "channels/new", f"channels/{channel}",
            "users", "keys", "audit", "system",
        )
    ]  # fmt: skip
    return [
        Screen(name="sign-in", path="/", signed_in=False),
        Screen(name="ask-empty", path="/#/ask"),
        Screen(name="ask-answer", path="/#/ask", act=partial(_ask, QUESTIONS[0]), whole=True),
        Screen(
            name="ask-explained", path="/#/ask", act=partial(_ask, QUESTIONS[0], explain=True), whole=True
        ),
        Screen(name="ask-declined", path="/#/ask", act=partial(_ask, QUESTIONS[3]), whole=True),
        *plain,
        Screen(name="question", path=f"/#/questions/{disliked}", whole=True),
        Screen(name="evaluation", path=f"/#/evaluations/{known['evaluation']}", whole=True),
        Screen(name="viewer", path=view),
        Screen(name="viewer-find", path=view, act=_find),
        Screen(name="viewer-signed-out", path=view, signed_in=False),
        Screen(name="viewer-missing", path="/view/4711"),
        Screen(name="widget-closed", path=host, signed_in=False),
        Screen(name="widget-open", path=host, signed_in=False, act=_open_widget),
        Screen(name="widget-answer", path=host, signed_in=False, act=partial(_ask_widget, QUESTIONS[0])),
        Screen(name="widget-declined", path=host, signed_in=False, act=partial(_ask_widget, QUESTIONS[3])),
        Screen(name="embed", path=f"/embed/{channel}#{known['channel']['token']}", signed_in=False),
    ]


def _ask(question: str, page: Page, *, explain: bool = False) -> None:
    if explain:
        page.locator('input[type="checkbox"]').first.check()
    page.locator("textarea").first.fill(question)
    page.keyboard.press("Enter")
    page.locator('article:not([aria-busy="true"])').last.wait_for()


def _find(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(查找|Find)$")).click()
    page.keyboard.insert_text("众创空间")


def _open_widget(page: Page) -> None:
    page.locator("yuanwen-chat button").first.click()
    page.locator("yuanwen-chat textarea").wait_for()


def _ask_widget(question: str, page: Page) -> None:
    _open_widget(page)
    page.locator("yuanwen-chat textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator("yuanwen-chat [role=log] .card").first.wait_for()


@contextmanager
def site(snippet: Callable[[], str]) -> Iterator[str]:
    """A page of another origin that holds the widget; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = "<p>各处室：年鉴可以在这里查了。</p>" * 12
            head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>内网首页</title>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><head>{head}</head><h1>内网首页</h1>{text}{snippet()}".encode())

        def log_message(self, *_: object) -> None:
            """Not wanted."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def picture(context: BrowserContext, url: str, screen: Screen, file: Path) -> None:
    """Takes it."""
    page = context.new_page()
    page.goto(screen.path if screen.path.startswith("http") else url + screen.path)
    page.wait_for_load_state("networkidle")
    screen.act(page)
    page.wait_for_timeout(_SETTLED)
    page.screenshot(path=file, full_page=screen.whole)
    page.close()


def first_password(home: Path) -> str:
    """The administrator's, reset by the command that an operator uses."""
    command = [str(COMMAND), "users", "reset", "admin", "--json"]
    made = subprocess.run(command, env=environment_for(home, {}), check=True, capture_output=True)
    password: str = json.loads(made.stdout)["password"]
    return password


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Pictures of every page and state.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=[], help="names of screens")
    parser.add_argument("--as", nargs="+", default=[], dest="seen", help="variants: 390-light-zh …")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    snippet = ""
    settings = {"asks_per_minute": "100000"}
    with (
        TemporaryDirectory() as logs,
        site(lambda: snippet) as host,
        chromium() as browser,
        serving(options.home, log=Path(logs) / "log", settings=settings) as served,
    ):
        admin = Admin(served.url, first_password(options.home))
        known = admin.prepare(host)
        snippet = known["channel"]["snippet"]
        wanted = [one for one in screens(known, host) if not options.only or one.name in options.only]
        for variant in variants():
            if options.seen and variant.name not in options.seen:
                continue
            shoot(browser, served.url, wanted, variant, options.out, dict(admin.client.cookies))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How the pages are looked at."""

    size: tuple[int, int]
    theme: Literal["light", "dark"]
    language: str

    @property
    def name(self) -> str:
        """As in a picture's file: width, theme, language."""
        return f"{self.size[0]}-{self.theme}-{self.language[:2]}"


def variants() -> Iterator[Variant]:
    """All of them."""
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for size, theme, language in product((PHONE, TABLET, DESK), themes, ("zh-CN", "en-GB")):
        yield Variant(size=size, theme=theme, language=language)


def shoot(
    browser: Browser, url: str, wanted: Sequence[Screen], seen: Variant, out: Path, cookies: dict[str, str]
) -> None:
    """All screens in one variant."""
    options: Any = {"locale": seen.language, "color_scheme": seen.theme}
    options["viewport"] = dict(zip(("width", "height"), seen.size, strict=True))
    for signed_in in (True, False):
        context = browser.new_context(**options)
        context.on("weberror", lambda error: print(seen.name, error.error, file=sys.stderr))
        if signed_in:
            context.add_cookies([{"name": key, "value": held, "url": url} for key, held in cookies.items()])
        for screen in wanted:
            if screen.signed_in is signed_in:
                picture(context, url, screen, out / f"{screen.name}-{seen.name}.png")
        context.close()


if __name__ == "__main__":
    main()
