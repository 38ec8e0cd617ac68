"""Admission: who may open an account on this instance, and how the first one proves to have the machine.

The first account owns the instance. Where strangers can reach it, it is opened by a link that is told where Relance is
started and nowhere else. All further accounts are opened by a link that is mailed to their address, so that nobody
learns who has one.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select

from app.config import Settings
from app.extensions import db
from app.models import User

LIVES = 30 * 60  # seconds that a mailed link opens an account (OWASP ASVS 6.4.1)
# directly; with the link that was told at the start; by a mailed link; by invitation only.
WAYS = ("direct", "claim", "mail", "closed")


def way(owned: bool, reachable: bool, sends: bool) -> str:
    """Return by which of the WAYS an account is opened. Pure.

    `owned`: the first account is there. `reachable`: strangers can reach this instance. `sends`: its mails leave it.
    """
    if not owned:
        return "claim" if reachable else "direct"
    return "mail" if sends else "closed" if reachable else "direct"


def today() -> str:
    """Return the way of this instance, as it is now."""
    settings: Settings = current_app.extensions["settings"]
    return way(owned(), settings.reachable, not settings.mail_stays(False))


def owned() -> bool:
    """Whether the first account is there."""
    return db.session.scalar(select(User.id).where(User.is_owner).limit(1)) is not None


def claim() -> str:
    """Return what proves that somebody has the machine. It is worth nothing once the first account is there."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, b"the first account", hashlib.sha256).hex()[:40]


def claimed(given: str) -> bool:
    """Whether this is the proof."""
    return hmac.compare_digest(given.encode(), claim().encode())


def first_link() -> str:
    """Return the address that opens the first account."""
    settings: Settings = current_app.extensions["settings"]
    return f"{settings.base_url}/sign-up" + (f"?claim={claim()}" if settings.reachable else "")


def ticket(email: str) -> str:
    """Return what opens an account for this address, for a while."""
    return str(_tickets().dumps(email))


def read(token: str) -> str:
    """Return the address of a ticket that still lives, or ""."""
    try:
        return str(_tickets().loads(token, max_age=LIVES))
    except BadData:
        return ""


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="sign-up")
