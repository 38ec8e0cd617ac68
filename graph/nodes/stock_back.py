"""Stock back: a product can be bought again, for those who asked to be told or who looked at it."""

from __future__ import annotations

from graph.facts import Event
from graph.fields import Choice, Duration, span
from graph.kind import Settings, Sweep, TriggerKind
from graph.words import Card, M, Names, Words, length

WHOM = (
    ("asked", M("Those who asked to be told")),
    ("viewed", M("Those who asked, and those who looked at it")),
)


class StockBack(TriggerKind):
    """Fires for each customer to whom the product matters, once each time that it comes back."""

    name = "stock_back"
    icon = "package-check"
    title = M("Back in stock")
    short = M("Back in stock")
    description = M("A product that was sold out can be bought again.")
    event = "product.restocked"
    fields = (
        Choice(name="whom", label=M("Who is told?"), options=WHOM, default="asked",
               help=M("People ask on the product's page, and your shop tells us.")),
        Duration(name="within", label=M("Looked at it in the last"), units=("days", "weeks"),
                 only_if=("whom", ("viewed",)), default={"amount": 30, "unit": "days"},
                 help=M("Whoever has bought it since is left out.")),
    )  # fmt: skip

    def sweep(self, settings: Settings) -> Sweep:
        within = span(settings["within"]) if settings.get("whom") == "viewed" else None
        return Sweep("restock", asks={"within": within})

    def matches(self, settings: Settings, event: Event) -> bool:
        if event.name != self.event:
            return False
        viewed = event.data.get("viewed")
        if event.data.get("asked") or viewed is None or settings.get("whom") != "viewed":
            return bool(event.data.get("asked"))
        return bool(viewed <= span(settings["within"]).total_seconds())

    def entry_key(self, event: Event) -> str:
        """Return the product and when it came back: each return is an occasion of its own."""
        return f"{event.data.get('product')}:{event.at.isoformat()}"

    def card(self, settings: Settings, names: Names) -> Card:
        if settings.get("whom") == "viewed":
            return Card(Words(self.title), Words(M("For who asked, or looked at it lately")))
        return Card(Words(self.title), Words(M("For those who asked to be told")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        if settings.get("whom") == "viewed":
            said = M(
                "When a product is back in stock that somebody asked for, or looked at in the last %(within)s"
            )
            return Words(said, {"within": length(settings.get("within"))})
        return Words(M("When a product is back in stock that somebody asked for"))
