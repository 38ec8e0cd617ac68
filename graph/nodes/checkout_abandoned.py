"""Checkout abandoned: an e-mail address was given at the checkout, and the order was never finished."""

from __future__ import annotations

from graph.fields import Duration
from graph.kind import Settings, SweptTrigger
from graph.words import Card, M, Names, Words, length


class CheckoutAbandoned(SweptTrigger):
    """Fires once for each silence of a checkout (CART-02; C4: the third of the three moments)."""

    name = "checkout_abandoned"
    icon = "shopping-bag"
    title = M("Checkout left behind")
    short = M("Checkout left behind")
    description = M("Somebody gives an e-mail address at the checkout and does not finish the order.")
    event = "checkout.abandoned"
    subject = "checkout"
    key = "cart"
    fields = (
        Duration(
            name="after",
            label=M("How long must the checkout be quiet?"),
            help=M("Ten minutes is usual: nobody should be reminded while they are paying."),
            units=("minutes", "hours", "days"),
            default={"amount": 10, "unit": "minutes"},
        ),
    )

    def card(self, settings: Settings, names: Names) -> Card:
        line = Words(M("E-mail given, order not finished"))
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        after = length(settings.get("after"))
        return Words(M("When a checkout is left unfinished for %(after)s"), {"after": after})
