"""The child's side: limits on itself, then one frame in, one frame out, until the pipe closes.

Run as ``python -m index.isolation.child`` by :class:`index.isolation.process.LimitedProcess`, by nobody else.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

from index.isolation.documents import out_of_memory, pack_document, pack_error
from index.isolation.frames import Frame, read_frame, write_frame
from index.loaders import loader_for
from index.render import render

Reply = tuple[dict[str, Any], Sequence[bytes]]
"""Header and payload."""

_NICE = 10
_FILES = 64


def serve(handle: Callable[[Frame], Reply]) -> None:
    """Says that it is ready, then answers each frame on standard input with one on standard output.

    The process's arguments are bytes of address space, CPU seconds for each frame, and bytes of a frame.
    """
    memory, seconds, most = (int(argument) for argument in sys.argv[1:4])
    requests, replies = _own_pipes()
    _limit_for_good(memory)
    write_frame(replies, {"ready": True})
    while (request := read_frame(requests, most=most)) is not None:
        _limit_cpu(seconds)
        try:
            header, payload = handle(request)
            write_frame(replies, header, payload)
        except MemoryError:
            write_frame(replies, out_of_memory())
            return  # what is left may be in any state


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output under other numbers: what a loader reads or prints must not get between."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)
    return requests, replies


def _limit_for_good(memory: int) -> None:
    os.nice(_NICE)
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, _FILES)


def _lower(what: int, most: int) -> None:
    """Never up: that would be refused."""
    hard = resource.getrlimit(what)[1]
    if hard == resource.RLIM_INFINITY or most < hard:
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            if sys.platform != "darwin":  # macOS refuses RLIMIT_AS below what is mapped already
                raise


def _limit_cpu(seconds: int) -> None:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if hard == resource.RLIM_INFINITY or used + seconds < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, hard))


def load(request: Frame) -> Reply:
    """The document in the payload, named by the header's source; what goes wrong is an answer too."""
    source, encoding = request.header["source"], request.header["encoding"]
    try:
        document = loader_for(source).load(request.payload, source=source, encoding=encoding)
        return pack_document(document)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001, told to the other side, which raises it
        return pack_error(error), ()


def draw(request: Frame) -> Reply:
    """A page of the upload in the payload, as a PNG picture."""
    header = request.header
    try:
        return {}, [
            render(request.payload, source=header["source"], page=header["page"], width=header["width"])
        ]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001, told to the other side, which raises it
        return pack_error(error), ()


def answer(request: Frame) -> Reply:
    """What the header asks for."""
    return draw(request) if "page" in request.header else load(request)


if __name__ == "__main__":
    serve(answer)
