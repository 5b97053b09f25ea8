"""What became of each file of a folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.errors import DocumentError, UnreadableFile
from index.store.protocol import DocumentRecord


class SyncStatus(StrEnum):
    """What became of a file, or in a dry run what would."""

    ADDED = "added"
    REPLACED = "replaced"
    RENAMED = "renamed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    LATER = "later"  # being written, or moved while it was looked at: the next run takes it
    SKIPPED = "skipped"  # a link, a device: left out for good
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file.

    Args:
        before: what a renamed one was called until now.
        document: as it is stored now, or was until it was removed; None where nothing is.
        warnings: what couldn't be read in one that was read now.
        error, remedy: why it failed or was left out, and what to do.
        seconds: that reading it took.
        refused: it failed for what is in it: there is no use trying again before it changes.
    """

    source: str
    status: SyncStatus
    before: str = ""
    document: DocumentRecord | None = None
    warnings: tuple[str, ...] = ()
    error: str = ""
    remedy: str = ""
    seconds: float = 0.0
    refused: bool = False


def failed(source: str, error: DocumentError, *, kept: bool, seconds: float = 0.0) -> Entry:
    """An entry for a file that can't be taken in.

    Args:
        kept: a former version of it stays stored.
    """
    message = error.message.removeprefix(f"{error.source}: ")
    return Entry(
        source=source,
        status=SyncStatus.FAILED,
        error=f"{message}（索引里仍是上一版。）" if kept else message,
        remedy=error.remedy,
        seconds=seconds,
        refused=not isinstance(error, UnreadableFile),
    )
