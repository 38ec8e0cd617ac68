"""A coupon: a discount and its terms. Its codes, one string each, are next door (codes.py).

Knows what it takes off a bill, and when its terms refuse one. Must not know who asks, nor the words of a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, Json
from app.extensions import db

KINDS = ("percent", "amount", "shipping", "cheapest")
OFFERED = ("percent", "amount", "shipping")  # what an offer in the shop's own pages may promise (OFFER-04)


class Declined(Exception):
    """A code that cannot be used here; `reason` says why, in one of REASONS.

    unknown: no such code, or its message has not left. used: a personal code was used. exhausted: no use of a
    shared one is left. once: this customer has used it. ended: too late. withdrawn: the merchant took it back.
    other_customer: it was made for somebody else, or for customers with a tag that this one lacks. minimum: the items
    cost less than `minimum`, minor units. products: none of its products is in the cart. second: it wants two pieces.
    """

    REASONS = (
        "unknown", "used", "exhausted", "once", "ended", "withdrawn", "other_customer", "minimum", "products", "second",
    )  # fmt: skip

    def __init__(self, reason: str, minimum: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.minimum = reason, minimum


@dataclass(frozen=True, slots=True)
class Pieces:
    """So many pieces of one product in a cart, at a price for one, in minor units."""

    product: str
    price: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bill:
    """What a discount is taken off: the value of the items and the price of sending them, in minor units.

    `lines` are needed by coupons that are for some products only, or that give the cheapest piece.
    """

    items: int
    shipping: int = 0
    lines: tuple[Pieces, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """A code as it is stored, and what it takes off a bill, in minor units."""

    code: str
    discount: int


class Coupon(db.Model):
    """Terms of a discount. `value` is a percentage or minor units; `days` is a personal code's life.

    `products` (keys of the shop; None: all) and `tag` (a customer's; "": everybody) aim it at a part of the shop.
    """

    __tablename__ = "coupon"
    __table_args__ = (UniqueConstraint("shop_id", "id"), Index("ix_coupon_prefix", "shop_id", "prefix"))
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    value: Mapped[int] = mapped_column(db.BigInteger, default=0)
    minimum: Mapped[int] = mapped_column(db.BigInteger, default=0)
    personal: Mapped[bool] = mapped_column(default=True)  # a code of one's own for each customer
    prefix: Mapped[str] = mapped_column(String(20), default="")  # or the whole code, when shared
    days: Mapped[int | None] = mapped_column()
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    usage_limit: Mapped[int | None] = mapped_column()
    once_per_customer: Mapped[bool] = mapped_column(default=True)
    products: Mapped[list[str] | None] = mapped_column(Json)
    tag: Mapped[str] = mapped_column(String(60), default="", server_default="")
    status: Mapped[str] = mapped_column(String(8), default="active")  # active, deleted
    created_at: Mapped[datetime] = mapped_column(Instant)

    def discount(self, bill: Bill) -> int:
        """Return what this coupon takes off a bill, in minor units; halves are rounded up."""
        if self.kind == "shipping":
            return bill.shipping
        worth = sum(line.price * line.quantity for line in self._lines(bill)) if self.products else bill.items
        if self.kind == "amount":
            return min(self.value, worth)
        if self.kind == "cheapest":
            return min((line.price for line in self._lines(bill)), default=0)
        return min((worth * self.value + 50) // 100, worth)

    @property
    def aims(self) -> bool:
        """Whether it is for some products or some customers only."""
        return bool(self.products or self.tag)

    def goes_by(self, channel: str) -> bool:
        """Return whether a channel may promise it. An offer takes three kinds, for everything and everybody (C9)."""
        return self.kind in OFFERED and not self.aims if channel == "offer" else self.kind in KINDS

    def trouble(self, channel: str, uses: int, now: datetime) -> str:
        """Return why nobody can be given it by this channel any more (a reason of a pause), or an empty string.

        `uses` is how often the code of a shared coupon was used.
        """
        if self.status != "active":
            return "coupon_withdrawn"
        if not self.goes_by(channel):
            return "coupon_unsupported"
        if self.ends_at is not None and self.ends_at <= now:
            return "coupon_ended"
        used_up = not self.personal and self.usage_limit is not None and uses >= self.usage_limit
        return "coupon_used_up" if used_up else ""

    @property
    def uses_a_code(self) -> int | None:
        """How often one code of this coupon may be used; None: without end."""
        return 1 if self.personal else self.usage_limit

    @property
    def out_of_uses(self) -> str:
        """The reason of a refusal when no use is left."""
        return "used" if self.personal else "exhausted"

    def check(self, bill: Bill, now: datetime) -> None:
        """Raise Declined when the terms do not allow this bill now."""
        self.stand(now)
        if bill.items < self.minimum:
            raise Declined("minimum", self.minimum)
        if self.products and not self._lines(bill):
            raise Declined("products")
        if self.kind == "cheapest" and sum(line.quantity for line in self._lines(bill)) < 2:
            raise Declined("second")

    def stand(self, now: datetime) -> None:
        """Raise Declined when it is over, whatever the bill."""
        if self.status != "active":
            raise Declined("withdrawn")
        if self.ends_at is not None and self.ends_at <= now:
            raise Declined("ended")

    def _lines(self, bill: Bill) -> list[Pieces]:
        return [line for line in bill.lines if not self.products or line.product in self.products]
