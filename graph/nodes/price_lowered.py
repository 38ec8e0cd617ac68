"""Price lowered: a product costs less than before, for those who looked at it or left it in a cart."""

from __future__ import annotations

from graph.facts import Event
from graph.fields import Choice, Duration, Percent, span
from graph.kind import Settings, Sweep, TriggerKind
from graph.words import Card, M, Names, Words, length

WHOM = (
    ("both", M("Those who looked at it or had it in a cart")),
    ("carted", M("Only those who had it in a cart")),
)


class PriceLowered(TriggerKind):
    """Fires for each customer to whom the product matters, once each time that its price falls far enough."""

    name = "price_lowered"
    icon = "trending-down"
    title = M("Price lowered")
    short = M("Price lowered")
    description = M("A product becomes cheaper that somebody was interested in.")
    event = "product.lowered"
    fields = (
        Percent(name="least", label=M("By at least"), default=10,
                help=M("A few per cent bring nobody back; from ten on it is news.")),
        Choice(name="whom", label=M("Who is told?"), options=WHOM, default="both",
               help=M("Whoever has bought it since is left out.")),
        Duration(name="within", label=M("In the last"), units=("days", "weeks"),
                 default={"amount": 30, "unit": "days"}),
    )  # fmt: skip

    def sweep(self, settings: Settings) -> Sweep:
        return Sweep("price", asks={"least": settings["least"], "within": span(settings["within"])})

    def matches(self, settings: Settings, event: Event) -> bool:
        if event.name != self.event:
            return False
        before, price = event.data["before"], event.data["price"]
        far = (before - price) * 100 >= settings["least"] * before
        return far and any(self._recent(settings, event, sign) for sign in _signs(settings))

    def _recent(self, settings: Settings, event: Event, sign: str) -> bool:
        seconds = event.data.get(sign)
        return seconds is not None and seconds <= span(settings["within"]).total_seconds()

    def entry_key(self, event: Event) -> str:
        """Return the product and when it became cheaper: each fall is an occasion of its own."""
        return f"{event.data.get('product')}:{event.at.isoformat()}"

    def card(self, settings: Settings, names: Names) -> Card:
        title = Words(M("Price lowered by %(least)s %% or more"), {"least": settings.get("least") or "…"})
        if settings.get("whom") == "carted":
            return Card(title, Words(M("For those who had it in a cart")))
        return Card(title, Words(M("For who looked at it, or had it in a cart")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        values = {"least": settings.get("least") or "…", "within": length(settings.get("within"))}
        if settings.get("whom") == "carted":
            return Words(M("When a price falls by at least %(least)s %%, for those who had it in a cart in the last "
                           "%(within)s"), values)  # fmt: skip
        return Words(M("When a price falls by at least %(least)s %%, for those who looked at it or had it in a cart "
                       "in the last %(within)s"), values)  # fmt: skip


def _signs(settings: Settings) -> tuple[str, ...]:
    return ("carted",) if settings.get("whom") == "carted" else ("viewed", "carted")
