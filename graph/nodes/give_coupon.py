"""Give coupon: a code of a coupon for this customer, which the e-mails that follow may show."""

from __future__ import annotations

from graph.effects import IssueCoupon
from graph.fields import CouponChoice
from graph.kind import Go, NodeKind, Settings, Visit
from graph.words import Card, M, Names, Words


class GiveCoupon(NodeKind):
    """Reserves; the code is given only once a message with it has left."""

    name = "give_coupon"
    group = "do"
    for_customer = True
    icon = "ticket-percent"
    title = M("Give a coupon")
    short = M("Give a coupon")
    description = M("Give the customer a code. The next e-mails can show it.")
    fields = (
        CouponChoice(name="coupon", label=M("Which coupon?"),
                     help=M("A tenth off is a usual first step, with an end date about 7 days ahead.")),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        coupon = visit.settings["coupon"]
        return Go("next", (IssueCoupon(visit.node, coupon),), {"coupon": coupon})

    def card(self, settings: Settings, names: Names) -> Card:
        title = names.coupons.get(settings.get("coupon"))
        if title is None:
            return Card(Words(self.title), Words(M("No coupon chosen yet")))
        given = Words(M("Give the coupon “%(coupon)s”"), {"coupon": title})
        return Card(given, Words(M("For the e-mails that follow")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        title = names.coupons.get(settings.get("coupon"))
        return (
            Words(M("Give the coupon “%(coupon)s”"), {"coupon": title})
            if title
            else Words(M("Give a coupon"))
        )
