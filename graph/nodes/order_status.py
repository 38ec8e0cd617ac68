"""Order status: an order is paid, on its way, delivered, cancelled or refunded."""

from __future__ import annotations

from graph.facts import Event
from graph.fields import Choice
from graph.kind import Settings, TriggerKind
from graph.words import Card, M, Names, Words

# event: (title of the option, title of the card, the flow's beginning in words)
STATUSES = {
    "order.paid": (M("Paid"), M("Order paid"), M("When an order is paid")),
    "order.shipped": (M("On its way"), M("Order on its way"), M("When an order is on its way")),
    "order.delivered": (M("Delivered"), M("Order delivered"), M("When an order is delivered")),
    "order.cancelled": (M("Cancelled"), M("Order cancelled"), M("When an order is cancelled")),
    "order.refunded": (M("Refunded"), M("Order refunded"), M("When an order is refunded")),
}


class OrderStatus(TriggerKind):
    """Fires once for each order and status; the order is what enters once."""

    name = "order_status"
    icon = "package"
    title = M("Order changes status")
    short = M("Order status")
    description = M("An order is paid, on its way, delivered, cancelled or refunded.")
    event = "order.shipped"
    fields = (
        Choice(name="status", label=M("As soon as it is"), default="order.shipped",
               options=tuple((name, words[0]) for name, words in STATUSES.items()),
               help=M("Your shop tells us of it. Steps that wait for the next status look at the same order.")),
    )  # fmt: skip

    def event_name(self, settings: Settings) -> str:
        return str(settings.get("status") or self.event)

    def entry_key(self, event: Event) -> str:
        return str(event.data.get("order") or event.at.isoformat())

    def card(self, settings: Settings, names: Names) -> Card:
        return Card(Words(STATUSES[self.event_name(settings)][1]), Words(M("As soon as the shop says so")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(STATUSES[self.event_name(settings)][2])
