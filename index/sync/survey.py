"""A look at the folder and at the store, and what follows from both."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from index.encoding import resolve
from index.errors import UnreadableFile
from index.ingest import source_of
from index.store.protocol import DocumentRecord, Store
from index.sync.folder import LeftOut, Listed, Stamp, list_folder, stamp_of
from index.sync.memory import Memory, Seen, trusted
from index.sync.plan import FolderFile, Plan, Stored, make_plan
from index.sync.report import Entry, SyncStatus
from index.sync.stop import StopFlag

SETTLED_SECONDS = 2.0
"""A file changed as lately as this may change again without its time showing it: some file systems count seconds."""
_CHUNK = 2**20

Ready = Callable[[Listed], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be kept in step with what.

    Args:
        encoding: of every text file, where it is known better than it can be told from the bytes.
        check: read every file, also those that look as they did.
        allow_empty: remove all documents where the folder holds no file any more.
        jobs: files read at the same time, 1 or more.
    """

    folder: Path
    collection: str = "default"
    encoding: str | None = None
    check: bool = False
    allow_empty: bool = False
    jobs: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is there and what is to be done.

    Args:
        files: that can be read now, by source.
        documents: stored below the folder, by source.
        left: files that aren't part of the plan, and why.
        emptied: documents that stay although the folder holds no file any more.
    """

    plan: Plan
    files: Mapping[str, Listed]
    documents: Mapping[str, DocumentRecord]
    left: tuple[Entry, ...] = ()
    emptied: int = 0

    @property
    def bytes(self) -> int:
        """That are to be read, parsed and embedded."""
        return sum(self.files[take.source].stamp.size for take in self.plan.takes)


def survey(
    wanted: Wanted,
    store: Store | None,
    memory: Memory,
    *,
    ready: Ready = lambda _: True,
    refused: Mapping[str, Stamp] = MappingProxyType({}),
    stop: StopFlag | None = None,
) -> Survey:
    """Looks at both; changes neither.

    Args:
        store: None for one that is still empty.
        ready: files for which it is false are left for later.
        refused: files that look so are left alone, without a word.
        stop: when set, files that aren't hashed yet are left for later.

    Raises:
        UnreadableFile: the folder isn't there or can't be listed.
    """
    listing = list_folder(wanted.folder)
    readable = [file for file in listing.files if refused.get(file.source) != file.stamp]
    documents = _below(wanted, store)
    waiting = {file.source for file in readable if not ready(file)}
    hashes, unread = _hashes(wanted, readable, documents, memory, waiting, stop)
    left = [*map(_left_out, listing.left_out), *unread]
    left += [_later(source) for source in sorted(waiting)]
    files = {f.source: f for f in readable if f.source in hashes}
    held = _held(documents, files, listing.left_out)
    emptied = 0
    if not listing.files and not wanted.allow_empty:
        emptied = len(documents.keys() - held)
        held |= documents.keys()
    codec = None if wanted.encoding is None else resolve(wanted.encoding, source=source_of(wanted.folder))
    plan = make_plan(
        [FolderFile(source=source, sha256=hashes[source]) for source in files],
        [_stored(record, codec) for record in documents.values()],
        held=held,
    )
    return Survey(plan=plan, files=files, documents=documents, left=tuple(left), emptied=emptied)


def settled(file: Listed) -> bool:
    """Whether the file's stamp can be trusted to tell any later change."""
    return time.time() - file.stamp.mtime_ns / 1e9 > SETTLED_SECONDS


def _below(wanted: Wanted, store: Store | None) -> dict[str, DocumentRecord]:
    """Documents whose source is a path below the folder; uploads have no absolute paths."""
    if store is None:
        return {}
    prefix = source_of(wanted.folder).rstrip("/") + "/"
    records = store.documents(collection=wanted.collection)
    return {record.source: record for record in records if record.source.startswith(prefix)}


def _stored(record: DocumentRecord, codec: str | None) -> Stored:
    return Stored(
        id=record.id,
        source=record.source,
        title=record.title,
        sha256=record.sha256,
        fresh=codec is None or record.encoding in ("", codec),
    )


def _held(
    documents: Mapping[str, DocumentRecord], files: Mapping[str, Listed], left_out: Sequence[LeftOut]
) -> set[str]:
    """Documents that are neither kept nor removed: their file can't be looked at now, or is hidden."""
    here = {one.source for one in left_out}
    below = tuple(f"{source}/" for source in here)
    return {
        source
        for source in documents.keys() - files.keys()
        if source in here or source.startswith(below) or Path(source).is_file()
    }


def _hashes(
    wanted: Wanted,
    files: Sequence[Listed],
    documents: Mapping[str, DocumentRecord],
    memory: Memory,
    waiting: set[str],
    stop: StopFlag | None,
) -> tuple[dict[str, str | None], list[Entry]]:
    """Hash of each file that can be read, None where no stored document has its size; and those that can't."""
    sizes = {record.size for record in documents.values()}
    seen = memory.recall()
    found: dict[str, str | None] = {}
    unknown: list[Listed] = []
    for file in files:
        if file.source in waiting:
            continue
        known = None if wanted.check else trusted(file, seen.get(file.source))
        if known is None and file.stamp.size in sizes:
            unknown.append(file)
        else:
            found[file.source] = known
    unread: list[Entry] = []
    fresh: list[tuple[str, Seen]] = []
    with ThreadPoolExecutor(wanted.jobs) as pool:
        for file, result in zip(unknown, pool.map(lambda file: _hash(file, stop), unknown), strict=True):
            if isinstance(result, Entry):
                unread.append(result)
                continue
            found[file.source] = result
            if settled(file):
                fresh.append((file.source, Seen(stamp=file.stamp, sha256=result)))
    memory.note(fresh)
    if len(found) == len(files):  # all was seen: what isn't there is gone
        memory.forget(seen.keys() - found.keys())
    return found, unread


def _hash(file: Listed, stop: StopFlag | None) -> str | Entry:
    digest = hashlib.sha256()
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                if stop is not None and stop.is_set():
                    return _later(file.source)
        if stamp_of(file.path) != file.stamp:
            return _later(file.source)
    except FileNotFoundError:
        return _later(file.source)
    except OSError as error:
        reason = f"读不了：{error.strerror or error}；已存的文档没有动。"
        return Entry(
            source=file.source,
            status=SyncStatus.FAILED,
            error=reason,
            remedy=UnreadableFile.default_remedy,
        )
    return digest.hexdigest()


def _later(source: str) -> Entry:
    return Entry(source=source, status=SyncStatus.LATER, error="正在写入或移动，留到下次。")


def _left_out(one: LeftOut) -> Entry:
    status = SyncStatus.SKIPPED if one.harmless else SyncStatus.FAILED
    return Entry(source=one.source, status=status, error=one.reason, remedy=one.remedy)
