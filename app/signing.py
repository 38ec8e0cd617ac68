"""Signing: the headers by which another system can tell that a call is ours (Standard Webhooks, symmetric, v1).

Each shop has a secret of its own, drawn from the secret of the instance: it can be shown again, and nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime

from flask import current_app


def headers(shop_id: int, call_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a call: its id, when this try was made, and the signature over both and the body."""
    stamp = str(int(at.timestamp()))
    signed = hmac.digest(_key(shop_id), f"{call_id}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Relance",
        "webhook-id": call_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{b64encode(signed).decode()}",
    }


def secret(shop_id: int) -> str:
    """Return a shop's secret as the libraries of the standard take it."""
    return f"whsec_{b64encode(_key(shop_id)).decode()}"


def _key(shop_id: int) -> bytes:
    own = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(own, f"calls:{shop_id}".encode(), hashlib.sha256)
