"""What all lists and texts of the HTTP API have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, StringConstraints

T = TypeVar("T")

NO_NUL = r"^[^\x00]*$"

SPACE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""In a pattern's brackets: what ``str.strip`` takes away, spelt out, as engines disagree on ``\\s``."""

SAID = rf"^[^\x00]*[^\x00{SPACE}][^\x00]*$"
"""Not white space alone."""

Text = Annotated[str, StringConstraints(pattern=NO_NUL)]
"""Words from outside; a NUL would end them for half of the world's programs."""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _date_time(given: Any) -> Any:
    if isinstance(given, str) and not _DATE_TIME.fullmatch(given):
        raise ValueError("请写成 2026-01-31T08:00:00+08:00 的样子")
    return given


Moment = Annotated[AwareDatetime, BeforeValidator(_date_time)]
"""RFC 3339, as the ``date-time`` of JSON Schema is; pydantic alone also reads numbers, as seconds since 1970."""


def _whole(given: Any) -> Any:
    return int(given) if isinstance(given, float) and given.is_integer() else given


WHOLE = BeforeValidator(_whole)
"""Last of what is said of a number in a strict body, so that it takes what JSON Schema does: 3 and 3.0."""

LARGEST = 2**53 - 1
"""Of numbers: above it not every reader of JSON has all of them (RFC 8259, 6)."""

CollectionName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]

Limit = Annotated[int, Query(ge=1, le=200, description="每页多少条")]
After = Annotated[
    str | None, Query(max_length=64, pattern=NO_NUL, description="上一页的 next；不写就从头开始")
]
AfterNumber = Annotated[int | None, Query(ge=0, le=LARGEST, description="上一页的 next；不写就从头开始")]
Said = Annotated[
    str | None, Query(min_length=1, max_length=200, pattern=NO_NUL, description="只看含有这些字的")
]


class PageBody(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(None, description="下一页的 after；没有下一页就是 null")
