"""Offer: a banner in the shop's own pages for one customer, with the coupon it promises (OFFER-02)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.models import Customer, Offer, Run, Shop
from workers import context
from workers.background import Background
from workers.channels.channel import Channel, Unwelcome
from workers.letters import Letter, Unwritable


class OfferChannel(Channel):
    """Keeps a snapshot of the banner with the customer; whether it is shown is asked at each visit."""

    name = "offer"

    def write(self, message: Any, about: Background, now: datetime, with_code: bool) -> Letter:
        """Return the banner's title, with the code that it promises; raises Unwritable."""
        customer = db.session.get_one(Customer, message.customer_id)
        offered = context.offered(db.session.get_one(Run, message.run_id)) if with_code else None
        if not customer.email or offered is None:
            # Without a code there is nothing to promise, whatever the flow says of coupons that fail (OFFER-06).
            raise Unwritable("erased" if not customer.email else "coupon")
        return Letter("", customer.email, str(_said(message, "title")), b"", (offered.code.id,))

    def record(self, message: Any, letter: Letter, now: datetime) -> None:
        """Give the offer; raises Unwelcome where nobody would see it, and while they hold one unused (OFFER-20)."""
        if not db.session.get_one(Shop, self.shop_id).can_offer:
            raise Unwelcome("channel_gone")
        whose = select(Customer.id).where(Customer.id == message.customer_id)
        db.session.execute(
            whose.with_for_update(key_share=True)
        )  # two flows must not both find that there is none
        if Offer.held(message.shop_id, message.customer_id, now):
            raise Unwelcome("unused_offer")
        theirs = {"shop_id": message.shop_id, "customer_id": message.customer_id, "message_id": message.id}
        banner = {"title": _said(message, "title"), "text": message.text, "image": _said(message, "image")}
        since = {"flow_id": message.flow_id, "epoch": message.epoch, "granted_at": now}
        db.session.add(Offer(code_id=letter.codes[0], **theirs, **banner, **since))


def _said(message: Any, name: str) -> str:
    return str((message.data or {}).get(name) or "")
