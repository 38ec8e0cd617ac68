"""Passwords and random tokens: hashing what must not be kept in the clear. Knows no user and no page."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

LEAST, MOST = 8, 128
# What is guessed first: runs of keys, the word itself, the product's and the trade's own names.
COMMON = frozenset(
    word
    for block in (
        "12345678 123456789 1234567890 11111111 00000000 87654321 password password1 password123",
        "motdepasse azertyui azertyuiop qwertyui qwertyuiop iloveyou sunshine princess football baseball",
        "superman trustno1 welcome1 admin123 administrator letmein1 relance1 relance123 boutique",
        "bonjour123 changeme",
    )
    for word in block.split()
)
_hasher = PasswordHasher()
# Compared with when there is no such user, so that an unknown address costs what a known one does.
_nobody = _hasher.hash(secrets.token_urlsafe())


def hashed(password: str) -> str:
    """Return the argon2id hash of a password (RFC 9106's low-memory profile)."""
    return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether the password is the one behind the stored hash; slow on purpose, also without one."""
    try:
        return _hasher.verify(stored or _nobody, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def token() -> str:
    """Return 256 random bits as text for a cookie or a key."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return the SHA-256 by which a random token is found again; the token itself is never stored."""
    return hashlib.sha256(token.encode()).hexdigest()
