"""The counter: a basket laid beside the shelves. What can be bought, what changed since, what it comes to.

Pure. It knows goods and sums; it must not know a table, a request or a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SHIPPING = 490  # minor units, within Europe
FREE_FROM = 6000
EXPRESS = 990
WAYS = ("standard", "express", "pickup")  # how an order can be sent; the first unless somebody chooses


@dataclass(frozen=True, slots=True)
class Good:
    """One product as the shop sells it today; the price in minor units, `stock` None when it never runs out."""

    key: str
    title: str
    description: str
    price: int
    stock: int | None
    image: str
    image_url: str
    url: str
    collection: str = ""

    @property
    def sold_out(self) -> bool:
        """Whether no piece is left."""
        return self.stock is not None and self.stock <= 0


@dataclass(frozen=True, slots=True)
class Line:
    """So many pieces of one product, at today's price."""

    good: Good
    quantity: int

    @property
    def total(self) -> int:
        """What the line comes to, in minor units."""
        return self.good.price * self.quantity


@dataclass(frozen=True, slots=True)
class Change:
    """What is no longer as the shopper left it. sort: gone, fewer (`after` pieces left) or price."""

    sort: str
    title: str
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shopper wanted: pieces of a product by its key, its title and its price then."""

    key: str
    quantity: int
    price: int
    title: str = ""


def lay(wanted: Iterable[Wanted], shelves: Mapping[str, Good]) -> tuple[list[Line], list[Change]]:
    """Return the lines that can be bought today, and what changed since the shopper chose."""
    lines, changes = [], []
    for wish in wanted:
        good = shelves.get(wish.key)
        if good is None or good.sold_out:
            changes.append(Change("gone", good.title if good else wish.title))
            continue
        quantity = wish.quantity if good.stock is None else min(wish.quantity, good.stock)
        lines.append(Line(good, quantity))
        changes += _differences(wish, good, quantity)
    return lines, changes


def _differences(wish: Wanted, good: Good, quantity: int) -> list[Change]:
    changes = []
    if quantity < wish.quantity:
        changes.append(Change("fewer", good.title, wish.quantity, quantity))
    if good.price != wish.price:
        changes.append(Change("price", good.title, wish.price, good.price))
    return changes


def subtotal(lines: Iterable[Line]) -> int:
    """What the lines come to, in minor units."""
    return sum(line.total for line in lines)


def shipping(items: int, way: str = "standard") -> int:
    """What sending items of this value costs, in minor units; the standard way is free from a certain value on."""
    if items == 0 or way == "pickup":
        return 0
    if way == "express":
        return EXPRESS
    return 0 if items >= FREE_FROM else SHIPPING
