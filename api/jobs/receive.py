"""A multipart body on its way to the disk: nothing of it is kept in memory, and no name in it is used for a path."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.names import decoded, normalised, shown
from index.errors import DocumentError, DocumentTooLarge, InputError
from index.store.faults import os_faults

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FILES = 1000
_NOT_A_FORM = "请用 multipart/form-data 上传文件。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A file of a body. Where ``error`` is set nothing of it was kept.

    Args:
        ordinal: its number, and its name on our disk.
        source: its name, made safe (:func:`api.names.normalised`).
        size: bytes; with an error, those that came until it was met.
    """

    ordinal: int
    source: str
    sha256: str
    size: int
    error: DocumentError | None = None


class Receiver:
    """Writes the files of one body into a folder as they come. Not for several threads at once.

    Args:
        field: the form's field for files; others are refused.
        most_bytes: of each file; a larger one fails alone.
        most_files: in the body.

    Raises:
        InputError: it isn't such a body.
    """

    def __init__(
        self, folder: Path, content_type: str, *, field: str, most_bytes: int, most_files: int = MOST_FILES
    ) -> None:
        self._folder = folder
        self._field = field
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._received: list[Received] = []
        self._header: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._part: _Part | None = None
        self._complete = False
        self._parser = self._parser_for(content_type)

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes of the body; blocks while they are written.

        Raises:
            InputError: they aren't what a form looks like.
            StorageFull, StoreError: from the disk.
        """
        try:
            with os_faults(self._folder):
                self._parser.write(chunk)
        except FormParserError as error:
            raise InputError(f"上传的表单读不了：{error}。", remedy=_NOT_A_FORM) from error

    def finish(self) -> list[Received]:
        """The files, all durable, when the body has come to its end.

        Raises:
            InputError: it was cut off, or held no file.
        """
        if not self._complete:
            raise InputError("上传的表单不完整。", remedy="请重新上传。")
        if not self._received:
            raise InputError("没有上传文件。", remedy=f"文件应放在表单的 {self._field} 字段里。")
        return self._received

    def close(self) -> None:
        """Lets go of the file that was being written, if any; calling it twice is fine."""
        if self._part is not None:
            self._part.close()
            self._part = None

    def _parser_for(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise InputError("请求不是上传文件的表单。", remedy=_NOT_A_FORM)
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._header.clear,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        try:
            return MultipartParser(boundary, callbacks)
        except FormParserError as error:
            raise InputError(f"上传的表单读不了：{error}。", remedy=_NOT_A_FORM) from error

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        self._header[self._name.lower()] = self._value
        self._name = self._value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._header.get(b"content-disposition", b""))
        field = options.get(b"name", b"")
        if field != self._field.encode():
            name = shown(field.decode("utf-8", "replace"))
            raise InputError(f"不认识的表单字段“{name}”。", remedy=f"文件应放在表单的 {self._field} 字段里。")
        if b"filename" not in options:
            raise InputError(
                f"表单的 {self._field} 字段里不是文件。", remedy="每一部分都要写明 filename(RFC 7578)。"
            )
        if len(self._received) >= self._most_files:
            raise InputError(f"一次最多上传 {self._most_files} 个文件。", remedy="请分几次上传。")
        ordinal = len(self._received)
        self._part = _Part(
            self._folder / str(ordinal), ordinal, options.get(b"filename", b""), self._most_bytes
        )

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        assert self._part is not None
        self._part.write(data[start:end])

    def _on_part_end(self) -> None:
        assert self._part is not None
        part, self._part = self._part, None
        received = part.finish()
        if received is not None:
            self._received.append(received)

    def _on_end(self) -> None:
        self._complete = True


class _Part:
    """One file as it comes."""

    def __init__(self, path: Path, ordinal: int, name: bytes, most: int) -> None:
        self._path, self._ordinal, self._most = path, ordinal, most
        self._size = 0
        self._hash: Any = hashlib.sha256()
        self._error: DocumentError | None = None
        self._file: BinaryIO | None = None
        self._nameless = not name
        self._source = ""
        try:
            self._source = normalised(decoded(name))
        except DocumentError as error:
            self._error, self._source = error, error.source
        else:
            self._file = path.open("xb")

    def write(self, data: bytes) -> None:
        self._size += len(data)
        if self._file is None:
            return
        if self._size > self._most:
            self._error = DocumentTooLarge(f"上限是 {self._most / 2**20:.0f} MB。", source=self._source)
            self.close()
            self._path.unlink()
            return
        self._hash.update(data)
        self._file.write(data)

    def finish(self) -> Received | None:
        """The file, durable; None for what a browser sends of a form in which none was chosen."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self.close()
        elif self._nameless and self._size == 0:
            return None
        return Received(
            ordinal=self._ordinal,
            source=self._source,
            sha256=self._hash.hexdigest() if self._error is None else "",
            size=self._size,
            error=self._error,
        )

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
