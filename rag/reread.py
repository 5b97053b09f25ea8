"""Uploads read again for re-verification; one that takes long is kept for the next answers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from index.document import RawText
from index.loaders import loader_for
from index.store.protocol import DocumentContent, DocumentRecord

_Key = tuple[str, str, str, bytes]


def read_again(record: DocumentRecord, content: DocumentContent, data: bytes) -> RawText:
    """The raw text of ``data``, the upload of ``record``.

    Raises:
        DocumentError: it can't be read any more.
    """
    return loader_for(record.source).read(
        data, source=record.source, encoding=record.encoding, reading=content.reading
    )


class Rereader:
    """Reads uploads as :func:`read_again` does, and keeps the last raw texts that took long. Safe to share.

    The same bytes always give the same raw text, so what is kept says what reading again would: whoever calls has
    just taken ``data`` from the upload and compared its hash. A workbook of 200,000 rows takes seconds to read;
    most answers in a row cite the same few documents.

    Args:
        most: raw texts kept, 0 or more; one takes up to some 150 MB.
        slow: seconds, 0 or more; what is read faster isn't kept.
    """

    def __init__(self, *, most: int = 2, slow: float = 0.05) -> None:
        self._most = most
        self._slow = slow
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, RawText] = OrderedDict()

    def __call__(self, record: DocumentRecord, content: DocumentContent, data: bytes) -> RawText:
        """See :func:`read_again`."""
        key = record.sha256, record.source, record.encoding, content.reading
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        started = time.perf_counter()
        raw = read_again(record, content, data)
        if time.perf_counter() - started >= self._slow:
            with self._lock:
                self._kept[key] = raw
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return raw
