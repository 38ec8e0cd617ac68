"""Facts: rows as the graph sees them.

Knows which row is which fact. Must not know which rows are read, nor what is done with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graph import facts

CONSENT = {"subscribed": True, "unsubscribed": False}  # anything else: never asked


def customer(row: Any, tags: frozenset[str]) -> facts.Customer:
    """Return a customer with these tags."""
    return facts.Customer(
        id=row.id, email=row.email or "", first_name=row.first_name, last_name=row.last_name, locale=row.locale,
        zone=row.timezone or None, subscribed=CONSENT.get(row.consent), tags=tags, orders_count=row.orders_count,
        spent=row.spent, last_order_at=row.last_order_at, created_at=row.created_at,
        read_at=row.read_at or row.created_at,
    )  # fmt: skip


def event(row: Any) -> facts.Event:
    """Return something that happened."""
    return facts.Event(row.name, row.at, row.data)


def cart(row: Any, whole: bool = True) -> facts.Cart | None:
    """Return a cart as it is now, or None where there is none; unless `whole`, without what is in it."""
    if row is None:
        return None
    items = _items(row.items) if whole else ()
    return facts.Cart(row.token, row.total, row.currency, items, row.checkout_at is not None)


def order(row: Any, whole: bool = True) -> facts.Order | None:
    """Return an order, or None where there is none; unless `whole`, without what is in it."""
    if row is None:
        return None
    items, paid = _items(row.items) if whole else (), row.paid_at is not None
    return facts.Order(row.token, row.total, row.currency, items, tuple(row.codes), paid)


def _items(items: Iterable[Mapping[str, Any]]) -> tuple[facts.Item, ...]:
    return tuple(
        facts.Item(str(item["product"]), item.get("title", ""), item.get("quantity", 1), item.get("price", 0))
        for item in items
    )
