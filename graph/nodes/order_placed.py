"""Order placed: an order comes in, with any product or with one of the chosen ones (REPLY-03 to REPLY-05)."""

from __future__ import annotations

from graph.facts import Event
from graph.fields import Choice, Products
from graph.kind import Settings, TriggerKind
from graph.words import MN, OR, Card, M, Names, Words, counted, listed, plain

MOMENTS = (("order.placed", M("It is placed")), ("order.paid", M("It is paid")))
SCOPES = (("all", M("Any product")), ("chosen", M("Only some products")))


class OrderPlaced(TriggerKind):
    """Fires for each order that matches; the order is what enters once."""

    name = "order_placed"
    icon = "receipt"
    title = M("Order placed")
    short = M("Order placed")
    description = M("A customer places or pays for an order.")
    event = "order.placed"
    fields = (
        Choice(name="moment", label=M("As soon as"), options=MOMENTS, default="order.placed",
               help=M("Choose “paid” where people pay later, by bank transfer for instance.")),
        Choice(name="scope", label=M("With which products?"), options=SCOPES, default="all"),
        Products(name="products", label=M("Products"), default=[], only_if=("scope", ("chosen",)),
                 help=M("One of them in the order is enough.")),
    )  # fmt: skip

    def event_name(self, settings: Settings) -> str:
        return str(settings.get("moment") or self.event)

    def matches(self, settings: Settings, event: Event) -> bool:
        if event.name != self.event_name(settings):
            return False
        bought = {str(each) for each in event.data.get("products", ())}
        return settings.get("scope") != "chosen" or not bought.isdisjoint(settings.get("products") or ())

    def entry_key(self, event: Event) -> str:
        return str(event.data.get("order") or event.at.isoformat())

    def card(self, settings: Settings, names: Names) -> Card:
        title = Words(M("Order paid")) if self.event_name(settings) == "order.paid" else Words(self.title)
        if settings.get("scope") != "chosen":
            return Card(title, Words(M("With any product")))
        forms = MN("With %(count)s chosen product", "With one of %(count)s chosen products")
        return Card(title, counted(forms, len(settings.get("products") or ())))

    def sentence(self, settings: Settings, names: Names) -> Words:
        paid = self.event_name(settings) == "order.paid"
        if settings.get("scope") != "chosen":
            return Words(M("When an order is paid")) if paid else Words(M("When an order is placed"))
        titles = [plain(names.products.get(each, each)) for each in settings.get("products") or ["…"]]
        values = {"products": listed(titles, OR)}
        if paid:
            return Words(M("When an order with %(products)s is paid"), values)
        return Words(M("When an order with %(products)s is placed"), values)
