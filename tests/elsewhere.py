"""Somebody else's site, for tests of what other origins may do with the service."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


def strict(address: str) -> str:
    """The policy of a page that allows nothing but the widget of the service at that address."""
    return f"default-src 'none'; script-src {address}; connect-src {address}"


class Site:
    """Pages of an origin of its own, each under a content security policy."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[str, str]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body, policy = site._pages.get(urlsplit(self.path).path, ("", ""))
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Not wanted."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.origin = f"http://localhost:{self._server.server_port}"

    def page(self, body: str, *, policy: str, head: str = "") -> str:
        """The address of a new page."""
        path = f"/{len(self._pages) + 1}"
        known = '<meta charset="utf-8"><title>科技局</title><link rel="icon" href="data:,">'
        top = f'<!doctype html><html lang="zh-CN"><head>{known}{head}</head>'
        whole = f"{top}<body><main><h1>科技局</h1>{body}</main></body></html>"
        self._pages[path] = (whole, f"img-src data:; {policy}")
        return self.origin + path

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
