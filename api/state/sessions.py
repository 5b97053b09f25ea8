"""Sign-ins: who is signed in, and until when."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from api.clock import Clock, now
from api.errors import NotSignedIn
from api.security.secrets import SESSION, is_password, new_token, renewed, token_hash
from api.state.accounts import User, folded, user_of
from api.state.database import StateDatabase
from api.state.tables import sessions, users

SESSION_HOURS, IDLE_HOURS = 12, 2
"""A session ends so long after it began, or after it was last used."""

_SEEN_EVERY = timedelta(minutes=1)
"""Writing down every use of a session would make each request a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in. ``csrf`` must come back in a header with every request that changes something."""

    user: User
    csrf: str
    expires_at: datetime


class Sessions:
    """Sessions in ``service.db``."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def sign_in(self, name: str, password: str, *, instead_of: str | None = None) -> tuple[str, Session]:
        """A new session and its token, which is told here only; the session of the token ``instead_of`` ends.

        Raises:
            NotSignedIn: wrong name or password, in the same words and the same time for both.
        """
        refused = NotSignedIn("用户名或密码不对。", remedy="请检查后重试，或请管理员重设密码。")
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == folded(name))).first()
        held = None if row is None or row.disabled else row.password_hash
        if not is_password(held, password) or row is None:
            raise refused
        kept = renewed(row.password_hash, password)
        mine = (users.c.id == row.id) & (users.c.password_hash == held) & ~users.c.disabled
        with self._database.write() as connection:
            same = connection.execute(
                update(users).where(mine).values(password_hash=kept).returning(users.c.id)
            )
            if same.first() is None:  # disabled, changed or removed while the password was checked
                raise refused
            if instead_of is not None:
                connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash(instead_of)))
            return self._begin(connection, row.id)

    def _begin(self, connection: Connection, number: int) -> tuple[str, Session]:
        token, csrf, moment = new_token(SESSION), secrets.token_urlsafe(24), self._clock()
        expires_at = moment + timedelta(hours=SESSION_HOURS)
        connection.execute(
            insert(sessions).values(
                token_hash=token_hash(token),
                user_id=number,
                csrf=csrf,
                created_at=moment,
                seen_at=moment,
                expires_at=expires_at,
            )
        )
        return token, Session(user=user_of(connection, number), csrf=csrf, expires_at=expires_at)

    def session(self, token: str) -> Session | None:
        """The session of a token, as far as it still holds."""
        moment, kept = self._clock(), token_hash(token)
        with self._database.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.token_hash == kept)).first()
            if row is None or row.expires_at <= moment or row.seen_at + timedelta(hours=IDLE_HOURS) <= moment:
                return None
            user = user_of(connection, row.user_id)
        if user.disabled:
            return None
        if moment - row.seen_at > _SEEN_EVERY:
            with self._database.write(durable=False) as connection:
                connection.execute(
                    update(sessions).where(sessions.c.token_hash == kept).values(seen_at=moment)
                )
        return Session(user=user, csrf=row.csrf, expires_at=row.expires_at)

    def sweep(self) -> None:
        """Drops what is over."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at < self._clock()))

    def sign_out(self, token: str) -> None:
        """Ends a session; one that is gone already is fine."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash(token)))
