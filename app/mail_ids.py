"""The Message-ID of what we send: an HMAC of the message's key. Nobody can guess it, and we find it again."""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app

SIGNED = 16  # hexadecimal digits that vouch for the shop


def mail_id(key: str, shop_id: int) -> str:
    """Return the Message-ID of a message, without angle brackets."""
    host = str(current_app.extensions["settings"].base_url).partition("://")[2]
    host = host.partition("/")[0].partition(":")[0]
    return f"{_mac(f'mail:{shop_id}:{key}')[:40]}@{host or 'localhost'}"


def single_id(key: str, shop_id: int) -> str:
    """Return the Message-ID of a mail that is no row of the outbox: it says itself whose it is."""
    mark, _at, host = mail_id(key, shop_id).partition("@")
    return f"{shop_id}.{mark}.{_mac(f'whose:{shop_id}:{mark}')[:SIGNED]}@{host}"


def shop_of(single: str) -> int | None:
    """Return the shop that a Message-ID of `single_id` names; None when it is not genuine."""
    shop_id, _dot, rest = single.partition("@")[0].partition(".")
    mark, _dot, signed = rest.partition(".")
    genuine = hmac.compare_digest(signed.encode(), _mac(f"whose:{shop_id}:{mark}")[:SIGNED].encode())
    return int(shop_id) if genuine and shop_id.isdecimal() else None


def _mac(text: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, text.encode(), hashlib.sha256).hex()
