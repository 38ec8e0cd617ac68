"""What the demo shop says about a shopper, in the words of the API. Pure: it builds bodies, it sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import force_locale, lazy_gettext

from app.demo.basket import Basket
from app.demo.counter import Good, Line
from app.demo.till import Receipt

CURRENCY = "EUR"
QUESTION = lazy_gettext("Send me news from the studio, about twice a month")
ZONE = "Europe/Paris"
Body = dict[str, Any]


def viewed(basket: Basket, good: Good, at: datetime) -> Body:
    """Somebody we know looked at a product."""
    product = {"id": good.key, "title": good.title, "price": good.price, "currency": CURRENCY,
               "image": good.image_url, "url": good.url, "stock": good.stock}  # fmt: skip
    return {"event": "product.viewed", "at": at.isoformat(), "customer": customer(basket), "product": product}


def cart(event: str, basket: Basket, lines: Sequence[Line], url: str, at: datetime) -> Body:
    """A cart changed (`cart.updated`), or its checkout began (`checkout.started`)."""
    body: Body = {"event": event, "at": at.isoformat()}
    if basket.email:
        body["customer"] = customer(basket)
    body["cart"] = {"token": basket.token, "currency": CURRENCY, "items": items(lines), "url": url,
                    "checkout": event == "checkout.started"}  # fmt: skip
    return body


def paid(basket: Basket, lines: Sequence[Line], receipt: Receipt, at: datetime) -> Body:
    """A cart was paid."""
    order = {"number": receipt.number, "token": receipt.token, "cart": basket.token, "currency": CURRENCY,
             "items": items(lines), "total": receipt.total, "discount": receipt.discount,
             "shipping": receipt.shipping, "codes": list(receipt.codes), "paid": True}  # fmt: skip
    return {"event": "order.placed", "at": at.isoformat(), "customer": customer(basket), "order": order}


def customer(basket: Basket) -> Body:
    """Who it is. Consent is only ever said when it was given just now: silence takes nothing back."""
    told = {"email": basket.email, "first_name": basket.address.first_name, "last_name": basket.address.last_name,
            "locale": basket.language, "timezone": ZONE, "subscribed": True if basket.subscribed else None}  # fmt: skip
    return told | ({"consent_wording": _wording(basket.language)} if basket.subscribed else {})


def _wording(locale: str) -> str:
    with force_locale(locale):
        return str(QUESTION)


def items(lines: Sequence[Line]) -> list[Body]:
    """The lines as the API has them."""
    return [
        {"product": line.good.key, "title": line.good.title, "quantity": line.quantity, "price": line.good.price,
         "image": line.good.image_url, "url": line.good.url}
        for line in lines
    ]  # fmt: skip
