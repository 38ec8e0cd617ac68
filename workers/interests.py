"""Interests: what happenings show of who cares for which product. Must not know a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workers.heard import Heard

OF_PRODUCTS = {"product.viewed": "viewed_at", "product.wanted": "asked_at"}
CARTS = ("cart.updated", "checkout.started")
BOUGHT = ("order.placed", "order.paid")


def signs(
    shop_id: int,
    heard: Iterable[Heard],
    people: Mapping[str, int],
    carts: Mapping[str, tuple[int, int | None]],
) -> list[dict[str, Any]]:
    """Return one row a customer and product with the latest sign of each sort; of strangers nothing is kept."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for each in heard:
        _cart, owner = carts.get(each.cart or "", (None, None))
        whom = people.get(each.email or "") or owner
        if whom is None:
            continue
        for product, sign in _of(each):
            row = {"shop_id": shop_id, "customer_id": whom, "product_key": product}
            found.setdefault((whom, product), row)[sign] = each.at
    return list(found.values())


def _of(each: Heard) -> Iterator[tuple[str, str]]:
    """Yield each product that a happening is about, with the sign that it is."""
    reading = each.reading
    if reading.event in OF_PRODUCTS and reading.product:
        yield reading.product.id, OF_PRODUCTS[reading.event]
    if reading.event in CARTS and reading.cart:
        yield from ((item.product, "carted_at") for item in reading.cart.items)
    if reading.event in BOUGHT and reading.order:
        yield from ((item.product, "bought_at") for item in reading.order.items)
