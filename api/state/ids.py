"""Names of what is asked and talked about: random, and in the order of time."""

from __future__ import annotations

import secrets
from datetime import datetime

_RANDOM_BYTES = 10


def new_id(moment: datetime) -> str:
    """32 hexadecimal digits, 48 bits of time before 80 random ones: what is later sorts later.

    The layout of a UUID of version 7 (RFC 9562, 5.7) without its fixed bits; nobody guesses another's.
    """
    return first_id(moment) + secrets.token_hex(_RANDOM_BYTES)


def first_id(moment: datetime) -> str:
    """What sorts before every id of ``moment`` and after, and behind all earlier ones."""
    return f"{max(0, round(moment.timestamp() * 1000)):012x}"
