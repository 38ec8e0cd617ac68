"""Context: the plain data that the wording of one message may use, as it is at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.emails import goods
from app.emails.terms import terms
from app.extensions import db
from app.models import Cart, Code, Coupon, Customer, Event, Order, Run, Shop

SENDER = ("name", "url", "contact_email", "contact_phone", "business_name", "postal_address")


@dataclass(frozen=True, slots=True)
class Offered:
    """The code that a run was given last, with its coupon."""

    code: Code
    coupon: Coupon


def of(
    shop: Shop,
    run: Run,
    customer: Customer,
    offered: Offered | None,
    locale: str,
    named: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the data of a run's message. A noun that the run has nothing to say about is an empty mapping.

    `named` is what `products` found for several runs at once; it is read here where it is left out.
    """
    event = db.session.get_one(Event, run.event_id)
    known = products(shop.id, [event]) if named is None else named
    return {
        "customer": {
            "first_name": customer.first_name,
            "last_name": customer.last_name,
            "email": customer.email or "",
        },
        "cart": _cart(event, known),
        "order": _order(event, known),
        "product": _product(event, known),
        "coupon": _coupon(shop, offered, locale),
        "shop": {name: getattr(shop, name) for name in SENDER},
        "recommended": {"items": goods.bestsellers(shop.id)},
        "event": event.data.get("told") or {},
    }


def offered(run: Run) -> Offered | None:
    """Return what the run was given last, or None."""
    if run.code_id is None:
        return None
    code = db.session.get(Code, run.code_id)
    if code is None or code.shop_id != run.shop_id:
        return None
    return Offered(code, db.session.get_one(Coupon, code.coupon_id))


def products(shop_id: int, events: Iterable[Event]) -> dict[str, Any]:
    """Return what the shop says of the products that these events name, or their carts and orders, by key."""
    return goods.named(shop_id, {key for event in events for key in _keys(event)})


def _keys(event: Event) -> Iterator[str]:
    if key := _looked_at(event):
        yield key
    for noun in (_noun(Cart, event.cart_id), _noun(Order, event.order_id)):
        yield from goods.keys(noun.items if noun else ())


def _looked_at(event: Event) -> str:
    """Return the key of the product that it is about: the one viewed, else the first that was left or bought."""
    return str(event.data.get("product") or next(iter(event.data.get("products") or ()), None) or "")


def _noun(model: Any, id: int | None) -> Any:
    return db.session.get(model, id) if id else None


def _cart(event: Event, known: Mapping[str, Any]) -> dict[str, Any]:
    cart = _noun(Cart, event.cart_id)
    if cart is None:
        return {}
    items = goods.worded(cart.items, known)
    return {"items": items, "total": cart.total, "currency": cart.currency, "url": cart.url}


def _order(event: Event, known: Mapping[str, Any]) -> dict[str, Any]:
    order = _noun(Order, event.order_id)
    if order is None:
        return {}
    items = goods.worded(order.items, known)
    plain = {name: getattr(order, name) or "" for name in ("url", "tracking")}
    return {"number": order.number, "items": items, "total": order.total, "currency": order.currency} | plain


def _product(event: Event, known: Mapping[str, Any]) -> dict[str, Any]:
    product = known.get(_looked_at(event))
    if product is None:
        return {}
    return goods.as_item(product) | {"was": event.data.get("before") or 0}


def _coupon(shop: Shop, offered: Offered | None, locale: str) -> dict[str, Any]:
    if offered is None:
        return {}
    ends = [end for end in (offered.code.ends_at, offered.coupon.ends_at) if end]
    said = terms(offered.coupon, shop.currency, locale)
    return {"code": offered.code.code, "terms": said, "ends_at": min(ends, default=None)}
