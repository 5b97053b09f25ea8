"""People."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.clock import Clock, now
from api.errors import Conflict
from api.security.principal import SCOPES, Principal, Role
from api.security.secrets import hash_password, is_password, new_password, token_hash
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.tables import grants, sessions, users
from index.errors import InputError, NotFound

NAME = r"^[0-9A-Za-z_.@\u3400-\u4dbf\u4e00-\u9fff-]{1,64}$"
"""Of a user: no letters that look like others, as Cyrillic ones do."""


def folded(name: str) -> str:
    """A name as it is kept: full-width letters and the like are the same name."""
    return unicodedata.normalize("NFKC", name)


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


class Accounts:
    """People in ``service.db``. ``by``: who manages; nobody can give, change or take over more than they
    have themselves."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create_first(self) -> tuple[User, str] | None:
        """An administrator with a fresh password, which is told here only, and which they must change: it stays in
        logs. None where somebody is there already."""
        anybody = select(func.count()).select_from(users)
        with self._database.read() as connection:
            if connection.scalar(anybody):  # on every start but the first: no hash is made for nothing
                return None
        password = new_password()
        kept = hash_password(password)
        with self._database.write() as connection:
            if connection.scalar(anybody):
                return None
            number = self._insert(connection, "admin", kept, Role.ADMIN, must_change=True)
        return self.user(number), password

    def create(
        self,
        name: str,
        password: str,
        role: Role,
        *,
        grants: Mapping[str, bool],
        by: Principal,
        must_change: bool = True,
    ) -> User:
        """A new person.

        Raises:
            InputError: a name or password that can't be used.
            Conflict: the name is taken. NotAllowed: see the class.
        """
        name = folded(name)
        if not re.fullmatch(NAME, name):
            raise InputError("用户名只能有字母、数字、汉字和 . _ - @,最多 64 个。", remedy="请换一个用户名。")
        kept = hash_password(password)
        try:
            with self._database.write() as connection:
                number = self._insert(connection, name, kept, role, must_change=must_change)
                _set_grants(connection, number, grants)
                made = user_of(connection, number)
                by.require_to_cover(made.principal())
        except IntegrityError as error:
            raise Conflict(f"已经有用户 {name}。", remedy="请换一个用户名。") from error
        return made

    def change(
        self,
        number: int,
        *,
        by: Principal,
        role: Role | None = None,
        disabled: bool | None = None,
        grants: Mapping[str, bool] | None = None,
    ) -> User:
        """Changes what is given; a disabled person's sessions end.

        Raises:
            NotFound: no such person.
            Conflict: nobody would be left to administer. NotAllowed: see the class.
        """
        values = {"role": role, "disabled": disabled}
        with self._database.write() as connection:
            by.require_to_cover(user_of(connection, number).principal())
            changed = {name: value for name, value in values.items() if value is not None}
            if changed:
                connection.execute(update(users).where(users.c.id == number).values(changed))
            if grants is not None:
                _set_grants(connection, number, grants)
            if disabled:
                connection.execute(delete(sessions).where(sessions.c.user_id == number))
            _require_an_administrator(connection)
            changed_to = user_of(connection, number)
            by.require_to_cover(changed_to.principal())
        return changed_to

    def reset_password(self, number: int, *, by: Principal) -> tuple[User, str]:
        """A fresh password, told here only, that the person must change; ends their sessions.

        Raises:
            NotFound: no such person. NotAllowed: see the class.
        """
        password = new_password()
        kept = hash_password(password)
        with self._database.write() as connection:
            by.require_to_cover(user_of(connection, number).principal())
            connection.execute(
                update(users).where(users.c.id == number).values(password_hash=kept, must_change=True)
            )
            connection.execute(delete(sessions).where(sessions.c.user_id == number))
            return user_of(connection, number), password

    def change_password(self, number: int, old: str, new: str, *, session: str) -> None:
        """A person's own change; ends all of their sessions but that of the token ``session``.

        Raises:
            InputError: the old one is wrong, or the new one can't be used.
            NotFound: no such person.
        """
        with self._database.read() as connection:
            held = connection.scalar(select(users.c.password_hash).where(users.c.id == number))
        wrong = InputError("原密码不对。", remedy="请检查后重试，或请管理员重设密码。")
        if not is_password(held, old):
            raise wrong
        if new == old:
            raise InputError("新密码和原密码一样。", remedy="请换一个密码。")
        kept = hash_password(new)
        mine = (users.c.id == number) & (users.c.password_hash == held)
        others = (sessions.c.user_id == number) & (sessions.c.token_hash != token_hash(session))
        with self._database.write() as connection:
            done = connection.execute(
                update(users).where(mine).values(password_hash=kept, must_change=False).returning(users.c.id)
            )
            if done.first() is None:  # changed or removed meanwhile
                raise wrong
            connection.execute(delete(sessions).where(others))

    def remove(self, number: int, *, by: Principal) -> User:
        """Removes a person and tells who it was.

        Raises:
            NotFound: no such person.
            Conflict: nobody would be left to administer. NotAllowed: see the class.
        """
        with self._database.write() as connection:
            removed = user_of(connection, number)
            by.require_to_cover(removed.principal())
            connection.execute(delete(users).where(users.c.id == number))
            _require_an_administrator(connection)
        return removed

    def user(self, number: int) -> User:
        """Raises:
        NotFound: no such person.
        """
        with self._database.read() as connection:
            return user_of(connection, number)

    def user_named(self, name: str) -> User | None:
        """The person of that name."""
        with self._database.read() as connection:
            number = connection.scalar(select(users.c.id).where(users.c.name == folded(name)))
            return None if number is None else user_of(connection, number)

    def users(self, *, limit: int, after: int = 0) -> Page[User]:
        """By number, from the first above ``after``."""
        wanted = select(users).where(users.c.id > after).order_by(users.c.id).limit(limit + 1)
        with self._database.read() as connection:
            found = _people(connection, connection.execute(wanted).all())
        return page_of(found, limit, lambda user: user.id)

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


def user_of(connection: Connection, number: int) -> User:
    """The person of that number, read by ``connection``.

    Raises:
        NotFound: no such person.
    """
    user = user_in(connection, number)
    if user is None:
        raise NotFound(f"没有编号为 {number} 的用户。", remedy="")
    return user


def user_in(connection: Connection, number: int) -> User | None:
    """The same, or None."""
    rows = connection.execute(select(users).where(users.c.id == number)).all()
    return next(iter(_people(connection, rows)), None)


def _people(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[User]:
    held: dict[int, dict[str, bool]] = {row.id: {} for row in rows}
    for grant in connection.execute(select(grants).where(grants.c.user_id.in_(held))):
        held[grant.user_id][grant.collection] = grant.write
    return [
        User(
            id=row.id,
            name=row.name,
            role=Role(row.role),
            disabled=row.disabled,
            must_change=row.must_change,
            created_at=row.created_at,
            grants=held[row.id],
        )
        for row in rows
    ]


def _set_grants(connection: Connection, number: int, wanted: Mapping[str, bool]) -> None:
    connection.execute(delete(grants).where(grants.c.user_id == number))
    rows = [{"user_id": number, "collection": name, "write": write} for name, write in wanted.items()]
    if rows:
        connection.execute(insert(grants), rows)


def _require_an_administrator(connection: Connection) -> None:
    able = select(func.count()).select_from(users).where(users.c.role == Role.ADMIN, ~users.c.disabled)
    if not connection.scalar(able):
        raise Conflict("至少要留一个可用的管理员。", remedy="请先把另一个用户设为管理员。")
