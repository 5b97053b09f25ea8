"""Long lists, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A piece of a list. ``next``: asks for the following one; None at the end."""

    items: tuple[T, ...]
    next: str | None


def page_of(found: Sequence[T], limit: int, cursor: Callable[[T], object]) -> Page[T]:
    """The first ``limit`` of what was found, where one more was asked for, to see whether there is any."""
    items = tuple(found[:limit])
    return Page(items=items, next=str(cursor(items[-1])) if len(found) > limit else None)
