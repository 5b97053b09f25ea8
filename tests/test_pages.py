"""The pages as they are served: what they may load, who may frame them, how they are kept."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from conftest import KeyFor

PAGES = ("/", "/view/1", "/view/none")


def csp_of(response_csp: str) -> dict[str, str]:
    return dict(directive.strip().partition(" ")[::2] for directive in response_csp.split(";"))


@pytest.fixture
def channel(client: TestClient, key_for: KeyFor) -> int:
    body = {"name": "官网", "origins": ["https://a.cn", "https://b.cn"], "collections": ["default"]}
    made = client.post("/v1/channels", json=body, headers=key_for())
    assert made.status_code == 201, made.text
    number: int = made.json()["channel"]["id"]
    return number


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere_and_is_never_framed(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    csp = csp_of(page.headers["content-security-policy"])
    assert (csp["default-src"], csp["script-src"], csp["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert page.headers["cache-control"] == "no-cache"


def test_a_channels_own_page_may_be_framed_by_its_pages_alone(client: TestClient, channel: int) -> None:
    page = client.get(f"/embed/{channel}")
    assert csp_of(page.headers["content-security-policy"])["frame-ancestors"] == "https://a.cn https://b.cn"
    assert "x-frame-options" not in page.headers  # knows no list
    assert client.get("/view/1").headers["x-frame-options"] == "DENY"


def test_a_channel_that_is_shut_has_a_page_that_says_so_wherever_it_is_framed(
    client: TestClient, channel: int, key_for: KeyFor
) -> None:
    client.patch(f"/v1/channels/{channel}", json={"enabled": False}, headers=key_for())
    for number in (channel, 999):
        page = client.get(f"/embed/{number}")
        assert page.status_code == 404
        assert csp_of(page.headers["content-security-policy"])["frame-ancestors"] == "*"
        assert "x-frame-options" not in page.headers
        assert "/static/embed/shut.js" in page.text
        assert "/static/embed/main.js" not in page.text  # which would answer on anybody's page


@pytest.mark.parametrize("path", ["/static/shared/tokens.css", "/widget.js"])
def test_what_pages_are_made_of_is_asked_for_anew_and_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_other_origins_may_read_a_widgets_parts(client: TestClient) -> None:
    for path in ("/widget.js", "/static/shared/http.js"):
        assert client.get(path).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/__init__.py", "/static/none.js", "/static/"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_who_mistypes_an_address_is_told_in_a_page_and_programs_in_a_problem(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/consle", headers=browser)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/"' in page.text
    assert csp_of(page.headers["content-security-policy"])["frame-ancestors"] == "'none'"
    for asked in (client.get("/consle"), client.post("/consle", headers=browser)):
        assert (asked.status_code, asked.headers["content-type"]) == (404, "application/problem+json")


def test_what_pages_are_made_of_is_sent_compressed(client: TestClient) -> None:
    for path in ("/widget.js", "/static/shared/base.css"):
        whole = client.get(path, headers={"Accept-Encoding": "identity"})
        small = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert small.headers["content-encoding"] == "gzip"
        assert int(small.headers["content-length"]) < len(whole.content) / 2
        assert small.content == whole.content
    assert client.post("/widget.js").status_code == 405
