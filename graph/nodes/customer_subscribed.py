"""Customer subscribed: somebody agrees to receive news."""

from __future__ import annotations

from graph.kind import Settings, TriggerKind
from graph.words import Card, M, Names, Words


class CustomerSubscribed(TriggerKind):
    """Fires each time that consent is given."""

    name = "customer_subscribed"
    icon = "user-plus"
    title = M("New subscriber")
    short = M("New subscriber")
    description = M("Somebody agrees to receive your news.")
    event = "customer.subscribed"

    def card(self, settings: Settings, names: Names) -> Card:
        return Card(Words(self.title), Words(M("As soon as they agree to your news")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("When somebody agrees to receive your news"))
