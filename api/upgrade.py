"""Both databases brought to another version, with a backup to go back to."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.backup import back_up
from api.clock import Clock, now
from api.state.database import FILE, StateDatabase, head, known_versions, step_names
from api.state.home import alone
from index.embed import Progress
from index.errors import NewerStore, StoreError
from index.store import schema
from index.store.embedded import DATABASE_NAME
from index.store.locks import WriterLock
from index.store.sqlite import Database

_BACKUPS = "backups"
_WRITER_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From which version to which; equal where there is nothing to do, None where there is no database.

    Args:
        steps: what is done, in order, each with its version and in a few words.
    """

    now: str | None
    wanted: str | None
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an upgrade, or the way back, does to each database."""

    index: Change
    service: Change

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.index.now == self.index.wanted and self.service.now == self.service.wanted


def plan(home: Path, *, service: str | None = None, index: int | None = None) -> Plan:
    """What there is to do; nothing is changed.

    Args:
        service, index: the versions wanted, an older one too; None is this program's own.

    Raises:
        NewerStore: a database is of a version that this program doesn't know.
        StoreError: no such version, or a database can't be read.
    """
    return Plan(
        index=_index_change(home / DATABASE_NAME, schema.VERSION if index is None else index),
        service=_service_change(home / FILE, head() if service is None else service),
    )


def carry_out(home: Path, wanted: Plan, *, backup: Path | None, progress: Progress | None = None) -> None:
    """Does what :func:`plan` said, each database in one transaction.

    Args:
        backup: where a backup of everything is written first (see :func:`api.backup.back_up`); None makes none.

    Raises:
        StoreBusy: a service runs on ``home``.
        InputError: ``backup`` is there already. StorageFull, StoreError: what isn't done yet is as it was.
    """
    with alone(home):
        if backup is not None:
            back_up(home, backup, progress=progress)
        if wanted.index.wanted is not None and wanted.index.now != wanted.index.wanted:
            with (
                closing(Database(home / DATABASE_NAME)) as index,
                WriterLock(home / "write.lock", timeout=_WRITER_SECONDS).hold(),
            ):
                index.migrate(int(wanted.index.wanted))
        if wanted.service.wanted is not None and wanted.service.now != wanted.service.wanted:
            with closing(StateDatabase(home / FILE, prepare=False)) as service:
                service.migrate(wanted.service.wanted)


def backup_name(home: Path, wanted: Plan, *, clock: Clock = now) -> Path:
    """Where the backup before an upgrade goes unless somebody says otherwise: it tells the versions that it is of."""
    moment: datetime = clock()
    versions = f"index-{wanted.index.now or 0}-service-{wanted.service.now or 0}"
    return home / _BACKUPS / f"{moment:%Y%m%d-%H%M%S}-{versions}.tar"


def _index_change(path: Path, wanted: int) -> Change:
    if not 1 <= wanted <= schema.VERSION:
        raise StoreError(f"索引没有版本 {wanted}。", remedy=f"可用的版本：1 到 {schema.VERSION}。")
    with closing(Database(path)) as database:
        version = database.version() if path.exists() else None
    if version is None:
        return Change(now=None, wanted=None, steps=())
    if version > schema.VERSION:
        raise NewerStore(f"{path} 的版本是 {version}，此程序只认识到版本 {schema.VERSION}。")
    up = [f"{step} → {step + 1}" for step in range(version, wanted)]
    down = [f"{step} → {step - 1}" for step in range(version, wanted, -1)]
    return Change(now=str(version), wanted=str(wanted), steps=tuple(up + down))


def _service_change(path: Path, wanted: str) -> Change:
    known = known_versions()
    if wanted not in known:
        raise StoreError(f"服务数据库没有版本 {wanted}。", remedy=f"可用的版本：{'、'.join(known)}。")
    if not path.exists():
        return Change(now=None, wanted=None, steps=())
    with closing(StateDatabase(path, prepare=False)) as database:
        version = database.version()
    if version is None:
        return Change(now=None, wanted=None, steps=())
    if version not in known:
        raise NewerStore(f"{path} 的版本是 {version}，此程序不认识。")
    at, to = known.index(version), known.index(wanted)
    names = step_names()
    up = [f"{known[i]} → {known[i + 1]} {names[known[i + 1]]}" for i in range(at, to)]
    down = [f"{known[i]} → {known[i - 1]} 撤销：{names[known[i]]}" for i in range(at, to, -1)]
    return Change(now=version, wanted=wanted, steps=tuple(up + down))
