"""Files in: read, clean, split, embed, store; one file's trouble is never another's."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Protocol

from index.document import Document, Passage
from index.embed import Embedder, FloatArray, Progress
from index.encoding import resolve
from index.errors import DocumentError, DocumentTooLarge, EmptyDocument, UnreadableFile
from index.loaders import loader_for, supported_extensions
from index.split import split
from index.store.protocol import DocumentRecord, Store


class Status(StrEnum):
    """What became of a file."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file; ``document`` where it is stored, ``error`` where it failed.

    Args:
        warnings: what couldn't be read in one that was read now.
    """

    source: str
    status: Status
    document: DocumentRecord | None = None
    error: DocumentError | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to take in: what it is called, and its bytes when its turn comes.

    Args:
        read: raises :class:`~index.errors.DocumentError` if it can't; one is read at a time.
    """

    source: str
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what is taken in: bytes of an upload, characters of a passage."""

    upload_bytes: int = 100 * 1024 * 1024
    passage_target: int = 300
    passage_maximum: int = 400


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that is read and split, with the bytes it was read from; next it is embedded."""

    document: Document
    passages: tuple[Passage, ...]
    upload: bytes


class Load(Protocol):
    """Reads an upload: in this process (:func:`load_here`) or in another (:mod:`index.isolate`)."""

    def __call__(self, data: bytes, *, source: str, encoding: str | None = None) -> Document:
        """See :meth:`index.document.Loader.load`."""


def load_here(data: bytes, *, source: str, encoding: str | None = None) -> Document:
    """The document in ``data``, by the loader for files of that name.

    Raises:
        DocumentError: one of its subclasses, naming ``source`` and a remedy.
    """
    return loader_for(source).load(data, source=source, encoding=encoding)


GROUP_CHARACTERS = 60_000
"""Passages of several documents are embedded together, so that batches hold texts of like length, and stored
together, so that the lexical index is committed once. A crash costs the work on one group, or one larger file."""


def passage_text(title: str, heading_path: Sequence[str], text: str) -> str:
    """What is embedded for a passage: its place in the document, as far as that is known, then its words."""
    place = " ".join(part for part in (title, *heading_path) if part)
    return f"{place}\n{text}" if place else text


def _shares(characters: int, report: Callable[[int], None] | None) -> Progress | None:
    """Turns progress over passages into characters newly done, ``characters`` in all."""
    if report is None:
        return None
    told = 0

    def progress(done: int, total: int) -> None:
        nonlocal told
        now = characters * done // total
        report(now - told)
        told = now

    return progress


