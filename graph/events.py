"""Events: the names of what can happen, with their words: as an option in a list, and inside a sentence.

The one list that waits, goals and exits choose from. Must not know who reports an event or who awaits it.
"""

from __future__ import annotations

from collections.abc import Mapping

from graph.words import M, Words, plain

# name: (option in a list, part of a sentence)
EVENTS: Mapping[str, tuple[str, str]] = {
    "message.opened": (M("They open the last e-mail"), M("they open the last e-mail")),
    "message.clicked": (
        M("They follow a link in the last e-mail"),
        M("they follow a link in the last e-mail"),
    ),
    "cart.updated": (M("They change their cart"), M("they change their cart")),
    "checkout.started": (M("They start a checkout"), M("they start a checkout")),
    "order.placed": (M("They place an order"), M("they place an order")),
    "order.paid": (M("They pay for an order"), M("they pay for an order")),
    "order.cancelled": (M("They cancel an order"), M("they cancel an order")),
    "product.viewed": (M("They look at a product"), M("they look at a product")),
    "customer.subscribed": (M("They agree to receive news"), M("they agree to receive news")),
    "customer.unsubscribed": (M("They unsubscribe"), M("they unsubscribe")),
}


def options(*names: str) -> tuple[tuple[str, str], ...]:
    """Return (name, title) of these events, for a field."""
    return tuple((name, EVENTS[name][0]) for name in names)


def told(name: str | None) -> Words:
    """Return an event as a part of a sentence; an ellipsis while none is chosen."""
    return Words(EVENTS[name][1]) if name is not None and name in EVENTS else plain("…")
