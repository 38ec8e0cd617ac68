"""The Message-ID of what we send: an HMAC of the message's key. Nobody can guess it, and we find it again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from flask import current_app

SIGNED = 16  # hexadecimal digits that vouch for the shop


def mail_id(key: str, shop_id: int) -> str:
    """Return the Message-ID of a message, without angle brackets."""
    return mail_ids([key], shop_id)[0]


def mail_ids(keys: Iterable[str], shop_id: int) -> list[str]:
    """Return the Message-IDs of many messages of a shop, in their order."""
    host = str(current_app.extensions["settings"].base_url).partition("://")[2]
    host, secret = host.partition("/")[0].partition(":")[0] or "localhost", _secret()
    return [f"{_mac(secret, f'mail:{shop_id}:{key}')[:40]}@{host}" for key in keys]


def single_id(key: str, shop_id: int) -> str:
    """Return the Message-ID of a mail that is no row of the outbox: it says itself whose it is."""
    mark, _at, host = mail_id(key, shop_id).partition("@")
    return f"{shop_id}.{mark}.{_signed(shop_id, mark)}@{host}"


def shop_of(single: str) -> int | None:
    """Return the shop that a Message-ID of `single_id` names; None when it is not genuine."""
    shop_id, _dot, rest = single.partition("@")[0].partition(".")
    mark, _dot, signed = rest.partition(".")
    genuine = hmac.compare_digest(signed.encode(), _signed(shop_id, mark).encode())
    return int(shop_id) if genuine and shop_id.isdecimal() else None


def _signed(shop_id: int | str, mark: str) -> str:
    return _mac(_secret(), f"whose:{shop_id}:{mark}")[:SIGNED]


def _secret() -> bytes:
    return str(current_app.config["SECRET_KEY"]).encode()


def _mac(secret: bytes, text: str) -> str:
    return hmac.digest(secret, text.encode(), hashlib.sha256).hex()
