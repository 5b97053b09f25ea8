"""Who asks: a person, a program with a key, or a visitor of a chat widget; and what each may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.errors import NotAllowed
from index.errors import NotFound


class Scope(StrEnum):
    """A kind of thing that may be done; every route names the one that it needs."""

    ASK = "ask"  # ask, retrieve, converse
    READ = "documents:read"
    WRITE = "documents:write"
    FEEDBACK = "feedback"
    KNOWLEDGE = "knowledge"  # FAQ, synonyms, dictionary; what was asked
    EVALUATE = "evaluate"
    METRICS = "metrics"
    ADMIN = "admin"  # people, keys, channels, settings, audit log


class Role(StrEnum):
    """What a person is to the service."""

    ADMIN = "admin"
    EDITOR = "editor"
    READER = "reader"


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.ADMIN: frozenset(Scope),
    Role.EDITOR: frozenset(
        {Scope.ASK, Scope.READ, Scope.WRITE, Scope.FEEDBACK, Scope.KNOWLEDGE, Scope.EVALUATE}
    ),
    Role.READER: frozenset({Scope.ASK, Scope.READ, Scope.FEEDBACK}),
}
"""By role, what its people may do (in their collections)."""

WIDGET_SCOPES = frozenset({Scope.ASK, Scope.READ, Scope.FEEDBACK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who a request comes from.

    Args:
        id: "user:3", "key:5" or "widget:2:…", the same from request to request; owns conversations and jobs.
        name: for people and the audit log.
        readable, writable: collections; None means all of them.
        channel: of a widget's visitor.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    readable: frozenset[str] | None
    writable: frozenset[str] | None
    channel: int | None = None

    def require(self, scope: Scope) -> None:
        """Raises:
        NotAllowed: without that scope.
        """
        if scope not in self.scopes:
            raise NotAllowed(f"没有“{scope.value}”权限。")

    def may_read(self, collection: str) -> bool:
        """Whether its documents may be seen."""
        return self.readable is None or collection in self.readable

    def may_write(self, collection: str) -> bool:
        """Whether its documents may be changed."""
        return self.writable is None or collection in self.writable

    def require_write(self, collection: str) -> None:
        """Raises:
        NotFound: a collection that isn't even known to them.
        NotAllowed: one that they may only read.
        """
        if self.may_write(collection):
            return
        if not self.may_read(collection):
            raise NotFound(f"没有文档集 {collection}。", remedy="")
        raise NotAllowed(f"没有修改文档集 {collection} 的权限。")

    def covers(self, other: Principal) -> bool:
        """Whether ``other`` may do nothing that this one may not."""
        return (
            other.scopes <= self.scopes
            and _within(other.readable, self.readable)
            and _within(other.writable, self.writable)
        )

    def require_to_cover(self, other: Principal) -> None:
        """Nobody hands out, or takes over, more than they have themselves.

        Raises:
            NotAllowed: ``other`` may do something that this one may not.
        """
        if not self.covers(other):
            raise NotAllowed("不能授予或管理超出自己的权限。")

    def within(self, collections: list[str] | None) -> frozenset[str] | None:
        """The collections to search: those asked for, as far as they may be read; None means all.

        Raises:
            NotFound: one that may not be read, in the same words as one that doesn't exist.
        """
        if collections is None:
            return self.readable
        for name in collections:
            if not self.may_read(name):
                raise NotFound(f"没有文档集 {name}。", remedy="")
        return frozenset(collections)


def _within(part: frozenset[str] | None, whole: frozenset[str] | None) -> bool:
    return whole is None or (part is not None and part <= whole)


def narrower(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """The collections that are in both, where None means all of them."""
    if one is None or other is None:
        return one if other is None else other
    return one & other


NOBODY = Principal(id="nobody", name="", scopes=frozenset(), readable=frozenset(), writable=frozenset())
"""Who hasn't signed in, or couldn't."""

LOCAL = Principal(id="local", name="本机", scopes=frozenset(Scope), readable=None, writable=None)
"""Who works on the machine itself, on the command line."""
