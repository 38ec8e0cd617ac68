"""The Message-ID of what we send: an HMAC of the message's key. Nobody can guess it, and we find it again."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app


def mail_id(key: str, shop_id: int) -> str:
    """Return the Message-ID of a message, without angle brackets."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    host = str(current_app.extensions["settings"].base_url).partition("://")[2]
    host = host.partition("/")[0].partition(":")[0]
    mac = hmac.digest(secret, f"mail:{shop_id}:{key}".encode(), hashlib.sha256)
    return f"{mac.hex()[:40]}@{host or 'localhost'}"
