"""Context: the plain data that the wording of one message may use, as it is at this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.emails import goods
from app.emails.terms import terms
from app.extensions import db
from app.models import Cart, Code, Coupon, Customer, Event, Order, Product, Run, Shop

SENDER = ("name", "url", "contact_email", "contact_phone", "business_name", "postal_address")


@dataclass(frozen=True, slots=True)
class Offered:
    """The code that a run was given last, with its coupon."""

    code: Code
    coupon: Coupon


def of(shop: Shop, run: Run, customer: Customer, offered: Offered | None, locale: str) -> dict[str, Any]:
    """Return the data of a run's message. A noun that the run has nothing to say about is an empty mapping."""
    event = db.session.get_one(Event, run.event_id)
    return {
        "customer": {
            "first_name": customer.first_name,
            "last_name": customer.last_name,
            "email": customer.email or "",
        },
        "cart": _cart(shop, event),
        "order": _order(shop, event),
        "product": _product(shop, event),
        "coupon": _coupon(shop, offered, locale),
        "shop": {name: getattr(shop, name) for name in SENDER},
        "recommended": {"items": goods.bestsellers(shop.id)},
        "event": event.data.get("told") or {},
    }


def offered(run: Run) -> Offered | None:
    """Return what the run was given last, or None."""
    if run.code_id is None:
        return None
    given = select(Code, Coupon).join(Coupon, Coupon.id == Code.coupon_id)
    row = db.session.execute(given.where(Code.shop_id == run.shop_id, Code.id == run.code_id)).first()
    return Offered(row[0], row[1]) if row else None


def _cart(shop: Shop, event: Event) -> dict[str, Any]:
    cart = db.session.get(Cart, event.cart_id) if event.cart_id else None
    if cart is None:
        return {}
    items = goods.described(shop.id, cart.items)
    return {"items": items, "total": cart.total, "currency": cart.currency, "url": cart.url}


def _order(shop: Shop, event: Event) -> dict[str, Any]:
    order = db.session.get(Order, event.order_id) if event.order_id else None
    if order is None:
        return {}
    items = goods.described(shop.id, order.items)
    plain = {name: getattr(order, name) or "" for name in ("url", "tracking")}
    return {"number": order.number, "items": items, "total": order.total, "currency": order.currency} | plain


def _product(shop: Shop, event: Event) -> dict[str, Any]:
    """Return the product that it is about: the one viewed, else the first that was left or bought."""
    key = event.data.get("product") or next(iter(event.data.get("products") or ()), None)
    known = select(Product).where(Product.shop_id == shop.id, Product.key == str(key))
    product = db.session.scalar(known) if key else None
    if product is None:
        return {}
    return {"product": product.key, "was": event.data.get("before") or 0} | {
        name: getattr(product, name) for name in ("title", "description", "price", "image", "url")
    }


def _coupon(shop: Shop, offered: Offered | None, locale: str) -> dict[str, Any]:
    if offered is None:
        return {}
    ends = [end for end in (offered.code.ends_at, offered.coupon.ends_at) if end]
    said = terms(offered.coupon, shop.currency, locale)
    return {"code": offered.code.code, "terms": said, "ends_at": min(ends, default=None)}
