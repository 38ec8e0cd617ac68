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
WAYS = {
    "standard": lazy_gettext("Standard delivery"), "express": lazy_gettext("Express delivery, the next working day"),
    "pickup": lazy_gettext("Picked up at the studio in Nantes"),
}  # fmt: skip
ZONE = "Europe/Paris"
Body = dict[str, Any]


def viewed(basket: Basket, good: Good, at: datetime) -> Body:
    """Somebody we know looked at a product."""
    return {
        "event": "product.viewed",
        "at": at.isoformat(),
        "customer": customer(basket),
        "product": product(good),
    }


def wanted(basket: Basket, good: Good, at: datetime) -> Body:
    """Somebody asks to be told when a product is back."""
    return {
        "event": "product.wanted",
        "at": at.isoformat(),
        "customer": customer(basket),
        "product": product(good),
    }


def saved(good: Good, at: datetime) -> Body:
    """A product has another price or another stock."""
    return {"event": "product.saved", "at": at.isoformat(), "product": product(good)}


def product(good: Good) -> Body:
    """A product as the API has it."""
    return {"id": good.key, "title": good.title, "price": good.price, "currency": CURRENCY,
            "image": good.image_url, "url": good.url, "stock": good.stock}  # fmt: skip


def born(basket: Basket, birthday: str, at: datetime) -> Body:
    """Somebody told the day of their birthday."""
    told = customer(basket) | {"birthday": birthday}
    return {"event": "customer.saved", "at": at.isoformat(), "customer": told}


def moved(event: str, order: Any, at: datetime) -> Body:
    """An order (a row) came to another state."""
    told = {
        name: getattr(order, name)
        for name in ("number", "token", "currency", "total", "discount", "shipping")
    }
    lines = [{name: item[name] for name in ("product", "title", "quantity", "price", "image", "url") if name in item}
             for item in order.items]  # fmt: skip
    parcel = {"tracking": f"6A{order.id:08d}"} if event == "order.shipped" else {}
    given_back = {"refunded": order.total} if event == "order.refunded" else {}
    return {"event": event, "at": at.isoformat(), "order": {**told, "items": lines, **parcel, **given_back}}


def cart(event: str, basket: Basket, lines: Sequence[Line], url: str, at: datetime) -> Body:
    """A cart changed (`cart.updated`), or its checkout began (`checkout.started`)."""
    body: Body = {"event": event, "at": at.isoformat()}
    if basket.email:
        body["customer"] = customer(basket)
    body["cart"] = {"token": basket.token, "currency": CURRENCY, "items": items(lines), "url": url,
                    "checkout": event == "checkout.started"}  # fmt: skip
    if event == "checkout.started":
        body["cart"]["shipping"] = str(WAYS.get(basket.way, ""))
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
