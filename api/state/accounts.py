"""People and their sessions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.clock import Clock, now
from api.errors import Conflict, NotSignedIn
from api.security.principal import SCOPES, Principal, Role
from api.security.secrets import SESSION, hash_password, is_password, new_password, new_token, token_hash
from api.state.database import StateDatabase
from api.state.tables import grants, sessions, users
from index.errors import InputError, NotFound

SESSION_HOURS, IDLE_HOURS = 12, 2
"""A session ends so long after it began, or after it was last used."""

_NAME = re.compile(r"[\w.@-]{1,64}")
_SEEN_EVERY = timedelta(minutes=1)
"""Writing down every use of a session would make each request a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person. ``grants``: by collection, whether it may be changed too; administrators need none."""

    id: int
    name: str
    role: Role
    disabled: bool
    must_change: bool
    created_at: datetime
    grants: Mapping[str, bool]

    def principal(self) -> Principal:
        """What this person may do."""
        everything = self.role is Role.ADMIN
        return Principal(
            id=f"user:{self.id}",
            name=self.name,
            scopes=SCOPES[self.role],
            readable=None if everything else frozenset(self.grants),
            writable=None if everything else frozenset(name for name, write in self.grants.items() if write),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in. ``csrf`` must come back in a header with every request that changes something."""

    user: User
    csrf: str
    expires_at: datetime


class Accounts:
    """People and sessions in ``service.db``."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create_first(self) -> tuple[User, str] | None:
        """An administrator with a fresh password, which is told here only; None where somebody is there already."""
        password = new_password()
        kept = hash_password(password)
        with self._database.write() as connection:
            if connection.scalar(select(func.count()).select_from(users)):
                return None
            number = self._insert(connection, "admin", kept, Role.ADMIN, must_change=False)
        return self.user(number), password

    def create(
        self, name: str, password: str, role: Role, *, grants: Mapping[str, bool], must_change: bool = True
    ) -> User:
        """A new person.

        Raises:
            InputError: a name or password that can't be used.
            Conflict: the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise InputError("用户名只能有字母、数字、汉字和 . _ - @,最多 64 个。", remedy="请换一个用户名。")
        kept = hash_password(password)
        try:
            with self._database.write() as connection:
                number = self._insert(connection, name, kept, role, must_change=must_change)
                _set_grants(connection, number, grants)
        except IntegrityError as error:
            raise Conflict(f"已经有用户 {name}。", remedy="请换一个用户名。") from error
        return self.user(number)

    def change(
        self,
        number: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        grants: Mapping[str, bool] | None = None,
    ) -> User:
        """Changes what is given; a disabled person's sessions end.

        Raises:
            NotFound: no such person.
            Conflict: nobody would be left to administer.
        """
        values = {"role": role, "disabled": disabled}
        with self._database.write() as connection:
            _one(connection, number)
            changed = {name: value for name, value in values.items() if value is not None}
            if changed:
                connection.execute(update(users).where(users.c.id == number).values(changed))
            if grants is not None:
                _set_grants(connection, number, grants)
            if disabled:
                connection.execute(delete(sessions).where(sessions.c.user_id == number))
            _require_an_administrator(connection)
        return self.user(number)

    def set_password(self, number: int, password: str, *, must_change: bool) -> None:
        """Sets it, and ends the person's sessions.

        Raises:
            NotFound: no such person. InputError: the password can't be used.
        """
        kept = hash_password(password)
        with self._database.write() as connection:
            _one(connection, number)
            connection.execute(
                update(users).where(users.c.id == number).values(password_hash=kept, must_change=must_change)
            )
            connection.execute(delete(sessions).where(sessions.c.user_id == number))

    def remove(self, number: int) -> None:
        """Raises:
        NotFound: no such person. Conflict: nobody would be left to administer.
        """
        with self._database.write() as connection:
            _one(connection, number)
            connection.execute(delete(users).where(users.c.id == number))
            _require_an_administrator(connection)

    def user(self, number: int) -> User:
        """Raises:
        NotFound: no such person.
        """
        with self._database.read() as connection:
            return _one(connection, number)

    def users(self) -> list[User]:
        """All, by name."""
        with self._database.read() as connection:
            numbers = connection.scalars(select(users.c.id).order_by(users.c.name)).all()
            return [_one(connection, number) for number in numbers]

    def sign_in(self, name: str, password: str) -> tuple[str, Session]:
        """A new session and its token, which is told here only.

        Raises:
            NotSignedIn: wrong name or password, in the same words and the same time for both.
        """
        with self._database.read() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).first()
        usable = row is not None and not row.disabled
        right = is_password(row.password_hash if row is not None and usable else None, password)
        if row is None or not right:
            raise NotSignedIn("用户名或密码不对。", remedy="请检查后重试,或请管理员重设密码。")
        token, moment = new_token(SESSION), self._clock()
        values = {
            "token_hash": token_hash(token),
            "user_id": row.id,
            "csrf": secrets.token_urlsafe(24),
            "created_at": moment,
            "seen_at": moment,
            "expires_at": moment + timedelta(hours=SESSION_HOURS),
        }
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at < moment))
            connection.execute(insert(sessions).values(values))
            user = _one(connection, row.id)
        return token, Session(user=user, csrf=values["csrf"], expires_at=values["expires_at"])

    def session(self, token: str) -> Session | None:
        """The session of a token, as far as it still holds."""
        moment, kept = self._clock(), token_hash(token)
        with self._database.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.token_hash == kept)).first()
            if row is None or row.expires_at <= moment or row.seen_at + timedelta(hours=IDLE_HOURS) <= moment:
                return None
            user = _one(connection, row.user_id)
        if moment - row.seen_at > _SEEN_EVERY:
            with self._database.write() as connection:
                connection.execute(
                    update(sessions).where(sessions.c.token_hash == kept).values(seen_at=moment)
                )
        return Session(user=user, csrf=row.csrf, expires_at=row.expires_at)

    def sign_out(self, token: str) -> None:
        """Ends a session; one that is gone already is fine."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash(token)))

    def _insert(self, connection: Connection, name: str, kept: str, role: Role, *, must_change: bool) -> int:
        values = {
            "name": name,
            "password_hash": kept,
            "role": role,
            "disabled": False,
            "must_change": must_change,
            "created_at": self._clock(),
        }
        return int(connection.execute(insert(users).values(values).returning(users.c.id)).scalar_one())


def _one(connection: Connection, number: int) -> User:
    row = connection.execute(select(users).where(users.c.id == number)).first()
    if row is None:
        raise NotFound(f"没有编号为 {number} 的用户。", remedy="")
    held = connection.execute(select(grants).where(grants.c.user_id == number)).all()
    return User(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        disabled=row.disabled,
        must_change=row.must_change,
        created_at=row.created_at,
        grants={grant.collection: grant.write for grant in held},
    )


def _set_grants(connection: Connection, number: int, wanted: Mapping[str, bool]) -> None:
    connection.execute(delete(grants).where(grants.c.user_id == number))
    rows = [{"user_id": number, "collection": name, "write": write} for name, write in wanted.items()]
    if rows:
        connection.execute(insert(grants), rows)


def _require_an_administrator(connection: Connection) -> None:
    able = select(func.count()).select_from(users).where(users.c.role == Role.ADMIN, ~users.c.disabled)
    if not connection.scalar(able):
        raise Conflict("至少要留一个可用的管理员。", remedy="请先把另一个用户设为管理员。")
