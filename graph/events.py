"""Events: the names of what can happen, with their words: as an option in a list, and inside a sentence.

The one list that waits, goals and exits choose from. Must not know who reports an event or who awaits it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from graph.words import M, Words, plain

# name: (option in a list, part of a sentence)
EVENTS: Mapping[str, tuple[str, str]] = {
    "message.opened": (M("They open the last e-mail"), M("they open the last e-mail")),
    "message.clicked": (
        M("They follow a link in the last e-mail"),
        M("they follow a link in the last e-mail"),
    ),
    "shop.visited": (M("They come back to the shop"), M("they come back to the shop")),
    "cart.updated": (M("They change their cart"), M("they change their cart")),
    "checkout.started": (M("They start a checkout"), M("they start a checkout")),
    "order.placed": (M("They place an order"), M("they place an order")),
    "order.paid": (M("They pay for an order"), M("they pay for an order")),
    "order.shipped": (M("Their order is on its way"), M("their order is on its way")),
    "order.delivered": (M("Their order has arrived"), M("their order has arrived")),
    "order.cancelled": (M("They cancel an order"), M("they cancel an order")),
    "order.refunded": (M("They get their money back"), M("they get their money back")),
    "product.viewed": (M("They look at a product"), M("they look at a product")),
    "product.wanted": (
        M("They ask for a product that is sold out"),
        M("they ask for a product that is sold out"),
    ),
    "product.restocked": (M("A product is back in stock"), M("a product is back in stock")),
    "product.lowered": (M("A price is lowered"), M("a price is lowered")),
    "product.low": (M("A product is nearly sold out"), M("a product is nearly sold out")),
    "date.reached": (M("It is their birthday"), M("it is their birthday")),
    "segment.entered": (M("They come into a segment"), M("they come into a segment")),
    "custom": (M("Another system says so"), M("another system says so")),
    "customer.subscribed": (M("They agree to receive news"), M("they agree to receive news")),
    "customer.unsubscribed": (M("They unsubscribe"), M("they unsubscribe")),
}

# What happens to an order that was placed: of another order it says nothing to a run that began with one.
OF_AN_ORDER = frozenset(
    {"order.paid", "order.shipped", "order.delivered", "order.cancelled", "order.refunded"}
)


class Happening(Protocol):
    """An event as far as `concerns` looks at it."""

    @property
    def name(self) -> str: ...  # noqa: D102 - a field

    @property
    def data(self) -> Mapping[str, Any]: ...  # noqa: D102 - a field


def concerns(event: Happening, began: Happening | None) -> bool:
    """Return whether an event says anything to a run that began with `began`."""
    of_one = OF_AN_ORDER | {"order.placed"}
    if began is None or event.name not in OF_AN_ORDER or began.name not in of_one:
        return True
    return bool(event.data.get("order") == began.data.get("order"))


def options(*names: str) -> tuple[tuple[str, str], ...]:
    """Return (name, title) of these events, for a field."""
    return tuple((name, EVENTS[name][0]) for name in names)


def told(name: str | None) -> Words:
    """Return an event as a part of a sentence; an ellipsis while none is chosen."""
    return Words(EVENTS[name][1]) if name is not None and name in EVENTS else plain("…")
