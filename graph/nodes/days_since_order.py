"""Days since order: a customer who once bought has not come back for so long."""

from __future__ import annotations

from graph.fields import Duration
from graph.kind import Settings, SweptTrigger
from graph.words import Card, M, Names, Words, length


class DaysSinceOrder(SweptTrigger):
    """Fires once after each last order; the order is what enters once."""

    name = "days_since_order"
    icon = "calendar-clock"
    title = M("No order for a while")
    short = M("No order for a while")
    description = M("A customer who bought before has not come back.")
    event = "customer.lapsed"
    subject = "order"
    key = "order"
    fields = (
        Duration(
            name="after",
            label=M("How long since the last order?"),
            help=M("Twice the usual time between two orders is a good rule; 60 to 90 days in most shops."),
            units=("days", "weeks"),
            default={"amount": 60, "unit": "days"},
        ),
    )

    def card(self, settings: Settings, names: Names) -> Card:
        after = length(settings.get("after"))
        return Card(
            Words(M("No order for %(after)s"), {"after": after}), Words(M("Counted from the last order"))
        )

    def sentence(self, settings: Settings, names: Names) -> Words:
        after = length(settings.get("after"))
        return Words(M("When a customer has not ordered for %(after)s"), {"after": after})
