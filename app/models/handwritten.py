"""Handwritten: the words that somebody of the shop wrote for one message, in place of its design.

Kept by the run and the visit that send it, so that whichever worker writes the mail finds them. Must not know how a
run came to that visit.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.columns import Instant, same_shop
from app.extensions import db
from app.lists import among, in_shop
from app.models.events import Event
from app.models.runs import Run
from app.unit import changed


class Handwritten(db.Model):
    """One letter about a cart or an order. `key` is of the form that was sent: a second press writes nothing."""

    __tablename__ = "handwritten"
    __table_args__ = (
        UniqueConstraint("shop_id", "key"),
        UniqueConstraint("run_id", "visit"),
        same_shop("run_id", "run"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"))
    key: Mapped[str] = mapped_column(String(60))
    run_id: Mapped[int] = mapped_column()
    visit: Mapped[int] = mapped_column()
    user_id: Mapped[int | None] = mapped_column()
    about: Mapped[str] = mapped_column(String(10))
    locale: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    button: Mapped[str] = mapped_column(String(120))
    written_at: Mapped[datetime] = mapped_column(Instant)

    revision = None  # of no design: it is sent once and never changed

    @property
    def content(self) -> dict[str, Any]:
        """The design that these words make: they, the goods, a code if one was given, and the way back (CART-26)."""
        target = self.about if self.about == "cart" else "shop"
        blocks = [
            {"kind": "text", "text": self.text},
            {"kind": "items", "source": self.about},
            {"kind": "coupon", "text": ""},
            {"kind": "button", "text": self.button, "target": target},
        ]
        return {self.locale: {"subject": self.subject, "preheader": "", "blocks": blocks}}

    @classmethod
    def of(cls, run_id: int, visit: int) -> Handwritten | None:
        """Return what was written by hand for this visit of a run, or None."""
        return db.session.scalar(select(cls).where(cls.run_id == run_id, cls.visit == visit))

    @classmethod
    def by_visit(cls, runs: Collection[int]) -> dict[tuple[int, int], Handwritten]:
        """Return all that was written by hand for these runs, by run and visit."""
        rows = db.session.scalars(select(cls).where(among(cls.run_id, runs)))
        return {(row.run_id, row.visit): row for row in rows}

    @classmethod
    def about_carts(cls, shop_id: int, people: Collection[int]) -> dict[int, datetime]:
        """Return when these customers' carts were last written about by hand, by the id of the cart."""
        theirs = select(Event.cart_id, func.max(cls.written_at)).select_from(Run)
        written = theirs.join(cls, cls.run_id == Run.id).join(Event, Event.id == Run.event_id)
        mine = written.where(in_shop(shop_id, Run.customer_id, people), cls.about == "cart")
        rows = db.session.execute(mine.where(Event.cart_id.is_not(None)).group_by(Event.cart_id))
        return {row[0]: row[1] for row in rows}

    @classmethod
    def known(cls, shop_id: int, key: str) -> Handwritten | None:
        """Return what was written with this form, or None when it is sent for the first time."""
        return db.session.scalar(select(cls).where(cls.shop_id == shop_id, cls.key == key))

    @classmethod
    def forget(cls, shop_id: int, customer_id: int) -> int:
        """Blank what was written to a customer; return how many letters."""
        theirs = select(Run.id).where(Run.shop_id == shop_id, Run.customer_id == customer_id)
        written = update(cls).where(cls.shop_id == shop_id, cls.run_id.in_(theirs))
        return changed(written.values(subject="", text=""))
