"""The offer that a customer is to see: in the demo shop's own pages, and for other shops' pages by key or token.

There is at most one, since nobody is given a second while the first is unused (OFFER-20).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, Response, jsonify, request

from app import clock, languages
from app.emails.terms import terms
from app.extensions import db, limiter
from app.models import Coupon, Customer, Message, Offer, Shop
from app.unit import unit
from app.views.access import public
from app.views.api import caller
from app.views.errors import problem
from app.views.reader import Reader, door, reader

pages = door("offers_shown", "/api/v1/offers")
PURPOSE = "offer"


@dataclass(frozen=True, slots=True)
class Banner:
    """One customer's offer, ready to be shown. `terms` says in words what the code takes off."""

    offer: Offer
    code: str
    terms: str
    ends_at: datetime | None


def register(app: Flask) -> None:
    """Put the door on the application."""
    app.register_blueprint(pages)


@pages.get("")
@public
@limiter.limit("600/minute", key_func=caller)
def index() -> Response:
    """Answer with the offers that a customer is to see, by the shop's key and ?customer=, or by their token."""
    who = reader(PURPOSE)
    if not isinstance(who, Reader):
        return who
    found = banner(db.session.get_one(Shop, who.shop_id), who.customer_id, _language(who))
    return jsonify({"offers": [told(found)] if found else [], "token": who.token(PURPOSE)})


@pages.post("/<int:offer_id>/seen")
@public
@limiter.limit("600/minute", key_func=caller)
def seen(offer_id: int) -> Response:
    """Record that an offer was on its customer's screen. Said again, it changes nothing."""
    who = reader(PURPOSE)
    if not isinstance(who, Reader):
        return who
    offer = db.session.get(Offer, offer_id)
    if offer is None or (offer.shop_id, offer.customer_id) != (who.shop_id, who.customer_id):
        return problem(404, "No such offer", "This customer holds no offer with this id.")
    return jsonify({"seen": True, "new": saw(offer)})


def banner(shop: Shop, customer_id: int, language: str) -> Banner | None:
    """Return the offer that this customer is to see, told in a language, or None."""
    found = Offer.shown(shop.id, customer_id, clock.now(shop.id))
    if found is None:
        return None
    offer, code = found
    coupon = db.session.get_one(Coupon, code.coupon_id)
    ends = min((end for end in (code.ends_at, coupon.ends_at) if end), default=None)
    return Banner(offer, code.code, terms(coupon, shop.currency, language), ends)


def saw(offer: Offer) -> bool:
    """Record that an offer was on screen, for the flows as well: a run may wait for it. False when it was known."""
    shop_id, id, message_id, now = offer.shop_id, offer.id, offer.message_id, clock.now(offer.shop_id)

    def work() -> bool:
        if not Offer.seen(shop_id, id, now):
            return False
        Message.opened(shop_id, message_id, now)
        return True

    return unit(work)


def told(shown: Banner) -> dict[str, Any]:
    """Return an offer as JSON."""
    offer = shown.offer
    return {
        "id": offer.id, "title": offer.title, "text": offer.text, "image": offer.image, "code": shown.code,
        "terms": shown.terms, "ends_at": _moment(shown.ends_at), "granted_at": _moment(offer.granted_at),
        "seen_at": _moment(offer.seen_at),
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _language(who: Reader) -> str:
    """Return the language of the page that asks (?language=), else the customer's, else the shop's."""
    asked = request.args.get("language", "")
    if asked in languages.LANGUAGES:
        return asked
    customer, shop = db.session.get_one(Customer, who.customer_id), db.session.get_one(Shop, who.shop_id)
    return languages.spoken(customer.locale, shop.locale)
