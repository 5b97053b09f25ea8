"""Where the next page of documents begins, as text that goes out and comes back."""

from __future__ import annotations

import base64
import binascii
import json

from index.errors import InputError
from index.store.protocol import Order, Position

_LARGEST = 2**63


def cursor_of(position: Position) -> str:
    """For the ``next`` of a page."""
    text = json.dumps(position, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(cursor: str, order: Order) -> Position:
    """What :func:`cursor_of` was given.

    Raises:
        InputError: it wasn't made by it, or for another order.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        value, number = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        kind = str if order in (Order.SOURCE, Order.TITLE) else int
        str(value).encode()  # no half of a surrogate pair reaches the database
        if type(value) is kind and type(number) is int and all(_fits(part) for part in (value, number)):
            return value, number
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise _foreign() from error
    raise _foreign()


def _fits(part: int | str) -> bool:
    """Whether it is text, or a number that the database can hold."""
    return isinstance(part, str) or -_LARGEST <= part < _LARGEST


def _foreign() -> InputError:
    return InputError("after 不是上一页给出的。", remedy="请原样使用上一页的 next，并保持同样的 sort。")
