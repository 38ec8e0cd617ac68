"""Stock low: a product is nearly sold out. It concerns the shop, and no customer."""

from __future__ import annotations

from graph.facts import Event
from graph.fields import Choice, Number, Products
from graph.kind import Settings, Sweep, TriggerKind
from graph.words import MN, OR, Card, M, Names, Words, counted, listed, plain

SCOPES = (("all", M("Any product")), ("chosen", M("Only some products")))


class StockLow(TriggerKind):
    """Fires once each time that the stock falls to the threshold; filled up and sold again, it fires again."""

    name = "stock_low"
    icon = "package-minus"
    title = M("Stock runs low")
    short = M("Stock runs low")
    description = M("A product is nearly sold out. Tells your team, not a customer.")
    event = "product.low"
    person = False
    fields = (
        Number(name="least", label=M("When so many pieces are left"), least=0, most=100_000, default=5,
               help=M("0 means sold out. What you sell in two weeks is a good number.")),
        Choice(name="scope", label=M("With which products?"), options=SCOPES, default="all"),
        Products(name="products", label=M("Products"), default=[], only_if=("scope", ("chosen",))),
    )  # fmt: skip

    def sweep(self, settings: Settings) -> Sweep:
        return Sweep("shelf", asks={"least": settings["least"]})

    def matches(self, settings: Settings, event: Event) -> bool:
        if event.name != self.event or event.data.get("least") != settings["least"]:
            return False
        return settings.get("scope") != "chosen" or event.data.get("product") in (
            settings.get("products") or ()
        )

    def entry_key(self, event: Event) -> str:
        """Return the product and the moment at which it fell: that crossing tells once."""
        return f"{event.data.get('product')}:{event.at.isoformat()}"

    def card(self, settings: Settings, names: Names) -> Card:
        left = counted(MN("Only %(count)s piece left", "Only %(count)s pieces left"), _least(settings))
        if settings.get("scope") != "chosen":
            return Card(left, Words(M("Any product")))
        forms = MN("%(count)s chosen product", "One of %(count)s chosen products")
        return Card(left, counted(forms, len(settings.get("products") or ())))

    def sentence(self, settings: Settings, names: Names) -> Words:
        if settings.get("scope") != "chosen":
            any_one = MN("When only %(count)s piece of a product is left",
                         "When only %(count)s pieces of a product are left")  # fmt: skip
            return counted(any_one, _least(settings))
        titles = [plain(names.products.get(each, each)) for each in settings.get("products") or ["…"]]
        chosen = MN("When only %(count)s piece of %(products)s is left",
                    "When only %(count)s pieces of %(products)s are left")  # fmt: skip
        return counted(chosen, _least(settings), products=listed(titles, OR))


def _least(settings: Settings) -> int:
    return int(settings.get("least") or 0)
