"""What a design would look like: filled in for an invented customer or a real one, sent to nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from app import links
from app.emails import goods, samples
from app.emails.addresses import base_url
from app.emails.frame import Frame, is_address
from app.emails.rendering import Rendered, language_of, render
from app.extensions import db
from app.models import Cart, Customer, Order, Product, ProductView, Shop

SCHEMES = {"light": "not all", "dark": "all"}
_DARK = re.compile(r"@media \(prefers-color-scheme: ?dark\)")


def preview(
    design: Mapping[str, Any], locale: str, shop: Shop, customer: Customer | None = None,
    known: Mapping[str, Any] | None = None,
) -> Rendered:  # fmt: skip
    """Return the design as this customer of the shop would get it, or an invented one of whom this is `known`.

    Raises BadWording.
    """
    home = shop.url if is_address(shop.url) else base_url()
    frame = Frame.of(
        shop, base_url(), lambda target: target if is_address(target) else home, sample_page(shop)
    )
    frame = replace(frame, preferences_url=frame.unsubscribe_url)
    language = language_of(design, locale, shop.locale)
    data = told_to(shop, language) | (about(customer) if customer else {}) | dict(known or {})
    return render(design, language, data, frame)


def sample_page(shop: Shop) -> str:
    """Return where the links at the foot of a test lead: a page as customers see it that changes nothing."""
    return f"{base_url()}/p/sample/{links.sign('sample', shop.id)}" if shop.id else f"{base_url()}/"


def told_to(shop: Shop, language: str) -> dict[str, Any]:
    """Return what a message may say of an invented customer of the shop, with the shop's own goods."""
    with force_locale(language):
        data = samples.somebody(told(shop), sold(shop), shop.currency)
    return data | {"recommended": {"items": goods.bestsellers(shop.id) or data["cart"]["items"]}}


def seen_in(html: str, scheme: str) -> str:
    """Return the document as a reader with light or dark surroundings sees it, whatever ours are ("" for ours)."""
    return _DARK.sub(f"@media {SCHEMES[scheme]}", html) if scheme in SCHEMES else html


def about(customer: Customer) -> dict[str, Any]:
    """Return what is known of a customer: their name, last cart, last order and the product looked at last."""
    names = ("first_name", "last_name")
    found: dict[str, Any] = {
        "customer": {name: getattr(customer, name) for name in names} | {"email": customer.email or ""}
    }
    theirs = {"shop_id": customer.shop_id, "customer_id": customer.id}
    cart = db.session.scalar(select(Cart).filter_by(**theirs).order_by(Cart.updated_at.desc()).limit(1))
    order = db.session.scalar(select(Order).filter_by(**theirs).order_by(Order.placed_at.desc()).limit(1))
    for name, noun in (("cart", cart), ("order", order)):
        if noun is not None and noun.items:
            items = goods.described(customer.shop_id, noun.items)
            found[name] = {"items": items, "total": noun.total, "currency": noun.currency}
    if order is not None and "order" in found:
        found["order"]["number"] = order.number
    seen = select(Product).join(
        ProductView, (ProductView.product_key == Product.key) & (ProductView.shop_id == Product.shop_id)
    )
    product = db.session.scalar(
        seen.where(ProductView.customer_id == customer.id, Product.shop_id == customer.shop_id)
    )
    return found | ({"product": goods.as_item(product)} if product else {})


def sold(shop: Shop) -> list[dict[str, Any]]:
    """Return two things that this shop sells, with pictures if it has any."""
    found = select(Product).where(Product.shop_id == shop.id, Product.title != "")
    rows = db.session.scalars(found.order_by(Product.image == "", Product.id).limit(2))
    return [goods.as_item(row) for row in rows]


def told(shop: Shop) -> dict[str, Any]:
    """Return what wording may say of a shop, as plain data."""
    names = ("name", "url", "contact_email", "contact_phone", "business_name", "postal_address")
    return {name: getattr(shop, name) for name in names}
