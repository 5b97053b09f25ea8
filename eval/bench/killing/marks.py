"""Documents of which each holds a number that no other does, and questions about it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

_MARK = re.compile(r"\d{15}")
_ASKED = ("question", "understood")
"""Fields of an answer that say what was asked, not what was found."""


def new_mark(chance: random.Random) -> str:
    """15 digits, so one term to any analyzer."""
    return str(chance.randrange(10**14, 10**15))


def amount_of(mark: str) -> str:
    """What the document with that mark says that it costs."""
    return str(10_000 + int(mark) % 89_999)


def document_of(mark: str) -> bytes:
    """A text of several sentences, as it is uploaded."""
    return (
        f"项目公告\n甲{mark}项目的经费是{amount_of(mark)}万元。项目由科技处负责管理，每年检查一次。\n"
        "经费按规定的用途使用，不得挪作他用。结余的经费按规定退回。"
    ).encode()


def question_about(mark: str) -> str:
    """Of which :func:`document_of` holds the answer."""
    return f"甲{mark}项目的经费是多少？"


def marks_in(value: Any) -> frozenset[str]:
    """Every mark that an answer, or a part of one, gives of its own account."""
    match value:
        case Mapping():
            return _union(part for name, part in value.items() if name not in _ASKED)
        case list():
            return _union(value)
        case str():
            return frozenset(_MARK.findall(value))
        case _:
            return frozenset()


def _union(parts: Iterable[Any]) -> frozenset[str]:
    return frozenset(mark for part in parts for mark in marks_in(part))
