"""Telling: the sentences of a flow in the reader's language, with the titles of what they name.

Knows how Words meet the catalogues, and where a shop's titles are kept. Must not know a kind of step, nor a page.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import get_translations
from sqlalchemy import Select, or_, select

from app.extensions import db
from app.models import Coupon, Customer, CustomerTag, Email, Product, Shop
from app.templating import money
from graph import words
from graph.problem import References
from graph.words import Names, Words


def tell(said: Words) -> str:
    """Return the sentence in the language of this page, its inner Words first."""
    catalogue = get_translations()
    return words.say(said, lambda msgid: catalogue.gettext(msgid) if msgid else "", catalogue.ngettext)


def names_in(shop: Shop) -> Names:
    """Return the titles of a shop's e-mails, coupons and products, and how it writes money."""
    return Names(
        emails=_titles(select(Email.id, Email.name).where(Email.shop_id == shop.id)),
        coupons=_titles(
            select(Coupon.id, Coupon.name).where(Coupon.shop_id == shop.id, Coupon.status == "active")
        ),
        products=_titles(select(Product.key, Product.title).where(Product.shop_id == shop.id)),
        money=lambda minor: money(minor, shop.currency),
    )


def references_in(shop: Shop, now: datetime) -> References:
    """Return what exists in a shop, and which of its coupons can still be given."""
    coupons = select(Coupon.id).where(Coupon.shop_id == shop.id, Coupon.status == "active")
    usable = coupons.where(or_(Coupon.ends_at.is_(None), Coupon.ends_at > now))
    active = select(Coupon).where(Coupon.shop_id == shop.id, Coupon.status == "active")
    tags = select(CustomerTag.tag).distinct().where(CustomerTag.shop_id == shop.id)
    return References(
        emails=frozenset(db.session.scalars(select(Email.id).where(Email.shop_id == shop.id))),
        coupons=frozenset(db.session.scalars(coupons)),
        products=frozenset(db.session.scalars(select(Product.key).where(Product.shop_id == shop.id))),
        tags=frozenset(db.session.scalars(tags)),
        usable_coupons=frozenset(db.session.scalars(usable)),
        unofferable_coupons=frozenset(
            each.id for each in db.session.scalars(active) if not each.goes_by("offer")
        ),
    )


def called(customer: Customer) -> str:
    """Return how a customer is named on a page: the name, else the address, else nothing."""
    return f"{customer.first_name} {customer.last_name}".strip() or customer.email or ""


def _titles(query: Select[Any]) -> dict[Any, str]:
    return dict(db.session.execute(query).all())
