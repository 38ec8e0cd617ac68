"""Codes: the strings of a coupon, who holds them, and the uses they had.

Knows when a code is refused, and that it is used no more often than it may be, however many checkouts ask at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import bulk
from app.columns import Instant, same_shop
from app.extensions import db
from app.lists import among, in_shop
from app.models.coupons import Bill, Coupon, Declined, Quote
from app.models.runs import Run
from app.models.tags import CustomerTag
from app.questions import changes, told
from app.unit import changed
from app.upsert import once


class Code(db.Model):
    """One string that the shop's checkout takes. One for each run visit, however often the step is retried.

    state: reserved (until its message passes the gate) → issued → used; reserved → released.
    """

    __tablename__ = "code"
    __table_args__ = (
        UniqueConstraint("shop_id", "code"),
        UniqueConstraint("run_id", "visit"),
        UniqueConstraint("shop_id", "id"),
        same_shop("coupon_id", "coupon"),
        same_shop("run_id", "run"),
        same_shop("customer_id", "customer"),
        Index("ix_code_coupon", "coupon_id", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    coupon_id: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(String(40))
    run_id: Mapped[int | None] = mapped_column()
    node: Mapped[str] = mapped_column(String(40), default="")
    visit: Mapped[int | None] = mapped_column()
    customer_id: Mapped[int | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(8), default="issued")
    uses: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def quote(cls, shop_id: int, text: str, bill: Bill, customer_id: int | None, now: datetime) -> Quote:
        """Return what a code would take off this bill now. Changes nothing; raises Declined."""
        code, _coupon, discount = cls.examine(shop_id, text, bill, customer_id, now)
        return Quote(code.code, discount)

    @classmethod
    def examine(
        cls, shop_id: int, text: str, bill: Bill, customer_id: int | None, now: datetime
    ) -> tuple[Code, Coupon, int]:
        """Return the code, its coupon and the discount in minor units; raises Declined."""
        code, coupon = cls.find(shop_id, text)
        code.check(coupon, customer_id, now)
        coupon.check(bill, now)
        return code, coupon, coupon.discount(bill)

    @classmethod
    def find(cls, shop_id: int, text: str) -> tuple[Code, Coupon]:
        """Return the code as typed, in any case, and its coupon; raises Declined("unknown").

        A shared coupon's code that nobody was given yet has no row: it is returned without an id.
        """
        text = "".join(text.split()).upper()  # as every code and prefix is kept, so that an index finds it
        known = select(cls, Coupon).join(Coupon, Coupon.id == cls.coupon_id)
        if found := db.session.execute(known.where(cls.shop_id == shop_id, cls.code == text)).first():
            return found[0], found[1]
        shared = select(Coupon).where(Coupon.shop_id == shop_id, Coupon.prefix == text, ~Coupon.personal)
        coupon = (
            db.session.scalar(shared.order_by(Coupon.status, Coupon.id.desc()).limit(1)) if text else None
        )
        if coupon is None:
            raise Declined("unknown")
        return cls(shop_id=shop_id, coupon_id=coupon.id, code=text, state="issued", uses=0), coupon

    def check(self, coupon: Coupon, customer_id: int | None, now: datetime) -> None:
        """Raise Declined when this customer cannot use this string now, whatever they buy."""
        if self.state not in ("issued", "used"):
            raise Declined("unknown")
        if self.customer_id is not None and self.customer_id != customer_id:
            raise Declined("other_customer")
        if self.state == "used" or (coupon.uses_a_code is not None and self.uses >= coupon.uses_a_code):
            raise Declined(coupon.out_of_uses)
        if self.ends_at is not None and self.ends_at <= now:
            raise Declined("ended")
        if coupon.tag and not CustomerTag.has(self.shop_id, customer_id, coupon.tag):
            raise Declined("other_customer")
        if coupon.once_per_customer and Redemption.exists(self.id, customer_id):
            raise Declined("once")
        coupon.stand(now)

    @classmethod
    def redeem(
        cls, shop_id: int, text: str, bill: Bill, customer_id: int, order: str, now: datetime
    ) -> Quote:
        """Use a code for the order with this token and return what it took off.

        Raises Declined, and then the whole unit must be left. Safe under parallel checkouts: one UPDATE takes
        a use and holds the row until the commit, so the look for an earlier use by this customer sees them all.
        """
        code, coupon, discount = cls.examine(shop_id, text, bill, customer_id, now)
        code_id = code.id or cls._given(code, now)
        if not cls._take(code_id, coupon, now):
            raise Declined(coupon.out_of_uses)
        if coupon.once_per_customer and Redemption.exists(code_id, customer_id):
            raise Declined("once")
        use = {"code_id": code_id, "customer_id": customer_id, "order_token": order}
        db.session.add(Redemption(shop_id=shop_id, at=now, **use))
        return Quote(code.code, discount)

    @classmethod
    def reserve(cls, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep strings for run visits; a visit that has one, and a shared string that exists, keep theirs."""
        bulk.insert(cls, rows, once=())

    @classmethod
    def among(cls, shop_id: int, texts: Collection[str]) -> list[Code]:
        """Return the shop's codes among these strings, whatever their case."""
        if not texts:
            return []
        found = select(cls).where(in_shop(shop_id, cls.code, {text.upper() for text in texts}))
        return list(db.session.scalars(found))

    @classmethod
    def issue(cls, ids: Collection[int]) -> int:
        """Make reserved codes usable: the message that shows them has passed its gate."""
        reserved = update(cls).where(cls.id.in_(ids), cls.state == "reserved")
        return changed(reserved.values(state="issued")) if ids else 0

    @classmethod
    def release(cls, **whose: int) -> int:
        """Give up the codes of a flow or a customer (`flow_id=` or `customer_id=`) that no message has shown."""
        theirs = select(Run.id).where(*[getattr(Run, name) == id for name, id in whose.items()])
        reserved = update(cls).where(cls.run_id.in_(theirs), cls.state == "reserved")
        return changed(reserved.values(state="released"))

    @classmethod
    def revocable(cls, flow_id: int) -> int:
        """Return how many of a flow's personal codes are in customers' hands and unused."""
        theirs = select(func.count()).select_from(cls).join(Run, Run.id == cls.run_id)
        return int(db.session.scalar(theirs.where(Run.flow_id == flow_id, cls.state == "issued")) or 0)

    @classmethod
    def revoke(cls, flow_id: int) -> int:
        """Take back the personal codes of a flow that nobody has used yet; return how many (C6)."""
        theirs = select(Run.id).where(Run.flow_id == flow_id)
        held = update(cls).where(cls.run_id.in_(theirs), cls.state == "issued", cls.uses == 0)
        return changed(held.values(state="released"))

    @classmethod
    def release_of(cls, runs: Collection[int]) -> int:
        """Give up the codes of runs that ended before a message could show them; return how many."""
        return cls._release(runs=runs) if runs else 0

    @classmethod
    @changes
    def _release(cls) -> Any:
        reserved = update(cls).where(among(cls.run_id, told("runs")), cls.state == "reserved")
        return reserved.values(state="released")

    @classmethod
    def _take(cls, code_id: int, coupon: Coupon, now: datetime) -> bool:
        free = [cls.id == code_id, cls.state == "issued", or_(cls.ends_at.is_(None), cls.ends_at > now)]
        if coupon.uses_a_code is not None:
            free.append(cls.uses < coupon.uses_a_code)
        after = "used" if coupon.personal else "issued"
        taken = update(cls).where(*free).values(uses=cls.uses + 1, state=after)
        return bool(changed(taken))

    @classmethod
    def _given(cls, code: Code, now: datetime) -> int:
        # Two checkouts may both be the first to use a shared code: the second finds the first one's row.
        row = {"shop_id": code.shop_id, "coupon_id": code.coupon_id, "code": code.code, "created_at": now}
        db.session.execute(once(cls, "shop_id", "code").values(row))
        its = select(cls.id).where(cls.shop_id == code.shop_id, cls.code == code.code)
        return db.session.scalars(its).one()


class Redemption(db.Model):
    """One use of a code by one customer in one order."""

    __tablename__ = "redemption"
    __table_args__ = (
        same_shop("code_id", "code"),
        UniqueConstraint("shop_id", "code_id", "order_token"),
        Index("ix_redemption_code", "code_id", "customer_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    code_id: Mapped[int] = mapped_column()
    customer_id: Mapped[int | None] = mapped_column()
    order_token: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def exists(cls, code_id: int | None, customer_id: int | None) -> bool:
        """Return whether this customer has used this code before."""
        if code_id is None or customer_id is None:
            return False
        earlier = select(cls.id).where(cls.code_id == code_id, cls.customer_id == customer_id)
        return db.session.scalar(earlier.limit(1)) is not None
