"""Grant offer: a banner in the shop's own pages, for this customer alone, with a coupon they can use there."""

from __future__ import annotations

from graph.effects import GrantOffer, IssueCoupon
from graph.fields import CouponChoice, LongText, Picture, Text
from graph.kind import Go, NodeKind, Settings, Visit
from graph.words import Card, M, Names, Words


class GrantOfferKind(NodeKind):
    """Keeps a code for the customer and asks for the banner that promises it."""

    name = "grant_offer"
    group = "do"
    for_customer = True
    icon = "gift"
    title = M("Show an offer in the shop")
    short = M("Show an offer")
    description = M("A banner that this customer sees in your shop until they have used its coupon.")
    fields = (
        CouponChoice(name="coupon", label=M("Which coupon?"), channel="offer",
                     ask=M("Choose the coupon that the offer promises.")),
        Text(name="title", label=M("What does the banner say?"), longest=80, ask=M("Write the line of the banner."),
             help=M("Leave the code out: the banner shows it by itself.")),
        LongText(name="text", label=M("One sentence more"), longest=240, required=False),
        Picture(name="image", label=M("Picture"), required=False,
                   help=M("933 × 480 pixels are shown without being cut.")),
    )  # fmt: skip

    def run(self, visit: Visit) -> Go:
        told = {name: visit.settings.get(name) or "" for name in ("title", "text", "image")}
        coupon = visit.settings["coupon"]
        asked = IssueCoupon(visit.node, coupon), GrantOffer(visit.node, **told)
        return Go("next", asked, {"coupon": coupon})

    def card(self, settings: Settings, names: Names) -> Card:
        coupon = names.coupons.get(settings.get("coupon"))
        line = Words(M("With the coupon “%(coupon)s”"), {"coupon": coupon}) if coupon else None
        title = settings.get("title")
        head = Words(M("Offer “%(title)s”"), {"title": title}) if title else Words(self.title)
        return Card(head, line or Words(M("No coupon chosen yet")))

    def sentence(self, settings: Settings, names: Names) -> Words:
        coupon = names.coupons.get(settings.get("coupon"))
        if not coupon:
            return Words(M("Show an offer in the shop"))
        return Words(M("Show an offer in the shop with the coupon “%(coupon)s”"), {"coupon": coupon})
