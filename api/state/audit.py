"""Who did what: a line for every change that somebody may have to answer for, and for every sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from fastapi import Request
from sqlalchemy import delete, insert, select

from api.clock import Clock, now
from api.errors import request_id_of
from api.security.address import address_of
from api.security.principal import Principal
from api.security.secrets import without_secrets
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.tables import audit

_LONGEST_TARGET = 500


class Action(StrEnum):
    """What was done; the part before the dot is the kind of thing it was done to."""

    SIGNED_IN = "session.create"
    SIGN_IN_FAILED = "session.fail"
    SIGNED_OUT = "session.delete"
    PASSWORD_CHANGED = "session.password"
    USER_CREATED = "user.create"
    USER_CHANGED = "user.change"
    USER_RESET = "user.reset"
    USER_DELETED = "user.delete"
    KEY_CREATED = "key.create"
    KEY_REVOKED = "key.revoke"
    CHANNEL_CREATED = "channel.create"
    CHANNEL_CHANGED = "channel.change"
    CHANNEL_ROTATED = "channel.rotate"
    CHANNEL_DELETED = "channel.delete"
    DOCUMENT_ADDED = "document.add"
    DOCUMENT_REPLACED = "document.replace"
    DOCUMENT_DELETED = "document.delete"
    COLLECTION_CREATED = "collection.create"
    COLLECTION_CHANGED = "collection.change"
    COLLECTION_DELETED = "collection.delete"
    KNOWLEDGE_CREATED = "knowledge.create"
    KNOWLEDGE_CHANGED = "knowledge.change"
    KNOWLEDGE_DELETED = "knowledge.delete"
    EVALUATION_CREATED = "evaluation.create"
    EVALUATION_DELETED = "evaluation.delete"
    SETTINGS_CHANGED = "settings.change"
    BACKUP_MADE = "backup.create"
    BACKUP_RESTORED = "backup.restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing done. ``actor`` is a :attr:`Principal.id`; ``address`` and ``request_id`` are empty where no request
    stood behind it (a job, the command line); ``action`` is one of :class:`Action`, or of another version's."""

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Mapping[str, Any]
    address: str
    request_id: str


class Audit:
    """The audit log in ``service.db``; entries are only ever added, and dropped when too old.

    Args:
        days: for which entries are kept.
    """

    def __init__(self, database: StateDatabase, *, days: int = 365, clock: Clock = now) -> None:
        self._database = database
        self._kept = timedelta(days=days)
        self._clock = clock

    def record(
        self,
        actor: Principal,
        action: Action,
        target: str,
        details: Mapping[str, Any] | None = None,
        request: Request | None = None,
    ) -> None:
        """Adds an entry.

        Args:
            target: what it was done to, as others refer to it: "user:3", "document:12", a collection's name.
            details: plain values, few. Never passwords or tokens; what looks like one of ours is blotted out.
            request: that asked for it; None for a job and the command line.
        """
        values = {
            "at": self._clock(),
            "actor": actor.id,
            "action": action,
            "target": without_secrets(target)[:_LONGEST_TARGET],
            "details": _blotted(details or {}),
            "address": "" if request is None else address_of(request),
            "request_id": "" if request is None else request_id_of(request),
        }
        with self._database.write() as connection:
            connection.execute(insert(audit).values(values))

    def sweep(self) -> None:
        """Drops entries that are too old."""
        with self._database.write() as connection:
            connection.execute(delete(audit).where(audit.c.at < self._clock() - self._kept))

    def entries(
        self,
        *,
        limit: int,
        before: int | None = None,
        action: str | None = None,
        actor: str | None = None,
        target: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[Entry]:
        """The newest first.

        Args:
            before: only entries with a smaller number.
            action: "user.create", or "user" for all that was done to people.
            since, until: half-open.
        """
        wanted = select(audit).order_by(audit.c.id.desc()).limit(limit + 1)
        if before is not None:
            wanted = wanted.where(audit.c.id < before)
        if action is not None:
            kinds = [known.value for known in Action if known == action or known.startswith(f"{action}.")]
            wanted = wanted.where(audit.c.action.in_(kinds))
        for column, value in ((audit.c.actor, actor), (audit.c.target, target)):
            if value is not None:
                wanted = wanted.where(column == value)
        if since is not None:
            wanted = wanted.where(audit.c.at >= since)
        if until is not None:
            wanted = wanted.where(audit.c.at < until)
        with self._database.read() as connection:
            found = [
                Entry(
                    id=row.id,
                    at=row.at,
                    actor=row.actor,
                    action=row.action,
                    target=row.target,
                    details=row.details,
                    address=row.address,
                    request_id=row.request_id,
                )
                for row in connection.execute(wanted)
            ]
        return page_of(found, limit, lambda entry: entry.id)


def _blotted(value: Any) -> Any:
    """``value`` with every string in it :func:`without_secrets`."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {key: _blotted(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_blotted(one) for one in value]
    return value
