"""A mail that came back to a signed return path: what it means for the address that it was sent to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.models import Bounce, Customer, Message, Notice
from app.returned import addresses, reports
from app.unit import unit


def take(recipient: str, raw: bytes) -> bool:
    """Write down a returned mail; False when it is none, or was known.

    Only the customer whose message came back is meant, whatever other addresses the mail names.
    """
    claim = addresses.read(recipient)
    kind = reports.kind_of(raw) if claim else ""
    if claim is None or not kind:
        return False
    theirs = select(Customer.email).join(Message, Message.customer_id == Customer.id)
    email = db.session.scalar(theirs.where(Message.shop_id == claim.shop_id, Message.id == claim.message_id))
    if not email:
        return False
    notice = Notice(kind, email, f"mail:{claim.message_id}:{kind}", reports.words_of(raw))
    return unit(lambda: _taken(claim.shop_id, claim.message_id, notice, clock.now(claim.shop_id)))


def _taken(shop_id: int, message_id: int, notice: Notice, now: datetime) -> bool:
    if notice.kind != "complaint":
        Message.bounced(shop_id, message_id, now)
    return Bounce.take(shop_id, notice, now)