def source_of(path: Path) -> str:
    """What a file is called in the store: its absolute path, with bytes that aren't UTF-8 written out."""
    return os.fsencode(os.path.abspath(path)).decode("utf-8", "backslashreplace")  # noqa: PTH100, resolves ".."


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files named, and in folders named every supported file below them, in a stable order.

    Hidden files and folders inside a folder are left out, so are formats that no loader reads. A file that is
    named itself always comes, for its error is wanted then; so does a folder that can't be listed.
    """
    unreadable: list[Path] = []
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112, Path.is_dir raises where it may not look
            yield path
            continue
        for folder, folders, names in os.walk(path, onerror=lambda e: unreadable.append(Path(e.filename))):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and Path(name).suffix.lower() in supported_extensions():
                    yield Path(folder) / name
    yield from unreadable


def read_upload(path: Path, *, maximum: int) -> bytes:
    """The bytes of a file.

    Raises:
        UnsupportedFormat, DocumentTooLarge, UnreadableFile: before anything large is read.
    """
    source = source_of(path) if "\0" not in str(path) else repr(str(path))
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFile("没有权限读取这个目录。", source=source)
        loader_for(source)
        if not stat.S_ISREG(status.st_mode):  # a pipe would block, a device never end
            raise UnreadableFile("不是普通文件。", source=source)
        if status.st_size > maximum:
            raise DocumentTooLarge(
                f"文件有 {status.st_size / 2**20:.0f} MB，上限是 {maximum / 2**20:.0f} MB。", source=source
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFile("没有这个文件。", source=source) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(f"读不了：{reason}。", source=source) from error


class Ingester:
    """Takes files into a store.

    Args:
        collection: where they go.
        encoding: codec of every file, when it is known better than it can be told from the bytes.
        load: reads each upload; one that may come from anybody is better read in another process.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        limits: Limits,
        collection: str = "default",
        encoding: str | None = None,
        load: Load = load_here,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._limits = limits
        self._collection = collection
        self._encoding = encoding
        self._load = load

    def add(
        self, paths: Iterable[Path], *, on_embedded: Callable[[int], None] | None = None
    ) -> Generator[Outcome, None, None]:
        """Takes in each file, and tells what became of it as soon as that is durable.

        Args:
            on_embedded: called with the number of characters newly embedded, as work goes on.

        Raises:
            StorageFull, StoreBusy: what was told before is stored, the rest isn't.
        """
        maximum = self._limits.upload_bytes
        uploads = (
            Upload(source=source_of(path), read=partial(read_upload, path, maximum=maximum)) for path in paths
        )
        return self.add_uploads(uploads, on_embedded=on_embedded)

    def add_uploads(
        self, uploads: Iterable[Upload], *, on_embedded: Callable[[int], None] | None = None
    ) -> Generator[Outcome, None, None]:
        """The same for what isn't files here. Small ones are stored together: nothing is told of them before that."""
        group: list[Prepared] = []
        for upload in uploads:
            source = upload.source
            try:
                prepared = self._prepare(source, upload.read())
            except DocumentError as error:
                yield Outcome(source=source, status=Status.FAILED, error=error)
                continue
            if isinstance(prepared, DocumentRecord):
                yield Outcome(source=source, status=Status.UNCHANGED, document=prepared)
                continue
            group.append(prepared)
            if sum(len(item.document.text) for item in group) >= GROUP_CHARACTERS:
                yield from self._store_group(group, on_embedded)
                group = []
        yield from self._store_group(group, on_embedded)

    def add_bytes(
        self,
        data: bytes,
        *,
        source: str,
        title: str | None = None,
        on_embedded: Callable[[int], None] | None = None,
        before_storing: Callable[[], object] = lambda: None,
    ) -> Outcome:
        """Takes in one upload that isn't a file here.

        Args:
            title: in place of the one that the document would get by itself; empty means none.
            on_embedded: called with the number of characters newly embedded, as work goes on; nothing is stored if it
                raises.
            before_storing: called when all else is done, while nobody else may change the store; the same if it
                raises.

        Raises:
            DocumentError: it can't be taken in.
            StorageFull, StoreBusy: nothing changed.
        """
        if len(data) > self._limits.upload_bytes:
            raise DocumentTooLarge(f"上限是 {self._limits.upload_bytes / 2**20:.0f} MB。", source=source)
        prepared = self._prepare(source, data)
        if isinstance(prepared, DocumentRecord):
            return Outcome(source=source, status=Status.UNCHANGED, document=prepared)
        if title is not None:
            prepared = replace(prepared, document=replace(prepared.document, title=title))
        return next(self._store_group([prepared], on_embedded, before_storing))

    def _prepare(self, source: str, data: bytes) -> Prepared | DocumentRecord:
        """The document ready to embed, or its record if just this upload is stored already."""
        stored = self._store.find(source, collection=self._collection)
        if stored is not None and stored.sha256 == hashlib.sha256(data).hexdigest():
            wanted = None if self._encoding is None else resolve(self._encoding, source=source)
            if wanted is None or stored.encoding in ("", wanted):
                return stored
        return self.prepare(source, data)

    def prepare(self, source: str, data: bytes) -> Prepared:
        """The document in ``data``, read and split, whatever is stored under its source.

        Raises:
            DocumentError: it can't be taken in.
        """
        document = self._load(data, source=source, encoding=self._encoding)
        passages = split(document, target=self._limits.passage_target, maximum=self._limits.passage_maximum)
        if not passages:
            raise EmptyDocument("整理之后没有文字。", source=source)
        return Prepared(document, passages, data)

    def _store_group(
        self,
        group: Sequence[Prepared],
        on_embedded: Callable[[int], None] | None,
        before_storing: Callable[[], object] = lambda: None,
    ) -> Iterator[Outcome]:
        """Embeds, which takes long, then stores, which holds the writer's lock."""
        if not group:
            return
        vectors = self.embed(group, on_embedded)
        outcomes: list[Outcome] = []
        try:
            with self._store.batch():
                before_storing()
                for item, rows in zip(group, vectors, strict=True):
                    outcomes.append(self.store_one(item, rows))
        finally:
            yield from outcomes  # also those that were stored before the disk was full

    def embed(
        self, group: Sequence[Prepared], on_embedded: Callable[[int], None] | None = None
    ) -> list[FloatArray]:
        """For each document (at least one) the vectors of its passages, shape (passages, dimension)."""
        texts = [
            passage_text(item.document.title, passage.heading_path, passage.text)
            for item in group
            for passage in item.passages
        ]
        characters = sum(len(item.document.text) for item in group)
        vectors = self._embedder.embed_passages(texts, progress=_shares(characters, on_embedded))
        ends = accumulate(len(item.passages) for item in group)
        return [vectors[end - len(item.passages) : end] for item, end in zip(group, ends, strict=True)]

    def store_one(self, item: Prepared, vectors: FloatArray) -> Outcome:
        """Stores one document with its vectors.

        Raises:
            StorageFull, StoreBusy: nothing changed.
        """
        source = item.document.source
        known = self._store.find(source, collection=self._collection) is not None
        record = self._store.add(
            item.document, item.passages, vectors, upload=item.upload, collection=self._collection
        )
        status = Status.REPLACED if known else Status.ADDED
        return Outcome(source=source, status=status, document=record, warnings=item.document.warnings)
