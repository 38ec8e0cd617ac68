"""A person came to the shop from a mail: what is noted of it, by the link itself or by the button behind it.

Security scanners press links and never buttons, so a shop's own page may say again, and better, that it was a person.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.extensions import db
from app.models import Cart, Message, Visit


def held(shop_id: int, message_id: int) -> Message | None:
    """Return the message, its row held until the commit, so that two presses at once are one visit; None if unknown."""
    theirs = select(Message).where(Message.shop_id == shop_id, Message.id == message_id)
    return db.session.scalar(theirs.with_for_update())


def arrived(shop_id: int, message_id: int, cart_token: str, now: datetime) -> None:
    """Write, inside the caller's unit, that a person came by this message, and to which cart ("" for none)."""
    if (message := held(shop_id, message_id)) is None:
        return
    Message.clicked(shop_id, message_id, now)
    Visit.arrive(shop_id, message.flow_id, message_id, message.customer_id, now)
    if cart_token:
        Cart.press(shop_id, cart_token, now)
