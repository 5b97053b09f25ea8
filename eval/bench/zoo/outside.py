"""What bad files point at: a server that counts connections, and a file that is looked at for having been read."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench.zoo.kinds import SECRET, Outside

_LONG_AGO = 10**9
"""Seconds since 1970: older than the file, so that even ``relatime`` notes the next reading."""


@dataclass(slots=True)
class Watch:
    """What has been touched so far.

    Args:
        told: whether this file system tells when a file was read.
    """

    outside: Outside
    told: bool
    connections: list[str] = field(default_factory=list)

    def read_times(self) -> int:
        """1 if the file was read since it was last asked (0 where nobody can tell)."""
        before = Path(self.outside.path).stat().st_atime
        _forget(Path(self.outside.path))
        return int(self.told and before != _LONG_AGO)


@contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    """Opens both, in ``folder`` and on this machine alone."""
    secret = folder / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    _forget(secret)
    secret.read_bytes()
    told = secret.stat().st_atime != _LONG_AGO
    _forget(secret)
    with socket.create_server(("127.0.0.1", 0)) as server:
        watch = Watch(Outside(url=f"http://127.0.0.1:{server.getsockname()[1]}", path=str(secret)), told)
        thread = threading.Thread(target=_count, args=(server, watch), daemon=True)
        thread.start()
        try:
            yield watch
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
            thread.join(5)


def _forget(path: Path) -> None:
    os.utime(path, (_LONG_AGO, path.stat().st_mtime))


def _count(server: socket.socket, watch: Watch) -> None:
    while True:
        try:
            connection, who = server.accept()
        except OSError:
            return
        connection.close()
        watch.connections.append(f"{who}")
