"""The mailbox for tests: what a shop's automations sent, as JSON, by the shop's key."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import passwords
from app.extensions import csrf, db, limiter
from app.mailbox.reading import opened
from app.models import ApiKey, Mail, Shop
from app.unit import unit
from app.views.access import public
from app.views.api import bearer, caller, unknown_key
from app.views.errors import problem

pages = Blueprint("mailbox_api", __name__, url_prefix="/api/v1/mailbox")
MOST = 100


def register(app: Flask) -> None:
    """Put this door on the application; it knows keys, not sessions."""
    csrf.exempt(pages)
    app.register_blueprint(pages)


@pages.get("")
@public
@limiter.limit("600/minute", key_func=caller)
def index() -> Response:
    """List the newest mails; ?search= looks at sender, recipient and subject, ?unread=1 keeps what nobody has read."""
    shop = _shop()
    if shop is None:
        return unknown_key()
    found = Mail.matching(shop.id, request.args.get("search", "")[:120])
    if request.args.get("unread") in ("1", "true"):
        found = found.where(Mail.read_at.is_(None))
    return jsonify({"mails": [summary(mail) for mail in db.session.scalars(found.limit(MOST))]})


@pages.get("/<int:mail_id>")
@public
@limiter.limit("600/minute", key_func=caller)
def show(mail_id: int) -> Response:
    """Answer with one mail and its parts."""
    shop = _shop()
    if shop is None:
        return unknown_key()
    mine = select(Mail).where(Mail.id == mail_id, Mail.shop_id == shop.id).options(undefer(Mail.raw))
    mail = db.session.scalar(mine)
    if mail is None:
        return problem(404, "No such e-mail", "This mailbox has no e-mail of this number.")
    parts = opened(mail.raw)
    return jsonify(summary(mail) | {"html": parts.html, "text": parts.text, "headers": parts.headers})


@pages.delete("")
@public
@limiter.limit("600/minute", key_func=caller)
def clear() -> Response:
    """Delete every mail of the shop's mailbox."""
    shop = _shop()
    if shop is None:
        return unknown_key()
    shop_id = shop.id
    return jsonify({"deleted": unit(lambda: Mail.clear(shop_id))})


def summary(mail: Mail) -> dict[str, Any]:
    """Return what a list says of a mail."""
    told = {name: getattr(mail, name) for name in ("id", "sender", "recipient", "subject", "message_id")}
    return told | {"received_at": mail.received_at.isoformat(), "unread": mail.read_at is None}


def _shop() -> Shop | None:
    return ApiKey.shop_of(passwords.digest(bearer() or ""))
