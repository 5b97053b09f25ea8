"""Keys of programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, insert, select, update

from api.clock import Clock, now
from api.errors import NotAllowed
from api.security.principal import Principal, Scope, narrower
from api.security.secrets import KEY, new_token, shown, token_hash
from api.state.accounts import user_in
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.tables import api_keys
from index.errors import InputError, NotFound

_USED_EVERY = timedelta(minutes=1)
"""Writing down every use would make each request a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program's key, without the secret. ``collections``: None for all; ``created_by``: the maker's
    :attr:`Principal.id`."""

    id: int
    name: str
    prefix: str
    scopes: frozenset[Scope]
    collections: frozenset[str] | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def principal(self) -> Principal:
        """What its holder may do."""
        return Principal(
            id=f"key:{self.id}",
            name=self.name,
            scopes=self.scopes,
            readable=self.collections,
            writable=self.collections,
        )


class Keys:
    """Keys in ``service.db``.

    A key never has more than its maker: not when it is made, nor later, when a person who made it has less or is
    gone.
    One that a key made doesn't outlive that key, and is revoked with it.
    """

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        name: str,
        scopes: Iterable[Scope],
        *,
        maker: Principal,
        collections: Iterable[str] | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its token, which is told here only.

        Raises:
            NotAllowed: it would have more than its maker.
            InputError: no scope, no collection, or it would have ended already.
        """
        token, moment = new_token(KEY), self._clock()
        values = {
            "name": name,
            "prefix": shown(token),
            "token_hash": token_hash(token),
            "scopes": sorted(set(scopes)),
            "collections": None if collections is None else sorted(set(collections)),
            "created_by": maker.id,
            "created_at": moment,
            "expires_at": expires_at,
        }
        if not values["scopes"] or values["collections"] == []:
            raise InputError("密钥没有任何权限或文档集。", remedy="请至少选一项；不限文档集就不要写。")
        if expires_at is not None and expires_at <= moment:
            raise InputError("密钥的到期时间已经过去。", remedy="请换一个将来的时间。")
        with self._database.write() as connection:
            key = _key(connection.execute(insert(api_keys).values(values).returning(api_keys)).one())
            maker.require_to_cover(key.principal())
            _require_to_outlive(connection, maker, key)
        return key, token

    def principal_of(self, token: str) -> Principal | None:
        """Who a token stands for, and what they may do now; None where it doesn't hold."""
        moment = self._clock()
        mine = api_keys.c.token_hash == token_hash(token)
        with self._database.read() as connection:
            row = connection.execute(select(api_keys).where(mine)).first()
            if row is None or row.revoked_at is not None:
                return None
            if row.expires_at is not None and row.expires_at <= moment:
                return None
            principal = _as_far_as_its_maker(connection, _key(row))
        if principal is not None and (row.used_at is None or moment - row.used_at > _USED_EVERY):
            with self._database.write(durable=False) as connection:
                connection.execute(update(api_keys).where(mine).values(used_at=moment))
        return principal

    def revoke(self, number: int, *, by: Principal) -> ApiKey:
        """Ends a key and those made with it; one that is revoked already stays as it is.

        Raises:
            NotFound: no such key. NotAllowed: it has more than who revokes it.
        """
        with self._database.write() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == number)).first()
            if row is None:
                raise NotFound(f"没有编号为 {number} 的密钥。", remedy="")
            by.require_to_cover(_key(row).principal())
            ending = [number]
            while ending:
                connection.execute(
                    update(api_keys)
                    .where(api_keys.c.id.in_(ending), api_keys.c.revoked_at.is_(None))
                    .values(revoked_at=self._clock())
                )
                made = api_keys.c.created_by.in_([f"key:{one}" for one in ending])
                ending = list(connection.scalars(select(api_keys.c.id).where(made)))
            row = connection.execute(select(api_keys).where(api_keys.c.id == number)).one()
        return _key(row)

    def keys(self, *, limit: int, before: int | None = None) -> Page[ApiKey]:
        """The newest first."""
        wanted = select(api_keys).order_by(api_keys.c.id.desc()).limit(limit + 1)
        if before is not None:
            wanted = wanted.where(api_keys.c.id < before)
        with self._database.read() as connection:
            found = [_key(row) for row in connection.execute(wanted)]
        return page_of(found, limit, lambda key: key.id)


def _require_to_outlive(connection: Connection, maker: Principal, key: ApiKey) -> None:
    kind, _, number = maker.id.partition(":")
    if kind != "key":
        return
    ends = connection.scalar(select(api_keys.c.expires_at).where(api_keys.c.id == int(number)))
    if ends is not None and (key.expires_at is None or key.expires_at > ends):
        raise NotAllowed("用密钥创建的密钥不能比它晚到期。", remedy="请把到期时间提前，或登录后创建。")


def _as_far_as_its_maker(connection: Connection, key: ApiKey) -> Principal | None:
    """What a key may do now; None where the person who made it is gone or disabled."""
    held = key.principal()
    kind, _, number = key.created_by.partition(":")
    if kind != "user":
        return held
    user = user_in(connection, int(number))
    if user is None or user.disabled:
        return None
    maker = user.principal()
    return replace(
        held,
        scopes=held.scopes & maker.scopes,
        readable=narrower(held.readable, maker.readable),
        writable=narrower(held.writable, maker.writable),
    )


def _key(row: Row[*tuple[object, ...]]) -> ApiKey:
    known = {scope.value for scope in Scope}
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        scopes=frozenset(Scope(scope) for scope in row.scopes if scope in known),
        collections=None if row.collections is None else frozenset(row.collections),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
