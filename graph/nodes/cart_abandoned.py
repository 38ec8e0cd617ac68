"""Cart abandoned: something lies in a cart, an e-mail address is known, and nobody has touched it for a while."""

from __future__ import annotations

from graph.fields import Duration
from graph.kind import Settings, SweptTrigger
from graph.words import Card, M, Names, Words, length


class CartAbandoned(SweptTrigger):
    """Fires once for each silence of a cart (C4: the second of the three moments)."""

    name = "cart_abandoned"
    icon = "shopping-cart"
    title = M("Cart left behind")
    short = M("Cart left behind")
    description = M("Somebody with a known e-mail address fills a cart and stops.")
    event = "cart.abandoned"
    subject = "cart"
    key = "cart"
    fields = (
        Duration(
            name="after",
            label=M("How long must the cart be quiet?"),
            help=M("Half an hour suits most shops: by then, people who are still choosing have moved on."),
            units=("minutes", "hours", "days"),
            default={"amount": 30, "unit": "minutes"},
        ),
    )

    def card(self, settings: Settings, names: Names) -> Card:
        line = Words(M("Known, and quiet for %(after)s"), {"after": length(settings.get("after"))})
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        return Words(M("When a cart is left behind for %(after)s"), {"after": length(settings.get("after"))})
