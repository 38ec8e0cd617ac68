"""Signed links: short tokens that say what they are for, whose they are and until when.

Knows how a token is written and read back. Must not know what a link does, nor any table. A token of one
purpose is worthless for another: each purpose has a key of its own, derived from the secret of the instance.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flask import current_app

from app import clock

# Days that a token lives. An unsubscribe link must outlive any mail that somebody may still find.
LIVES = {"chat": 1, "offer": 1, "click": 400, "open": 400, "recovery": 30, "unsubscribe": 3650, "resubscribe": 2,
         "test": 2, "sample": 30, "bounce": 30, "preferences": 3650, "confirm": 14, "invite": 7}  # fmt: skip
LONGEST = 512  # characters: a product's key of 80 signs in any writing fits; longer ones are refused unread
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_HEAD = struct.Struct(">BHII")  # format, last day, shop, message
_FORMAT = 1
_LATEST = 2**16 - 1  # the last day that the head can say, in 2199
_MAC = 16  # bytes of HMAC-SHA256 kept: 128 bits


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says: a shop, a message (0 for none) and a target whose meaning belongs to the purpose."""

    shop_id: int
    message_id: int
    target: str = ""


def sign(
    purpose: str, shop_id: int, message_id: int = 0, target: str = "", now: datetime | None = None
) -> str:  # fmt: skip
    """Return the token of this claim: URL-safe, about 40 characters and the target's. `now` saves asking the clock.

    Raises KeyError for an unknown purpose and ValueError when the target is too long to be a link.
    """
    last = ((now or clock.now(shop_id)) - _EPOCH).days + LIVES[purpose]
    body = _HEAD.pack(_FORMAT, min(last, _LATEST), shop_id, message_id) + target.encode()
    token = urlsafe_b64encode(body + _mac(purpose, body)).rstrip(b"=").decode()
    if len(token) > LONGEST:
        raise ValueError("the target of a link is too long")
    return token


def read(purpose: str, token: str) -> Claim | None:
    """Return the claim of a genuine token of this purpose that still lives, else None. Never raises."""
    raw = _decode(token)
    if raw is None or len(raw) < _HEAD.size + _MAC:
        return None
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if not hmac.compare_digest(mac, _mac(purpose, body)):
        return None
    version, last, shop_id, message_id = _HEAD.unpack_from(body)
    if version != _FORMAT or clock.now(shop_id) >= _EPOCH + timedelta(days=last + 1):
        return None
    return Claim(shop_id, message_id, body[_HEAD.size :].decode())


def _decode(token: str) -> bytes | None:
    if not token.isascii() or len(token) > LONGEST:
        return None
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    # One claim, one spelling: base64 has spare bits and ignores strangers, we do not.
    return raw if urlsafe_b64encode(raw).rstrip(b"=").decode() == token else None


def _mac(purpose: str, body: bytes) -> bytes:
    begun = _begun(str(current_app.config["SECRET_KEY"]), purpose).copy()
    begun.update(body)
    return begun.digest()[:_MAC]


@lru_cache(maxsize=64)
def _begun(secret: str, purpose: str) -> hmac.HMAC:
    """Return what each MAC of this purpose begins with, to be copied: taking in the key is most of the work."""
    key = hmac.digest(secret.encode(), b"link:" + purpose.encode(), hashlib.sha256)
    return hmac.new(key, digestmod=hashlib.sha256)
