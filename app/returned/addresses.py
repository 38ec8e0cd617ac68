"""Where mails come back to: a signed Return-Path for each mail, and a signed address for a provider's webhook.

A returned mail proves nothing by its own words; the address that it came to says whose it is.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode

from flask import current_app

from app import links
from app.extensions import db
from app.links import Claim
from app.models import MailServer, Shop

PREFIX = "bounces+"


def return_path(shop_id: int, message_id: int, usual: str, domain: str | None = None) -> str:
    """Return the envelope's sender of a message: signed where mail comes back to us, else the usual address.

    `domain` is what `returning` says of the shop; it is asked here where it is left out.
    """
    domain = returning(shop_id) if domain is None else domain
    return f"{PREFIX}{_spelled(links.sign('bounce', shop_id, message_id))}@{domain}" if domain else usual


def returning(shop_id: int) -> str:
    """Return the domain whose mail reaches us, or ""; the built-in mailbox hears for itself."""
    settings = current_app.extensions["settings"]
    is_demo = Shop.is_a_demo(shop_id)
    stays = settings.mail_stays(is_demo) and (is_demo or db.session.get(MailServer, shop_id) is None)
    return str(settings.bounce_domain or ("localhost" if stays else ""))


def read(recipient: str) -> Claim | None:
    """Return what a genuine return path says, or None. Never raises."""
    local = recipient.strip("<> ").partition("@")[0].lower()
    if not local.startswith(PREFIX):
        return None
    body = local.removeprefix(PREFIX).upper()
    try:
        raw = b32decode(body + "=" * (-len(body) % 8))
    except (binascii.Error, ValueError):
        return None
    return links.read("bounce", urlsafe_b64encode(raw).rstrip(b"=").decode())


def hook_key(shop_id: int, turn: int) -> str:
    """Return the key of a shop's webhook for mail providers; another `turn` makes the old one worthless."""
    secret = str(current_app.config["SECRET_KEY"]).encode()
    mac = hmac.digest(secret, f"mail hook:{shop_id}:{turn}".encode(), hashlib.sha256).hex()
    return f"{shop_id}-{mac[:32]}"


def _spelled(token: str) -> str:
    # Mail servers may write an address in lower case: base 32 survives that, base 64 does not.
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    return b32encode(raw).rstrip(b"=").decode().lower()
