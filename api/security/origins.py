"""Origins of web pages (RFC 6454): which page a browser says that a request comes from."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from index.errors import InputError

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)


def origin_of(text: str) -> str:
    """An origin as browsers send it: lower case, internationalised names in ASCII, no default port, no path.

    Pages of http may hold a widget, too: on many intranets there is no TLS. What that risks stands in
    docs/threat-model.md.

    Raises:
        InputError: not the origin of a page.
    """
    wrong = InputError(
        f"“{text}”不是可用的网页来源。",
        remedy="请写成 https://www.example.cn 或 http://192.168.1.10:8080 的样子，后面不带路径。",
    )
    try:
        parts = urlsplit(text.strip())
        port = parts.port
        host = _ascii_host(parts.netloc.rpartition(":")[0] if port is not None else parts.netloc)
    except (ValueError, UnicodeError) as error:
        raise wrong from error
    rest = parts.path.strip("/") + parts.query + parts.fragment
    if rest or parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise wrong
    shown = "" if port in (None, _PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}"


def _ascii_host(host: str) -> str:
    return host.lower() if host.isascii() else host.encode("idna").decode("ascii").lower()


def is_own(origin: str, request: HTTPConnection) -> bool:
    """Whether a page of that origin is one of our own. The scheme isn't compared: a proxy may have ended TLS, and the
    name is one that the service answers to, see :func:`api.addresses.allowed_hosts`."""
    return urlsplit(origin).netloc == request.headers.get("host", "").lower()


def comes_from(request: HTTPConnection, origin: str) -> bool:
    """Whether a page of ``origin`` sent the request. Where one reads from its own, browsers leave the origin out and
    say that it is the same; over http they don't say that either, but on this machine (Fetch Metadata,
    https://www.w3.org/TR/fetch-metadata/). With a token in its header, a request without any origin is of our own
    pages all the same: where another page sends such a header, browsers name its origin."""
    given = request.headers.get("origin")
    if given is not None:
        return given == origin
    said = request.headers.get("sec-fetch-site")
    if said is None and not _tells_its_site(origin):
        said = "same-origin"
    return said == "same-origin" and is_own(origin, request)


def _tells_its_site(origin: str) -> bool:
    """Whether browsers tell, with requests of pages of that origin, which site they are of."""
    parts = urlsplit(origin)
    return parts.scheme == "https" or parts.hostname in _LOCAL
