"""Facts: customers, carts, orders and events as the graph sees them.

Knows shapes only. Must not know where they are kept: workers fill them in bulk, and only what `plan.needs` names.
Money is integer minor units with a currency; instants are aware UTC. Tuples with names: thousands are made in a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from graph.calendar import is_zone

NOTHING: Mapping[str, Any] = {}


class Customer(NamedTuple):
    """Who goes through the flow. `zone` is an IANA name or None; `subscribed` None means never asked.

    `read_at` is when they last opened an e-mail or followed a link, and before they ever did when they became known.
    """

    id: int
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    locale: str = ""
    zone: str | None = None
    subscribed: bool | None = None
    tags: frozenset[str] = frozenset()
    orders_count: int = 0
    spent: int = 0
    last_order_at: datetime | None = None
    created_at: datetime | None = None
    read_at: datetime | None = None


class Item(NamedTuple):
    """One line of a cart or an order; `price` is for one piece."""

    product: str
    title: str = ""
    quantity: int = 1
    price: int = 0


class Cart(NamedTuple):
    """A cart as it is now; `checkout` says whether its owner got as far as the checkout."""

    key: str
    total: int = 0
    currency: str = ""
    items: tuple[Item, ...] = ()
    checkout: bool = False


class Order(NamedTuple):
    """An order; `codes` are the discount codes typed at checkout, `paid` whether the money has come."""

    key: str
    total: int = 0
    currency: str = ""
    items: tuple[Item, ...] = ()
    codes: tuple[str, ...] = ()
    paid: bool = False


class Event(NamedTuple):
    """Something that happened.

    `data` is flat: "cart" and "order" (their keys), "product" (an id), "products" (ids of what was bought or left)
    and, for events that the heartbeat derives, what it looked for: "after" (the silence in seconds), "least", "days" …
    """

    name: str
    at: datetime
    data: Mapping[str, Any] = NOTHING


class MessageFact(NamedTuple):
    """A message of this run: the node that sent it, and what its reader did."""

    node: str
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None


class Facts(NamedTuple):
    """All that one advance may look at.

    `event` enrolled the run. `messages` are those of this run, the last one last. `since` holds this customer's events
    since the run began, of the names in `plan.watches` only. `zone` and `currency` are the shop's; a customer's own
    zone goes before.
    """

    customer: Customer
    event: Event | None = None
    cart: Cart | None = None
    order: Order | None = None
    messages: tuple[MessageFact, ...] = ()
    since: tuple[Event, ...] = ()
    zone: str = "UTC"
    currency: str = ""

    @property
    def local_zone(self) -> str:
        """The IANA name of the zone in which this customer's days and hours are counted: their own if there is one."""
        return self.customer.zone if self.customer.zone and is_zone(self.customer.zone) else self.zone

    def tagged(self, tag: str, add: bool) -> Facts:
        """Return these facts with a tag that the customer was just given, or that was just taken from them."""
        tags = self.customer.tags | {tag} if add else self.customer.tags - {tag}
        return self._replace(customer=self.customer._replace(tags=tags))

    def sent(self, node: str) -> Facts:
        """Return these facts with a message that this run has just prepared, and that nobody has read yet."""
        return self._replace(messages=(*self.messages, MessageFact(node)))
