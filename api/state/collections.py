"""What people say about collections: a title, a description. Which documents are in them is the index's to say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from api.clock import Clock, now
from api.errors import Conflict
from api.state.database import StateDatabase
from api.state.tables import api_keys, channels, collections, grants
from index.errors import InputError

LONGEST_NAME = 64
_CHARACTER = r"A-Za-z0-9_\-\u3400-\u4dbf\u4e00-\u9fff\u3007\U00020000-\U0003ffff"
NAME = rf"^\.*[{_CHARACTER}][{_CHARACTER}.]*$"
"""Of a collection: a name of dots alone would be taken out of a path by every browser."""
_NAME = re.compile(NAME.removesuffix("$") + r"\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """What is known of a collection beside its documents; ``created_at`` None: nobody created it here."""

    name: str
    title: str
    description: str
    created_at: datetime | None


class Collections:
    """Collections in ``service.db``. One that was made on the command line isn't in it until it is changed here."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def create(self, name: str, *, title: str, description: str) -> Collection:
        """A new one.

        Raises:
            InputError: a name that can't be used. Conflict: it is taken.
        """
        if len(name) > LONGEST_NAME or not _NAME.match(name):
            raise InputError(
                f"文档集的名字“{name[:100]}”不能用。",
                remedy="请用字母、数字、汉字和 . _ -，最多 64 个，不能只有点。",
            )
        try:
            with self._database.write() as connection:
                return self._insert(connection, name, title=title, description=description)
        except IntegrityError as error:
            raise taken(name) from error

    def change(self, name: str, *, title: str | None, description: str | None) -> Collection:
        """Changes what is given; what was only in the index before is kept here from now on."""
        given = {"title": title, "description": description}
        changed = {key: value for key, value in given.items() if value is not None}
        with self._database.write() as connection:
            if _find(connection, name) is None:
                self._insert(connection, name, title=name, description="")
            if changed:
                connection.execute(update(collections).where(collections.c.name == name).values(changed))
            return _collection(connection.execute(_row_of(name)).one())

    def remove(self, name: str) -> None:
        """Forgets it, and who might use it, lest a later one of that name be open to them; gone already is fine."""
        with self._database.write() as connection:
            connection.execute(delete(collections).where(collections.c.name == name))
            connection.execute(delete(grants).where(grants.c.collection == name))
            for table in (api_keys, channels):
                _leave_out(connection, table, name)

    def find(self, name: str) -> Collection | None:
        """What is kept of it here."""
        with self._database.read() as connection:
            return _find(connection, name)

    def all(self) -> list[Collection]:
        """By name."""
        with self._database.read() as connection:
            return [
                _collection(row)
                for row in connection.execute(select(collections).order_by(collections.c.name))
            ]

    def _insert(self, connection: Connection, name: str, *, title: str, description: str) -> Collection:
        values = {"name": name, "title": title, "description": description, "created_at": self._clock()}
        return _collection(
            connection.execute(insert(collections).values(values).returning(collections)).one()
        )


def taken(name: str) -> Conflict:
    """What is said of a name that is in use."""
    return Conflict(f"已经有文档集 {name}。", remedy="请换一个名字。")


def _row_of(name: str) -> Any:
    return select(collections).where(collections.c.name == name)


def _find(connection: Connection, name: str) -> Collection | None:
    row = connection.execute(_row_of(name)).first()
    return None if row is None else _collection(row)


def _leave_out(connection: Connection, table: Any, name: str) -> None:
    """Takes the name out of a table's lists; a list that ends up empty stands for no collection at all."""
    for row in connection.execute(select(table.c.id, table.c.collections)).all():
        if row.collections is not None and name in row.collections:
            left = [other for other in row.collections if other != name]
            connection.execute(update(table).where(table.c.id == row.id).values(collections=left))


def _collection(row: Row[Any]) -> Collection:
    return Collection(name=row.name, title=row.title, description=row.description, created_at=row.created_at)
