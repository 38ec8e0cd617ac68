"""Builders: small flows, facts and moments, said in few words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from graph.catalogue import kind
from graph.facts import Cart, Customer, Event, Facts, Item, MessageFact, Order
from graph.fields import UNITS
from graph.kind import Outcome, Visit
from graph.model import Edge, Graph, Node

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def long(amount: int, unit: str) -> dict[str, Any]:
    assert unit in UNITS
    return {"amount": amount, "unit": unit}


def node(id: str, name: str, **settings: Any) -> Node:
    return Node(id, name, {**kind(name).defaults(), **settings})


def edges(*drawn: str) -> tuple[Edge, ...]:
    """`"a.yes b"` is an edge from the port yes of a to b; `"a b"` leaves by the port next."""
    found = []
    for each in drawn:
        start, target = each.split()
        source, _dot, port = start.partition(".")
        found.append(Edge(source, port or "next", target))
    return tuple(found)


def rules(*each: tuple[str, str, Any], match: str = "all") -> dict[str, Any]:
    written = [
        {"subject": subject, "operator": operator, "value": value} for subject, operator, value in each
    ]
    return {"match": match, "rules": written}


OVER_50 = rules(("cart.total", "over", 5000))


def recovery() -> Graph:
    """A cart is left; two hours; over 50 or not; a coupon and a mail, or nothing."""
    return Graph(
        (
            node("start", "cart_abandoned"),
            node("pause", "wait"),
            node("rich", "condition", rules=OVER_50),
            node("gift", "give_coupon", coupon=5),
            node("mail", "send_email", email=1),
        ),
        edges("start pause", "pause rich", "rich.yes gift", "gift mail"),
    )


def diamond() -> Graph:
    """Two ways that meet again."""
    return Graph(
        (
            node("start", "order_placed"),
            node("coin", "split"),
            node("left", "tag", tag="a"),
            node("right", "tag", tag="b"),
            node("both", "send_email", email=1),
        ),
        edges("start coin", "coin.a left", "coin.b right", "left both", "right both"),
    )


CART = Cart("c1", 6400, "EUR", (Item("p1", "Notebook", 2, 1600), Item("p2", "Pen", 1, 3200)), checkout=True)
ORDER = Order("o1", 4200, "EUR", (Item("p1", "Notebook", 1, 4200),), ("WELCOME",))


def facts(**known: Any) -> Facts:
    held: dict[str, Any] = {
        "customer": Customer(
            1, "ada@example.com", "Ada", zone="Europe/Paris", tags=frozenset({"Loyal"}), spent=9000
        ),
        "event": Event("cart.abandoned", NOON, {"cart": "c1", "after": 1800}),
        "cart": CART,
        "currency": "EUR",
    }
    return Facts(**{**held, **known})


def opened(at: datetime | None, clicked: datetime | None = None) -> MessageFact:
    return MessageFact("mail", NOON, at, clicked)


def heads(_key: str) -> float:
    return 0.2


def visit(
    name: str, settings: dict[str, Any], known: Facts | None = None, now: datetime = NOON,
    chance: Callable[[str], float] = heads, **rest: Any,
) -> Outcome:  # fmt: skip
    """What a kind does with these settings, its defaults below them."""
    held = {**kind(name).defaults(), **settings}
    return kind(name).run(Visit("n", held, known or facts(), now, chance, **rest))
