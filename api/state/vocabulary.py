"""Words that mean the same, and words of the organisation's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from api.clock import Clock, now
from api.errors import Conflict
from api.state.database import StateDatabase
from api.state.page import Page, page_of
from api.state.revision import revise
from api.state.tables import synonyms, words
from index.errors import KnowledgeError, NotFound
from rag.knowledge import Knowledge
from rag.synonyms import SynonymGroup, Synonyms

MOST_GROUPS = 5_000
MOST_WORDS = 20_000
"""All of them are compared with every question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymEntry:
    """A group of synonyms, and when it was written."""

    id: int
    group: SynonymGroup
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEntry:
    """A word of the organisation's own."""

    word: str
    created_at: datetime


class Vocabulary:
    """Synonyms and words in ``service.db``; what is in it holds together at any time."""

    def __init__(self, database: StateDatabase, *, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock

    def add_group(self, group: SynonymGroup) -> SynonymEntry:
        """Raises:
        Conflict: one of its words stands in another group; or there are too many.
        """
        values = {**_values(group), "created_at": self._clock()}
        with self._database.write() as connection:
            row = connection.execute(insert(synonyms).values(values).returning(synonyms)).one()
            _require_sound_groups(connection)
            revise(connection)
        return _synonym(row)

    def change_group(self, number: int, group: SynonymGroup) -> SynonymEntry:
        """Raises:
        NotFound: no such group. Conflict: see :meth:`add_group`.
        """
        changed = update(synonyms).where(synonyms.c.id == number).values(_values(group)).returning(synonyms)
        with self._database.write() as connection:
            row = connection.execute(changed).first()
            if row is None:
                raise _no_group(number)
            _require_sound_groups(connection)
            revise(connection)
        return _synonym(row)

    def remove_group(self, number: int) -> None:
        """Raises:
        NotFound: no such group.
        """
        with self._database.write() as connection:
            if not connection.execute(delete(synonyms).where(synonyms.c.id == number)).rowcount:
                raise _no_group(number)
            revise(connection)

    def group(self, number: int) -> SynonymEntry:
        """Raises:
        NotFound: no such group.
        """
        with self._database.read() as connection:
            row = connection.execute(select(synonyms).where(synonyms.c.id == number)).first()
        if row is None:
            raise _no_group(number)
        return _synonym(row)

    def groups(self, *, limit: int, after: int | None = None) -> Page[SynonymEntry]:
        """The one written last first."""
        wanted = select(synonyms).order_by(synonyms.c.id.desc()).limit(limit + 1)
        if after is not None:
            wanted = wanted.where(synonyms.c.id < after)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        return page_of([_synonym(row) for row in rows], limit, lambda entry: entry.id)

    def add_words(self, new: Iterable[str]) -> list[WordEntry]:
        """Adds words, all or none of them; one that is there already is fine.

        Raises:
            KnowledgeError: one that can't be one, or two are the same. Conflict: one is there in another spelling;
                or there are too many.
        """
        moment, wanted = self._clock(), list(dict.fromkeys(word.strip() for word in new))
        with self._database.write() as connection:
            there = set(connection.scalars(select(words.c.word)))
            fresh = [word for word in wanted if word not in there]
            if len(there) + len(fresh) > MOST_WORDS:
                raise Conflict(f"用户词最多 {MOST_WORDS} 个。", remedy="请先删除不用的。")
            Knowledge(words=tuple(wanted))
            with _conflicting():
                Knowledge(words=(*there, *fresh))
            if fresh:
                rows = [{"word": word, "created_at": moment} for word in fresh]
                connection.execute(insert(words), rows)
                revise(connection)
            found = connection.execute(select(words).where(words.c.word.in_(wanted))).all()
        by_word = {row.word: WordEntry(word=row.word, created_at=row.created_at) for row in found}
        return [by_word[word] for word in wanted]

    def remove_word(self, word: str) -> None:
        """Raises:
        NotFound: no such word.
        """
        with self._database.write() as connection:
            if not connection.execute(delete(words).where(words.c.word == word)).rowcount:
                raise NotFound(f"用户词里没有“{word}”。", remedy="")
            revise(connection)

    def words(self, *, limit: int, after: str | None = None) -> Page[WordEntry]:
        """In the order of their code points."""
        wanted = select(words).order_by(words.c.word).limit(limit + 1)
        if after is not None:
            wanted = wanted.where(words.c.word > after)
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
        entries = [WordEntry(word=row.word, created_at=row.created_at) for row in rows]
        return page_of(entries, limit, lambda entry: entry.word)


def group_of(row: Row[*tuple[Any, ...]]) -> SynonymGroup:
    """The group of a row."""
    return SynonymGroup(words=tuple(row.words), both_ways=not row.one_way)


def _require_sound_groups(connection: Connection) -> None:
    rows = connection.execute(select(synonyms)).all()
    if len(rows) > MOST_GROUPS:
        raise Conflict(f"同义词最多 {MOST_GROUPS} 组。", remedy="请先删除不用的。")
    with _conflicting():
        Synonyms(groups=tuple(group_of(row) for row in rows))


@contextmanager
def _conflicting() -> Iterator[None]:
    """For what is sound by itself, and isn't together with what is kept."""
    try:
        yield
    except KnowledgeError as error:
        raise Conflict(error.message, remedy=error.remedy) from error


def _synonym(row: Row[*tuple[Any, ...]]) -> SynonymEntry:
    return SynonymEntry(id=row.id, group=group_of(row), created_at=row.created_at)


def _values(group: SynonymGroup) -> dict[str, object]:
    return {"words": list(group.words), "one_way": not group.both_ways}


def _no_group(number: int) -> NotFound:
    return NotFound(f"没有编号为 {number} 的同义词组。", remedy="")
