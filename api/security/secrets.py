"""Passwords and tokens: how they are made, and what is kept of them.

Passwords are short and reused, so they are kept as Argon2id hashes with argon2-cffi's defaults (RFC 9106, the
low-memory profile), slow by design. Tokens carry 256 random bits, so one SHA-256 tells them and gives nothing away.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from index.errors import InputError

KEY, SESSION, CHANNEL, VISITOR = "ywk_", "yws_", "ywc_", "ywv_"
"""What the tokens of keys, sessions, widget channels and their visitors begin with: scanners for leaked secrets
look for such marks."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_SHOWN = 10
"""Characters of a token by which its owner may tell it from others."""


_TOKEN = re.compile(rf"({KEY}|{SESSION}|{CHANNEL}|{VISITOR})[\w-]{{20,}}", re.ASCII)
_HASHER = PasswordHasher()


def new_token(kind: str) -> str:
    """A fresh token: ``kind``, then 256 bits in URL-safe letters."""
    return kind + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def shown(token: str) -> str:
    """Its beginning."""
    return token[:_SHOWN]


def without_secrets(text: str) -> str:
    """``text`` with every token of ours cut down to what it begins with."""
    return _TOKEN.sub(r"\1…", text)


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
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one that ``kept`` was made of; takes as long for no hash at all, so that who tries
    names can't tell from the time which of them exist."""
    try:
        return _HASHER.verify(_nobodys() if kept is None else kept, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def renewed(kept: str, password: str) -> str:
    """What to keep of the right password: ``kept``, or a new hash where that has other parameters than are used now
    and would take another time to check."""
    return _HASHER.hash(password) if _HASHER.check_needs_rehash(kept) else kept


def _nobodys() -> str:
    """A hash of no password, as costly to verify as a true one. Made without hashing, so that not even the first
    unknown name in a process takes longer."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
