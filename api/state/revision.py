"""A number that grows with every change to what curators write, so that every process notices."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from api.state.tables import meta

_NAME = "knowledge"


def revision(connection: Connection) -> int:
    """0 before the first change."""
    value = connection.scalar(select(meta.c.value).where(meta.c.name == _NAME))
    return 0 if value is None else int(value)


def revise(connection: Connection) -> None:
    """To be called in every transaction that changes something."""
    value = str(revision(connection) + 1)
    keep = insert(meta).values(name=_NAME, value=value)
    connection.execute(keep.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
