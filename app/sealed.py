"""Sealed texts: secrets of others that we must be able to use again, such as a mail server's password.

Knows how they are encrypted at rest: Fernet, under a key derived from the secret of the instance. Must not know what
they open.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app


class Unreadable(Exception):
    """A sealed text that this instance cannot open: the secret key is another one than when it was sealed."""


def seal(text: str) -> str:
    """Return the text encrypted, as ASCII."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed; raises Unreadable."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def _fernet() -> Fernet:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return Fernet(urlsafe_b64encode(hmac.digest(secret, b"sealed texts", hashlib.sha256)))
