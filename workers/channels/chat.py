"""Chat: a short message in the shop's own message centre (REPLY-06). Our own database is the place where it arrives,
so that it is there exactly when the gate was passed, and nobody can ever be in doubt about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import force_locale

from app.emails import manner, wording
from app.emails.wording import BadWording
from app.extensions import db
from app.languages import spoken
from app.models import Chat, Customer, Run, Shop
from workers import context
from workers.background import Background
from workers.channels.channel import Channel
from workers.letters import Letter, Unwritable

LONGEST = 2000  # characters of one chat message once its fields are filled in


class ChatChannel(Channel):
    """Writes the merchant's few words and leaves them for the customer's next visit."""

    name = "chat"

    def write(self, message: Any, about: Background, now: datetime, with_code: bool) -> Letter:
        """Return the words with their fields filled in; raises Unwritable."""
        shop, run = db.session.get_one(Shop, message.shop_id), db.session.get_one(Run, message.run_id)
        customer = db.session.get_one(Customer, message.customer_id)
        if not customer.email:
            raise Unwritable("erased")
        offered = context.offered(run) if with_code else None
        locale = spoken(customer.locale, shop.locale)
        data = wording.plain(context.of(shop, run, customer, offered, locale, about.products))
        try:
            with force_locale(locale), manner.speaking(locale, shop.currency, shop.timezone):
                text = wording.fill(message.text, data).strip()[:LONGEST]
        except BadWording as error:
            raise Unwritable("wording", str(error)) from error
        codes = (offered.code.id,) if offered and offered.code.code in text else ()
        return Letter("", customer.email, text[:80], text.encode(), codes)

    def record(self, message: Any, letter: Letter, now: datetime) -> None:
        """Put the message into the customer's message centre."""
        theirs = {"shop_id": message.shop_id, "customer_id": message.customer_id, "message_id": message.id}
        db.session.add(Chat(text=letter.raw.decode(), sent_at=now, **theirs))
