"""The product's child process, which besides tells of every file, connection and program that Python opens in it.

What the parsers written in C open isn't seen by this; for that, the files that others point at are watched.
"""

from __future__ import annotations

import sys
from pathlib import Path

from index.isolation.child import Reply, answer, serve
from index.isolation.frames import Frame

TOUCHED = "碰了外面："
_ACTS = (
    *(
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostby",
        "socket.send",
        "urllib.",
        "ftplib.",
        "smtplib.",
    ),
    *("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork"),
)
"""Making a socket isn't among them: a library that OCR brings does so to learn whether there is IPv6."""
_KNOWN = (
    "/dev/null",
    "/dev/urandom",
    "/proc/",
    "/sys/",
    "/etc/mime.types",
    "/etc/localtime",
    "/etc/os-release",
)
_touched: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Notes what is none of a loader's business."""
    if event.startswith(_ACTS):
        _touched.append(f"{event} {arguments!r:.200}")
    elif event == "open" and isinstance(arguments[0], str | bytes):
        name = arguments[0].decode(errors="replace") if isinstance(arguments[0], bytes) else arguments[0]
        if not name.startswith(_allowed()):
            _touched.append(f"open {name!r:.200}")


def _allowed() -> tuple[str, ...]:
    return (*_KNOWN, sys.prefix, sys.base_prefix, *(path for path in sys.path if path), str(Path.cwd()))


def watched(request: Frame) -> Reply:
    """The product's answer; an error of its own where anything was touched meanwhile."""
    _touched.clear()
    header, payload = answer(request)
    if _touched:
        told = "；".join(_touched[:5])
        return {"error": "ParsingFailed", "message": f"{TOUCHED}{told}", "remedy": "这是程序的错误。"}, ()
    return header, payload


if __name__ == "__main__":
    sys.addaudithook(watch)
    serve(watched)
