"""A shop's policy: how much its customers receive, how they agree, and what is counted of what they do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import String, false, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.questions import asks, told
from app.upsert import once

# Five days is the window that most shop platforms use for e-mail, so that merchants can compare their figures.
USUAL: dict[str, Any] = {
    "double_opt_in": False,
    "most_messages": 0,
    "most_days": 7,
    "soft_bounces": 3,
    "click_days": 5,
    "count_opens": True,
    "count_clicks": True,
    "hook_turn": 0,
    "headline": "strict",
    "reset_on_delete": False,
}
HEADLINES = (
    "strict",
    "credited",
)  # what a shop calls recovered: link pressed and order paid, or all that is credited


class Policy(db.Model):
    """One shop's policy; a shop without a row has the usual one.

    `most_messages` in `most_days` is the cap for one customer (0: none). `soft_bounces` in a month are as good as a
    hard one. `click_days` is how long a pressed link is credited. `hook_turn` counts the renewals of the key by which
    mail providers report.
    """

    __tablename__ = "policy"
    shop_id: Mapped[int] = mapped_column(db.ForeignKey("shop.id"), primary_key=True, autoincrement=False)
    double_opt_in: Mapped[bool] = mapped_column(default=False)
    most_messages: Mapped[int] = mapped_column(default=0)
    most_days: Mapped[int] = mapped_column(default=7)
    soft_bounces: Mapped[int] = mapped_column(default=3)
    click_days: Mapped[int] = mapped_column(default=5)
    count_opens: Mapped[bool] = mapped_column(default=True)
    count_clicks: Mapped[bool] = mapped_column(default=True)
    hook_turn: Mapped[int] = mapped_column(default=0)
    headline: Mapped[str] = mapped_column(String(8), default="strict", server_default="strict")  # C5
    reset_on_delete: Mapped[bool] = mapped_column(default=False, server_default=false())  # C13

    @classmethod
    def of(cls, shop_id: int) -> Policy:
        """Return a shop's policy as it is now, attached to no session; the usual one when it never changed it."""
        found = cls._of(shop_id=shop_id)
        return cls(**found[0]._asdict()) if found else cls(shop_id=shop_id, **USUAL)

    @classmethod
    @asks
    def _of(cls) -> Any:
        return select(*cls.__table__.columns).where(cls.shop_id == told("shop_id"))

    @classmethod
    def change(cls, shop_id: int, **values: Any) -> None:
        """Write these parts of a shop's policy, inside the caller's unit; the others stay."""
        db.session.execute(once(cls, "shop_id").values(shop_id=shop_id, **USUAL))
        db.session.execute(update(cls).where(cls.shop_id == shop_id).values(**values))

    @property
    def cap_window(self) -> timedelta:
        """The length of time that the cap is about."""
        return timedelta(days=self.most_days)

    @property
    def click_window(self) -> timedelta:
        """How long after a press an order is credited."""
        return timedelta(days=self.click_days)
