"""Reading uploads in a process of its own: whatever a file does to its loader, the service lives on.

A loader meets bytes from anybody, through parsers of which some are written in C. Here one that crashes, hangs or
eats memory costs its own file an error, and nothing else. Memory is limited by ``RLIMIT_AS``, which Linux
enforces and macOS doesn't: there a file may take as much as the machine gives until its time is up.
"""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from index.document import Document
from index.errors import ParsingFailed, ParsingTimedOut
from index.isolation.documents import unpack_document, unpack_error
from index.isolation.frames import BadFrame, Frame
from index.isolation.process import LimitedProcess, OutOfTime, ParseLimits, ProcessDied
from index.models.turns import Turns

CHILD = "index.isolation.child"
_PNG = b"\x89PNG\r\n"


class IsolatedParser:
    """Loads documents in child processes, which are kept for the next ones. Safe to share between threads.

    A child is replaced after it has failed, and after ``reuse`` documents, so that what one file may have left
    behind doesn't pile up. None is started before the first document.

    Args:
        limits: of each document.
        children: at the same time, 1 or more; further callers wait.
        reuse: documents that a child reads, 1 or more.
    """

    def __init__(
        self,
        limits: ParseLimits | None = None,
        *,
        children: int = 1,
        reuse: int = 100,
        module: str = CHILD,
    ) -> None:
        self._limits = ParseLimits() if limits is None else limits
        self._reuse = reuse
        self._module = module
        self._slots = Turns(children)
        self._lock = threading.Lock()
        self._closed = False
        self._idle: list[LimitedProcess] = []
        self._all: set[LimitedProcess] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def load(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """The clean document in ``data``; see :meth:`index.document.Loader.load`.

        Raises:
            DocumentError: the same as in this process, told by the same class, message and remedy.
            ParsingTimedOut: it took longer than it may.
            ParsingFailed: the loader crashed, took too much memory, or the parser was closed meanwhile.
        """
        with self._slots:
            frame = self._answer({"source": source, "encoding": encoding}, data, source)
        try:
            if "error" in frame.header:
                raise unpack_error(frame.header, source=source)
            return unpack_document(frame, data=data, source=source)
        except BadFrame as error:
            raise _failed(source) from error

    def render(self, data: bytes, *, source: str, page: int, width: int) -> bytes:
        """A page as a PNG picture; see :func:`index.render.render`.

        Raises:
            NotFound, DocumentError: the same as in this process.
            ParsingTimedOut, ParsingFailed: see :meth:`load`.
        """
        with self._slots:
            frame = self._answer({"source": source, "page": page, "width": width}, data, source)
        try:
            if "error" in frame.header:
                raise unpack_error(frame.header, source=source)
        except BadFrame as error:
            raise _failed(source) from error
        if not frame.payload.startswith(_PNG):
            raise _failed(source)
        return frame.payload

    def close(self) -> None:
        """Ends all children; a document being read fails. Calling it twice is fine."""
        with self._lock:
            self._closed = True
            children, self._idle = list(self._all), []
        for child in children:
            child.close()

    def _answer(self, header: dict[str, str | int | None], data: bytes, source: str) -> Frame:
        child = self._take(source)
        sound = False
        try:
            frame = child.call(header, data)
            sound = frame.header.get("error") != ParsingFailed.__name__
        except OutOfTime as error:
            raise ParsingTimedOut(f"解析超过了 {self._limits.seconds:g} 秒的上限。", source=source) from error
        except (ProcessDied, BadFrame) as error:
            raise _failed(source) from error
        finally:
            self._give_back(child, sound=sound)
        return frame

    def _take(self, source: str) -> LimitedProcess:
        with self._lock:
            if self._closed:
                raise ParsingFailed("服务正在结束，没有解析。", source=source, remedy="请稍后重试。")
            if self._idle:
                return self._idle.pop()
            child = LimitedProcess(self._module, self._limits)
            self._all.add(child)
            return child

    def _give_back(self, child: LimitedProcess, *, sound: bool) -> None:
        with self._lock:
            if sound and child.calls < self._reuse and not self._closed:
                self._idle.append(child)
                return
            self._all.discard(child)
        child.close()


def load_isolated(data: bytes, *, source: str, encoding: str | None, limits: ParseLimits) -> Document:
    """The document in ``data``, read by a process that ends with it; see :meth:`IsolatedParser.load`."""
    with IsolatedParser(limits, reuse=1) as parser:
        return parser.load(data, source=source, encoding=encoding)


def _failed(source: str) -> ParsingFailed:
    return ParsingFailed("解析进程意外中止，可能是文件损坏，或需要的内存超过了上限。", source=source)
