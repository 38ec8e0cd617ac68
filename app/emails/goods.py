"""The shop's goods as mails show them: what they are described as, and which of them sell best.

Reads products and paid orders of one shop. Must not know a design.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from app import clock
from app.extensions import db
from app.lists import in_shop
from app.models import Order, Product

LOOKED_AT = 500  # paid orders, the latest: what sold last year says little about today
MOST = 12
FRESH = 300.0  # seconds for which the list is good; a shop's favourites do not change with each mail
SAID = ("title", "description", "price", "image", "url")

_kept: dict[int, tuple[float, list[dict[str, Any]]]] = {}


def bestsellers(shop_id: int) -> list[dict[str, Any]]:
    """Return at most MOST goods in stock, those first that the latest orders hold most pieces of."""
    until, found = _kept.get(shop_id, (0.0, []))
    if clock.monotonic() >= until:
        found = ranked(shop_id)
        _kept[shop_id] = (clock.monotonic() + FRESH, found)
    return found


def ranked(shop_id: int) -> list[dict[str, Any]]:
    """Return the bestsellers as the database has them now; goods that never sold come last, the newest first."""
    sold = pieces(_orders(shop_id))
    rows = db.session.scalars(
        select(Product).where(
            Product.shop_id == shop_id, Product.title != "", or_(Product.stock.is_(None), Product.stock > 0)
        )
    )
    best = sorted(rows, key=lambda row: (-sold[row.key], -row.id))[:MOST]
    return [as_item(row) for row in best]


def pieces(orders: Iterable[Sequence[Mapping[str, Any]]]) -> Counter[str]:
    """Return how many pieces of each product these orders' items add up to."""
    count: Counter[str] = Counter()
    for item in (item for items in orders for item in items):
        count[str(item.get("product"))] += int(item.get("quantity") or 1)
    return count


def named(shop_id: int, keys: Collection[str]) -> dict[str, Any]:
    """Return what the shop says of the products with these keys (rows with SAID), by key."""
    columns = Product.key, *(getattr(Product, name) for name in SAID)
    known = select(*columns).where(in_shop(shop_id, Product.key, keys))
    return {row.key: row for row in db.session.execute(known)} if keys else {}


def described(shop_id: int, items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the items of a cart or an order with what the shop says of each product."""
    return worded(items, named(shop_id, keys(items)))


def worded(items: Sequence[Mapping[str, Any]], known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items with what `named` found of each product."""
    said = [known.get(str(item.get("product"))) for item in items]
    return [
        {**item, "description": each.description if each else ""}
        for item, each in zip(items, said, strict=True)
    ]


def keys(items: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return which products these items are of."""
    return {str(item.get("product")) for item in items}


def as_item(product: Product) -> dict[str, Any]:
    """Return a product as plain data, in the shape of a cart's item."""
    return {"product": product.key} | {name: getattr(product, name) for name in SAID}


def _orders(shop_id: int) -> list[Sequence[Mapping[str, Any]]]:
    paid = select(Order.items).where(
        Order.shop_id == shop_id, Order.paid_at.is_not(None), Order.cancelled_at.is_(None)
    )
    return list(db.session.scalars(paid.order_by(Order.paid_at.desc()).limit(LOOKED_AT)))
