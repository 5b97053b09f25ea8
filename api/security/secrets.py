"""Passwords and tokens: how they are made, and what is kept of them.

Passwords are short and reused, so they are kept as Argon2id hashes with argon2-cffi's defaults (RFC 9106, the
low-memory profile), slow by design. Tokens carry 256 random bits, so one SHA-256 tells them and gives nothing away.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from index.errors import InputError

KEY, SESSION, CHANNEL, VISITOR = "ywk_", "yws_", "ywc_", "ywv_"
"""What the tokens of keys, sessions, widget channels and their visitors begin with: scanners for leaked secrets
look for such marks."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_SHOWN = 10
"""Characters of a token by which its owner may tell it from others."""


def new_token(kind: str) -> str:
    """A fresh token: ``kind``, then 256 bits in URL-safe letters."""
    return kind + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def shown(token: str) -> str:
    """Its beginning."""
    return token[:_SHOWN]


def new_password() -> str:
    """A password to hand to somebody, 96 random bits."""
    return secrets.token_urlsafe(12)


def hash_password(password: str) -> str:
    """What is kept of a password.

    Raises:
        InputError: too short, or too long to be one.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(
            f"密码有 {len(password)} 个字符。",
            remedy=f"请用 {SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符。",
        )
    return PasswordHasher().hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one that ``kept`` was made of; takes as long for no hash at all, so that who tries
    names can't tell from the time which of them exist."""
    try:
        return PasswordHasher().verify(_nobodys() if kept is None else kept, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return PasswordHasher().hash(secrets.token_urlsafe(32))
