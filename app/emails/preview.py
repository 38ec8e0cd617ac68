"""What a design would look like: filled in for an invented customer with the shop's own goods, sent to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from app.emails import samples
from app.emails.addresses import base_url
from app.emails.frame import Frame, is_address
from app.emails.rendering import Rendered, language_of, render
from app.extensions import db
from app.models import Product, Shop


def preview(design: Mapping[str, Any], locale: str, shop: Shop) -> Rendered:
    """Return the design as an invented customer of this shop would get it. Raises BadWording."""
    home = shop.url if is_address(shop.url) else base_url()
    frame = Frame.of(
        shop, base_url(), lambda target: target if is_address(target) else home, f"{base_url()}/"
    )
    language = language_of(design, locale, shop.locale)
    with force_locale(language):
        data = samples.somebody(told(shop), goods(shop), shop.currency)
    return render(design, language, data, frame)


def goods(shop: Shop) -> list[dict[str, Any]]:
    """Return two things that this shop sells, with pictures if it has any."""
    sold = select(Product).where(Product.shop_id == shop.id, Product.title != "")
    rows = db.session.scalars(sold.order_by(Product.image == "", Product.id).limit(2))
    said = ("title", "price", "image", "url")
    return [{"product": row.key} | {name: getattr(row, name) for name in said} for row in rows]


def told(shop: Shop) -> dict[str, Any]:
    """Return what wording may say of a shop, as plain data."""
    names = ("name", "url", "contact_email", "contact_phone", "business_name", "postal_address")
    return {name: getattr(shop, name) for name in names}
