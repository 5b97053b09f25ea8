"""Chat widgets: on whose pages they may be, what their visitors may search, and how much they may ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from api.clock import Clock, now
from api.security.origins import origin_of
from api.security.principal import WIDGET_SCOPES, Principal
from api.security.secrets import CHANNEL, new_token, shown, token_hash
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.tables import channels, widget_sessions
from index.errors import InputError, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A widget.

    Args:
        prefix: what its publish token begins with.
        origins: of the pages that may hold it, as browsers send them.
        appearance: title, greeting and the like; shown to everybody.
        minute_limit: questions that may come from one address in a minute; ``day_limit``: from all in a day.
    """

    id: int
    name: str
    prefix: str
    origins: tuple[str, ...]
    collections: frozenset[str]
    appearance: Mapping[str, Any]
    enabled: bool
    minute_limit: int
    day_limit: int
    created_at: datetime

    def principal(self, visitor: str) -> Principal:
        """What a visitor may do."""
        return Principal(
            id=f"widget:{self.id}:{visitor}",
            name=self.name,
            scopes=WIDGET_SCOPES,
            readable=self.collections,
            writable=frozenset(),
            channel=self.id,
        )

    def frame_ancestors(self) -> str:
        """The CSP directive that lets its pages show ours in a frame, and no others."""
        return f"frame-ancestors {' '.join(self.origins)}"


class Channels:
    """Widgets in ``service.db``. ``by``: who manages; nobody can open more to visitors than they have themselves."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        name: str,
        *,
        origins: Iterable[str],
        collections: Iterable[str],
        appearance: Mapping[str, Any],
        minute_limit: int,
        day_limit: int,
        by: Principal,
    ) -> tuple[Channel, str]:
        """A new one and its publish token, which is told here only.

        Raises:
            InputError: an origin that can't be used, or none; no collection.
            NotAllowed: see the class.
        """
        token = new_token(CHANNEL)
        values = {
            "name": name,
            "prefix": shown(token),
            "token_hash": token_hash(token),
            "origins": _origins(origins),
            "collections": _collections(collections),
            "appearance": dict(appearance),
            "enabled": True,
            "minute_limit": minute_limit,
            "day_limit": day_limit,
            "created_at": self._clock(),
        }
        with self._database.write() as connection:
            channel = _channel(connection.execute(insert(channels).values(values).returning(channels)).one())
            by.require_to_cover(channel.principal(""))
        return channel, token

    def change(
        self,
        number: int,
        *,
        by: Principal,
        name: str | None = None,
        origins: Iterable[str] | None = None,
        collections: Iterable[str] | None = None,
        appearance: Mapping[str, Any] | None = None,
        enabled: bool | None = None,
        minute_limit: int | None = None,
        day_limit: int | None = None,
    ) -> Channel:
        """Changes what is given; the visits end if it is shut, or moves to other pages.

        Raises:
            NotFound: no such channel. InputError, NotAllowed: see :meth:`create`.
        """
        values = {
            "name": name,
            "origins": None if origins is None else _origins(origins),
            "collections": None if collections is None else _collections(collections),
            "appearance": appearance,
            "enabled": enabled,
            "minute_limit": minute_limit,
            "day_limit": day_limit,
        }
        changed = {name: value for name, value in values.items() if value is not None}
        with self._database.write() as connection:
            before = _one(connection, number)
            by.require_to_cover(before.principal(""))
            if changed:
                connection.execute(update(channels).where(channels.c.id == number).values(changed))
            channel = _one(connection, number)
            by.require_to_cover(channel.principal(""))
            if not channel.enabled or channel.origins != before.origins:
                _end_visits(connection, number)
        return channel

    def rotate(self, number: int, *, by: Principal) -> tuple[Channel, str]:
        """A fresh publish token; the old one and all visits end.

        Raises:
            NotFound: no such channel. NotAllowed: see the class.
        """
        token = new_token(CHANNEL)
        values = {"prefix": shown(token), "token_hash": token_hash(token)}
        with self._database.write() as connection:
            by.require_to_cover(_one(connection, number).principal(""))
            connection.execute(update(channels).where(channels.c.id == number).values(values))
            _end_visits(connection, number)
            return _one(connection, number), token

    def remove(self, number: int, *, by: Principal) -> Channel:
        """Removes one and tells what it was; the visits end.

        Raises:
            NotFound: no such channel. NotAllowed: see the class.
        """
        with self._database.write() as connection:
            removed = _one(connection, number)
            by.require_to_cover(removed.principal(""))
            connection.execute(delete(channels).where(channels.c.id == number))
        return removed

    def channel(self, number: int) -> Channel:
        """Raises:
        NotFound: no such channel.
        """
        with self._database.read() as connection:
            return _one(connection, number)

    def channels(self, *, limit: int, after: int = 0) -> Page[Channel]:
        """By number, from the first above ``after``."""
        wanted = select(channels).where(channels.c.id > after).order_by(channels.c.id).limit(limit + 1)
        with self._database.read() as connection:
            found = [_channel(row) for row in connection.execute(wanted)]
        return page_of(found, limit, lambda channel: channel.id)

    def of_token(self, token: str) -> Channel | None:
        """The enabled channel of a publish token."""
        mine = (channels.c.token_hash == token_hash(token)) & channels.c.enabled
        with self._database.read() as connection:
            row = connection.execute(select(channels).where(mine)).first()
        return None if row is None else _channel(row)

    def allows(self, origin: str) -> bool:
        """Whether any enabled channel may be on pages of that origin."""
        with self._database.read() as connection:
            held = connection.scalars(select(channels.c.origins).where(channels.c.enabled)).all()
        return any(origin in origins for origins in held)


def channel_in(connection: Connection, number: int) -> Channel | None:
    """The channel of that number, read by ``connection``."""
    row = connection.execute(select(channels).where(channels.c.id == number)).first()
    return None if row is None else _channel(row)


def _one(connection: Connection, number: int) -> Channel:
    channel = channel_in(connection, number)
    if channel is None:
        raise NotFound(f"没有编号为 {number} 的渠道。", remedy="")
    return channel


def _end_visits(connection: Connection, number: int) -> None:
    connection.execute(delete(widget_sessions).where(widget_sessions.c.channel_id == number))


def _origins(given: Iterable[str]) -> list[str]:
    origins = sorted({origin_of(one) for one in given})
    if not origins:
        raise InputError("没有写允许的网页来源。", remedy="请至少写一个，例如 https://www.example.cn。")
    return origins


def _collections(given: Iterable[str]) -> list[str]:
    names = sorted(set(given))
    if not names:
        raise InputError("没有选文档集。", remedy="请至少选一个访客可以提问的文档集。")
    return names


def _channel(row: Row[*tuple[Any, ...]]) -> Channel:
    return Channel(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        origins=tuple(row.origins),
        collections=frozenset(row.collections),
        appearance=row.appearance,
        enabled=row.enabled,
        minute_limit=row.minute_limit,
        day_limit=row.day_limit,
        created_at=row.created_at,
    )
