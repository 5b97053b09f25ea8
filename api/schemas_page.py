"""What all lists and texts of the HTTP API have in common."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field, StringConstraints

T = TypeVar("T")

NO_NUL = r"^[^\x00]*$"

Text = Annotated[str, StringConstraints(pattern=NO_NUL)]
"""Words from outside; a NUL would end them for half of the world's programs."""

CollectionName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]

Limit = Annotated[int, Query(ge=1, le=200, description="每页多少条")]
After = Annotated[
    str | None, Query(max_length=64, pattern=NO_NUL, description="上一页的 next;不写就从头开始")
]
AfterNumber = Annotated[int | None, Query(ge=0, lt=2**63, description="上一页的 next;不写就从头开始")]
Said = Annotated[
    str | None, Query(min_length=1, max_length=200, pattern=NO_NUL, description="只看含有这些字的")
]


class PageBody(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(None, description="下一页的 after;没有下一页就是 null")
