"""What the demo shop has for one shopper alone: messages in its message centre, and the offer they hold.

The demo knows its shoppers by the address they typed at the checkout, kept in the basket's signed cookie. A real shop
asks for the messages of whoever is signed in there (app/views/chat.py).
"""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app import clock
from app.emails.terms import terms
from app.extensions import db
from app.models import Chat, Coupon, Message, Offer
from app.unit import unit
from app.views.access import public
from app.views.chat import Reader, seen
from app.views.storefront_checkout import shopper
from app.views.storefront_visit import pages


@pages.context_processor
def gifts() -> dict[str, Any]:
    """What stands on every page for this shopper: how much they have not read, and their offer."""
    if "front" not in g or not g.basket.email or (customer_id := shopper()) is None:
        return {"unread": 0, "offer": None}
    found = Offer.shown(g.front.id, customer_id, clock.now(g.front.id))
    unread = Chat.unread(g.front.id, customer_id)
    if found is None:
        return {"unread": unread, "offer": None}
    offer, code = found
    coupon = db.session.get_one(Coupon, code.coupon_id)
    ends = min((end for end in (code.ends_at, coupon.ends_at) if end), default=None)
    return {
        "unread": unread,
        "offer": offer,
        "offer_code": code.code,
        "offer_terms": terms(coupon, g.front.currency, g.language),
        "offer_ends": ends,
    }


@pages.get("/messages")
@public
def messages() -> str:
    """Show the shopper's messages."""
    customer_id = shopper() if g.basket.email else None
    chats = Chat.of(g.front.id, customer_id) if customer_id else []
    template = (
        "storefront/message_list.html" if request.args.get("part") == "list" else "storefront/messages.html"
    )
    return render_template(template, chats=chats, known=bool(g.basket.email), now=clock.now(g.front.id))


@pages.post("/messages/read")
@public
def messages_read() -> Answer:
    """Record that the shopper has read all up to the last message on the page."""
    customer_id, up_to = shopper() if g.basket.email else None, request.form.get("up_to", type=int)
    if customer_id and up_to:
        seen(Reader(g.front.id, customer_id), up_to)
    return redirect(url_for("storefront.messages"))


@pages.post("/offer/seen")
@public
def offer_seen() -> Answer:
    """Record that the shopper's offer was on their screen."""
    customer_id, shop_id, now = shopper() if g.basket.email else None, g.front.id, clock.now(g.front.id)
    found = Offer.shown(shop_id, customer_id, now) if customer_id else None
    if found:
        offer_id, message_id = found[0].id, found[0].message_id
        unit(lambda: Offer.seen(shop_id, offer_id, now) and Message.opened(shop_id, message_id, now))
    return Answer(status=204)
