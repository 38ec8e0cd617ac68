"""Browsers that have signed in before: a signed cookie says so, and their tries are counted apart from strangers'.

So nobody can lock an owner out by guessing at their account from elsewhere. The cookie opens nothing by itself.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as Answer

LIVES = 400 * 86400  # seconds; browsers keep no cookie longer


def remember(answer: Response | Answer, email: str) -> None:
    """Let this browser be known as one that has signed in to this account."""
    value = _signer().dumps([_digest(email), secrets.token_urlsafe(12)])
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(_name(), value, max_age=LIVES, httponly=True, samesite="Lax", secure=secure, path="/")


def stranger_or_known(email: str) -> str:
    """Return by whom a try to sign in is counted: the known browser of this account, else the network it is from."""
    device = known(email)
    return f"device {device}" if device else f"network {network(request.remote_addr or '')}"


def network(address: str) -> str:
    """Return the network that an address is of: IPv6 gives everybody a /64, and a whole street an IPv4 /24."""
    try:
        at = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((at, 64 if at.version == 6 else 24), strict=False))


def known(email: str) -> str | None:
    """Return the name of this browser when it has signed in to this account before, else None."""
    try:
        account, device = _signer().loads(request.cookies.get(_name(), ""), max_age=LIVES)
    except (BadData, ValueError, TypeError):
        return None
    return str(device) if account == _digest(email) else None


def _digest(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]


def _name() -> str:
    return "__Host-device" if current_app.config["SESSION_COOKIE_SECURE"] else "device"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        current_app.config["SECRET_KEY"], salt="a browser that has signed in before"
    )
