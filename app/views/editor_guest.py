"""Guests: whose run is rehearsed, one of the shop's customers or somebody invented, as facts and as words for e-mails.

Reads rows and writes none. What a customer does not have yet, such as a cart, is an example with the shop's own goods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import facts as seen
from app.emails import samples
from app.emails.preview import about, sold, told
from app.emails.terms import terms
from app.extensions import db
from app.forms.rehearsal import GuestForm
from app.languages import spoken
from app.models import Cart, Coupon, Customer, CustomerTag, Order, Shop, Suppression
from app.telling import called
from graph import facts
from graph.effects import IssueCoupon
from graph.facts import Facts
from graph.interpreter import Plan
from graph.rehearsal import Rehearsal

EXAMPLE = "example"  # the key of a cart or an order that nobody has


@dataclass(frozen=True)
class Guest:
    """Somebody at the start of an automation. `words` is what e-mails may say of them beyond the usual example."""

    name: str
    facts: Facts
    words: Mapping[str, Any]
    refused: bool = False  # this address must get nothing


def real(customer: Customer, plan: Plan, shop: Shop, now: datetime) -> Guest:
    """Return one of the shop's customers, with their latest cart and order."""
    tags = db.session.scalars(select(CustomerTag.tag).where(CustomerTag.customer_id == customer.id))
    person = seen.customer(customer, frozenset(tags))
    cart, order = latest(Cart, customer, Cart.updated_at), latest(Order, customer, Order.placed_at)
    known = _facts(plan, shop, now, person, seen.cart(cart), seen.order(order))
    refused = bool(customer.email and Suppression.among(shop.id, [customer.email]))
    return Guest(called(customer), known, about(customer), refused)


def invented(form: GuestForm, plan: Plan, shop: Shop, now: datetime) -> Guest:
    """Return somebody who does not exist, as a form describes them."""
    name = (form.first_name.data or "").strip()
    person = facts.Customer(
        id=0, email="somebody@example.com", first_name=name, locale=shop.locale, zone=shop.timezone,
        subscribed=seen.CONSENT.get(form.consent.data), tags=form.tagged, orders_count=form.orders.data or 0,
        spent=form.spent.data or 0, created_at=now,
    )  # fmt: skip
    cart = _example_cart(shop)
    if form.cart.data is not None:
        cart = cart._replace(total=form.cart.data)
    known = _facts(plan, shop, now, person, cart, None)
    words: dict[str, Any] = {"customer": {"first_name": name, "last_name": "", "email": person.email}}
    return Guest(name, known, words if form.cart.data is None else words | {"cart_total": form.cart.data})


def latest(model: Any, customer: Customer, column: Any) -> Any:
    """Return the customer's latest row of a table, or None."""
    mine = select(model).where(model.shop_id == customer.shop_id, model.customer_id == customer.id)
    return db.session.scalar(mine.order_by(column.desc()).limit(1))


def words(guest: Guest, played: Rehearsal, visit: int, shop: Shop) -> dict[str, Any]:
    """Return what the e-mail of one visit may say: their own things, and the coupon given last with an example code."""
    known = {name: value for name, value in guest.words.items() if name != "cart_total"}
    if "cart_total" in guest.words:
        usual = samples.somebody(told(shop), sold(shop), shop.currency)
        known["cart"] = {**usual["cart"], "total": guest.words["cart_total"]}
    given = [(effect.coupon, at) for place, effect, at in played.effects
             if place <= visit and isinstance(effect, IssueCoupon)]  # fmt: skip
    return known | {"coupon": _coupon(*given[-1], guest, shop) if given else {}}


def _coupon(id: int, at: datetime, guest: Guest, shop: Shop) -> dict[str, Any]:
    coupon = db.session.scalar(select(Coupon).where(Coupon.id == id, Coupon.shop_id == shop.id))
    if coupon is None:
        return {}
    ends = [coupon.ends_at, at + timedelta(days=coupon.days) if coupon.personal and coupon.days else None]
    code = "-".join(part for part in (coupon.prefix, "7K2M4P" if coupon.personal else "") if part)
    said = terms(coupon, shop.currency, spoken(guest.facts.customer.locale, shop.locale))
    return {"code": code, "terms": said, "ends_at": min((end for end in ends if end), default=None)}


def _facts(
    plan: Plan, shop: Shop, now: datetime, person: facts.Customer, cart: facts.Cart | None, order: facts.Order | None
) -> Facts:  # fmt: skip
    cart, order = cart or _example_cart(shop), order or facts.Order(EXAMPLE, *_sum(shop))
    bought = [item.product for item in (order if "order" in plan.enrols.event else cart).items]
    told_of = {"cart": cart.key, "order": order.key, "products": bought, "product": next(iter(bought), "")}
    event = facts.Event(plan.enrols.event_name(plan.trigger.settings), now, told_of)
    return Facts(person, event, cart, order, zone=shop.timezone, currency=shop.currency)


def _example_cart(shop: Shop) -> facts.Cart:
    total, currency, items = _sum(shop)
    return facts.Cart(EXAMPLE, total, currency, items, checkout=False)


def _sum(shop: Shop) -> tuple[int, str, tuple[facts.Item, ...]]:
    basket = samples.somebody(told(shop), sold(shop), shop.currency)["cart"]
    items = tuple(facts.Item(str(each["product"]), each["title"], each["quantity"], each["price"])
                  for each in basket["items"])  # fmt: skip
    return basket["total"], basket["currency"], items
