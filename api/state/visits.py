"""Visitors of chat widgets: tokens of half an hour, each good on one site's pages only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from api.clock import Clock, now
from api.errors import NotSignedIn
from api.security.principal import Principal
from api.security.secrets import VISITOR, new_token, token_hash
from api.state.channels import Channel, channel_in
from api.state.database import StateDatabase
from api.state.tables import widget_sessions

VISIT_MINUTES = 30

_KNOWN_AGAIN = timedelta(days=7)
"""So long after its end may a visit be taken up again by the same visitor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visitor's session. ``origin``: of the page it began on, and the only one that it holds for."""

    channel: Channel
    visitor: str
    origin: str
    expires_at: datetime

    def principal(self) -> Principal:
        """What the visitor may do."""
        return self.channel.principal(self.visitor)


class Visits:
    """Visits in ``service.db``."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def begin(self, channel: Channel, origin: str, *, again: str | None = None) -> tuple[str, Visit]:
        """A new visit and its token, which is told here only.

        Args:
            again: the token of an earlier visit from the same page, which ends; who shows it is the same visitor.

        Raises:
            NotSignedIn: the channel isn't any more what it was when its publish token was checked.
        """
        token, moment = new_token(VISITOR), self._clock()
        expires_at = moment + timedelta(minutes=VISIT_MINUTES)
        table = widget_sessions.c
        with self._database.write() as connection:
            present = channel_in(connection, channel.id)
            if present != channel or not channel.enabled:
                raise NotSignedIn("挂件刚被修改或停用。", remedy="请刷新页面后重试。")
            visitor = None
            if again is not None:
                mine = (
                    (table.token_hash == token_hash(again))
                    & (table.channel_id == channel.id)
                    & (table.origin == origin)
                    & (table.expires_at > moment - _KNOWN_AGAIN)
                )
                ended = delete(widget_sessions).where(mine).returning(table.visitor)
                visitor = connection.execute(ended).scalar_one_or_none()
            visitor = secrets.token_hex(8) if visitor is None else visitor
            connection.execute(
                insert(widget_sessions).values(
                    token_hash=token_hash(token),
                    channel_id=channel.id,
                    visitor=visitor,
                    origin=origin,
                    created_at=moment,
                    expires_at=expires_at,
                )
            )
        return token, Visit(channel=channel, visitor=visitor, origin=origin, expires_at=expires_at)

    def visit(self, token: str) -> Visit | None:
        """The visit of a token, as far as it still holds."""
        with self._database.read() as connection:
            row = connection.execute(
                select(widget_sessions).where(widget_sessions.c.token_hash == token_hash(token))
            ).first()
            if row is None or row.expires_at <= self._clock():
                return None
            channel = channel_in(connection, row.channel_id)
        if channel is None or not channel.enabled:
            return None
        return Visit(channel=channel, visitor=row.visitor, origin=row.origin, expires_at=row.expires_at)

    def sweep(self) -> None:
        """Drops what can't be taken up again."""
        over = self._clock() - _KNOWN_AGAIN
        with self._database.write() as connection:
            connection.execute(delete(widget_sessions).where(widget_sessions.c.expires_at < over))
