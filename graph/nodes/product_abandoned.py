"""Product abandoned: somebody known looked at a product and left without putting anything in a cart."""

from __future__ import annotations

from graph.fields import Duration
from graph.kind import Settings, SweptTrigger
from graph.words import Card, M, Names, Words, length


class ProductAbandoned(SweptTrigger):
    """Fires once for each product that was viewed and left (C4: the first of the three moments)."""

    name = "product_abandoned"
    icon = "eye"
    title = M("Product viewed and left")
    short = M("Product viewed")
    description = M("A known customer looks at a product and leaves without a cart.")
    event = "product.abandoned"
    subject = "view"
    key = "product"
    fields = (
        Duration(
            name="after",
            label=M("How long must they be gone?"),
            help=M("One hour at least, so that nobody feels watched."),
            units=("minutes", "hours", "days"),
            default={"amount": 1, "unit": "hours"},
        ),
    )

    def card(self, settings: Settings, names: Names) -> Card:
        line = Words(M("Gone for %(after)s, no cart"), {"after": length(settings.get("after"))})
        return Card(Words(self.title), line)

    def sentence(self, settings: Settings, names: Names) -> Words:
        after = length(settings.get("after"))
        return Words(M("When a product was viewed and left for %(after)s"), {"after": after})
