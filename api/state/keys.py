"""Keys of programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, insert, select, update

from api.clock import Clock, now
from api.security.principal import Principal, Scope
from api.security.secrets import KEY, new_token, shown, token_hash
from api.state.database import StateDatabase
from api.state.tables import api_keys
from index.errors import NotFound

_USED_EVERY = timedelta(minutes=1)
"""Writing down every use would make each request a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A program's key, without the secret. ``collections``: None for all."""

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
    """Keys in ``service.db``."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        name: str,
        scopes: Iterable[Scope],
        *,
        collections: Iterable[str] | None = None,
        created_by: str,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its token, which is told here only."""
        token = new_token(KEY)
        values = {
            "name": name,
            "prefix": shown(token),
            "token_hash": token_hash(token),
            "scopes": sorted(scopes),
            "collections": None if collections is None else sorted(collections),
            "created_by": created_by,
            "created_at": self._clock(),
            "expires_at": expires_at,
        }
        with self._database.write() as connection:
            row = connection.execute(insert(api_keys).values(values).returning(api_keys)).one()
        return _key(row), token

    def key_of(self, token: str) -> ApiKey | None:
        """The key of a token, as far as it still holds."""
        moment = self._clock()
        with self._database.read() as connection:
            row = connection.execute(
                select(api_keys).where(api_keys.c.token_hash == token_hash(token))
            ).first()
        if row is None or row.revoked_at is not None:
            return None
        if row.expires_at is not None and row.expires_at <= moment:
            return None
        if row.used_at is None or moment - row.used_at > _USED_EVERY:
            with self._database.write() as connection:
                connection.execute(update(api_keys).where(api_keys.c.id == row.id).values(used_at=moment))
        return _key(row)

    def revoke(self, number: int) -> ApiKey:
        """Ends a key; one that is revoked already stays as it is.

        Raises:
            NotFound: no such key.
        """
        mine = api_keys.c.id == number
        with self._database.write() as connection:
            connection.execute(
                update(api_keys).where(mine, api_keys.c.revoked_at.is_(None)).values(revoked_at=self._clock())
            )
            row = connection.execute(select(api_keys).where(mine)).first()
        if row is None:
            raise NotFound(f"没有编号为 {number} 的密钥。", remedy="")
        return _key(row)

    def keys(self) -> list[ApiKey]:
        """All, the newest first."""
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(select(api_keys).order_by(api_keys.c.id.desc()))]


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
