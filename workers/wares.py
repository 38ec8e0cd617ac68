"""Wares: which product a note to the shop's own people is about, where it is about no customer."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import force_locale, ngettext
from sqlalchemy import select

from app.extensions import db
from app.models import Event, Product, Shop
from app.models.moves import LOW


def about(shop_id: int, events: Collection[int]) -> dict[int, str]:
    """Return by event, in the shop's language, which product is nearly sold out; other events are left out."""
    told = select(Event.id, Event.data).where(
        Event.shop_id == shop_id, Event.id.in_(events), Event.name == LOW
    )
    rows = {row.id: row.data for row in db.session.execute(told)} if events else {}
    if not rows:
        return {}
    keys = {str(data.get("product")) for data in rows.values()}
    known = select(Product.key, Product.title).where(Product.shop_id == shop_id, Product.key.in_(keys))
    titles = {key: title for key, title in db.session.execute(known)}
    with force_locale(db.session.get_one(Shop, shop_id).locale):
        return {id: _said(titles.get(str(data["product"]), str(data["product"])), int(data["stock"] or 0))
                for id, data in rows.items()}  # fmt: skip


def _said(title: str, left: int) -> str:
    said = ngettext("%(title)s: %(num)s piece left", "%(title)s: %(num)s pieces left", left, title=title)
    return str(said)
