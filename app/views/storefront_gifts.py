"""What the demo shop has for one shopper alone: messages in its message centre, and the offer they hold.

The demo knows its shoppers by the address they typed at the checkout, kept in the basket's signed cookie. A real shop
asks for what is theirs who is signed in there (app/views/chat.py, app/views/offers_shown.py).
"""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from app import clock
from app.models import Chat, Offer
from app.views.access import public
from app.views.chat import seen
from app.views.offers_shown import banner, saw
from app.views.reader import Reader
from app.views.storefront_checkout import shopper
from app.views.storefront_visit import pages


@pages.context_processor
def gifts() -> dict[str, Any]:
    """What stands on every page for this shopper: how much they have not read, and their offer."""
    if "front" not in g or not g.basket.email or (customer_id := shopper()) is None:
        return {"unread": 0, "offer": None}
    shown = banner(g.front, customer_id, g.language)
    return {"unread": Chat.unread(g.front.id, customer_id), "shown": shown, "offer": shown and shown.offer}


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
    customer_id = shopper() if g.basket.email else None
    if found := customer_id and Offer.shown(g.front.id, customer_id, clock.now(g.front.id)):
        saw(found[0])
    return Answer(status=204)
